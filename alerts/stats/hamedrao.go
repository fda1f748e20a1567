package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// HamedRao widens VarS for a series whose values depend on the ones before
// (Hamed & Rao 1998): positive autocorrelation makes trends out of nothing.
// The ranks of the series, freed of Sen's slope, give the autocorrelations
// ρᵢ; those that are significant at level alpha enter
//
//	VarS · (1 + 2/(n(n-1)(n-2)) · Σ (n-i)(n-i-1)(n-i-2) ρᵢ)
//
// The policy's own allowance for autocorrelation is the moving average's; this
// one is for looking at long series, as a back-test does.
func HamedRao(values []float64) Kendall {
	k := MannKendall(values)
	n := float64(k.N)
	if k.N < 3 {
		return k
	}
	x := make([]float64, k.N)
	for i := range x {
		x[i] = float64(i + 1)
	}
	slope, _ := Sen(x, values)
	rest := make([]float64, k.N)
	for i, v := range values {
		rest[i] = v - x[i]*slope
	}
	ranked := ranks(rest)
	const alpha = 0.05
	limit := distuv.UnitNormal.Quantile(1-alpha/2) / math.Sqrt(n)
	sum := 0.0
	for i, rho := range autocorrelations(ranked) {
		lag := float64(i + 1)
		if math.Abs(rho) > limit {
			sum += (n - lag) * (n - lag - 1) * (n - lag - 2) * rho
		}
	}
	k.VarS *= 1 + 2/(n*(n-1)*(n-2))*sum
	k.ties = true // the exact table knows nothing of dependence
	return k
}

// ranks gives each value its place, equal values the mean of theirs.
func ranks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i + 1
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, at := range order[i:j] {
			out[at] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}

// autocorrelations returns those of the lags 1 to n-1.
func autocorrelations(values []float64) []float64 {
	n := len(values)
	mean := 0.0
	for _, v := range values {
		mean += v / float64(n)
	}
	var whole float64
	for _, v := range values {
		whole += (v - mean) * (v - mean)
	}
	out := make([]float64, n-1)
	for lag := 1; lag < n; lag++ {
		var part float64
		for i := lag; i < n; i++ {
			part += (values[i] - mean) * (values[i-lag] - mean)
		}
		out[lag-1] = part / whole
	}
	return out
}
