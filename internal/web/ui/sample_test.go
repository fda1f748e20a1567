package ui

import "time"

// today is the last day of every sample.
var today = time.Date(2026, 11, 23, 10, 12, 0, 0, time.UTC)

// sampleSeries is 28 days of one patient: usually 4, then a drop; with unanswered
// days, a proxy answer on the day of a self answer, one by staff, and two alerts.
func sampleSeries(rtl bool) Series {
	day := func(ago int) time.Time { return today.AddDate(0, 0, -ago) }
	s := Series{
		From: day(27), To: day(0), Min: 1, Max: 5, RTL: rtl,
		Usual:  &Usual{Mean: 4.1, SD: 0.62},
		Missed: []time.Time{day(20), day(13), day(12), day(5)},
		Flags: []ChartFlag{
			{Day: day(1), Number: 4821, Tone: ToneRed},
			{Day: day(2), Number: 4790, Tone: ToneAmber},
			{Day: day(18), Number: 4311, Tone: ToneAmber},
		},
	}
	scores := map[int]float64{
		27: 4, 26: 4, 25: 5, 24: 4, 23: 4, 22: 3, 21: 4, 19: 4, 18: 2, 17: 3, 16: 4, 15: 5, 14: 4, 11: 4, 10: 4,
		9: 5, 8: 4, 7: 4, 6: 4, 4: 4, 3: 3, 2: 2, 1: 2, 0: 3,
	}
	for ago := 27; ago >= 0; ago-- {
		if score, answered := scores[ago]; answered {
			s.Points = append(s.Points, ChartPoint{Day: day(ago), Score: score, Reporter: Self})
		}
	}
	s.Points = append(s.Points,
		ChartPoint{Day: day(10), Score: 4, Reporter: Proxy},
		ChartPoint{Day: day(5), Score: 3, Reporter: Proxy},
		ChartPoint{Day: day(17), Score: 2, Reporter: Staff},
	)
	return s
}

// longSeries is 90 days, asked three times a week.
func longSeries(rtl bool) Series {
	s := Series{From: today.AddDate(0, 0, -89), To: today, Min: 1, Max: 5, RTL: rtl, Usual: &Usual{Mean: 3.6, SD: 0.7}}
	pattern := []float64{4, 3, 4, 4, 5, 3, 4, 2, 4, 3}
	for i := 0; i < 90; i++ {
		day := s.From.AddDate(0, 0, i)
		switch day.Weekday() {
		case time.Monday, time.Wednesday, time.Friday:
			if i%17 == 0 {
				s.Missed = append(s.Missed, day)
				continue
			}
			s.Points = append(s.Points, ChartPoint{Day: day, Score: pattern[i%len(pattern)], Reporter: Self})
		}
	}
	s.Flags = []ChartFlag{{Day: today.AddDate(0, 0, -40), Number: 4311, Tone: ToneAmber}}
	return s
}

func sampleChart(w galleryWords, id string, s Series) Chart {
	return Chart{
		ID: id, Title: w.chart, Desc: w.chartDesc, Sentence: w.sentence, Series: s,
		Words: w.words, DayLabel: w.day, ScoreLabel: w.score,
	}
}
