package alerts

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"
)

func opened(t *testing.T, trend Trend, answers []Answer) Finding {
	t.Helper()
	r, err := trend.Replay(answers, answers[len(answers)-1].Day)
	if err != nil {
		t.Fatal(err)
	}
	e, open := r.State.Episode()
	if !open {
		t.Fatal("no episode")
	}
	return e.Opening[0]
}

func TestReason(t *testing.T) {
	steadyTen := func(usual, low float64) []Answer {
		var answers []Answer
		for d := range Day(20) {
			answers = append(answers, Answer{Day: d, Score: usual})
		}
		return append(answers, Answer{Day: 20, Score: low}, Answer{Day: 22, Score: low})
	}
	for _, c := range []struct {
		name    string
		trend   Trend
		answers []Answer
		want    Reason
	}{
		{
			"a sudden drop",
			Trend{OneToFive(), DefaultPack()},
			diary(steady + "12"),
			Reason{
				Rule: RuleDropConfirmed, Words: "reason.drop_confirmed", Severity: AmberHigh,
				Usual: 4, Recent: 3, Last: []float64{1, 2}, Days: 2, Drop: 3, Threshold: 2,
			},
		},
		{
			"pain: the patient's own numbers",
			Trend{ZeroToTen().Reversed(), DefaultPack()},
			steadyTen(7, 2),
			Reason{
				Rule: RuleDropConfirmed, Words: "reason.drop_confirmed", Severity: AmberHigh, LowerIsBetter: true,
				Usual: 3, Recent: 5, Last: []float64{8, 8}, Days: 3, Drop: 5, Threshold: 5,
			},
		},
		{
			"three below",
			Trend{OneToFive(), Pack{Rules: []Rule{belowUsual3()}}},
			diary(steady + "2.22"),
			Reason{
				Rule: RuleBelowUsual3, Words: "reason.below_usual_3", Severity: Amber,
				Usual: 4, Recent: 3, Last: []float64{2, 2, 2}, Days: 4, Drop: 2, Threshold: 1.2,
			},
		},
		{
			"a slow decline",
			Trend{OneToFive(), Pack{Rules: []Rule{trendEWMA()}}},
			diary(steady + "3333"),
			Reason{
				Rule: RuleTrendEWMA, Words: "reason.trend_ewma", Severity: Amber,
				// 1-0.8⁴ = 0.59 below; 2.4 standard errors are 0.54.
				Usual: 4, Recent: 3.5, Last: []float64{4, 3, 3, 3, 3}, Days: 5, Drop: 0.6, Threshold: 0.5,
			},
		},
	} {
		got := opened(t, c.trend, c.answers).Reason()
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s:\n%s", c.name, diff)
		}
	}
}

// Whatever the history, what staff read must be true: the last answers as
// they were given, the limit no larger than the drop that passed it, and
// usual no further than a quarter from the truth.
func TestReasonsAreTrue(t *testing.T) {
	onBothScales(t, func(t *rapid.T, trend Trend) {
		if rapid.Bool().Draw(t, "reversed") {
			trend.Scale = trend.Scale.Reversed()
		}
		answers := histories(trend.Scale).Draw(t, "answers")
		score := make(map[Day]float64)
		for _, a := range answers {
			score[a.Day] = trend.Scale.Shown(a.Score)
		}
		for _, f := range replay(t, trend, answers, maxDay).Findings {
			r, e := f.Reason(), f.Evidence
			if off := r.Usual - trend.Scale.Shown(e.Baseline.Mean); off > 0.25 || off < -0.25 {
				t.Fatalf("usual %v for %v", r.Usual, e.Baseline.Mean)
			}
			if r.Threshold > r.Drop || r.Drop <= 0 {
				t.Fatalf("%s: drop %v, threshold %v", f.Rule, r.Drop, r.Threshold)
			}
			if got := r.Last[len(r.Last)-1]; got != score[f.Day] {
				t.Fatalf("last answer %v, was %v", got, score[f.Day])
			}
			for i, a := range e.Last {
				if r.Last[i] != score[a.Day] || a.Day > f.Day {
					t.Fatalf("answer of %v told as %v", a.Day, r.Last[i])
				}
			}
		}
	})
}

// Findings are kept as JSON beside the alert: they must read back whole, and
// a missing feature must not come back as zero.
func TestFindingsSurviveJSON(t *testing.T) {
	f := opened(t, Trend{OneToFive(), DefaultPack()}, diary(steady+"12"))
	f.Evidence.Features.PrevDrop = Number{}
	text, err := json.Marshal(f)
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(text), `"prev_drop":null`) || !strings.Contains(string(text), `"day":"1970-01-22"`) {
		t.Errorf("%s", text)
	}
	var back Finding
	if err := json.Unmarshal(text, &back); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(f, back); diff != "" {
		t.Error(diff)
	}
}

func TestRounded(t *testing.T) {
	for _, c := range []struct{ in, want float64 }{
		{3.74, 3.5}, {3.75, 4}, {3.8, 4}, {4, 4}, {4.2, 4}, {4.25, 4.5}, {0.1, 0},
	} {
		if got := Rounded(c.in); got != c.want {
			t.Errorf("%v is told as %v, want %v", c.in, got, c.want)
		}
	}
}
