package ask

import (
	"howareyou/carenet"
)

// Kind is the kind of an item: what an answer to it looks like.
type Kind string

// KindScale is an item that is answered with a whole number of a scale.
const KindScale Kind = "scale"

// Item is one question of a set. Its words are not here: they are texts, one a
// language, found by the codes of set and item.
type Item struct {
	Code           string `json:"code"`
	Kind           Kind   `json:"kind"`
	Min            int    `json:"min"`
	Max            int    `json:"max"`
	HigherIsBetter bool   `json:"higher_is_better"`
}

// Scale returns what may be answered to the item.
func (i Item) Scale() carenet.Scale {
	return carenet.Scale{Min: i.Min, Max: i.Max, HigherIsBetter: i.HigherIsBetter}
}

// QuestionSet is the questions of a check-in. A set that was asked never
// changes: another wording, scale or order is another version, since answers
// to different questions must not be compared.
type QuestionSet struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
	Items   []Item `json:"items"`
}

// Wellbeing is the set of a new patient: how are you today, all in all, from
// 1 (very bad) to 5 (very good).
func Wellbeing() QuestionSet {
	s := carenet.WellbeingScale
	return QuestionSet{Code: "wellbeing", Version: 1, Items: []Item{
		{Code: "overall", Kind: KindScale, Min: s.Min, Max: s.Max, HigherIsBetter: s.HigherIsBetter},
	}}
}

// Item returns the item of the set with this code.
func (q QuestionSet) Item(code string) (Item, bool) {
	for _, item := range q.Items {
		if item.Code == code {
			return item, true
		}
	}
	return Item{}, false
}

// Check says what is wrong with a set that is to be asked. Scales lie within 0
// to 10 because an answer must fit into a short text.
func (q QuestionSet) Check() error {
	const op = "check question set"
	if q.Code == "" || q.Version < 1 || len(q.Items) == 0 {
		return carenet.Errorf(carenet.Invalid, op, "a question set needs a code, a version from 1 and a question")
	}
	seen := map[string]bool{}
	for _, item := range q.Items {
		switch {
		case item.Code == "" || seen[item.Code]:
			return carenet.Errorf(carenet.Invalid, op, "each question of set %s needs a code of its own", q.Code)
		case item.Kind != KindScale:
			return carenet.Errorf(carenet.Invalid, op, "question %s of set %s has the unknown kind %q", item.Code, q.Code, item.Kind)
		case item.Min < 0 || item.Max > 10 || item.Min >= item.Max:
			return carenet.Errorf(carenet.Invalid, op, "question %s of set %s needs a scale within 0 to 10", item.Code, q.Code)
		}
		seen[item.Code] = true
	}
	return nil
}
