package alerts

import "math"

// Worth is what an organisation's staff made of the alerts of one rule.
type Worth struct {
	Rule      string
	Severity  Severity
	Opened    int // alerts in the period
	Standing  int // of them, not closed yet
	Outcomes  map[Outcome]int
	Useful    int
	NotUseful int
}

// FewestRated is below how many ratings no share is said: of five alerts one tap
// more or less moves it by a fifth.
const FewestRated = 10

// Rated is how many of the alerts somebody has rated.
func (w Worth) Rated() int { return w.Useful + w.NotUseful }

// Share is which share of the rated alerts was useful, with the bounds of its 95 %
// interval (Wilson 1927, which also holds for small numbers and at 0 and 1). ok is
// false while too few are rated to say anything.
func (w Worth) Share() (share, low, high float64, ok bool) {
	n := float64(w.Rated())
	if w.Rated() < FewestRated {
		return 0, 0, 0, false
	}
	const z = 1.959964
	p := float64(w.Useful) / n
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	return p, max(0, mid-half), min(1, mid+half), true
}
