package pack

import (
	"testing"

	"howareyou/alerts"
)

func TestDefaultPackIsInOrder(t *testing.T) {
	p, err := Parse(DefaultText())
	if err != nil {
		t.Fatal(err)
	}
	if len(p.Rules) != 15 || p.ID != "wellbeing" || p.Version != 2 {
		t.Errorf("%s %d with %d rules", p.ID, p.Version, len(p.Rules))
	}
	for _, r := range p.Rules {
		if r.Trend != (r.ID == alerts.RuleTrendEWMA || r.ID == alerts.RuleBelowUsual3 || r.ID == alerts.RuleDropConfirmed) {
			t.Errorf("%s: trend %v", r.ID, r.Trend)
		}
	}
}
