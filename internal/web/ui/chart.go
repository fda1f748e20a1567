package ui

import (
	"strconv"
	"time"
)

// Reporter is who gave an answer. Each has a mark of its own, because the three
// are not the same measure.
type Reporter string

// The reporters.
const (
	Self  Reporter = "self"  // a filled dot
	Proxy Reporter = "proxy" // a hollow ring
	Staff Reporter = "staff" // a square
)

// Series is what a chart or sparkline draws: a span of days on one scale.
// Days count as calendar days in their own location.
type Series struct {
	From, To time.Time // first and last day, both drawn
	Min, Max float64   // ends of the scale; Max is the best
	Points   []ChartPoint
	Missed   []time.Time // days that were asked and not answered
	Usual    *Usual      // nil until there is a baseline
	Flags    []ChartFlag
	RTL      bool // time runs from right to left, as the words do
}

// ChartPoint is one answer.
type ChartPoint struct {
	Day      time.Time
	Score    float64
	Reporter Reporter
}

// Usual is the baseline: mean and one standard deviation, in points of the scale.
type Usual struct{ Mean, SD float64 }

// ChartFlag stands on the day when an alert opened.
type ChartFlag struct {
	Day    time.Time
	Number int // the alert's
	Tone   Tone
}

// Chart is a series with the words around it.
type Chart struct {
	ID       string // the ground of all ids within
	Title    string // "Mary, the last 28 days"
	Desc     string // for who cannot see it: what the drawing holds
	Sentence string // what it shows: "Usually 4. Last three answers: 2, 2, 3."
	Series   Series
	Words    ChartWords
	// DayLabel says a day ("2 Nov"); ScoreLabel says a score ("2", or in another
	// script); nil writes it in plain digits.
	DayLabel   func(time.Time) string
	ScoreLabel func(float64) string
}

// ChartWords are the words of a chart's legend and table.
type ChartWords struct {
	Self, Proxy, Staff string // who answered
	Missed             string // "No answer"
	Usual              string // "Usual"
	Flag               string // "Alert"
	Table              string // opens the table: "Show as a table"
	Day, Answer, Who   string // the table's heads
}

func (c Chart) score(s float64) string {
	if c.ScoreLabel != nil {
		return c.ScoreLabel(s)
	}
	return strconv.FormatFloat(s, 'f', -1, 64)
}

func (w ChartWords) reporter(r Reporter) string {
	switch r {
	case Proxy:
		return w.Proxy
	case Staff:
		return w.Staff
	}
	return w.Self
}

// Spark is a small chart without words, for a row of a list.
type Spark struct {
	ID     string
	Title  string // read aloud in its place: the chart's sentence
	Series Series
}
