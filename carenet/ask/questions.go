package ask

import (
	"strings"

	"howareyou/carenet"
)

// Kind is the kind of an item: what an answer to it looks like.
type Kind string

// The kinds.
const (
	KindScale  Kind = "scale"  // a whole number of a scale
	KindChoice Kind = "choice" // one of its options, by number or by word
	KindYesNo  Kind = "yesno"  // 1 for yes, 0 for no
	KindNumber Kind = "number" // a measured number with its unit
	KindWords  Kind = "words"  // whatever somebody says; no rule sees it
)

// Item is one question of a set. Of the wellbeing set the words are not here:
// they are texts, one a language, found by the codes of set and item.
type Item struct {
	Code           string `json:"code"`
	Kind           Kind   `json:"kind"`
	Min            int    `json:"min"`
	Max            int    `json:"max"`
	HigherIsBetter bool   `json:"higher_is_better"`
	// Unit is what a number is measured in: kg.
	Unit string `json:"unit,omitempty"`
	// Feature is the name under which the rules see the answer; "" is the code.
	Feature string `json:"feature,omitempty"`
	// Question is what is asked, with how to answer, and Name what a person calls
	// it when they correct their answer ("pain 6"), by language.
	Question map[string]string `json:"question,omitempty"`
	Name     map[string]string `json:"name,omitempty"`
	Options  []Option          `json:"options,omitempty"`
	If       *Condition        `json:"if,omitempty"`
	// DangerAt: an answer as high as this calls staff at once, as words of self-harm
	// do. 0 is never.
	DangerAt int    `json:"danger_at,omitempty"`
	LOINC    string `json:"loinc,omitempty"`
}

// Option is one answer of a choice.
type Option struct {
	Value int               `json:"value"`
	Words map[string]string `json:"words"`
	LOINC string            `json:"loinc,omitempty"`
}

// Condition says that an item is asked only where another answer, or a total, is
// known and at least so high.
type Condition struct {
	Of      string `json:"of"`
	AtLeast int    `json:"at_least"`
}

// Total is a sum of answers. It is known when all of them are.
type Total struct {
	Feature string   `json:"feature"`
	Of      []string `json:"of"`
	LOINC   string   `json:"loinc,omitempty"`
}

// About says where a set comes from.
type About struct {
	Title       map[string]string `json:"title,omitempty"`
	Source      string            `json:"source,omitempty"`
	Licence     string            `json:"licence,omitempty"`
	Translation string            `json:"translation,omitempty"` // where its translations come from
	LOINC       string            `json:"loinc,omitempty"`
	Totals      []Total           `json:"totals,omitempty"`
}

// Scale returns what may be answered to the item.
func (i Item) Scale() carenet.Scale {
	return carenet.Scale{Min: i.Min, Max: i.Max, HigherIsBetter: i.HigherIsBetter}
}

// Known is the name under which the rules see the answer.
func (i Item) Known() string {
	if i.Feature != "" {
		return i.Feature
	}
	return i.Code
}

// harmItem is the question about thoughts of harming oneself (PHQ-9, item 9). Any yes to
// it calls staff, whatever a set that somebody wrote says of it (INV-10).
const harmItem = "phq9_9"

// Danger says whether an answer calls staff at once.
func (i Item) Danger(value float64) bool {
	return i.DangerAt > 0 && value >= float64(i.DangerAt) || i.Known() == harmItem && value >= 1
}

// Asks is the question in a language, in English where that is missing.
func (i Item) Asks(lang string) string {
	if q := i.Question[lang]; q != "" {
		return q
	}
	return i.Question["en"]
}

// Holds says whether the value may be an answer to the item.
func (i Item) Holds(v float64) bool {
	if v < float64(i.Min) || v > float64(i.Max) || v != v {
		return false
	}
	return i.Kind == KindNumber || v == float64(int(v))
}

