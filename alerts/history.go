package alerts

import (
	"cmp"
	"slices"

	"howareyou/carenet"
)

// History is all that the rules know of one series of one patient.
type History struct {
	Answers []Answer
	More    map[Day]More // what came with the answer of a day, where anything did
	Prompts []Asking     // how the askings ended; empty where nobody was asked
	// Under holds the rules that judge the answer of a day where they are not the
	// trend's own: those that were in force when it was given.
	Under map[Day]*Pack
}

// More is what came with a day's score: the answers to further questions, by
// item and as they were given (a pain score, a weight in kilograms, a total of
// a questionnaire), and the flags that its words were given.
type More struct {
	Items map[string]float64
	Flags []string
}

func (m More) empty() bool { return len(m.Items) == 0 && len(m.Flags) == 0 }

// Asking is how one asking ended. Only a prompt that counts has one: handed
// over in time, to a patient who was neither paused nor opted out (INV-14).
type Asking struct {
	Day Day
	// Slot orders the askings of one day.
	Slot     int
	Answered bool
	// Under is as History.Under: the rules in force when the asking was given up;
	// nil: the trend's own.
	Under *Pack
}

func byAsking(a, b Asking) int {
	return cmp.Or(cmp.Compare(a.Day, b.Day), cmp.Compare(a.Slot, b.Slot))
}

// tidy puts the history in order and cuts it off after a day. A day's score that
// was delivered twice stays twice, side by side. It fails with Invalid where one
// day has two different scores: which one counts is for HistoryOf to say. Of an
// asking that ended both ways the answer counts: it came after the silence was
// noted.
func (h History) tidy(through Day) (History, error) {
	if !slices.IsSortedFunc(h.Answers, byDay) {
		h.Answers = slices.Clone(h.Answers)
		slices.SortFunc(h.Answers, byDay)
	}
	for i, a := range h.Answers {
		if a.Day > through {
			h.Answers = h.Answers[:i]
			break
		}
		if i > 0 && a.Day == h.Answers[i-1].Day && a.Score != h.Answers[i-1].Score {
			return History{}, carenet.Errorf(carenet.Invalid, "replay answers", "a day has two different scores")
		}
	}
	if len(h.Prompts) > 0 {
		h = h.tidyPrompts(through)
	}
	return h, nil
}

func (h History) tidyPrompts(through Day) History {
	prompts := slices.Clone(h.Prompts)
	slices.SortStableFunc(prompts, byAsking)
	kept := prompts[:0]
	for _, p := range prompts {
		if p.Day > through {
			break
		}
		if n := len(kept); n > 0 && byAsking(kept[n-1], p) == 0 {
			kept[n-1].Answered = kept[n-1].Answered || p.Answered
			continue
		}
		kept = append(kept, p)
	}
	h.Prompts = kept
	return h
}
