package pack

import (
	"strings"
	"testing"

	"howareyou/alerts"
)

// FuzzINV10_NoPackTouchesSafety: whatever a pack says, it is refused, or the
// safety rules fire beside it as if it were not there and none of its own rules
// bears their name.
func FuzzINV10_NoPackTouchesSafety(f *testing.F) {
	f.Add(string(DefaultText()))
	f.Add(head + aRule())
	for _, id := range []string{"SAFE-SELFHARM", "safe-help", " SAFE-HELP", `"SAFE\u2010HELP"`, "ＳＡＦＥ-HELP", "SAFE", "WB-SAFE-HELP"} {
		f.Add(head + aRule("id: "+id))
	}
	f.Add(head + aRule("when: '!(\"self_harm\" in flags)'"))
	f.Add(strings.Replace(head, "riverside", "safety", 1) + aRule("id: SAFE-X"))
	more := alerts.More{Flags: []string{"self_harm", "chest_pain", "fall"}, Items: map[string]float64{alerts.Item9: 3, "pain": 9}}
	f.Fuzz(func(t *testing.T, text string) {
		p, err := Parse([]byte(text))
		if err != nil {
			return
		}
		if p.ID == alerts.SafetyPack().ID {
			t.Fatal("a pack calls itself the safety pack")
		}
		for _, r := range p.Rules {
			if strings.HasPrefix(strings.ToUpper(r.ID), "SAFE") || r.Severity == alerts.Red {
				t.Fatalf("rule %q, %s", r.ID, r.Severity)
			}
		}
		_, v, err := alerts.Trend{Scale: alerts.OneToFive(), Pack: p.Pack}.StepMore(alerts.State{}, alerts.Answer{Day: 1, Score: 3}, more)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range []string{alerts.RuleSelfHarm, alerts.RuleRedFlag, alerts.RuleHelp} {
			if len(v.Findings) <= i || v.Findings[i].Rule != want || v.Findings[i].Pack != "safety" {
				t.Fatalf("%s is not among %+v", want, v.Findings)
			}
		}
		// Nor does it when it is put in force in the midst of a history, or taken back.
		other := Default().Pack
		for _, x := range []struct{ before, after *alerts.Pack }{{&other, &p.Pack}, {&p.Pack, &other}} {
			r, err := alerts.Trend{Scale: alerts.OneToFive(), Pack: *x.after}.ReplayHistory(alerts.History{
				Answers: []alerts.Answer{{Day: 1, Score: 3}, {Day: 2, Score: 3}}, More: map[alerts.Day]alerts.More{1: more, 2: more},
				Under: map[alerts.Day]*alerts.Pack{1: x.before},
			}, 2)
			if err != nil {
				t.Fatal(err)
			}
			heard := 0
			for _, f := range r.Findings {
				if f.Pack == "safety" {
					heard++
				}
			}
			if heard != 6 {
				t.Fatalf("the safety rules were heard %d times over two days", heard)
			}
		}
		// What an organisation may keep is a part of what may be read.
		if kept, err := Propose([]byte(text), []Pack{Default()}); err == nil && (kept.ID == Default().ID || kept.ID == alerts.SafetyPack().ID) {
			t.Fatalf("a pack of the name %s is kept", kept.ID)
		}
	})
}
