package alerts

import (
	"fmt"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// lowRule fires on every answer at or below a score.
func lowRule(id string, version int, most float64) Rule {
	return Rule{
		ID: id, Version: version, Severity: Amber, Answers: 1,
		When:   func(f *Features) (bool, error) { return f.Answered && f.Score <= most, nil },
		Limits: func(*Features) ([]Limit, error) { return nil, nil },
	}
}

// silentRule fires on every asking without answer.
func anySilence() Rule {
	r := lowRule("ENG-ANY", 1, 9)
	r.OnSilence = true
	r.When = func(*Features) (bool, error) { return true, nil }
	return r
}

func fired(r Result) []string {
	var out []string
	for _, f := range r.Findings {
		out = append(out, fmt.Sprintf("%s %s %d %s", f.Day, f.Rule, f.PackVersion, f.Part))
	}
	return out
}

// INV-11: putting other rules in force alters nothing that was found before, and from
// then on the new ones judge alone.
func TestINV11_ActivatingAltersNothingFound(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		first := TrendPack()
		first.Version, first.Rules = 1, append(first.Rules, lowRule("A-LOW", 1, 2), anySilence())
		second := Pack{ID: "own", Version: 2, Rules: []Rule{dropConfirmed(), lowRule("B-LOW", 1, 3)}}
		days := rapid.IntRange(20, 90).Draw(t, "days")
		at := Day(rapid.IntRange(1, days).Draw(t, "at"))
		var h History
		for d := range Day(days) {
			if rapid.IntRange(0, 9).Draw(t, "answers") > 1 {
				h.Answers = append(h.Answers, Answer{Day: d, Score: float64(rapid.IntRange(1, 5).Draw(t, "score"))})
				h.Prompts = append(h.Prompts, Asking{Day: d, Answered: true})
			} else {
				h.Prompts = append(h.Prompts, Asking{Day: d})
			}
		}
		h.Under = map[Day]*Pack{}
		for _, a := range h.Answers {
			if a.Day < at {
				h.Under[a.Day] = &first
			}
		}
		for i := range h.Prompts {
			if h.Prompts[i].Day < at {
				h.Prompts[i].Under = &first
			}
		}
		whole, err := Trend{Scale: OneToFive(), Pack: second}.ReplayHistory(h, Day(days))
		if err != nil {
			t.Fatal(err)
		}
		before, err := Trend{Scale: OneToFive(), Pack: first}.ReplayHistory(History{Answers: h.Answers, Prompts: h.Prompts}, at-1)
		if err != nil {
			t.Fatal(err)
		}
		all := fired(whole)
		if want := fired(before); !slices.Equal(all[:min(len(all), len(want))], want) {
			t.Fatalf("before %s: %q, alone %q", at, all, want)
		}
		for _, f := range whole.Findings {
			if (f.Day < at) != (f.PackVersion == 1) {
				t.Fatalf("%s of day %s was judged by pack version %d, which changed on %s", f.Rule, f.Day, f.PackVersion, at)
			}
		}
	})
}

// A rule that judges otherwise is another matter: what it finds does not hide in the
// spell of the former.
func TestAChangedRuleBeginsASpellOfItsOwn(t *testing.T) {
	a, b := Pack{ID: "own", Version: 1, Rules: []Rule{lowRule("A-LOW", 1, 2)}}, Pack{ID: "own", Version: 2, Rules: []Rule{lowRule("A-LOW", 2, 3)}}
	h := History{Answers: []Answer{{1, 2}, {2, 2}, {3, 3}, {4, 3}}, Under: map[Day]*Pack{1: &a, 2: &a}}
	r, err := Trend{Scale: OneToFive(), Pack: b}.ReplayHistory(h, 5)
	if err != nil {
		t.Fatal(err)
	}
	spells := Spells(r.Findings)
	if len(spells) != 2 || spells[0].Times != 2 || spells[1].First.RuleVersion != 2 || spells[1].Opened() != 3 {
		t.Errorf("%+v", spells)
	}
	same := b
	same.Rules = []Rule{lowRule("A-LOW", 1, 3)} // only the pack moved on
	if r, err = (Trend{Scale: OneToFive(), Pack: same}).ReplayHistory(h, 5); err != nil || len(Spells(r.Findings)) != 1 {
		t.Errorf("%+v, %v", Spells(r.Findings), err)
	}
}
