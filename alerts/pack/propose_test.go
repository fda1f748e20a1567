package pack

import (
	"maps"
	"slices"
	"strings"
	"testing"
)

func kept(t *testing.T, text string) Pack {
	t.Helper()
	p, err := Parse([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return p
}

// An outline holds for Propose what the whole pack does.
func TestAnOutlineIsEnoughToCompareWith(t *testing.T) {
	for _, text := range []string{head + aRule() + aRule("id: WB-OTHER", "after: silence", "when: missed_streak > 2", "limits: []"), string(DefaultText())} {
		whole := kept(t, text)
		outline, err := Outline([]byte(text))
		if err != nil || outline.ID != whole.ID || outline.Version != whole.Version || !maps.Equal(outline.conditions, whole.conditions) || len(whole.conditions) != len(whole.Rules) {
			t.Errorf("%+v, want %+v (%v)", outline, whole, err)
		}
	}
}

// What makes two things of one name is refused, with what to write instead.
func TestProposeRefusesWhatIsTaken(t *testing.T) {
	third := kept(t, head+aRule())
	next := func(rule string) string { return strings.Replace(head, "version: 3", "version: 4", 1) + rule }
	for _, x := range []struct{ name, text, want string }{
		{"the next version", next(aRule()), ""},
		{"the same version", head + aRule(), "version: version 3 of riverside is kept already, and what is kept never changes; number this one 4"},
		{"an older version", strings.Replace(head, "version: 3", "version: 1", 1) + aRule(), "number this one 4"},
		{"another pack of the same version", strings.Replace(head, "riverside", "lakeside", 1) + aRule(), ""},
		{"the program's name", strings.Replace(head, "riverside", "wellbeing", 1) + aRule(), `pack: the name "wellbeing" belongs to the rules that the program comes with; choose another, such as "our-wellbeing"`},
		{"a condition changed, its version not", next(aRule("when: low_streak >= 3")), "line 6, rule WB-LOW-TWICE: version: version 1 of this rule in riverside 3 judges otherwise; number this one 2"},
		{"a condition and its version changed", next(aRule("when: low_streak >= 3", "version: 2")), ""},
		{"a severity changed, its version not", next(aRule("severity: amber-high")), "judges otherwise; number this one 2"},
		{"words alone changed", next(aRule(`words: {en: "Twice {last}", es: "Dos {last}", ar: "مرتين {last}"}`)), ""},
		{"blanks alone changed", next(aRule(`when: "low_streak   >= 2"`)), ""},
		{"a rule of the program judges otherwise", next(aRule("id: WB-DROP-CONFIRMED", "when: low_streak >= 2")), "rule WB-DROP-CONFIRMED: version: version 1 of this rule in wellbeing 2 judges otherwise; number this one 2"},
		{"a mistake of any kind", next(aRule("when: low_streek >= 2")), "did you mean low_streak?"},
		{"too large", next(aRule()) + strings.Repeat("#\n", LargestOwn/2), "the file is larger than 96 KiB"},
	} {
		_, err := Propose([]byte(x.text), []Pack{third})
		if x.want == "" && err != nil || x.want != "" && (err == nil || !strings.Contains(err.Error(), x.want)) {
			t.Errorf("%s: %v, want %q", x.name, err, x.want)
		}
	}
	// The program's own rules, under another name, are a good beginning.
	own := strings.Replace(strings.Replace(string(DefaultText()), "pack: wellbeing", "pack: our-wellbeing", 1), "version: 2", "version: 1", 1)
	if _, err := Propose([]byte(own), nil); err != nil {
		t.Error(err)
	}
}

func TestDifferences(t *testing.T) {
	was := kept(t, head+aRule()+aRule("id: WB-GONE")+aRule("id: WB-WORDS"))
	is := kept(t, head+aRule("severity: watch", "version: 2")+aRule("id: WB-NEW")+aRule("id: WB-WORDS", `words: {en: a, es: b, ar: c}`))
	want := []Difference{
		{"WB-LOW-TWICE", "changed", "amber", "watch"}, {"WB-NEW", "added", "", "amber"}, {"WB-WORDS", "worded", "", ""}, {"WB-GONE", "removed", "amber", ""},
	}
	if got := Differences(is, was); !slices.Equal(got, want) {
		t.Errorf("%+v", got)
	}
	if got := Differences(is, is); got != nil {
		t.Errorf("%+v", got)
	}
}
