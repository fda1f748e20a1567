package alerts

import (
	"slices"
	"time"

	"howareyou/carenet"
)

// Role is a clinician's part in an organisation, as far as asking goes.
type Role string

// The roles that a step may ask.
const (
	RoleResponder   Role = "responder"
	RoleCoordinator Role = "coordinator"
	// RoleOnDuty is whoever the rota has on duty at that moment. In a gap of the rota
	// it is all responders: never nobody.
	RoleOnDuty Role = "on_duty"
)

// Step asks everybody who has one of the roles, and the people named, at once.
type Step struct {
	After  time.Duration // since the round of asking began
	To     []Role
	People []carenet.ID
}

// Escalation is who is asked about an alert, and after how long. Once its
// steps are through, everybody is asked, again and again, until somebody acknowledges.
type Escalation struct {
	Steps  []Step        // in order of time; none: nobody is called (a list shows the alert)
	Repeat time.Duration // from the last step to its repetition, and on
	Hold   time.Duration // how long an acknowledgement lasts without an outcome
	// Hours are when the organisation is staffed: what can wait asks nobody outside
	// them, and its steps are counted from the first moment within them.
	Hours Hours
}

// DefaultEscalation is what an organisation starts with for a severity. The
// times to acknowledge are half an hour for red, the same day for amber-high,
// a working day for amber and two for silence; each step lies within them or
// climbs at their end.
func DefaultEscalation(s Severity) Escalation {
	const day = 24 * time.Hour
	responders := []Role{RoleResponder}
	all := []Role{RoleResponder, RoleCoordinator}
	switch s {
	case Red:
		return Escalation{
			Steps:  []Step{{To: responders}, {After: 15 * time.Minute, To: all}, {After: 30 * time.Minute, To: all}},
			Repeat: 30 * time.Minute, Hold: time.Hour,
		}
	case AmberHigh:
		return Escalation{
			Steps:  []Step{{To: responders}, {After: 4 * time.Hour, To: responders}, {After: 8 * time.Hour, To: all}},
			Repeat: 8 * time.Hour, Hold: day,
		}
	case Amber:
		return Escalation{
			Steps:  []Step{{To: responders}, {After: day, To: all}},
			Repeat: day, Hold: 2 * day,
		}
	case Outreach:
		return Escalation{
			Steps:  []Step{{To: responders}, {After: 2 * day, To: all}},
			Repeat: 2 * day, Hold: 4 * day,
		}
	}
	return Escalation{}
}

// Check refuses an escalation under which an alert could stop climbing or an
// acknowledgement could last for ever. Its error has the code Invalid.
func (e Escalation) Check() error {
	if len(e.Steps) == 0 {
		return nil
	}
	invalid := func(message string) error {
		return carenet.Errorf(carenet.Invalid, "check escalation", "%s", message)
	}
	if e.Repeat < time.Minute || e.Hold < time.Minute {
		return invalid("repetition and hold must be at least a minute")
	}
	for i, s := range e.Steps {
		if len(s.To)+len(s.People) == 0 {
			return invalid("a step asks nobody")
		}
		if s.After < 0 || i > 0 && s.After <= e.Steps[i-1].After {
			return invalid("each step must be later than the one before")
		}
	}
	return nil
}

// Ask is a call for somebody to acknowledge an alert.
type Ask struct {
	Number int       // of the round, from 0; unique with the alert and its AskingSince
	Due    time.Time // when it fell due
	To     []Role
	People []carenet.ID
}

// ask returns the next ask of the alert's round.
func (e Escalation) ask(a Alert) Ask {
	hours := e.Hours
	if !a.waits() {
		hours = Hours{}
	}
	n, last := a.Asked, len(e.Steps)-1
	step := e.Steps[min(n, last)]
	ask := Ask{
		Number: n,
		Due:    hours.Next(hours.Next(a.AskingSince).Add(step.After + time.Duration(max(n-last, 0))*e.Repeat)),
		To:     step.To,
		People: step.People,
	}
	if n > last {
		// Whom the steps name may be away: what nobody takes climbs to everybody.
		ask.To = union(ask.To, []Role{RoleResponder, RoleCoordinator})
	}
	return ask
}

// Tick brings the alert up to now: an acknowledgement that ran out expires, a
// snooze ends, and a new round of asking begins at that moment; an ask that is due is made.
// After an outage several may be due: they become one, to the roles of all of
// them, so that nobody is called five times in a minute. Nothing is asked
// while somebody has the alert or once it is resolved. The escalation must
// have passed Check.
func Tick(a Alert, e Escalation, now time.Time) (Alert, []Change) {
	var changes []Change
	if a.Status == StatusAcknowledged && !held(a, now) {
		changes = append(changes, Change{Kind: ChangeExpired, At: a.Ack.Until, Ack: a.Ack})
		a.Status, a.AskingSince, a.Asked, a.Ack = StatusOpen, a.Ack.Until, 0, Ack{}
	}
	if a.Status == StatusSnoozed && !now.Before(a.Snooze.Until) {
		changes = append(changes, Change{Kind: ChangeWoke, At: a.Snooze.Until})
		a.Status, a.AskingSince, a.Asked, a.Snooze = StatusOpen, a.Snooze.Until, 0, Snooze{}
	}
	if a.Status != StatusOpen || len(e.Steps) == 0 {
		return a, changes
	}
	var due Ask
	asks := false
	for ask := e.ask(a); !ask.Due.After(now); ask = e.ask(a) {
		due = Ask{Number: ask.Number, Due: ask.Due, To: union(due.To, ask.To), People: union(due.People, ask.People)}
		asks = true
		a.Asked++
	}
	if asks {
		changes = append(changes, Change{Kind: ChangeAsked, At: now, Ask: due})
	}
	return a, changes
}

// Wake returns when Tick next has something to do; ok is false when never
// unless a human acts.
func Wake(a Alert, e Escalation) (at time.Time, ok bool) {
	switch {
	case a.Status == StatusAcknowledged:
		return a.Ack.Until, true
	case a.Status == StatusSnoozed:
		return a.Snooze.Until, true
	case a.Status == StatusOpen && len(e.Steps) > 0:
		return e.ask(a).Due, true
	}
	return time.Time{}, false
}

func union[T comparable](a, b []T) []T {
	out := slices.Clone(a)
	for _, r := range b {
		if !slices.Contains(out, r) {
			out = append(out, r)
		}
	}
	return out
}
