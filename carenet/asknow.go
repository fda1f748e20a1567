package carenet

import "time"

// AskNowAnswer says whether a patient may be asked once more than their plan says, and
// if not why. Until it changes by itself when an At is known.
type AskNowAnswer string

// The answers.
const (
	AskNowYes       AskNowAnswer = "yes"
	AskNowNotHere   AskNowAnswer = "not_here" // they have not joined, or have left or died
	AskNowHospital  AskNowAnswer = "hospital" // nothing automatic goes there
	AskNowStopped   AskNowAnswer = "stopped"  // no texts of ours go to their number
	AskNowAway      AskNowAnswer = "away"     // they are away by agreement, until At
	AskNowJustAsked AskNowAnswer = "just"     // they were asked a short time ago; At is when
	AskNowEnough    AskNowAnswer = "enough"   // they were asked in between often enough of late; again from At
	AskNowSoon      AskNowAnswer = "soon"     // they are asked by themselves at At
	AskNowNight     AskNowAnswer = "night"    // it is night where they live, until At
)

// How often somebody may be asked in between: not shortly after they were asked, nor
// shortly before they are, and so many times in a day at most.
const (
	askNowApart  = 3 * time.Hour
	askNowBefore = time.Hour
	askNowMost   = 2
	askNowWithin = 24 * time.Hour
)

// AskNowFacts are what it is decided by. Zero times mean "never".
type AskNowFacts struct {
	State       string // of the patient
	Stopped     bool   // no texts of ours go to their number
	PausedUntil time.Time
	LastAsked   time.Time   // by plan or in between
	InBetween   []time.Time // when they were asked in between of late
	Next        time.Time   // when they are asked by plan
	Now         time.Time
	Zone        *time.Location
}

// AskNow decides it.
func AskNow(f AskNowFacts) (answer AskNowAnswer, at time.Time) {
	switch {
	case f.State == stateHospital:
		return AskNowHospital, at
	case f.State != stateActive:
		return AskNowNotHere, at
	case f.Stopped:
		return AskNowStopped, at
	case f.PausedUntil.After(f.Now):
		return AskNowAway, f.PausedUntil
	case !f.LastAsked.IsZero() && f.Now.Sub(f.LastAsked) < askNowApart:
		return AskNowJustAsked, f.LastAsked
	}
	n, first := 0, time.Time{}
	for _, t := range f.InBetween {
		if f.Now.Sub(t) < askNowWithin {
			if n++; first.IsZero() || t.Before(first) {
				first = t
			}
		}
	}
	if n >= askNowMost {
		return AskNowEnough, first.Add(askNowWithin)
	}
	if f.Next.After(f.Now) && f.Next.Sub(f.Now) <= askNowBefore {
		return AskNowSoon, f.Next
	}
	if morning := InWakingHours(f.Now, f.Zone); morning.After(f.Now) {
		return AskNowNight, morning
	}
	return AskNowYes, at
}
