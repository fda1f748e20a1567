package alerts

import (
	"slices"
	"testing"
)

// dropFeatures is the second of two low answers, with a spread small enough
// that levels alone set the limits unless sd says otherwise.
func dropFeatures(level, sd, prev, drop, days float64) Features {
	return Features{
		Level: level, BaselineReady: true,
		BaseMean: Num(4 * level), BaseSD: Num(sd), BaseN: Num(14),
		Drop: Num(drop), PrevDrop: Num(prev), DaysSincePrev: Num(days), BelowStreak: Num(2),
		EWMA: Num(3 * level), EWMAZ: Num(-1),
	}
}

func fires(t *testing.T, r Rule, f Features) bool {
	t.Helper()
	fires, err := r.When(&f)
	if err != nil {
		t.Fatalf("%s: %v", r.ID, err)
	}
	return fires
}

func TestDropConfirmedAtItsEdges(t *testing.T) {
	unknown := dropFeatures(1, 0.5, 2, 2, 1)
	unknown.PrevDrop = Number{}
	notReady := dropFeatures(1, 0.5, 2, 2, 1)
	notReady.BaselineReady = false
	for _, c := range []struct {
		name string
		f    Features
		want bool
	}{
		{"exactly 1.5 and exactly 2", dropFeatures(1, 0.5, 1.5, 2, 1), true},
		{"the deeper one first", dropFeatures(1, 0.5, 2, 1.5, 1), true},
		{"a hair under 1.5", dropFeatures(1, 0.5, 1.4999, 2, 1), false},
		{"a hair under 1.5 today", dropFeatures(1, 0.5, 2, 1.4999, 1), false},
		{"neither reaches 2", dropFeatures(1, 0.5, 1.9999, 1.9999, 1), false},
		{"3 days apart", dropFeatures(1, 0.5, 2, 2, 3), true},
		{"4 days apart", dropFeatures(1, 0.5, 2, 2, 4), false},
		{"0 to 10: 1.5 levels are 3.75, 2 are 5", dropFeatures(2.5, 1.6, 3.75, 5, 1), true},
		{"0 to 10: two points are not two levels", dropFeatures(2.5, 1.6, 3.7, 5, 1), false},
		{"wide spread: 1.5 sd and 2.25 sd", dropFeatures(1, 1.2, 1.8, 2.7, 1), true},
		{"wide spread: under 1.5 sd", dropFeatures(1, 1.2, 1.79, 2.7, 1), false},
		{"wide spread: under 2.25 sd", dropFeatures(1, 1.2, 1.8, 2.69, 1), false},
		{"the answer before had no baseline", unknown, false},
		{"no baseline", notReady, false},
	} {
		if got := fires(t, dropConfirmed(), c.f); got != c.want {
			t.Errorf("%s: %v, want %v", c.name, got, c.want)
		}
	}
}

func TestTrendAndBelowUsualAtTheirEdges(t *testing.T) {
	f := func(z, streak float64) Features {
		f := dropFeatures(1, 0.5, 0, 1.25, 1)
		f.EWMAZ, f.BelowStreak = Num(z), Num(streak)
		return f
	}
	notReady := Features{Score: 1, Level: 1}
	for _, c := range []struct {
		name         string
		f            Features
		trend, below bool
	}{
		{"z at the limit", f(-2.4, 0), true, false},
		{"z just above it", f(-2.3999, 0), false, false},
		{"z as far above the baseline", f(2.4, 0), false, false},
		{"third below", f(0, 3), false, true},
		{"fourth below", f(0, 4), false, true},
		{"second below", f(0, 2), false, false},
		{"no baseline", notReady, false, false},
	} {
		if got := fires(t, trendEWMA(), c.f); got != c.trend {
			t.Errorf("%s: trend %v, want %v", c.name, got, c.trend)
		}
		if got := fires(t, belowUsual3(), c.f); got != c.below {
			t.Errorf("%s: below usual %v, want %v", c.name, got, c.below)
		}
	}
}

func TestBelowLimit(t *testing.T) {
	for _, c := range []struct{ level, sd, want float64 }{
		{1, 0.5, 1.25}, {1, 1, 1.5}, {2.5, 1.6, 3.125}, {2.5, 3, 4.5},
	} {
		if got := belowLimit(c.level, c.sd); got != c.want {
			t.Errorf("level %v sd %v: %v, want %v", c.level, c.sd, got, c.want)
		}
	}
}

// Every rule must carry what a finding has to name, and packs must not hold a
// rule twice.
func TestPacksAreComplete(t *testing.T) {
	for _, p := range []Pack{DefaultPack(), TrendPack(), SafetyPack()} {
		var ids []string
		for _, r := range p.Rules {
			if r.ID == "" || r.Version < 1 || r.Severity.Rank() == 0 || r.Words == "" || r.Source == "" ||
				r.When == nil || r.Limits == nil || r.Answers < 1 || r.Answers > recentAnswers {
				t.Errorf("%s: rule %q lacks something", p.ID, r.ID)
			}
			if slices.Contains(ids, r.ID) {
				t.Errorf("%s: rule %q twice", p.ID, r.ID)
			}
			ids = append(ids, r.ID)
		}
	}
	if rules := DefaultPack().Rules; len(rules) != 1 || rules[0].ID != RuleDropConfirmed {
		t.Errorf("default pack: %d rules", len(rules))
	}
}

func TestSeveritiesAreOrdered(t *testing.T) {
	order := []Severity{Red, AmberHigh, Amber, AskFirst, Outreach, Watch, Digest, "blue"}
	for i := 1; i < len(order); i++ {
		if order[i-1].Rank() <= order[i].Rank() {
			t.Errorf("%s is not more urgent than %s", order[i-1], order[i])
		}
	}
	if got := Worst([]Finding{{Severity: Amber}, {Severity: AmberHigh}, {Severity: Watch}}); got != AmberHigh {
		t.Errorf("worst is %s", got)
	}
	if got := Worst(nil); got != "" {
		t.Errorf("worst of none is %q", got)
	}
}
