package main

import (
	"context"
	"errors"
	"math"
	"math/rand/v2"
	"time"

	"howareyou/alerts"
)

const (
	historyOf   = 98 // days: the length that the rules' budgets are stated for
	seriesOf    = 200
	replaySlice = 400 * time.Millisecond
)

// rules measures how many days of answers the trend rules look at in a second,
// whole histories from their first day on, on one core. The yardstick is the
// mean and the standard deviation of each day's 28 days before it: about the
// least that a rule with a personal baseline must calculate.
func rules(ctx context.Context, b *bench) ([]figure, error) {
	histories := make([][]alerts.Answer, seriesOf)
	random := rand.New(rand.NewPCG(1, 2))
	for i := range histories {
		histories[i] = history(random, i%4 == 0)
	}
	trend := alerts.Trend{Scale: alerts.OneToFive(), Pack: alerts.TrendPack()}
	var ours, yards []round
	var episodes int
	var sink float64
	for range b.rounds {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		one, err := days(func(i int) error {
			r, err := trend.Replay(histories[i%seriesOf], historyOf-1)
			episodes += len(r.Episodes)
			return err
		})
		if err != nil {
			return nil, err
		}
		two, err := days(func(i int) error {
			sink += baselines(histories[i%seriesOf])
			return nil
		})
		if err != nil {
			return nil, err
		}
		ours, yards = append(ours, one), append(yards, two)
	}
	if episodes == 0 || sink == 0 {
		return nil, errors.New("the declines opened no episode: nothing was measured")
	}
	one, err := answer(ctx, b)
	if err != nil {
		return nil, err
	}
	return append(compare("rules_replay98", "days/s", "mean_sd_28", ours, yards), one...), nil
}

// history is 98 days of answers around 4, the last weeks of which decline if asked.
func history(random *rand.Rand, declines bool) []alerts.Answer {
	out := make([]alerts.Answer, historyOf)
	for d := range out {
		mean := 4.0
		if declines && d > 70 {
			mean = 2.5
		}
		score := math.Round(mean + 0.7*random.NormFloat64())
		out[d] = alerts.Answer{Day: alerts.Day(d), Score: min(max(score, 1), 5)}
	}
	return out
}

// days runs whole histories for a while; its value is days of answers a second.
func days(replay func(int) error) (round, error) {
	var r round
	start := time.Now()
	for n := 0; ; n++ {
		began := time.Now()
		if err := replay(n); err != nil {
			return r, err
		}
		now := time.Now()
		r.took = append(r.took, now.Sub(began))
		if all := now.Sub(start); all > replaySlice {
			r.value = float64((n+1)*historyOf) / all.Seconds()
			return r, nil
		}
	}
}

// baselines adds up the mean plus the standard deviation before each day.
func baselines(answers []alerts.Answer) float64 {
	var total float64
	for d := range answers {
		before := answers[max(0, d-28):d]
		if len(before) < 2 {
			continue
		}
		var sum, squares float64
		for _, a := range before {
			sum += a.Score
		}
		mean := sum / float64(len(before))
		for _, a := range before {
			squares += (a.Score - mean) * (a.Score - mean)
		}
		total += mean + math.Sqrt(squares/float64(len(before)-1))
	}
	return total
}
