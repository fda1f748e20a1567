package ui

import (
	"flag"
	"math"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"pgregory.net/rapid"
)

var update = flag.Bool("update", false, "rewrite the golden files")

// TestChartGolden keeps the drawings as they were looked at. After a change run
// it with -update and look at them again.
func TestChartGolden(t *testing.T) {
	empty := Series{From: today.AddDate(0, 0, -27), To: today, Min: 1, Max: 5}
	for name, c := range map[string]templ.Component{
		"chart-28-ltr": ChartFigure(sampleChart(english, "c", sampleSeries(false))),
		"chart-28-rtl": ChartFigure(sampleChart(arabic, "c", sampleSeries(true))),
		"chart-90-ltr": ChartFigure(sampleChart(english, "c", longSeries(false))),
		"chart-empty":  ChartFigure(sampleChart(english, "c", empty)),
		"spark-ltr":    Sparkline(Spark{ID: "s", Title: english.spark, Series: sampleSeries(false)}),
		"spark-rtl":    Sparkline(Spark{ID: "s", Title: arabic.spark, Series: sampleSeries(true)}),
	} {
		t.Run(name, func(t *testing.T) {
			got := strings.ReplaceAll(render(t, c), "><", ">\n<") + "\n"
			file := filepath.Join("testdata", name+".html")
			if *update {
				if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			want, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("the drawing differs from %s; look at it, then run with -update", file)
			}
		})
	}
}

var testFrame = frame{left: 0, right: 100, top: 10, bottom: 110}

func TestTimeRunsWithTheReading(t *testing.T) {
	ltr, rtl := lay(sampleSeries(false), testFrame, 0), lay(sampleSeries(true), testFrame, 0)
	if len(ltr.dots) != len(rtl.dots) || len(ltr.dots) == 0 {
		t.Fatalf("%d dots one way, %d the other", len(ltr.dots), len(rtl.dots))
	}
	for i := range ltr.dots {
		if math.Abs(ltr.dots[i].x+rtl.dots[i].x-100) > 0.011 || ltr.dots[i].y != rtl.dots[i].y {
			t.Errorf("dot %d: %v is not the mirror of %v", i, rtl.dots[i], ltr.dots[i])
		}
		if i > 0 && ltr.dots[i].x < ltr.dots[i-1].x {
			t.Errorf("dot %d goes back in time", i)
		}
	}
}

func TestGapsStayGaps(t *testing.T) {
	day := func(n int) time.Time { return time.Date(2026, 3, n, 9, 0, 0, 0, time.UTC) }
	point := func(n int, r Reporter) ChartPoint { return ChartPoint{Day: day(n), Score: 4, Reporter: r} }
	for _, c := range []struct {
		name   string
		points []ChartPoint
		missed []time.Time
		lines  int
	}{
		{"next day", []ChartPoint{point(2, Self), point(3, Self)}, nil, 1},
		{"over a weekend", []ChartPoint{point(2, Self), point(5, Self)}, nil, 1},
		{"too far", []ChartPoint{point(2, Self), point(6, Self)}, nil, 0},
		{"unanswered between", []ChartPoint{point(2, Self), point(4, Self)}, []time.Time{day(3)}, 0},
		{"unanswered elsewhere", []ChartPoint{point(2, Self), point(4, Self)}, []time.Time{day(5)}, 1},
		{"proxy does not join", []ChartPoint{point(2, Self), point(3, Proxy)}, nil, 0},
		{"proxy does not part", []ChartPoint{point(2, Self), point(3, Proxy), point(4, Self)}, nil, 1},
		{"any order", []ChartPoint{point(4, Self), point(2, Self), point(3, Self)}, nil, 2},
		{"outside the span", []ChartPoint{point(2, Self), {Day: day(1).AddDate(0, 0, -1), Score: 3, Reporter: Self}}, nil, 0},
	} {
		t.Run(c.name, func(t *testing.T) {
			p := lay(Series{From: day(1), To: day(28), Min: 1, Max: 5, Points: c.points, Missed: c.missed}, testFrame, 0)
			if len(p.lines) != c.lines {
				t.Errorf("%d lines, want %d", len(p.lines), c.lines)
			}
		})
	}
}

