package alerts

import (
	"math"

	"howareyou/alerts/stats"
)

// The exponentially weighted moving average gives each answer the weight
// ewmaWeight and forgets by the same share (Roberts 1959; Lucas & Saccucci
// 1990). ewmaPhi is the correlation of one answer with the next that daily
// scores typically have; without it the average looks surer than it is.
const (
	ewmaWeight = 0.2
	ewmaPhi    = 0.3
)

func ewmaNext(e, score float64) float64 { return stats.EWMA{Weight: ewmaWeight}.Next(e, score) }

// ewmaError is the standard error of the difference between the average and
// the baseline's mean: sd·sqrt(λ/(2-λ)·A + V). A widens the average's own
// variance for first-order autocorrelation, V is the variance of a mean of n
// such answers.
func ewmaError(b Baseline) float64 {
	const (
		decay = ewmaPhi * (1 - ewmaWeight)
		a     = (1 + decay) / (1 - decay)
		own   = ewmaWeight / (2 - ewmaWeight) * a
	)
	v := (1 + ewmaPhi) / (1 - ewmaPhi) / float64(b.N)
	return b.SD * math.Sqrt(own+v)
}

// ewmaZ is how many standard errors the average lies above the baseline.
func ewmaZ(e float64, b Baseline) float64 {
	return (e - b.Mean) / ewmaError(b)
}
