package alerts

import (
	"math"

	"gonum.org/v1/gonum/stat"
)

// The window of the baseline. It stops a week short of today, so that a slow
// decline is not learned as usual while it happens; only in the first weeks,
// when there is nothing older, it is the first fourteen days.
const (
	baselineDays  = 56 // its length
	baselineLag   = 7  // the days before today that it leaves out
	baselineFirst = 14 // no baseline before this many days
	baselineNeeds = 7  // fewest answers
	// The expected spread of the scale counts as this many answers. Without
	// it a patient who gives the same answer every day would have a spread of
	// zero, and the first other answer would be an alarm.
	spreadWeight = 8
)

// Baseline is what is usual for a patient on a day, learned from the answers
// of the days [From, To) that lie in no episode.
type Baseline struct {
	Mean float64 `json:"mean"`
	SD   float64 `json:"sd"` // shrunk towards Scale.Spread; never zero
	N    int     `json:"n"`  // answers it was learned from; 0 when there is none yet
	From Day     `json:"from"`
	To   Day     `json:"to"`
}

// Ready says whether there is a baseline to compare with.
func (b Baseline) Ready() bool { return b.N > 0 }

// baselineWindow returns the days [from, to) to learn from on day d, both
// counted from the patient's first answer.
func baselineWindow(d int) (from, to int) {
	to = max(d-baselineLag, min(baselineFirst, d))
	return max(0, to-baselineDays), to
}

// learn returns the baseline of the scores, or none when they are too few.
// The spread is the pooled estimate
//
//	sd² = (w·s0² + SS) / (w + n - 1)
//
// of the expected spread s0, which has the weight w, and of the sum of squares
// SS about the mean, which has n-1 degrees of freedom: the posterior scale of
// a normal variance under a scaled inverse chi-squared prior.
func learn(scale Scale, scores []float64) (b Baseline, ok bool) {
	n := len(scores)
	if n < baselineNeeds {
		return Baseline{}, false
	}
	mean, variance := stat.MeanVariance(scores, nil)
	df := float64(n - 1)
	sd := math.Sqrt((spreadWeight*scale.Spread*scale.Spread + variance*df) / (spreadWeight + df))
	return Baseline{Mean: mean, SD: sd, N: n}, true
}
