package ui

import (
	"cmp"
	"slices"
	"time"
)

// tableRow is one answer, unanswered prompt or alert of a chart's table.
type tableRow struct{ day, answer, who string }

// rows lists what the chart draws, newest first.
func (c Chart) rows() []tableRow {
	type dated struct {
		day int
		tableRow
	}
	first, last := dayNumber(c.Series.From), dayNumber(c.Series.To)
	var all []dated
	add := func(day time.Time, answer, who string) {
		if n := dayNumber(day); n >= first && n <= last {
			all = append(all, dated{day: n, tableRow: tableRow{day: c.day(day), answer: answer, who: who}})
		}
	}
	for _, f := range c.Series.Flags {
		add(f.Day, c.Words.Flag+" "+c.number(f.Number), "")
	}
	for _, p := range c.Series.Points {
		add(p.Day, c.score(p.Score), c.Words.reporter(p.Reporter))
	}
	for _, day := range c.Series.Missed {
		add(day, c.Words.Missed, "")
	}
	slices.SortStableFunc(all, func(a, b dated) int { return cmp.Compare(b.day, a.day) })
	rows := make([]tableRow, len(all))
	for i, d := range all {
		rows[i] = d.tableRow
	}
	return rows
}

func (c Chart) day(t time.Time) string {
	if c.DayLabel != nil {
		return c.DayLabel(t)
	}
	return t.Format(time.DateOnly)
}

// number writes an alert's number as it is typed in an answer, in plain digits.
func (c Chart) number(n int) string { return px(float64(n)) }
