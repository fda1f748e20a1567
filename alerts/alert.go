package alerts

import (
	"slices"
	"time"

	"howareyou/carenet"
)

// Status is where an alert stands in the human process.
type Status string

// The states of an alert. An acknowledged one falls back to open when its
// time runs out without an outcome, a snoozed one when its time has come; a
// resolved one is final.
const (
	StatusOpen         Status = "open"
	StatusAcknowledged Status = "acknowledged"
	StatusSnoozed      Status = "snoozed"
	StatusResolved     Status = "resolved"
)

// Outcome is what came of an alert, in the words of whoever dealt with it.
type Outcome string

// The outcomes. Organisations compare them, so the list is closed; the note
// holds the rest.
const (
	OutcomeCalled     Outcome = "called"      // spoke with the patient, or with somebody beside them
	OutcomeVisited    Outcome = "visited"     // saw the patient
	OutcomeMedication Outcome = "medication"  // the treatment was changed
	OutcomeFalseAlarm Outcome = "false_alarm" // the answer or the alert was wrong
	OutcomeOther      Outcome = "other"       // the note says what
)

// Outcomes are all of them, in the order in which they are offered.
var Outcomes = []Outcome{OutcomeCalled, OutcomeVisited, OutcomeMedication, OutcomeFalseAlarm, OutcomeOther}

// Valid says whether o is one of the outcomes.
func (o Outcome) Valid() bool { return slices.Contains(Outcomes, o) }

// Alert is the human process upon a finding or an episode. It is a value:
// the functions below return a new one and say what changed; the caller
// writes both in one transaction, under a lock on the alert.
type Alert struct {
	ID       carenet.ID
	Rule     string
	Severity Severity
	OpenedAt time.Time
	Status   Status
	// Promised says that the patient was asked whether they would like a call today,
	// or cannot say so: it asks outside staffed hours too.
	Promised bool
	// Pressed says that somebody had everybody asked: until it is put off or closed it does
	// not wait for staffed hours either.
	Pressed bool
	// AskingSince is when the present round of asking began: the opening, or
	// the moment the last acknowledgement ran out or the alert was due again.
	AskingSince time.Time
	// Asked counts the asks of this round that have been made.
	Asked      int
	Ack        Ack        // set while acknowledged, and kept when resolved
	Snooze     Snooze     // set while snoozed
	Snoozes    int        // how often it was put off
	Resolution Resolution // set when resolved
}

// Ack says who is dealing with an alert, and until when.
type Ack struct {
	By    carenet.ID
	At    time.Time
	Until time.Time // itself no longer covered
}

// Resolution says how an alert ended.
type Resolution struct {
	By      carenet.ID
	At      time.Time
	Outcome Outcome
	Note    string // what staff wrote; never in a log
}

// ChangeKind says what happened to an alert.
type ChangeKind string

// The changes of an alert.
const (
	ChangeAsked        ChangeKind = "asked"
	ChangeAcknowledged ChangeKind = "acknowledged"
	ChangeRenewed      ChangeKind = "renewed" // the holder asked for more time
	ChangeExpired      ChangeKind = "expired"
	ChangeResolved     ChangeKind = "resolved"
	ChangeEscalated    ChangeKind = "escalated" // somebody had everybody asked
	ChangeSnoozed      ChangeKind = "snoozed"   // somebody put it off
	ChangeWoke         ChangeKind = "woke"      // that time is over
)

// Change is one thing that happened to an alert, for its history and for
// those who are to be told.
type Change struct {
	Kind ChangeKind
	At   time.Time
	By   carenet.ID // who did it; NilID where time did
	// Ack is the acknowledgement that began, was renewed or expired; of a
	// resolution, the one it ended, if any.
	Ack Ack
	Ask Ask // of ChangeAsked
	// Outcome is that of ChangeResolved.
	Outcome Outcome
}

// NewAlert returns an open alert that nobody has been asked about yet.
func NewAlert(id carenet.ID, severity Severity, at time.Time) Alert {
	return Alert{ID: id, Severity: severity, OpenedAt: at, Status: StatusOpen, AskingSince: at}
}

// TakenError tells a clinician that somebody else already has the alert. Its
// code is Conflict.
type TakenError struct{ Ack Ack }

func (e *TakenError) Error() string { return e.coded().Error() }

// Unwrap gives the coded error.
func (e *TakenError) Unwrap() error { return e.coded() }

func (e *TakenError) coded() *carenet.Error {
	return carenet.Errorf(carenet.Conflict, "acknowledge alert", "somebody else is dealing with this alert")
}

// Acknowledge gives the alert to by until now plus hold. Of several who try,
// the first gets it; the others get a *TakenError that names the first. The
// holder may acknowledge again, for more time. Call Tick first, so that an
// acknowledgement that ran out is on record as expired. It fails with Conflict when
// the alert is resolved and with Invalid without a person or a hold.
func Acknowledge(a Alert, by carenet.ID, now time.Time, hold time.Duration) (Alert, Change, error) {
	const op = "acknowledge alert"
	if by == carenet.NilID || hold <= 0 {
		return a, Change{}, carenet.Errorf(carenet.Invalid, op, "an acknowledgement needs a person and a time")
	}
	if a.Status == StatusResolved {
		return a, Change{}, carenet.Errorf(carenet.Conflict, op, "this alert is already resolved")
	}
	kind := ChangeAcknowledged
	if held(a, now) {
		if a.Ack.By != by {
			return a, Change{}, &TakenError{Ack: a.Ack}
		}
		kind = ChangeRenewed
	}
	a.Status, a.Snooze = StatusAcknowledged, Snooze{}
	a.Ack = Ack{By: by, At: now, Until: now.Add(hold)}
	return a, Change{Kind: kind, At: now, By: by, Ack: a.Ack}, nil
}

// Resolve ends the alert with an outcome. Anybody who may see it can: who
// holds it does not matter, nor whether the acknowledgement has run out
// meanwhile. It fails with Conflict when the alert is resolved already, and
// with Invalid without a person or a known outcome: no alert ends without a
// human.
func Resolve(a Alert, by carenet.ID, outcome Outcome, note string, now time.Time) (Alert, Change, error) {
	const op = "resolve alert"
	if by == carenet.NilID {
		return a, Change{}, carenet.Errorf(carenet.Invalid, op, "an alert is resolved by a person")
	}
	if !outcome.Valid() {
		return a, Change{}, carenet.Errorf(carenet.Invalid, op, "say what came of it")
	}
	if a.Status == StatusResolved {
		return a, Change{}, carenet.Errorf(carenet.Conflict, op, "this alert is already resolved")
	}
	a.Status, a.Snooze = StatusResolved, Snooze{}
	a.Resolution = Resolution{By: by, At: now, Outcome: outcome, Note: note}
	return a, Change{Kind: ChangeResolved, At: now, By: by, Ack: a.Ack, Outcome: outcome}, nil
}

// held says whether somebody has the alert at now.
func held(a Alert, now time.Time) bool {
	return a.Status == StatusAcknowledged && now.Before(a.Ack.Until)
}
