package stats

import "slices"

// Sen is Sen's slope (Theil 1950; Sen 1968): the median of the slopes between
// all pairs of points, in units of y for one unit of x. It is the size of the
// trend that MannKendall tests, and like it is not carried by one odd point.
// Pairs at the same x have no slope and do not count; ok is false when there
// is none that does.
func Sen(x, y []float64) (slope float64, ok bool) {
	if slope, ok, whole := senOfWhole(x, y); whole {
		return slope, ok
	}
	var buf [256]float64
	slopes := buf[:0]
	for i := range x {
		for j := i + 1; j < len(x); j++ {
			if x[j] != x[i] {
				slopes = append(slopes, (y[j]-y[i])/(x[j]-x[i]))
			}
		}
	}
	if len(slopes) == 0 {
		return 0, false
	}
	return medianOf(slopes), true
}

// SenIntercept is the level of the line with Sen's slope through the middle of
// the points: the median of y minus slope times the median of x (Conover).
func SenIntercept(x, y []float64, slope float64) float64 {
	return medianOf(slices.Clone(y)) - slope*medianOf(slices.Clone(x))
}

// medianOf reorders its argument.
func medianOf(values []float64) float64 {
	n := len(values)
	upper := nth(values, n/2)
	if n%2 == 1 {
		return upper
	}
	return (slices.Max(values[:n/2]) + upper) / 2
}

// nth puts the value of rank k into place, with nothing larger before it and
// nothing smaller after, and returns it (Hoare 1961).
func nth(values []float64, k int) float64 {
	lo, hi := 0, len(values)-1
	for lo < hi {
		pivot := values[lo+(hi-lo)/2]
		i, j := lo, hi
		for i <= j {
			for values[i] < pivot {
				i++
			}
			for values[j] > pivot {
				j--
			}
			if i <= j {
				values[i], values[j] = values[j], values[i]
				i++
				j--
			}
		}
		switch {
		case k <= j:
			hi = j
		case k >= i:
			lo = i
		default:
			return values[k]
		}
	}
	return values[k]
}
