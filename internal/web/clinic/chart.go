package clinic

import (
	"strconv"
	"time"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// chartDays is how many days the patient's chart spans.
const chartDays = 90

// noon carries a day: charts look at its date alone.
func noon(d carenet.Day) time.Time {
	year, month, day := d.Date()
	return time.Date(year, month, day, 12, 0, 0, 0, time.UTC)
}

var reporters = map[carenet.Reporter]ui.Reporter{
	carenet.ReporterSelf: ui.Self, carenet.ReporterProxy: ui.Proxy, carenet.ReporterStaff: ui.Staff,
}

func newSeries(r front.Reader, scores []carenet.DayScore, usual carenet.Usual, today carenet.Day, days int) ui.Series {
	scale := carenet.WellbeingScale
	s := ui.Series{From: noon(today - carenet.Day(days) + 1), To: noon(today), Min: float64(scale.Min), Max: float64(scale.Max), RTL: r.Dir() == ui.RTL}
	for _, p := range scores {
		s.Points = append(s.Points, ui.ChartPoint{Day: noon(p.Day), Score: p.Score, Reporter: reporters[p.Reporter]})
	}
	if usual.Known {
		s.Usual = &ui.Usual{Mean: usual.Mean, SD: usual.Spread}
	}
	return s
}

func flags(as []carenet.AlertView, zone *time.Location) []ui.ChartFlag {
	var out []ui.ChartFlag
	for _, a := range as {
		out = append(out, ui.ChartFlag{Day: noon(carenet.LocalDay(a.OpenedAt, zone)), Number: a.Number, Tone: severityOf(a).tone})
	}
	return out
}

// own are the patient's own answers, oldest first: the words under a chart are
// about those alone.
func own(scores []carenet.DayScore) []float64 {
	var out []float64
	for _, s := range scores {
		if s.Reporter == carenet.ReporterSelf {
			out = append(out, s.Score)
		}
	}
	return out
}

// sentence says in words what a series shows.
func sentence(t *text.Texts, scores []carenet.DayScore, usual carenet.Usual) string {
	all := own(scores)
	last := text.Data{"Last": t.Numbers(all[max(0, len(all)-3):])}
	switch {
	case len(all) == 0:
		return t.Say(text.PageChartSentenceNone)
	case !usual.Known || len(all) < 3:
		return t.Say(text.PageChartSentenceNoUsual, last)
	}
	last["Usual"] = t.Number(usual.Mean)
	return t.Say(text.PageChartSentence, last)
}

func newChart(r front.Reader, p carenet.PatientPage) ui.Chart {
	name := carenet.FirstName(p.Name)
	series := newSeries(r, p.Series, p.Row.Usual, p.Today, chartDays)
	series.Flags = flags(p.Alerts, p.Zone)
	return ui.Chart{
		ID: "chart", Title: r.Say(text.PageChartTitle, text.Data{"Name": name, "Days": chartDays}),
		Desc: describe(r.Texts, p), Sentence: sentence(r.Texts, p.Series, p.Row.Usual), Series: series,
		Words: ui.ChartWords{
			Self: r.Say(text.PageChartSelf, text.Data{"Name": name}), Proxy: r.Say(text.PageChartProxy, text.Data{"Name": name}),
			Staff: r.Say(text.PageChartStaff), Missed: r.Say(text.PageChartMissed), Usual: r.Say(text.PageChartUsual),
			Flag: r.Say(text.PageChartFlag), Table: r.Say(text.PageChartTable), Day: r.Say(text.PageChartDay),
			Answer: r.Say(text.PageChartAnswer), Who: r.Say(text.PageChartWho),
		},
		DayLabel:   func(t time.Time) string { return r.ShortDay(carenet.LocalDay(t, time.UTC)) },
		ScoreLabel: r.Number,
	}
}

// describe says what the chart holds, for who cannot see it.
func describe(t *text.Texts, p carenet.PatientPage) string {
	if len(p.Series) == 0 {
		return t.Say(text.PageChartDescEmpty)
	}
	low, high := p.Series[0].Score, p.Series[0].Score
	for _, s := range p.Series {
		low, high = min(low, s.Score), max(high, s.Score)
	}
	d := text.Data{"Answers": strconv.Itoa(len(p.Series)), "Low": t.Number(low), "High": t.Number(high)}
	if !p.Row.Usual.Known {
		return t.Say(text.PageChartDescNoUsual, d)
	}
	d["Usual"] = t.Number(p.Row.Usual.Mean)
	return t.Say(text.PageChartDesc, d)
}
