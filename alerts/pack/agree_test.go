package pack

import (
	"encoding/csv"
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"runtime"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"testing"

	"howareyou/alerts"
)

// trendOnly is the default pack with the rules that Go has too.
func trendOnly(t testing.TB) alerts.Pack {
	t.Helper()
	p := Default().Pack
	p.Rules = slices.DeleteFunc(slices.Clone(p.Rules), func(r alerts.Rule) bool { return !r.Trend })
	if len(p.Rules) != 3 {
		t.Fatalf("%d trend rules", len(p.Rules))
	}
	return p
}

// asWritten takes off a result what is meant to differ: whose pack it was and
// how the reason is worded.
func asWritten(r alerts.Result) ([]alerts.Finding, []alerts.Episode) {
	strip := func(in []alerts.Finding) []alerts.Finding {
		out := slices.Clone(in)
		for i := range out {
			out[i].Pack, out[i].PackVersion, out[i].Words, out[i].Say = "", 0, "", nil
		}
		return out
	}
	episodes := slices.Clone(r.Episodes)
	for i := range episodes {
		episodes[i].Opening = strip(episodes[i].Opening)
	}
	return strip(r.Findings), episodes
}

func compare(t *testing.T, what string, data, code alerts.Trend, h alerts.History, through alerts.Day) int {
	a, err := data.ReplayHistory(h, through)
	if err != nil || len(a.Faults) > 0 {
		t.Fatalf("%s: %v, faults %+v", what, err, a.Faults)
	}
	b, err := code.ReplayHistory(h, through)
	if err != nil {
		t.Fatal(err)
	}
	fa, ea := asWritten(a)
	fb, eb := asWritten(b)
	if !reflect.DeepEqual(fa, fb) || !reflect.DeepEqual(ea, eb) {
		t.Fatalf("%s: the pack and the program differ:\n%+v\n%+v", what, ea, eb)
	}
	return len(ea)
}

// The rules that are written in Go and those that are data agree to the last
// bit of every limit.
func TestPackAgreesWithTheProgram(t *testing.T) {
	f, err := os.Open("../testdata/trend_series.csv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	rows, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	series := map[string][]alerts.Answer{}
	for _, row := range rows[1:] {
		day, _ := strconv.Atoi(row[1])
		score, err := strconv.ParseFloat(row[2], 64)
		if err != nil {
			t.Fatal(err)
		}
		series[row[0]] = append(series[row[0]], alerts.Answer{Day: alerts.Day(day), Score: score})
	}
	data := alerts.Trend{Scale: alerts.OneToFive(), Pack: trendOnly(t)}
	code := alerts.Trend{Scale: alerts.OneToFive(), Pack: alerts.TrendPack()}
	episodes := 0
	for patient, answers := range series {
		episodes += compare(t, patient, data, code, alerts.History{Answers: answers}, 119)
	}
	if episodes != 114 {
		t.Errorf("%d episodes", episodes)
	}
}

func TestPackAgreesWithTheProgramOnTenThousandHistories(t *testing.T) {
	var next, episodes atomic.Int64
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for i := next.Add(1); i <= 10000; i = next.Add(1) {
				r := rand.New(rand.NewPCG(uint64(i), 77))
				scale := alerts.OneToFive()
				if i%2 == 0 {
					scale = alerts.ZeroToTen()
				}
				answers := drawHistory(r, scale)
				data := alerts.Trend{Scale: scale, Pack: trendOnly(t)}
				code := alerts.Trend{Scale: scale, Pack: alerts.TrendPack()}
				episodes.Add(int64(compare(t, strconv.Itoa(int(i)), data, code, alerts.History{Answers: answers}, 50)))
			}
		})
	}
	running.Wait()
	if episodes.Load() < 1000 {
		t.Errorf("%d episodes: too few to show anything", episodes.Load())
	}
}

// drawHistory draws some weeks of a patient whose level may change.
func drawHistory(r *rand.Rand, scale alerts.Scale) (answers []alerts.Answer) {
	level, rate := scale.Min+(0.3+0.7*r.Float64())*(scale.Max-scale.Min), 0.4+0.6*r.Float64()
	for d := range 16 + r.IntN(24) {
		if r.IntN(20) == 0 {
			level = scale.Min + r.Float64()*(scale.Max-scale.Min)
		}
		if r.Float64() < rate {
			x := math.Round(level + 0.6*scale.Level()*r.NormFloat64())
			answers = append(answers, alerts.Answer{Day: alerts.Day(d), Score: min(scale.Max, max(scale.Min, x))})
		}
	}
	return answers
}

func BenchmarkAnswerDefaultPack(b *testing.B) { benchmarkAnswer(b, Default().Pack) }
func BenchmarkAnswerTrendPack(b *testing.B)   { benchmarkAnswer(b, trendOnly(b)) }
func BenchmarkAnswerGo(b *testing.B)          { benchmarkAnswer(b, alerts.TrendPack()) }

func benchmarkAnswer(b *testing.B, p alerts.Pack) {
	trend := alerts.Trend{Scale: alerts.OneToFive(), Pack: p}
	var answers []alerts.Answer
	for d := range alerts.Day(97) {
		answers = append(answers, alerts.Answer{Day: d, Score: 4 - float64(d%3)/2})
	}
	r, err := trend.Replay(answers, 96)
	if err != nil {
		b.Fatal(err)
	}
	b.ReportAllocs()
	for b.Loop() {
		if _, v, err := trend.Step(r.State, alerts.Answer{Day: 97, Score: 4}); err != nil || len(v.Faults) > 0 {
			b.Fatal(err, v.Faults)
		}
	}
}
