package stats

import (
	"encoding/json"
	"math"
	"math/rand/v2"
	"testing"
)

func TestEWMAOfPublishedExamples(t *testing.T) {
	ex := examples(t)
	n := ex.NISTEWMA
	chart, e := EWMA{Weight: n.Lambda}, n.Start
	for i, x := range n.Data {
		near(t, "NIST average", e, n.EWMA[i], 2)
		e = chart.Next(e, x)
	}
	near(t, "NIST last average", e, n.EWMA[len(n.Data)], 2)
	// The handbook's limits come from s rounded to 2.0539 and √(0.3/1.7) to 0.4201.
	near(t, "NIST upper limit", n.Start+3*chart.LongSpread(n.S), n.UCL, 3)
	near(t, "NIST lower limit", n.Start-3*chart.LongSpread(n.S), n.LCL, 3)

	m := ex.Montgomery
	chart, e = EWMA{Weight: m.Lambda}, m.Mu0
	first := 0
	for i, x := range m.Data {
		e = chart.Next(e, x)
		limit := m.Mu0 + m.L*chart.Spread(m.Sigma, i+1)
		switch i + 1 {
		case 1:
			near(t, "Montgomery z1", e, m.Z1, 9)
		case 2:
			near(t, "Montgomery z2", e, m.Z2, 9)
		case 29:
			near(t, "Montgomery z29", e, m.Z29, 5)
			near(t, "Montgomery limit", limit, m.UCL29, 5)
		}
		if first == 0 && (e > limit || e < 2*m.Mu0-limit) {
			first = i + 1
		}
	}
	if first != m.EWMAFirst {
		t.Errorf("Montgomery's average signals at %d, want %d", first, m.EWMAFirst)
	}
}

func TestCUSUMOfPublishedExamples(t *testing.T) {
	ex := examples(t)
	m := ex.Montgomery
	var s Sums
	first := 0
	for i, x := range m.Data {
		s = CUSUM{Target: m.Mu0, Slack: m.K}.Next(s, x)
		if first == 0 && max(s.High, s.Low) > m.H {
			first = i + 1
			near(t, "Montgomery C+", s.High, m.Cplus29, 9)
			if s.Ups != m.Nplus29 {
				t.Errorf("Montgomery N+ %d, want %d", s.Ups, m.Nplus29)
			}
		}
	}
	if first != m.FirstSignal {
		t.Errorf("Montgomery signals at %d, want %d", first, m.FirstSignal)
	}
	n := ex.NISTCUSUM
	s, first = Sums{}, 0
	for i, x := range n.Data {
		s = CUSUM{Target: n.Target, Slack: n.K}.Next(s, x)
		if first == 0 && max(s.High, s.Low) > n.H {
			first = i + 1
			near(t, "NIST sum", s.High, n.Shi14, 2)
		}
	}
	if first != n.FirstSignal {
		t.Errorf("NIST signals at %d, want %d", first, n.FirstSignal)
	}
}

// runLength simulates how long a chart takes to signal and returns the mean
// with its standard error. One draw is a value in standard deviations.
func runLength(seed uint64, runs int, start func() func(z float64) bool) (mean, err float64) {
	random := rand.New(rand.NewPCG(seed, 11))
	var sum, squares float64
	for range runs {
		signals := start()
		n := 1
		for !signals(random.NormFloat64()) {
			n++
		}
		sum += float64(n)
		squares += float64(n) * float64(n)
	}
	mean = sum / float64(runs)
	return mean, math.Sqrt((squares/float64(runs) - mean*mean) / float64(runs))
}

// within is the simulation's own error: four standard errors and the last
// digit that was printed.
func within(t *testing.T, what []string, mean, err, want, digit float64) {
	t.Helper()
	if math.Abs(mean-want) > 4*err+digit {
		t.Errorf("%v: run length %.2f ± %.2f, want %.2f", what, mean, err, want)
	}
}

const simulated = 1000 // runs a row

func TestEWMARunLengths(t *testing.T) {
	rows := readCSV(t, "testdata/ewma_arl_two_sided.csv")
	if len(rows) != 50 {
		t.Fatalf("%d rows", len(rows))
	}
	for i, row := range rows {
		chart, l, shift := EWMA{number(t, row[0])}, number(t, row[1]), number(t, row[2])
		limit := l * chart.LongSpread(1)
		mean, err := runLength(uint64(i), simulated, func() func(float64) bool {
			e := 0.0
			return func(z float64) bool {
				e = chart.Next(e, z+shift)
				return math.Abs(e) > limit
			}
		})
		within(t, row, mean, err, number(t, row[4]), 0.001)
		// What was printed has three digits.
		within(t, row, mean, err, number(t, row[3]), 0.006*number(t, row[3])+0.05)
	}
	for i, row := range readCSV(t, "testdata/ewma_arl_one_sided_norefl.csv") {
		chart, limit := EWMA{number(t, row[0])}, -number(t, row[1])*EWMA{number(t, row[0])}.LongSpread(1)
		for j, shift := range []float64{0, 0.5, 1, 1.5, 2} {
			mean, err := runLength(uint64(100+i), simulated/4, func() func(float64) bool {
				e := 0.0
				return func(z float64) bool {
					e = chart.Next(e, z-shift)
					return e < limit
				}
			})
			within(t, row, mean, err, number(t, row[2+j]), 0.006)
		}
	}
}

func TestCUSUMRunLengths(t *testing.T) {
	two := func(k, h, shift float64) func() func(float64) bool {
		return func() func(float64) bool {
			var s Sums
			return func(z float64) bool {
				s = CUSUM{Slack: k}.Next(s, z+shift)
				return max(s.High, s.Low) > h
			}
		}
	}
	for i, row := range readCSV(t, "testdata/cusum_arl_two_sided.csv") {
		mean, err := runLength(uint64(200+i), simulated, two(number(t, row[0]), number(t, row[1]), number(t, row[2])))
		within(t, row, mean, err, number(t, row[4]), 0.001)
	}
	for i, row := range readCSV(t, "testdata/cusum_hawkins_h.csv") {
		mean, err := runLength(uint64(300+i), simulated, two(number(t, row[0]), number(t, row[1]), 0))
		within(t, row, mean, err, number(t, row[3]), 0.01)
	}
}

func TestWesternElectricRunLengths(t *testing.T) {
	weco := examples(t).Weco
	for i, c := range []struct {
		name  string
		rules int
	}{
		{"1", RunBeyond3},
		{"1+2", RunBeyond3 | RunTwoOf3},
		{"1+3", RunBeyond3 | RunFourOf5},
		{"1+4", RunBeyond3 | RunEight},
		{"1+2+3+4", RunAllOfThem},
	} {
		var want float64
		if err := json.Unmarshal(weco[c.name], &want); err != nil {
			t.Fatal(err)
		}
		mean, err := runLength(uint64(400+i), 2*simulated, func() func(float64) bool {
			var r Runs
			return func(z float64) bool {
				r = r.Next(z)
				return r.Signals(c.rules)
			}
		})
		within(t, []string{c.name}, mean, err, want, 0.01)
	}
}
