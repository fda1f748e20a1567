package backtest

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"

	"howareyou/alerts"
)

// Target is one line of the table: what was measured on the synthetic cohort,
// how sure that is, and what it has to be.
type Target struct {
	What     string
	Measured float64
	Error    float64 // standard error; 0 where it is not told
	Unit     string
	Bound    float64 // NaN: measured for information
	AtMost   bool    // Bound is the most; otherwise the least
}

// Met says whether the target was reached.
func (t Target) Met() bool {
	switch {
	case math.IsNaN(t.Bound):
		return true
	case t.AtMost:
		return t.Measured <= t.Bound
	}
	return t.Measured >= t.Bound
}

// arm is one course lived by every patient.
type arm struct {
	course course
	within int // a decline counts as found when it is found in so many days
	rule   string
}

var arms = []arm{
	{course: stable()},
	{course: sudden(2), within: 14},
	{course: sudden(1.5), within: 14},
	{course: gradual(2), within: 28},
	{course: gradual(1.5), within: 28},
	{course: dip(2), within: 14},
	{course: silent(), within: 28, rule: "ENG-SILENT"},
}

// tally is what an arm adds up to.
type tally struct {
	episodes []int // of each stable patient
	found    []int // days from the start of each decline that was found in time
	faults   int
}

// Synthetic draws patients, has each of them live every course, and measures
// what the pack finds. The same seed gives the same figures on every machine.
func Synthetic(ctx context.Context, patients int, seed uint64, pack alerts.Pack) ([]Target, error) {
	trend := alerts.Trend{Scale: alerts.OneToFive(), Pack: pack}
	tallies := make([]tally, len(arms))
	var next atomic.Int64
	var running sync.WaitGroup
	var mu sync.Mutex
	var failed error
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			mine := make([]tally, len(arms))
			var h alerts.History
			var err error
			for i := next.Add(1) - 1; i < int64(patients) && ctx.Err() == nil && err == nil; i = next.Add(1) - 1 {
				p := draw(seed, int(i))
				for a := range arms {
					p.live(arms[a].course, &h)
					err = mine[a].take(trend, h, p, arms[a])
				}
			}
			mu.Lock()
			defer mu.Unlock()
			if err != nil {
				failed = err
			}
			for a := range mine {
				tallies[a].episodes = append(tallies[a].episodes, mine[a].episodes...)
				tallies[a].found = append(tallies[a].found, mine[a].found...)
				tallies[a].faults += mine[a].faults
			}
		})
	}
	running.Wait()
	if failed != nil {
		return nil, failed
	}
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	return table(tallies, patients), nil
}

// take lives one course and counts. A decline is found when an episode opens on
// or after its first day; one that was open already, by chance, does not count,
// nor does what is added to it. Silence is found by its own rule.
func (t *tally) take(trend alerts.Trend, h alerts.History, p *person, a arm) error {
	r, err := trend.ReplayHistory(h, cohortDays-1)
	if err != nil {
		return err
	}
	t.faults += len(r.Faults)
	if a.within == 0 {
		t.episodes = append(t.episodes, len(r.Episodes))
		return nil
	}
	for _, f := range r.Findings {
		counts := f.Part == alerts.PartOpens
		if a.rule != "" {
			counts = f.Rule == a.rule
		}
		if in := int(f.Day) - p.start; counts && in >= 0 && in < a.within {
			t.found = append(t.found, in)
			return nil
		}
	}
	return nil
}

func table(t []tally, patients int) []Target {
	n := float64(patients)
	share := func(i int) (percent, err float64) {
		p := float64(len(t[i].found)) / n
		return 100 * p, 100 * math.Sqrt(p*(1-p)/n)
	}
	middle := func(i int) float64 {
		days := slices.Sorted(slices.Values(t[i].found))
		if len(days) == 0 {
			return math.Inf(1)
		}
		return float64(days[(len(days)-1)/2]+days[len(days)/2]) / 2
	}
	rate, rateError := perHundred(t[0].episodes)
	out := []Target{{"false episodes per 100 patient-weeks, stable", rate, rateError, "", 2, true}}
	for _, l := range []struct {
		arm    int
		what   string
		bound  float64
		median float64
	}{
		{1, "sudden fall of 2.0 found in 14 days", 87, 3},
		{2, "sudden fall of 1.5 found in 14 days", 75, math.NaN()},
		{3, "gradual fall of 2.0 found in 28 days", 90, math.NaN()},
		{4, "gradual fall of 1.5 found in 28 days", 80, math.NaN()},
		{5, "dip of 2.0 for 5 days found in 14 days", math.NaN(), math.NaN()},
		{6, "total silence found in 28 days", math.NaN(), math.NaN()},
	} {
		percent, err := share(l.arm)
		out = append(out, Target{l.what, percent, err, "%", l.bound, false},
			Target{l.what + ", median", middle(l.arm), 0, "days", l.median, true})
	}
	faults := 0
	for _, x := range t {
		faults += x.faults
	}
	return append(out, Target{"rules that could not be judged", float64(faults), 0, "", 0, true})
}

// perHundred is episodes per 100 patient-weeks with its standard error, in
// which a patient is one observation.
func perHundred(episodes []int) (rate, err float64) {
	const one = 100 * 7.0 / cohortDays // episode of one patient
	sum, squares := 0, 0               // whole numbers: their order makes no difference
	for _, e := range episodes {
		sum += e
		squares += e * e
	}
	n := float64(len(episodes))
	mean := float64(sum) / n
	return one * mean, one * math.Sqrt((float64(squares)/n-mean*mean)/n)
}

// WriteTable prints the targets and says whether all were met.
func WriteTable(w io.Writer, targets []Target) (met bool, err error) {
	met = true
	if _, err := fmt.Fprintf(w, "%-52s %18s  %-10s %s\n", "what", "measured", "target", "met"); err != nil {
		return false, err
	}
	for _, t := range targets {
		measured := fmt.Sprintf("%.2f", t.Measured)
		if t.Error > 0 {
			measured += fmt.Sprintf(" ± %.2f", t.Error)
		}
		if t.Unit != "" {
			measured += " " + t.Unit
		}
		target, verdict := "-", "-"
		if !math.IsNaN(t.Bound) {
			target, verdict = fmt.Sprintf(">= %g", t.Bound), "yes"
			if t.AtMost {
				target = fmt.Sprintf("<= %g", t.Bound)
			}
			if !t.Met() {
				verdict, met = "NO", false
			}
		}
		if _, err := fmt.Fprintf(w, "%-52s %18s  %-10s %s\n", t.What, measured, target, verdict); err != nil {
			return false, err
		}
	}
	return met, nil
}
