package main

import (
	"context"
	"errors"
	"math/rand/v2"
	"runtime"
	"time"

	"howareyou/alerts"
	"howareyou/alerts/pack"
)

// answer measures what one new answer costs once a patient has a history: the
// default pack, whose rules are data, beside the trend rules that are written in
// Go. The budget is 50 µs an answer.
func answer(ctx context.Context, b *bench) ([]figure, error) {
	byData := pack.Default().Pack
	data := alerts.Trend{Scale: alerts.OneToFive(), Pack: byData}
	code := alerts.Trend{Scale: alerts.OneToFive(), Pack: alerts.TrendPack()}
	histories := rand.New(rand.NewPCG(3, 4))
	var states [2][]alerts.State
	for i := range seriesOf {
		h := history(histories, i%4 == 0)
		for j, trend := range []alerts.Trend{data, code} {
			r, err := trend.Replay(h, historyOf-1)
			if err != nil {
				return nil, err
			}
			states[j] = append(states[j], r.State)
		}
	}
	var answers, rules, allocs [2][]round
	for range b.rounds {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		for j, trend := range []alerts.Trend{data, code} {
			one, allocated, err := steps(trend, states[j])
			if err != nil {
				return nil, err
			}
			answers[j] = append(answers[j], one)
			rules[j] = append(rules[j], round{value: one.value * float64(tried(trend.Pack)), took: one.took})
			allocs[j] = append(allocs[j], round{value: allocated, took: one.took})
		}
	}
	out := compare("rules_answer", "1/s", "answer_go_trend", answers[0], answers[1])
	out = append(out, compare("rules_evaluated", "1/s", "evaluated_go_trend", rules[0], rules[1])...)
	return append(out, compare("rules_allocations", "1/answer", "allocations_go_trend", allocs[0], allocs[1])...), nil
}

// tried counts the rules that an answer is tried on.
func tried(p alerts.Pack) (n int) {
	for _, r := range p.Rules {
		if !r.OnSilence {
			n++
		}
	}
	return n
}

// steps takes one more answer in for a while, each time after another history.
func steps(trend alerts.Trend, states []alerts.State) (r round, allocations float64, err error) {
	r.took = make([]time.Duration, 0, 1<<20)
	var before, after runtime.MemStats
	runtime.ReadMemStats(&before)
	start := time.Now()
	for n := 0; ; n++ {
		began := time.Now()
		_, v, err := trend.Step(states[n%len(states)], alerts.Answer{Day: historyOf, Score: float64(1 + n%5)})
		switch {
		case err != nil:
			return r, 0, err
		case len(v.Faults) > 0:
			return r, 0, errors.New("a rule could not be judged")
		}
		now := time.Now()
		r.took = append(r.took, now.Sub(began))
		if all := now.Sub(start); all > replaySlice {
			runtime.ReadMemStats(&after)
			r.value = float64(n+1) / all.Seconds()
			return r, float64(after.Mallocs-before.Mallocs) / float64(n+1), nil
		}
	}
}
