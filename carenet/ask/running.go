package ask

import (
	"maps"

	"howareyou/carenet"
)

// Further is one set that is asked after the question of how somebody is, as it is
// stored.
type Further struct {
	ID  carenet.ID
	Set QuestionSet
}

// Running is how far a check-in with further questions has come. It is pure data;
// a value is known by its item's code.
type Running struct {
	Sets   []Further
	Values map[string]float64
}

// Question is one item that is to be asked.
type Question struct {
	Set  carenet.ID
	Item Item
}

// Next is the first question that is to be asked and has no answer; false when
// there is none left.
func (r Running) Next() (Question, bool) {
	known := r.Features()
	for _, f := range r.Sets {
		for _, item := range f.Set.Items {
			if _, ok := r.Values[item.Code]; ok {
				continue
			}
			if c := item.If; c != nil {
				if v, ok := known[c.Of]; !ok || v < float64(c.AtLeast) {
					continue
				}
			}
			return Question{Set: f.ID, Item: item}, true
		}
	}
	return Question{}, false
}

// With is the running check-in with one more answer.
func (r Running) With(code string, value float64) Running {
	r.Values = maps.Clone(r.Values)
	if r.Values == nil {
		r.Values = map[string]float64{}
	}
	r.Values[code] = value
	return r
}

// Answered is the question with this code, if it has an answer.
func (r Running) Answered(code string) (Question, bool) {
	if _, ok := r.Values[code]; !ok {
		return Question{}, false
	}
	for _, f := range r.Sets {
		if item, ok := f.Set.Item(code); ok {
			return Question{Set: f.ID, Item: item}, true
		}
	}
	return Question{}, false
}

// Features are the answers and the totals that are known, by the names that the
// rules use. A total counts only when each of its answers is there.
func (r Running) Features() map[string]float64 {
	out := map[string]float64{}
	for _, f := range r.Sets {
		for _, item := range f.Set.Items {
			if v, ok := r.Values[item.Code]; ok && item.Kind != KindWords {
				out[item.Known()] = v
				out[item.Code] = v
			}
		}
		for _, t := range f.Set.About.Totals {
			sum, all := 0.0, true
			for _, code := range t.Of {
				v, ok := r.Values[code]
				sum, all = sum+v, all && ok
			}
			if all {
				out[t.Feature] = sum
			}
		}
	}
	return out
}

// On says whether a set that is asked by this rule is asked on the day. A rule
// that cannot be read asks on no day.
func On(rrule string, start, day carenet.Day) bool {
	r, err := parseRule(rrule, start)
	if err != nil || day < start {
		return false
	}
	next, ok := r.next(day)
	return ok && next == day
}

// CheckRule says what is wrong with a rule that names days.
func CheckRule(rrule string, start carenet.Day) error {
	_, err := parseRule(rrule, start)
	return err
}