// TestClockChangeKeepsDays: a day of 23 hours is a day like any other.
func TestClockChangeKeepsDays(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	from := time.Date(2026, 3, 27, 0, 30, 0, 0, london)
	s := Series{From: from, To: from.AddDate(0, 0, 4), Min: 1, Max: 5}
	for i := range 5 {
		s.Points = append(s.Points, ChartPoint{Day: from.AddDate(0, 0, i), Score: 3, Reporter: Self})
	}
	for i, d := range lay(s, testFrame, 0).dots {
		if want := 10 + 20*float64(i); d.x != want {
			t.Errorf("day %d lies at %v, want %v", i, d.x, want)
		}
	}
}

// TestEverythingStaysInside: whatever is drawn lies within the frame, and no two
// flags' numbers cover each other.
func TestEverythingStaysInside(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		days := rapid.IntRange(1, 120).Draw(t, "days")
		s := Series{From: today.AddDate(0, 0, 1-days), To: today, Min: 1, Max: 5, RTL: rapid.Bool().Draw(t, "rtl")}
		within := rapid.Custom(func(t *rapid.T) time.Time {
			return today.AddDate(0, 0, -rapid.IntRange(-3, 130).Draw(t, "ago"))
		})
		s.Usual = &Usual{Mean: rapid.Float64Range(-2, 8).Draw(t, "mean"), SD: rapid.Float64Range(0, 4).Draw(t, "sd")}
		for _, day := range rapid.SliceOfN(within, 0, 40).Draw(t, "points") {
			s.Points = append(s.Points, ChartPoint{Day: day, Score: rapid.Float64Range(-5, 15).Draw(t, "score"), Reporter: Self})
		}
		s.Missed = rapid.SliceOfN(within, 0, 9).Draw(t, "missed")
		for _, day := range rapid.SliceOfN(within, 0, 9).Draw(t, "flags") {
			s.Flags = append(s.Flags, ChartFlag{Day: day, Number: 1})
		}
		p := lay(s, testFrame, flagGap)
		inside := func(what string, x, y float64) {
			if x < testFrame.left || x > testFrame.right || y < testFrame.top || y > testFrame.bottom {
				t.Fatalf("%s at %v, %v", what, x, y)
			}
		}
		for _, d := range p.dots {
			inside("dot", d.x, d.y)
		}
		for _, l := range p.lines {
			inside("line", l.x1, l.y1)
			inside("line", l.x2, l.y2)
		}
		for _, x := range p.missed {
			inside("missed", x, testFrame.top)
		}
		inside("band", 0, p.band.top)
		inside("band", 0, p.band.bottom)
		type span struct{ from, to float64 }
		taken := map[int][]span{}
		for _, f := range p.flags {
			inside("flag", f.x, testFrame.top)
			here := span{f.x, f.x + flagGap}
			if f.flies(s.RTL) {
				here = span{f.x - flagGap, f.x}
			}
			inside("number", here.from, testFrame.top)
			inside("number", here.to, testFrame.top)
			for _, other := range taken[f.lane] {
				if here.from < other.to-0.01 && other.from < here.to-0.01 {
					t.Fatalf("two numbers cover each other in row %d", f.lane)
				}
			}
			taken[f.lane] = append(taken[f.lane], here)
		}
	})
}

func TestNoSpanDrawsNothing(t *testing.T) {
	for name, s := range map[string]Series{
		"backwards": {From: today, To: today.AddDate(0, 0, -1), Min: 1, Max: 5},
		"no scale":  {From: today, To: today, Min: 3, Max: 3},
	} {
		s.Points = []ChartPoint{{Day: today, Score: 3, Reporter: Self}}
		if p := lay(s, testFrame, 0); len(p.dots) != 0 || len(p.levels) != 0 {
			t.Errorf("%s: something was drawn", name)
		}
		render(t, ChartFigure(sampleChart(english, "c", s)))
	}
}
