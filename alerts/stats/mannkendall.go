package stats

import (
	"math"
	"slices"
)

// exactUpTo is the length up to which the distribution of S is known exactly,
// as long as no two values are equal.
const exactUpTo = 14

// Kendall is the Mann-Kendall test of whether a series has a trend (Mann 1945;
// Kendall 1975). It compares every value with every later one and does not
// look at how large a difference is, so that one odd day cannot carry it.
type Kendall struct {
	N int
	// S is the number of pairs that rise minus the number that fall.
	S int
	// VarS is the variance of S where there is no trend, less what groups of t
	// equal values take away: (n(n-1)(2n+5) - Σ t(t-1)(2t+5)) / 18.
	VarS float64
	// ties says whether any two values are equal.
	ties bool
}

// MannKendall compares each value with each later one.
func MannKendall(values []float64) Kendall {
	var buf [32]float64
	sorted := append(buf[:0], values...)
	k := Kendall{N: len(values)}
	for i, early := range values {
		for _, late := range values[i+1:] {
			switch {
			case late > early:
				k.S++
			case late < early:
				k.S--
			}
		}
	}
	slices.Sort(sorted)
	n := float64(k.N)
	v := n * (n - 1) * (2*n + 5)
	for i := 0; i < len(sorted); {
		j := i + 1
		for j < len(sorted) && sorted[j] == sorted[i] {
			j++
		}
		if t := float64(j - i); t > 1 {
			k.ties = true
			v -= t * (t - 1) * (2*t + 5)
		}
		i = j
	}
	k.VarS = v / 18
	return k
}

// Z is S in standard deviations, one step nearer to zero because S moves in
// steps (the continuity correction): (S∓1)/√VarS, and 0 where S is 0.
func (k Kendall) Z() float64 {
	switch {
	case k.S > 0:
		return float64(k.S-1) / math.Sqrt(k.VarS)
	case k.S < 0:
		return float64(k.S+1) / math.Sqrt(k.VarS)
	}
	return 0
}

// Falling is the probability of an S as low as this where there is no trend:
// small when the series falls. It is 1 for fewer than two values, which can
// show nothing.
func (k Kendall) Falling() float64 { return k.tail(-k.S, -k.Z()) }

// Rising is the probability of an S as high as this where there is no trend.
func (k Kendall) Rising() float64 { return k.tail(k.S, k.Z()) }

// TwoSided is the probability of an S as far from zero as this, either way.
func (k Kendall) TwoSided() float64 {
	return min(1, 2*min(k.Falling(), k.Rising()))
}

// TauA is S over the number of pairs: Kendall's τ without regard to ties.
func (k Kendall) TauA() float64 {
	return float64(k.S) / (float64(k.N) * float64(k.N-1) / 2)
}

func (k Kendall) tail(s int, z float64) float64 {
	switch {
	case k.N < 2:
		return 1
	case k.N <= exactUpTo && !k.ties:
		return exactUpper(k.N, s)
	case k.VarS <= 0:
		return 1 // all values are equal: S is 0 whatever the order
	}
	return math.Erfc(z/math.Sqrt2) / 2
}

// exactUpper is P(S >= s) over all n! orders of n different values. The number
// of orders with i pairs that fall satisfies Kendall's recurrence
//
//	c(n, i) = c(n, i-1) + c(n-1, i) - c(n-1, i-n)
//
// (Kendall 1938; Hollander & Wolfe, table A.30), and S = n(n-1)/2 - 2i.
func exactUpper(n, s int) float64 {
	pairs := n * (n - 1) / 2
	below := exactBelow[n]
	fallen := (pairs - s) / 2 // at most so many pairs fall
	switch {
	case s > pairs:
		return 0
	case fallen >= pairs:
		return 1
	}
	return below[fallen] / below[pairs]
}

// exactBelow[n][i] is the number of orders of n values in which at most i
// pairs fall. 14! has fewer digits than a float64 holds exactly.
var exactBelow = func() (table [exactUpTo + 1][]float64) {
	counts := []float64{1}
	for n := 1; n <= exactUpTo; n++ {
		next := make([]float64, n*(n-1)/2+1)
		for i := range next {
			for fall := range n { // the n-th value falls behind so many
				if j := i - fall; j >= 0 && j < len(counts) {
					next[i] += counts[j]
				}
			}
		}
		counts = next
		sum := 0.0
		table[n] = make([]float64, len(counts))
		for i, c := range counts {
			sum += c
			table[n][i] = sum
		}
	}
	return table
}()
