package stats

import (
	"cmp"
	"slices"
)

// Scores are mostly whole numbers on few days, and then few slopes are
// possible: they are counted instead of sorted.
const (
	wholeDays  = 27 // the most that two points lie apart
	wholeSteps = 10 // the most that they differ by
)

// wholeSlopes are the possible slopes in order, and wholeIndex which of them two
// points have that lie dx apart and differ by dy.
var wholeSlopes, wholeIndex = func() (slopes []float64, index [wholeDays + 1][2*wholeSteps + 1]uint16) {
	for dx := 1; dx <= wholeDays; dx++ {
		for dy := -wholeSteps; dy <= wholeSteps; dy++ {
			slopes = append(slopes, float64(dy)/float64(dx))
		}
	}
	slices.Sort(slopes)
	slopes = slices.CompactFunc(slopes, func(a, b float64) bool { return cmp.Compare(a, b) == 0 })
	for dx := 1; dx <= wholeDays; dx++ {
		for dy := -wholeSteps; dy <= wholeSteps; dy++ {
			i, _ := slices.BinarySearch(slopes, float64(dy)/float64(dx))
			index[dx][dy+wholeSteps] = uint16(i)
		}
	}
	return slopes, index
}()

// mostWhole is how many points it counts: the features look at three weeks.
const mostWhole = 28

// senOfWhole is Sen for whole numbers near one another, in order of x. whole is
// false when the points are not such; the result is the same to the last bit.
func senOfWhole(x, y []float64) (slope float64, ok, whole bool) {
	var xs, ys [mostWhole]int
	n := len(x)
	if n > mostWhole || n == 0 {
		return 0, false, false
	}
	low, high := y[0], y[0]
	for i := range n {
		xs[i], ys[i] = int(x[i]), int(y[i])
		if float64(xs[i]) != x[i] || float64(ys[i]) != y[i] || i > 0 && xs[i] <= xs[i-1] {
			return 0, false, false
		}
		low, high = min(low, y[i]), max(high, y[i])
	}
	if xs[n-1]-xs[0] > wholeDays || high-low > wholeSteps {
		return 0, false, false
	}
	var counts [wholeDays * (2*wholeSteps + 1)]uint16
	for j := 1; j < n; j++ {
		for i := range j {
			counts[wholeIndex[xs[j]-xs[i]][ys[j]-ys[i]+wholeSteps]]++
		}
	}
	pairs := n * (n - 1) / 2
	if pairs == 0 {
		return 0, false, true
	}
	lower, upper := -1, -1
	for i, seen := 0, 0; upper < 0; i++ {
		seen += int(counts[i])
		if lower < 0 && seen > (pairs-1)/2 {
			lower = i
		}
		if seen > pairs/2 {
			upper = i
		}
	}
	if lower == upper {
		return wholeSlopes[lower], true, true
	}
	return (wholeSlopes[lower] + wholeSlopes[upper]) / 2, true, true
}
