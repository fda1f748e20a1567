package ui

import "strconv"

// Measures of the chart, in pixels.
const (
	levelGap  = 34.0 // between two lines across
	laneGap   = 20.0 // between two rows of flags
	plotPad   = 12.0 // above and below the scale
	labelRoom = 26.0 // below, for the days
	flagGap   = 18.0 // room for a flag's number, in per cent of the width
	sparkWide = 120.0
	sparkHigh = 28.0
)

// drawing is a chart ready to be written.
type drawing struct {
	plot
	faces  bool
	top    float64 // of the scale
	bottom float64
	height float64
}

func (c Chart) draw() drawing {
	s := c.Series
	steps := len(lay(s, frame{}, 0).levels) - 1
	lanes := lay(s, frame{right: 100}, flagGap).lanes
	top := plotPad + float64(lanes)*laneGap
	bottom := top + float64(max(steps, 1))*levelGap
	return drawing{
		plot:   lay(s, frame{right: 100, top: top, bottom: bottom}, flagGap),
		faces:  s.Min == 1 && s.Max == 5,
		top:    top,
		bottom: bottom,
		height: bottom + plotPad + labelRoom,
	}
}

func (s Spark) draw() plot {
	return lay(s.Series, frame{left: 2, right: sparkWide - 2, top: 4, bottom: sparkHigh - 4}, 0)
}

func px(v float64) string  { return strconv.FormatFloat(round(v), 'f', -1, 64) }
func pct(v float64) string { return px(v) + "%" }

// flagShape is the cloth of a flag at the top of its pole: a pennant for amber, a
// square for red, flying along the time line.
func flagShape(tone Tone, size float64, backwards bool) string {
	w := size
	if backwards {
		w = -size
	}
	if tone == ToneRed {
		return "M0 0H" + px(w) + "V" + px(size) + "H0Z"
	}
	return "M0 0L" + px(w) + " " + px(size/2) + "L0 " + px(size) + "Z"
}

func flagClass(tone Tone) string {
	if tone == ToneRed {
		return "mark-flag-red"
	}
	return "mark-flag"
}

// y is the top of a flag's pole.
func (f pennant) y() float64 { return float64(f.lane)*laneGap + 2 }

// flies says whether a flag and its number go to the left of the pole.
func (f pennant) flies(rtl bool) bool { return f.before != rtl }

// numberX and numberAnchor place the number beside the cloth.
func (f pennant) numberX(rtl bool) string {
	if f.flies(rtl) {
		return "-14"
	}
	return "14"
}

func (f pennant) numberAnchor(rtl bool) string {
	if f.flies(rtl) {
		return "end"
	}
	return "start"
}

// legend says which marks occur, so that only those are explained.
type legend struct{ self, proxy, staff, missed, usual, flags bool }

func (p plot) legend() legend {
	l := legend{missed: len(p.missed) > 0, usual: p.band != nil, flags: len(p.flags) > 0}
	for _, d := range p.dots {
		switch d.reporter {
		case Proxy:
			l.proxy = true
		case Staff:
			l.staff = true
		default:
			l.self = true
		}
	}
	return l
}
