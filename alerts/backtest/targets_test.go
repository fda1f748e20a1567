package backtest

import (
	"bytes"
	"math"
	"reflect"
	"runtime"
	"strings"
	"testing"

	"howareyou/alerts"
	"howareyou/alerts/pack"
)

// A small cohort is drawn the same whatever the number of processors, and lies
// where the large one does, within its own error. The full one is
// `howareyou backtest --synthetic 6000 --seed 1`.
func TestSyntheticCohort(t *testing.T) {
	p := pack.Default().Pack
	targets, err := Synthetic(t.Context(), 60, 1, p)
	if err != nil {
		t.Fatal(err)
	}
	procs := runtime.GOMAXPROCS(1)
	again, err := Synthetic(t.Context(), 60, 1, p)
	runtime.GOMAXPROCS(procs)
	if err != nil {
		t.Fatal(err)
	}
	for i := range targets { // NaN is not itself
		a, b := targets[i], again[i]
		a.Bound, b.Bound = 0, 0
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%+v on one processor, %+v on more", b, a)
		}
		slack := 4 * targets[i].Error
		if strings.HasSuffix(a.What, "median") {
			slack = 1
		}
		if bound := targets[i].Bound; !math.IsNaN(bound) && targets[i].AtMost && a.Measured > bound+slack || !targets[i].AtMost && a.Measured < bound-slack {
			t.Errorf("%+v", targets[i])
		}
	}
}

// A pack that calls at the slightest fall must miss the target for false
// episodes, and one that never calls all the others.
func TestTargetsCanBeMissed(t *testing.T) {
	eager := alerts.Rule{
		ID: alerts.RuleTrendEWMA, Version: 1, Severity: alerts.Amber, Trend: true, Answers: 1,
		When:   func(f *alerts.Features) (bool, error) { return f.BaselineReady && f.Drop.Value > 0.9, nil },
		Limits: func(*alerts.Features) ([]alerts.Limit, error) { return nil, nil },
	}
	for _, c := range []struct {
		pack   alerts.Pack
		missed []int // lines of the table
	}{
		{alerts.Pack{ID: "eager", Version: 1, Rules: []alerts.Rule{eager}}, []int{0}},
		{alerts.Pack{ID: "mute", Version: 1}, []int{1, 2, 3, 5, 7}},
	} {
		targets, err := Synthetic(t.Context(), 40, 1, c.pack)
		if err != nil {
			t.Fatal(err)
		}
		var out bytes.Buffer
		met, err := WriteTable(&out, targets)
		lines := strings.Split(out.String(), "\n")[1:]
		for _, i := range c.missed {
			if err != nil || met || !strings.HasSuffix(lines[i], "NO") || targets[i].Met() {
				t.Errorf("%s: met %v\n%s", c.pack.ID, met, lines[i])
			}
		}
	}
}

// The cohort is what docs/rules.md says.
func TestCohortIsAsDescribed(t *testing.T) {
	const n = 4000
	var rates, scores, days, asked float64
	starts := map[bool]int{}
	for i := range n {
		p := draw(9, i)
		rates += p.rate
		starts[p.start >= declineFirst && p.start <= declineLast]++
		var h alerts.History
		p.live(stable(), &h)
		asked += float64(len(h.Prompts))
		days += float64(len(h.Answers))
		for _, a := range h.Answers {
			scores += a.Score
			if a.Score != math.Trunc(a.Score) || a.Score < 1 || a.Score > 5 {
				t.Fatalf("score %v", a.Score)
			}
		}
	}
	if got := rates / n; math.Abs(got-0.75) > 0.01 {
		t.Errorf("mean rate %v", got)
	}
	if got := days / asked; math.Abs(got-0.75) > 0.01 {
		t.Errorf("answered %v", got)
	}
	if got := scores / days; math.Abs(got-3.5) > 0.1 {
		t.Errorf("mean score %v", got)
	}
	if starts[false] > 0 {
		t.Errorf("%d declines start on other days", starts[false])
	}
}
