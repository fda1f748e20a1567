package alerts

import (
	"math"
	"math/rand/v2"
	"reflect"
	"runtime"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"howareyou/carenet"
)

// manyHistories is how many histories are drawn where a law must hold for each.
const manyHistories = 10000

// TestINV11_TenThousandHistories draws check-ins with everything in them, has
// them delivered in another order and some of them twice, and asks that one by
// one, in one go and once more from a shuffled heap give the same to the last
// bit.
func TestINV11_TenThousandHistories(t *testing.T) {
	trend := Trend{Scale: OneToFive(), Pack: everything()}
	var findings, episodes atomic.Int64
	inParallel(manyHistories, func(i int) {
		random := rand.New(rand.NewPCG(uint64(i), 5))
		h, again, err := drawDelivery(random, trend.Scale)
		if err != nil {
			t.Error(err)
			return
		}
		const through = 45
		want, err := trend.ReplayHistory(h, through)
		if err != nil {
			t.Errorf("history %d: %v", i, err)
		}
		replayed, err := trend.ReplayHistory(again, through)
		if err != nil {
			t.Errorf("history %d, shuffled: %v", i, err)
		}
		if !reflect.DeepEqual(want, replayed) {
			t.Errorf("history %d: delivery in another order changes the result", i)
		}
		if live, err := oneByOne(trend, h, through); err != nil || !reflect.DeepEqual(want, live) {
			t.Errorf("history %d: one by one differs from all at once (%v)", i, err)
		}
		findings.Add(int64(len(want.Findings)))
		episodes.Add(int64(len(want.Episodes)))
	})
	if findings.Load() < manyHistories || episodes.Load() < manyHistories/20 {
		t.Errorf("%d findings and %d episodes: too few to show anything", findings.Load(), episodes.Load())
	}
}

func inParallel(n int, do func(int)) {
	var next atomic.Int64
	var running sync.WaitGroup
	for range runtime.GOMAXPROCS(0) {
		running.Go(func() {
			for i := next.Add(1) - 1; i < int64(n); i = next.Add(1) - 1 {
				do(int(i))
			}
		})
	}
	running.Wait()
}

// drawDelivery draws a history, and the same one delivered in another order and
// with repeats at every stage.
func drawDelivery(random *rand.Rand, scale Scale) (h, again History, err error) {
	sent, prompts := drawCheckIns(random)
	if h, err = HistoryOf(scale, carenet.ReporterSelf, sent); err != nil {
		return h, again, err
	}
	h.Prompts = prompts
	got := append(slices.Clone(sent), sent[:len(sent)/3]...)
	random.Shuffle(len(got), func(a, b int) { got[a], got[b] = got[b], got[a] })
	if again, err = HistoryOf(scale, carenet.ReporterSelf, got); err != nil {
		return h, again, err
	}
	a := append(again.Answers, again.Answers[:len(again.Answers)/2]...)
	random.Shuffle(len(a), func(i, j int) { a[i], a[j] = a[j], a[i] })
	p := append(slices.Clone(prompts), prompts[:len(prompts)/2]...)
	random.Shuffle(len(p), func(i, j int) { p[i], p[j] = p[j], p[i] })
	again.Answers, again.Prompts = a, p
	return h, again, nil
}

// everything is the trend rules with one that looks at whatever else there is.
func everything() Pack {
	p := TrendPack()
	p.Rules = append(p.Rules, silentRule, Rule{
		ID: "SLOW", Version: 1, Severity: Watch, Answers: 2,
		When: func(f *Features) (bool, error) {
			return f.MKP.Value < 0.05 || f.Item["pain"] > f.BaseItem["pain"] || f.LowStreak.Value > 2, nil
		},
		Limits: func(f *Features) ([]Limit, error) { return []Limit{{"slope_week", f.SlopeWeek.Value, 0}}, nil },
	})
	return p
}

// drawCheckIns draws some weeks of a patient who may decline, with proxies,
// corrections, second answers, items, flags and askings.
func drawCheckIns(r *rand.Rand) (checkIns []CheckIn, prompts []Asking) {
	level, rate := 2+3*r.Float64(), 0.3+0.7*r.Float64()
	days := 16 + r.IntN(20)
	for d := range days {
		if r.IntN(25) == 0 {
			level = 1 + 4*r.Float64()
		}
		answered := r.Float64() < rate
		for slot := range 1 + r.IntN(2) {
			prompts = append(prompts, Asking{Day: Day(d), Slot: slot, Answered: answered && slot == 0})
		}
		if !answered {
			continue
		}
		for j := range 1 + r.IntN(2) {
			c := CheckIn{
				ID: carenet.ID{0: 1, 1: byte(d), 2: byte(j)}, Day: Day(d), Reporter: carenet.ReporterSelf,
				At:    time.Unix(int64(d)*secondsPerDay+int64(j)*3600, 0).UTC(),
				Score: math.Round(min(5, max(1, level+0.7*r.NormFloat64()))),
			}
			switch r.IntN(12) {
			case 0:
				c.Reporter = carenet.ReporterProxy
			case 1:
				if n := len(checkIns); n > 0 {
					c.Corrects = checkIns[r.IntN(n)].ID
				}
			case 2:
				c.More.Flags = []string{"fall"}
			case 3, 4, 5:
				c.More.Items = map[string]float64{"pain": float64(r.IntN(11))}
			}
			checkIns = append(checkIns, c)
		}
	}
	return checkIns, prompts
}

// oneByOne takes a history in as it happens.
func oneByOne(trend Trend, h History, through Day) (r Result, err error) {
	answers, prompts := h.Answers, h.Prompts
	for day := Day(0); day <= through; day++ {
		if len(answers) > 0 && answers[0].Day == day {
			s, v, err := trend.StepMore(r.State, answers[0], h.More[day])
			if err != nil {
				return r, err
			}
			r.add(s, v)
			answers = answers[1:]
		}
		for len(prompts) > 0 && prompts[0].Day == day {
			s, v, err := trend.Asked(r.State, prompts[0])
			if err != nil {
				return r, err
			}
			r.add(s, v)
			prompts = prompts[1:]
		}
	}
	s, closed := trend.Pass(r.State, through)
	r.add(s, Verdict{Closed: closed})
	return r, nil
}
