package alerts

import (
	"cmp"
	"slices"
	"strings"
)

// How findings of one rule join into a spell.
const (
	spellGap    = 14 // days between two findings of one spell, at most
	spellLength = 28 // days from its first finding on; what comes later begins another
)

// Spell is a stretch of findings of one rule that opens no episode, as an
// episode is one of the trend rules': a person who stays silent for two weeks is
// one matter and not ten. Like an episode it is a pure function of the answers
// and askings (INV-11); what people did about it is the Alert's affair.
type Spell struct {
	First Finding // what began it; never altered afterwards
	Last  Day     // of its latest finding
	Times int     // how many findings it holds
}

// Opened is the day of its first finding, which names it beside its rule.
func (s Spell) Opened() Day { return s.First.Day }

// Spells joins the findings that stand for themselves, in order of their first
// days. Those of safety rules never join, nor do those that ask the patient
// something: each is heard on its own.
func Spells(findings []Finding) []Spell {
	var out []Spell
	open := map[string]int{} // rule -> its newest spell
	for _, f := range findings {
		if f.Part != PartOwn {
			continue
		}
		if i, ok := open[f.Rule]; ok && out[i].takes(f) {
			out[i].Last = f.Day
			out[i].Times++
			continue
		}
		open[f.Rule] = len(out)
		out = append(out, Spell{First: f, Last: f.Day, Times: 1})
	}
	slices.SortStableFunc(out, func(a, b Spell) int { return cmp.Compare(a.Opened(), b.Opened()) })
	return out
}

// takes says whether a finding of the spell's rule belongs to it.
func (s Spell) takes(f Finding) bool {
	if f.Day == s.Last {
		return true // two askings of one day
	}
	if f.Severity == AskFirst || strings.HasPrefix(f.Rule, SafetyPrefix) {
		return false
	}
	// A rule whose condition was changed looks for something else.
	return f.RuleVersion == s.First.RuleVersion && f.Day-s.Last <= spellGap && f.Day-s.Opened() < spellLength
}

// Course is what a finding that stands for itself leads to.
type Course string

// The courses.
const (
	CourseCall Course = "call" // staff are called: an alert
	CourseAsk  Course = "ask"  // the patient is asked whether they would like a call
	CourseShow Course = "show" // a list shows it, and nobody is called
)

// CourseOf is what findings of a severity lead to. A severity that is not known
// must not look harmless.
func CourseOf(s Severity) Course {
	switch s {
	case AskFirst:
		return CourseAsk
	case Watch, Digest:
		return CourseShow
	}
	return CourseCall
}
