package alerts

import (
	"bytes"
	"cmp"
	"slices"
	"time"

	"howareyou/carenet"
)

// Answer is the one value of one local day: what the statistics see. Score is
// higher-is-better (Scale.Normal). A history is a slice of these, 16 bytes a
// day.
type Answer struct {
	Day   Day     `json:"day"`
	Score float64 `json:"score"`
}

// CheckIn is what a history needs to know of a check-in that has a score.
type CheckIn struct {
	ID       carenet.ID
	Day      Day              // the patient's local day it was given on
	At       time.Time        // when it was received
	Score    float64          // as it was given
	Reporter carenet.Reporter // whose answer it is
	Corrects carenet.ID       // the check-in that this one replaces, or NilID
	More     More             // what came with the score
}

// Daily turns check-ins into the patient's own series: for each local day the
// last answer that the patient gave and nobody has corrected since. A correction
// counts on the day of what it corrects. The order of the check-ins and repeats
// of the same one make no difference. It fails with Invalid when a score is off
// the scale; the caller must not take that for "no answer".
func Daily(scale Scale, checkIns []CheckIn) ([]Answer, error) {
	h, err := HistoryOf(scale, carenet.ReporterSelf, checkIns)
	return h.Answers, err
}

// HistoryOf is Daily for any one reporter, with what came beside the scores.
// What a patient says, what a follower says for them and what staff write down
// are three series and never one: another eye has another scale.
func HistoryOf(scale Scale, reporter carenet.Reporter, checkIns []CheckIn) (History, error) {
	h, _, err := historyOf(scale, reporter, checkIns)
	return h, err
}

// HistoryAt is HistoryOf with the moment at which the answer of each day was given.
func HistoryAt(scale Scale, reporter carenet.Reporter, checkIns []CheckIn) (History, map[Day]time.Time, error) {
	h, last, err := historyOf(scale, reporter, checkIns)
	at := make(map[Day]time.Time, len(last))
	for day, c := range last {
		at[day] = c.At
	}
	return h, at, err
}

func historyOf(scale Scale, reporter carenet.Reporter, checkIns []CheckIn) (History, map[Day]CheckIn, error) {
	byID := make(map[carenet.ID]CheckIn, len(checkIns))
	corrected := make(map[carenet.ID]bool)
	for _, c := range checkIns {
		byID[c.ID] = c
		if c.Corrects != carenet.NilID {
			corrected[c.Corrects] = true
		}
	}
	last := make(map[Day]CheckIn, len(byID))
	for id, c := range byID {
		if c.Reporter != reporter || corrected[id] {
			continue
		}
		day := countsOn(c, byID)
		if old, ok := last[day]; !ok || later(c, old) {
			last[day] = c
		}
	}
	h := History{Answers: make([]Answer, 0, len(last))}
	for day, c := range last {
		score, err := scale.Normal(c.Score)
		if err != nil {
			return History{}, nil, err
		}
		h.Answers = append(h.Answers, Answer{Day: day, Score: score})
		if !c.More.empty() {
			if h.More == nil {
				h.More = make(map[Day]More)
			}
			h.More[day] = c.More
		}
	}
	slices.SortFunc(h.Answers, byDay)
	return h, last, nil
}

// countsOn follows corrections back to the first check-in of the chain. The
// count of steps is bounded, so that a loop in bad data ends too.
func countsOn(c CheckIn, byID map[carenet.ID]CheckIn) Day {
	for range len(byID) {
		earlier, ok := byID[c.Corrects]
		if !ok {
			break
		}
		c = earlier
	}
	return c.Day
}

func later(a, b CheckIn) bool {
	if c := a.At.Compare(b.At); c != 0 {
		return c > 0
	}
	return bytes.Compare(a.ID[:], b.ID[:]) > 0
}

func byDay(a, b Answer) int { return cmp.Compare(a.Day, b.Day) }
