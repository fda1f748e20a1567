package alerts_test

import (
	"fmt"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/alerts"
)

func found(rule string, s alerts.Severity, days ...alerts.Day) []alerts.Finding {
	var out []alerts.Finding
	for _, d := range days {
		out = append(out, alerts.Finding{Rule: rule, Severity: s, Day: d, Part: alerts.PartOwn})
	}
	return out
}

func TestFindingsOfOneRuleJoinIntoSpells(t *testing.T) {
	for _, c := range []struct {
		name     string
		findings []alerts.Finding
		want     string
	}{
		{"none", nil, ""},
		{"one", found("A", alerts.Amber, 5), "A 5-5 1"},
		{"day after day", found("A", alerts.Amber, 5, 6, 7), "A 5-7 3"},
		{"a fortnight apart", found("A", alerts.Outreach, 5, 19), "A 5-19 2"},
		{"longer apart", found("A", alerts.Outreach, 5, 20), "A 5-5 1; A 20-20 1"},
		{"after four weeks it is another", found("A", alerts.Amber, 0, 10, 20, 27, 28), "A 0-27 4; A 28-28 1"},
		{"two askings of a day", found("A", alerts.AskFirst, 5, 5), "A 5-5 2"},
		{"each lowest answer is asked about", found("A", alerts.AskFirst, 5, 6), "A 5-5 1; A 6-6 1"},
		{"each cry is heard", found("SAFE-SELFHARM", alerts.Red, 5, 6), "SAFE-SELFHARM 5-5 1; SAFE-SELFHARM 6-6 1"},
		{"by rule", append(found("A", alerts.Amber, 5), found("B", alerts.Amber, 4)...), "B 4-4 1; A 5-5 1"},
		{"what an episode holds is the episode's", []alerts.Finding{
			{Rule: "A", Day: 1, Part: alerts.PartOpens}, {Rule: "A", Day: 2, Part: alerts.PartEvidence}, {Rule: "A", Day: 3, Part: alerts.PartHeld},
		}, ""},
	} {
		var got []string
		for _, s := range alerts.Spells(c.findings) {
			got = append(got, fmt.Sprintf("%s %d-%d %d", s.First.Rule, s.Opened(), s.Last, s.Times))
		}
		if s := strings.Join(got, "; "); s != c.want {
			t.Errorf("%s: %q, want %q", c.name, s, c.want)
		}
	}
}

// No finding is lost or counted twice, and what came later never changes how a spell
// began: what was told of it stays true.
func TestINV11_SpellsGrowAndNeverChangeTheirBeginning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		severities := []alerts.Severity{alerts.Amber, alerts.Outreach, alerts.Watch, alerts.AskFirst}
		var findings []alerts.Finding
		day := alerts.Day(0)
		for range rapid.IntRange(0, 40).Draw(t, "findings") {
			day += alerts.Day(rapid.IntRange(0, 20).Draw(t, "gap"))
			i := rapid.IntRange(0, len(severities)-1).Draw(t, "rule")
			findings = append(findings, found(string(rune('A'+i)), severities[i], day)...)
		}
		whole := alerts.Spells(findings)
		times := 0
		for _, s := range whole {
			times += s.Times
		}
		if times != len(findings) {
			t.Fatalf("%d findings in spells of %d", times, len(findings))
		}
		cut := rapid.IntRange(0, len(findings)).Draw(t, "cut")
		for _, before := range alerts.Spells(findings[:cut]) {
			kept := false
			for _, s := range whole {
				kept = kept || s.First.Rule == before.First.Rule && s.Opened() == before.Opened() && s.Last >= before.Last && s.Times >= before.Times
			}
			if !kept {
				t.Fatalf("the spell of %s from day %d is gone when more is known", before.First.Rule, before.Opened())
			}
		}
	})
}

func TestWhatASeverityLeadsTo(t *testing.T) {
	for s, want := range map[alerts.Severity]alerts.Course{
		alerts.Red: alerts.CourseCall, alerts.AmberHigh: alerts.CourseCall, alerts.Amber: alerts.CourseCall, alerts.Outreach: alerts.CourseCall,
		alerts.AskFirst: alerts.CourseAsk, alerts.Watch: alerts.CourseShow, alerts.Digest: alerts.CourseShow, "unheard of": alerts.CourseCall,
	} {
		if got := alerts.CourseOf(s); got != want {
			t.Errorf("%s leads to %s, want %s", s, got, want)
		}
	}
}