// QuestionSet is the questions of a check-in. A set that was asked never
// changes: another wording, scale or order is another version, since answers
// to different questions must not be compared.
type QuestionSet struct {
	Code    string `json:"code"`
	Version int    `json:"version"`
	Items   []Item `json:"items"`
	About   About  `json:"about,omitzero"`
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

// maxQuestion is the longest question, in characters: four texts of one that is
// not in the phone's alphabet.
const maxQuestion = 260

// Check says what is wrong with a set that is to be asked. Scales lie within 0
// to 10 because an answer must fit into a short text.
func (q QuestionSet) Check() error {
	const op = "check question set"
	if q.Code == "" || q.Version < 1 || len(q.Items) == 0 {
		return carenet.Errorf(carenet.Invalid, op, "a question set needs a code, a version from 1 and a question")
	}
	known := map[string]bool{}
	for i, item := range q.Items {
		if item.Code == "" || known[item.Code] || known[item.Known()] {
			return carenet.Errorf(carenet.Invalid, op, "each question of set %s needs a code of its own", q.Code)
		}
		if why := item.wrong(); why != "" {
			return carenet.Errorf(carenet.Invalid, op, "question %s of set %s %s", item.Code, q.Code, why)
		}
		if c := item.If; c != nil && q.words(c.Of) {
			return carenet.Errorf(carenet.Invalid, op, "question %s of set %s depends on %q, which is answered in words", item.Code, q.Code, c.Of)
		}
		if c := item.If; c != nil && !known[c.Of] && !q.totalBefore(c.Of, i) {
			return carenet.Errorf(carenet.Invalid, op, "question %s of set %s depends on %q, which is not asked before it", item.Code, q.Code, c.Of)
		}
		known[item.Code], known[item.Known()] = true, true
	}
	for _, t := range q.About.Totals {
		if t.Feature == "" || known[t.Feature] || len(t.Of) == 0 {
			return carenet.Errorf(carenet.Invalid, op, "each total of set %s needs a name of its own and questions", q.Code)
		}
		for _, code := range t.Of {
			if item, ok := q.Item(code); !ok || item.Kind == KindNumber || item.Kind == KindWords {
				return carenet.Errorf(carenet.Invalid, op, "the total %s of set %s adds up %q, which is no question with points", t.Feature, q.Code, code)
			}
		}
		known[t.Feature] = true
	}
	return nil
}

// words says whether the name is that of a question which is answered in words.
func (q QuestionSet) words(name string) bool {
	for _, i := range q.Items {
		if i.Kind == KindWords && (i.Code == name || i.Known() == name) {
			return true
		}
	}
	return false
}

// totalBefore says whether a total is known before the n-th question.
func (q QuestionSet) totalBefore(name string, n int) bool {
	for _, t := range q.About.Totals {
		if t.Feature != name {
			continue
		}
		for _, code := range t.Of {
			before := false
			for _, item := range q.Items[:n] {
				before = before || item.Code == code
			}
			if !before {
				return false
			}
		}
		return true
	}
	return false
}

// wrong says why an item cannot be asked; "" when it can.
func (i Item) wrong() string {
	switch i.Kind {
	case KindScale, KindChoice:
		if i.Min < 0 || i.Max > 10 || i.Min >= i.Max {
			return "needs a scale within 0 to 10"
		}
	case KindYesNo:
		if i.Min != 0 || i.Max != 1 {
			return "needs 0 for no and 1 for yes"
		}
	case KindNumber:
		if i.Min < 0 || i.Min >= i.Max || i.Unit == "" {
			return "needs a unit and the lowest and highest number that make sense"
		}
	case KindWords:
		if i.Min != 0 || i.Max != 0 || i.Unit != "" || i.Feature != "" || i.DangerAt != 0 || len(i.Options) > 0 {
			return "is answered in words, so it has no scale, unit, options, feature or danger"
		}
	default:
		return "has the unknown kind " + strings.ToValidUTF8(`"`+string(i.Kind)+`"`, "?")
	}
	if i.Kind == KindChoice {
		if why := i.wrongOptions(); why != "" {
			return why
		}
	}
	if i.DangerAt < 0 || i.DangerAt > i.Max {
		return "calls staff at an answer that is not on its scale"
	}
	return ""
}

func (i Item) wrongOptions() string {
	seen := map[int]bool{}
	for _, o := range i.Options {
		if o.Value < i.Min || o.Value > i.Max || seen[o.Value] {
			return "has two options of one value, or one off its scale"
		}
		seen[o.Value] = true
	}
	if len(seen) != i.Max-i.Min+1 {
		return "needs an option for each value of its scale"
	}
	return ""
}

// CheckWords says which words a set lacks that is asked by text: everybody is
// asked in their own language.
func (q QuestionSet) CheckWords() error {
	const op = "check question set"
	for _, lang := range []string{"en", "es", "ar"} {
		for _, item := range q.Items {
			switch n := len([]rune(item.Question[lang])); {
			case strings.TrimSpace(item.Question[lang]) == "":
				return carenet.Errorf(carenet.Invalid, op, "question %s of set %s has no words in %s", item.Code, q.Code, lang)
			case n > maxQuestion:
				return carenet.Errorf(carenet.Invalid, op, "question %s of set %s is %d characters long in %s; at most %d", item.Code, q.Code, n, lang, maxQuestion)
			case strings.TrimSpace(item.Name[lang]) == "":
				return carenet.Errorf(carenet.Invalid, op, "question %s of set %s has no short name in %s", item.Code, q.Code, lang)
			}
			for _, o := range item.Options {
				if strings.TrimSpace(o.Words[lang]) == "" {
					return carenet.Errorf(carenet.Invalid, op, "option %d of question %s has no words in %s", o.Value, item.Code, lang)
				}
			}
		}
	}
	return nil
}

// Shareable are the sets whose answers a patient may show to followers. Whatever is about
// mood is none, and what an organisation adds is not known to be harmless.
func Shareable() []string { return []string{"pain", "weight"} }
