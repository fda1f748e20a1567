package alerts

import (
	"regexp"
	"strconv"
	"strings"
)

// place is where a value goes in the words of a rule: {base_mean}, {item.pain}.
var place = regexp.MustCompile(`\{([^{}]*)\}`)

// How a value is written.
const (
	asIs    = iota // as it was given
	rounded        // to the nearest half, as people say what is usual
	small          // two significant digits: a probability, a slope
)

type filler struct {
	how   int
	turns bool // on a scale with its best end low it is turned back
	get   func(*Features) Number
}

var fillers = map[string]filler{
	"score":         {asIs, true, func(f *Features) Number { return Number{f.Score, f.Answered} }},
	"base_mean":     {rounded, true, func(f *Features) Number { return f.BaseMean }},
	"ewma":          {rounded, true, func(f *Features) Number { return f.EWMA }},
	"anchor_mean":   {rounded, true, func(f *Features) Number { return f.AnchorMean }},
	"recent28_mean": {rounded, true, func(f *Features) Number { return f.Recent28Mean }},
	"base_n":        {asIs, false, func(f *Features) Number { return f.BaseN }},
	"below_streak":  {asIs, false, func(f *Features) Number { return f.BelowStreak }},
	"low_streak":    {asIs, false, func(f *Features) Number { return f.LowStreak }},
	"missed_streak": {asIs, false, func(f *Features) Number { return f.MissedStreak }},
	"mk_n":          {asIs, false, func(f *Features) Number { return f.MKN }},
	"drop":          {small, false, func(f *Features) Number { return f.Drop }},
	"ewma_z":        {small, false, func(f *Features) Number { return f.EWMAZ }},
	"slope_week":    {small, false, func(f *Features) Number { return f.SlopeWeek }},
	"mk_p":          {small, false, func(f *Features) Number { return f.MKP }},
	"missed_p":      {small, false, func(f *Features) Number { return f.MissedP }},
}

// lastPlace is where the last answers go, and itemPlace begins the place of an
// answer to a further question.
const (
	lastPlace = "last"
	itemPlace = "item."
)

// UnknownPlace returns the first place in a rule's words that no value can
// fill, or "".
func UnknownPlace(words string) string {
	for _, m := range place.FindAllStringSubmatch(words, -1) {
		if _, ok := fillers[m[1]]; !ok && m[1] != lastPlace && (!strings.HasPrefix(m[1], itemPlace) || m[1] == itemPlace) {
			return m[1]
		}
	}
	return ""
}

// Sentence returns the rule's own words in a language, English where it has
// none in that, with the values filled in; "" where the rule has no words of
// its own. Scores are as the patient knows them, and a value that is not known
// is a dash.
func (f Finding) Sentence(lang string) string {
	words, ok := f.Say[lang]
	if !ok {
		words = f.Say["en"]
	}
	e := f.Evidence
	return place.ReplaceAllStringFunc(words, func(m string) string {
		name := m[1 : len(m)-1]
		if name == lastPlace {
			return scores(e)
		}
		if item, ok := strings.CutPrefix(name, itemPlace); ok {
			v, known := e.Features.Item[item]
			return written(Number{v, known}, asIs)
		}
		fill, ok := fillers[name]
		if !ok {
			return m
		}
		n := fill.get(&e.Features)
		if fill.turns {
			n.Value = e.Scale.Shown(n.Value)
		}
		return written(n, fill.how)
	})
}

func scores(e Evidence) string {
	out := make([]string, len(e.Last))
	for i, a := range e.Last {
		out[i] = written(Num(e.Scale.Shown(a.Score)), asIs)
	}
	return strings.Join(out, ", ")
}

func written(n Number, how int) string {
	if !n.Known {
		return "–"
	}
	switch how {
	case rounded:
		n.Value = Rounded(n.Value)
	case small:
		return strconv.FormatFloat(n.Value, 'g', 2, 64)
	}
	return strconv.FormatFloat(n.Value, 'f', -1, 64)
}
