package carenet

import (
	"slices"
	"time"
)

// Pace is when a follower wants to hear of a patient.
type Pace string

// The paces.
const (
	AtOnce     Pace = "at_once"
	Daily      Pace = "daily"
	Weekly     Pace = "weekly"
	BelowUsual Pace = "below_usual" // at once, and only of what is below the patient's usual
)

// Paces are all of them, in the order in which they are offered.
var Paces = []Pace{AtOnce, Daily, Weekly, BelowUsual}

// Summed says whether the pace is one of summaries.
func (p Pace) Summed() bool { return p == Daily || p == Weekly }

// digestHour is when summaries come, in the evening of the follower's zone: after
// the day's answers, and before anybody wants quiet.
const (
	digestHour = 18
	digestDay  = time.Sunday
)

// NextDigest is when the summary after at is due: at six in the evening where the
// follower lives, each day, or each Sunday. It has no end for the other paces, which
// have none.
func (p Pace) NextDigest(at time.Time, zone *time.Location) (next time.Time, ok bool) {
	if !p.Summed() {
		return time.Time{}, false
	}
	for day := LocalDay(at, zone); ; day++ {
		year, month, date := day.Date()
		due := time.Date(year, month, date, digestHour, 0, 0, 0, zone)
		if due.After(at) && (p == Daily || due.Weekday() == digestDay) {
			return due.UTC(), true
		}
	}
}

// belowBy is how far below the usual an answer must be to count as below it, in
// spreads and at least in steps of the scale.
const (
	belowBySpreads = 1.0
	belowBySteps   = 1.0
)

// Below says whether a score is below the usual. While the usual is not known every
// score counts: rather one word too many.
func (u Usual) Below(score float64) bool {
	return !u.Known || score <= u.Mean-max(belowBySteps, belowBySpreads*u.Spread)
}

// Hearing is how a follower hears of a patient, and which ways there are to them.
type Hearing struct {
	Pace       Pace
	ByEmail    bool
	NightsHeld bool // what comes at night waits for their morning
	HasPhone   bool
	HasEmail   bool // an address is known, and this service sends emails
}

// Check says whether somebody may choose so.
func (h Hearing) Check(op string) error {
	switch {
	case !slices.Contains(Paces, h.Pace):
		return Errorf(Invalid, op, "choose when you want to hear")
	case h.ByEmail && !h.HasEmail:
		return Errorf(Invalid, op, "we know no email address of yours")
	case !h.ByEmail && !h.HasPhone:
		return Errorf(Invalid, op, "we know no phone number of yours")
	}
	return nil
}
