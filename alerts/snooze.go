package alerts

import (
	"strings"
	"time"

	"howareyou/carenet"
)

// Snooze says who put an alert off, and until when.
type Snooze struct {
	By    carenet.ID
	At    time.Time
	Until time.Time // then it is open again, and everybody is asked from the first step on
}

// MaxSnoozes is how often an alert may be put off. After that somebody takes it
// or says what came of it: a thing put off without end is a thing forgotten.
const MaxSnoozes = 3

// Why an alert is not put off.
const (
	SnoozeGrave = "grave" // it is about danger: somebody takes it, or it goes on asking
	SnoozeOften = "often" // it was put off as often as may be
)

// LongestSnooze is how long an alert may be put off at once: no longer than the
// time in which its severity must be acknowledged. Neither red alerts nor those of
// a safety rule are put off at all, since nothing suppresses them: who wants quiet
// there takes the alert, and has it under their name. why says why not.
func (a Alert) LongestSnooze() (longest time.Duration, why string) {
	const day = 24 * time.Hour
	if strings.HasPrefix(a.Rule, SafetyPrefix) {
		return 0, SnoozeGrave
	}
	switch a.Severity {
	case AmberHigh:
		longest = 4 * time.Hour // half a working day: the same day it must be seen
	case Amber:
		longest = day
	case Outreach, Watch, Digest:
		longest = 2 * day
	default:
		return 0, SnoozeGrave
	}
	if a.Snoozes >= MaxSnoozes {
		return 0, SnoozeOften
	}
	return longest, ""
}

// SnoozeError says why an alert is not put off. Its code is Conflict.
type SnoozeError struct{ Why string }

func (e *SnoozeError) Error() string { return e.coded().Error() }

// Unwrap gives the coded error.
func (e *SnoozeError) Unwrap() error { return e.coded() }

func (e *SnoozeError) coded() *carenet.Error {
	if e.Why == SnoozeOften {
		return carenet.Errorf(carenet.Conflict, "snooze alert", "this alert was put off as often as may be")
	}
	return carenet.Errorf(carenet.Conflict, "snooze alert", "an alert of danger cannot be put off")
}

// PutOff lets the alert ask nobody for some time, for a reason. The time is cut to
// the longest allowed; then the alert is open again and asks from its first step on.
// Who holds it may put it off, or anybody while nobody does; of others *TakenError
// names who holds it. Call Tick first. It fails with Invalid without a person, a
// time ahead or a reason, and with Conflict where it may not be put off.
func PutOff(a Alert, by carenet.ID, forTime time.Duration, reason string, now time.Time) (Alert, Change, error) {
	const op = "snooze alert"
	switch {
	case by == carenet.NilID:
		return a, Change{}, carenet.Errorf(carenet.Invalid, op, "an alert is put off by a person")
	case forTime < time.Minute:
		return a, Change{}, carenet.Errorf(carenet.Invalid, op, "say for how long")
	case strings.TrimSpace(reason) == "":
		return a, Change{}, carenet.Errorf(carenet.Invalid, op, "say why it can wait")
	case a.Status == StatusResolved:
		return a, Change{}, carenet.Errorf(carenet.Conflict, op, "this alert is already resolved")
	case held(a, now) && a.Ack.By != by:
		return a, Change{}, &TakenError{Ack: a.Ack}
	}
	longest, why := a.LongestSnooze()
	if why != "" {
		return a, Change{}, &SnoozeError{Why: why}
	}
	a.Status, a.Ack, a.Pressed = StatusSnoozed, Ack{}, false
	a.Snooze = Snooze{By: by, At: now, Until: now.Add(min(forTime, longest))}
	a.Snoozes++
	return a, Change{Kind: ChangeSnoozed, At: now, By: by}, nil
}
