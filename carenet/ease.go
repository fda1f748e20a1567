package carenet

import "time"

// Rhythm is how often a patient is asked, and what was agreed of it, as pages show it.
type Rhythm struct {
	PerWeek int       // 0: nobody asks them, or by a rule that is not weekly
	Eased   bool      // they are asked less often, by agreement
	Since   time.Time // since when
	Before  int       // how often a week they were asked before
	Offered bool      // they were offered to be asked less often, and have not answered
	Less    int       // how often a week that would be; 0: there is nothing to offer
	Why     EaseAnswer
}

// EaseAnswer says whether a patient may be offered to be asked less often, and if not why.
type EaseAnswer string

// The answers, in the order in which they are looked at.
const (
	EaseYes     EaseAnswer = "yes"
	EaseNotHere EaseAnswer = "not_here" // they have not joined, are in hospital, have left or died
	EaseAway    EaseAnswer = "away"     // they are away by agreement
	EaseUnheard EaseAnswer = "unheard"  // no text reaches them, or their number has not said whose it is
	EaseAlert   EaseAnswer = "alert"    // an alert about them is not resolved
	EaseSilent  EaseAnswer = "silent"   // the newest asking that is over has no answer
	EaseBusy    EaseAnswer = "busy"     // they are asked something else, or whether they want a call
	EaseNothing EaseAnswer = "nothing"  // they are asked seldom already, or by several schedules
	EaseYoung   EaseAnswer = "young"    // they have been asked as often as now for too short a time
	EaseOffered EaseAnswer = "offered"  // it was offered a short time ago
)

// EaseEvery is how long nothing is offered again, whatever was answered: who does not want
// fewer texts is not to be asked for it over and over.
const EaseEvery = 12 * 7 * 24 * time.Hour

// EaseFacts are what it is decided by, beside the answers. Zero times mean "never".
type EaseFacts struct {
	State       string // of the patient
	PausedUntil time.Time
	Unheard     bool
	Alerts      int // that are not resolved
	Silent      bool
	Questions   int  // that wait for an answer of theirs
	CallOffered bool // and the offer of a call
	Less        int  // how often a week they would be asked; 0: there is nothing to offer
	Since       time.Time
	LastOffer   time.Time
	Now         time.Time
}

// EaseNow decides whether it is offered now. stood is how long the present rhythm must have
// stood; staff who offer it themselves know what they do, so that for them neither that
// counts nor when it was offered last.
func EaseNow(f EaseFacts, stood time.Duration, byStaff bool) EaseAnswer {
	switch {
	case f.State != stateActive:
		return EaseNotHere
	case f.PausedUntil.After(f.Now):
		return EaseAway
	case f.Unheard:
		return EaseUnheard
	case f.Alerts > 0:
		return EaseAlert
	case f.Silent:
		return EaseSilent
	case f.Questions > 0, f.CallOffered:
		return EaseBusy
	case f.Less == 0:
		return EaseNothing
	case byStaff:
		return EaseYes
	case f.Now.Sub(f.Since) < stood:
		return EaseYoung
	case !f.LastOffer.IsZero() && f.Now.Sub(f.LastOffer) < EaseEvery:
		return EaseOffered
	}
	return EaseYes
}

// EaseOfferAfter is how long after an answer it is offered: once it is too late to correct
// the answer, and not on top of the thanks.
const EaseOfferAfter = CorrectWithin + 10*time.Minute
