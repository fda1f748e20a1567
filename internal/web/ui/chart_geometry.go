package ui

import (
	"cmp"
	"math"
	"slices"
	"time"
)

// maxJoin is how many days may lie between two answers that a line joins: Friday
// to Monday is three. A longer gap, or an unanswered prompt, stays a gap.
const maxJoin = 3

// frame is where a plot lies. The chart measures x in per cent of the width and y
// in pixels, so that it fills any page without its words and marks growing; the
// sparkline measures both in pixels.
type frame struct{ left, right, top, bottom float64 }

// plot is a series as shapes.
type plot struct {
	band   *band
	levels []level
	ticks  []tick
	lines  []line
	dots   []dot
	missed []float64 // x
	flags  []pennant
	lanes  int // rows of flags
}

type (
	band  struct{ top, bottom, mean float64 } // y
	level struct{ y, score float64 }
	tick  struct {
		x   float64
		day time.Time
	}
)

type (
	line struct{ x1, y1, x2, y2 float64 }
	dot  struct {
		x, y     float64
		reporter Reporter
	}
)

type pennant struct {
	x      float64
	lane   int // row, from the top
	before bool
	number int
	tone   Tone
}

// lay turns a series into shapes within f. minGap is how far apart, in x, the
// numbers of two flags in one row must be.
func lay(s Series, f frame, minGap float64) plot {
	first, days := dayNumber(s.From), dayNumber(s.To)-dayNumber(s.From)+1
	if days < 1 || s.Max <= s.Min {
		return plot{}
	}
	g := grid{frame: f, first: first, days: days, min: s.Min, max: s.Max, rtl: s.RTL}
	p := plot{band: g.band(s.Usual), levels: g.levels(), ticks: g.ticks(s.From)}
	p.dots, p.lines = g.answers(s.Points, s.Missed)
	for _, day := range s.Missed {
		if x, ok := g.x(day); ok {
			p.missed = append(p.missed, x)
		}
	}
	p.flags, p.lanes = g.flags(s.Flags, minGap)
	return p
}

// grid maps days and scores into a frame.
type grid struct {
	frame
	first, days int
	min, max    float64
	rtl         bool
}

// x is the middle of a day; false when the day is not drawn.
func (g grid) x(day time.Time) (float64, bool) {
	i := dayNumber(day) - g.first
	if i < 0 || i >= g.days {
		return 0, false
	}
	along := (float64(i) + 0.5) / float64(g.days) * (g.right - g.left)
	if g.rtl {
		return round(g.right - along), true
	}
	return round(g.left + along), true
}

// y is where a score lies; what is beyond the scale lies at its end.
func (g grid) y(score float64) float64 {
	share := (min(max(score, g.min), g.max) - g.min) / (g.max - g.min)
	return round(g.bottom - share*(g.bottom-g.top))
}

func (g grid) band(u *Usual) *band {
	if u == nil {
		return nil
	}
	return &band{top: g.y(u.Mean + u.SD), bottom: g.y(u.Mean - u.SD), mean: g.y(u.Mean)}
}

// levels are at most six lines across, whole points apart.
func (g grid) levels() []level {
	step := max(1, math.Ceil((g.max-g.min)/5))
	var out []level
	for score := g.min; score <= g.max; score += step {
		out = append(out, level{y: g.y(score), score: score})
	}
	return out
}

// ticks are the labelled days: three or four, the last a little before the end.
func (g grid) ticks(from time.Time) []tick {
	step := max(1, 7*(g.days/28))
	var out []tick
	for i := step / 2; i < g.days; i += step {
		day := from.AddDate(0, 0, i)
		if x, ok := g.x(day); ok {
			out = append(out, tick{x: x, day: day})
		}
	}
	return out
}

// answers places every answer, and joins a person's own.
func (g grid) answers(points []ChartPoint, missed []time.Time) ([]dot, []line) {
	sorted := slices.Clone(points)
	slices.SortStableFunc(sorted, func(a, b ChartPoint) int { return cmp.Compare(dayNumber(a.Day), dayNumber(b.Day)) })
	var dots []dot
	var lines []line
	var last *ChartPoint
	for i, p := range sorted {
		x, ok := g.x(p.Day)
		if !ok || math.IsNaN(p.Score) {
			continue
		}
		here := dot{x: x, y: g.y(p.Score), reporter: p.Reporter}
		dots = append(dots, here)
		if p.Reporter != Self {
			continue
		}
		if last != nil && joined(last.Day, p.Day, missed) {
			lastX, _ := g.x(last.Day)
			lines = append(lines, line{x1: lastX, y1: g.y(last.Score), x2: x, y2: here.y})
		}
		last = &sorted[i]
	}
	return dots, lines
}

func joined(from, to time.Time, missed []time.Time) bool {
	a, b := dayNumber(from), dayNumber(to)
	if b-a > maxJoin {
		return false
	}
	return !slices.ContainsFunc(missed, func(day time.Time) bool {
		n := dayNumber(day)
		return a < n && n < b
	})
}

// flags places the alerts in rows, so that no number covers another. A number
// stands after its pole, or before it near the end of the line.
func (g grid) flags(flags []ChartFlag, minGap float64) ([]pennant, int) {
	sorted := slices.Clone(flags)
	slices.SortStableFunc(sorted, func(a, b ChartFlag) int { return cmp.Compare(dayNumber(a.Day), dayNumber(b.Day)) })
	var out []pennant
	var ends []float64 // how far each row is taken, from the side where time begins
	for _, fl := range sorted {
		x, ok := g.x(fl.Day)
		if !ok {
			continue
		}
		along := x - g.left
		if g.rtl {
			along = g.right - x
		}
		start, before := along, false
		if along+minGap > g.right-g.left {
			start, before = along-minGap, true
		}
		lane := slices.IndexFunc(ends, func(end float64) bool { return end <= start })
		if lane < 0 {
			lane = len(ends)
			ends = append(ends, 0)
		}
		ends[lane] = start + minGap
		out = append(out, pennant{x: x, lane: lane, before: before, number: fl.Number, tone: fl.Tone})
	}
	return out, len(ends)
}

// dayNumber counts calendar days, whatever the clocks did on them.
func dayNumber(t time.Time) int {
	y, m, d := t.Date()
	return int(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / 86400)
}

// round keeps two decimals: finer than any screen, and the same on every machine.
func round(v float64) float64 { return math.Round(v*100) / 100 }
