package stats

import "math"

// The control charts of industrial statistics, by which a rule for diaries is
// compared in the literature. The policy took the moving average from them and
// left the rest: see docs/rules.md for what they cost in false alerts.

// EWMA is an exponentially weighted moving average (Roberts 1959):
// E = Weight·x + (1-Weight)·E.
type EWMA struct{ Weight float64 }

// Next is the average after one more value.
func (w EWMA) Next(average, value float64) float64 {
	return w.Weight*value + (1-w.Weight)*average
}

// Spread is the standard deviation of the average after n values whose own is
// sd: sd·√(w/(2-w)·(1-(1-w)^2n)).
func (w EWMA) Spread(sd float64, n int) float64 {
	return w.LongSpread(sd) * math.Sqrt(1-math.Pow(1-w.Weight, 2*float64(n)))
}

// LongSpread is what Spread becomes after many values: sd·√(w/(2-w)).
func (w EWMA) LongSpread(sd float64) float64 {
	return sd * math.Sqrt(w.Weight/(2-w.Weight))
}

// CUSUM adds up how far values lie beyond Slack from the target, up and down
// apart (Page 1954). Both are in units of the values.
type CUSUM struct{ Target, Slack float64 }

// Sums is where a CUSUM stands. Ups and Downs count the values since each sum
// left zero: they date the change that it signals.
type Sums struct {
	High, Low float64
	Ups       int
	Downs     int
}

// Next is the sums after one more value.
func (c CUSUM) Next(s Sums, value float64) Sums {
	s.High = max(0, s.High+value-c.Target-c.Slack)
	s.Low = max(0, s.Low+c.Target-c.Slack-value)
	if s.Ups++; s.High == 0 {
		s.Ups = 0
	}
	if s.Downs++; s.Low == 0 {
		s.Downs = 0
	}
	return s
}

// Runs is what the Western Electric rules (1956) remember: values in standard
// deviations from the mean, the newest eight. The zero Runs has seen none.
type Runs struct {
	last [8]float64
	n    int
}

// The rules, to be joined with |.
const (
	RunBeyond3   = 1 << iota // one value beyond 3
	RunTwoOf3                // two of three beyond 2, on one side
	RunFourOf5               // four of five beyond 1, on one side
	RunEight                 // eight in a row on one side
	RunAllOfThem = RunBeyond3 | RunTwoOf3 | RunFourOf5 | RunEight
)

// Next takes in one more value.
func (r Runs) Next(z float64) Runs {
	copy(r.last[1:], r.last[:7])
	r.last[0] = z
	r.n = min(r.n+1, len(r.last))
	return r
}

// Signals says whether any of the rules signals.
func (r Runs) Signals(rules int) bool {
	return r.side(rules, 1) || r.side(rules, -1)
}

func (r Runs) side(rules int, sign float64) bool {
	return rules&RunBeyond3 != 0 && r.beyond(1, 3, sign) >= 1 ||
		rules&RunTwoOf3 != 0 && r.beyond(3, 2, sign) >= 2 ||
		rules&RunFourOf5 != 0 && r.beyond(5, 1, sign) >= 4 ||
		rules&RunEight != 0 && r.beyond(8, 0, sign) >= 8
}

// beyond counts those of the newest values that lie beyond a limit.
func (r Runs) beyond(newest int, limit, sign float64) (count int) {
	for _, z := range r.last[:min(newest, r.n)] {
		if z*sign > limit {
			count++
		}
	}
	return count
}
