package rulebook

import (
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// State is how far a back-test has come.
type State string

// The states.
const (
	Waiting State = "waiting"
	Running State = "running"
	Done    State = "done"
	Failed  State = "failed"
)

// Backtest is a pack tried beside the one in force.
type Backtest struct {
	ID      carenet.ID
	Pack    Name
	Pasted  bool // the text was pasted and is not kept as a version
	Against Name
	Period
	At         time.Time
	By         string // who asked for it; "" for an operator
	State      State
	Patients   int // of the organisation
	Judged     int // so far
	Answered   int // of those, who had answered within the period
	LeftOut    int // whose answers could not be judged at all
	PersonDays int
	EndedAt    time.Time
	Faults     int // rules that could not be judged, a patient each
}

// Weeks are the patient-weeks that it looked at.
func (b Backtest) Weeks() float64 { return float64(b.PersonDays) / 7 }

// NoData says whether there was nothing to try the pack on.
func (b Backtest) NoData() bool { return b.Answered == 0 }

const (
	// FreshFor is how long a result may lead to an activation: after that the
	// organisation's data is no longer what it was tried on.
	FreshFor = 7 * 24 * time.Hour
	// LeastDays is the shortest period that a result must cover.
	LeastDays = 28
)

// Why says why a pack may not be put in force; "" when it may.
type Why string

// The reasons.
const (
	NotSigned   Why = "not_signed"
	AlreadyIn   Why = "already_in"
	NotTried    Why = "not_tried" // no result of just these two packs
	NotReady    Why = "not_ready" // the back-test has not ended
	TestFailed  Why = "failed"    // it ended without a result
	NotSeen     Why = "not_seen"  // whoever wants to activate has not been shown it
	TooOld      Why = "too_old"
	TooShort    Why = "too_short"  // the period
	HasFaults   Why = "has_faults" // a rule could not be judged
	NothingToGo Why = "no_data"    // nothing to try it on, and nobody said that they know
)

// Request is somebody's wish to put a pack in force.
type Request struct {
	Pack     Name
	Signed   bool
	InForce  Hash
	Backtest Backtest // zero: none was named
	Seen     bool     // its result was shown to whoever asks
	Accepted bool     // they said that they know there is no data
	Today    alerts.Day
	Now      time.Time
}

// MayActivate decides, and says why not. A result of the two packs counts whichever
// of them was tried: taking a pack back needs no other proof than putting it in force
// did.
func MayActivate(r Request) Why {
	b := r.Backtest
	pair := b.Pack.Hash == r.Pack.Hash && b.Against.Hash == r.InForce || b.Pack.Hash == r.InForce && b.Against.Hash == r.Pack.Hash
	switch {
	case r.Pack.Hash == r.InForce:
		return AlreadyIn
	case !r.Signed && r.Pack.Own():
		return NotSigned
	case b.ID == carenet.NilID || !pair:
		return NotTried
	case b.State == Failed:
		return TestFailed
	case b.State != Done:
		return NotReady
	case r.Now.Sub(b.At) > FreshFor || int(r.Today-b.To) > int(FreshFor/(24*time.Hour)):
		return TooOld
	case b.Days() < LeastDays:
		return TooShort
	case !r.Seen:
		return NotSeen
	case b.Faults > 0 && b.Pack.Hash == r.Pack.Hash:
		return HasFaults
	case b.NoData() && !r.Accepted:
		return NothingToGo
	}
	return ""
}

// RefusedError says why a pack was not put in force. Its code is Conflict.
type RefusedError struct{ Why Why }

func (e *RefusedError) Error() string { return e.coded().Error() }

// Unwrap gives the coded error.
func (e *RefusedError) Unwrap() error { return e.coded() }

func (e *RefusedError) coded() *carenet.Error {
	return carenet.Errorf(carenet.Conflict, "activate pack", "the pack cannot be put in force: %s", e.Why)
}
