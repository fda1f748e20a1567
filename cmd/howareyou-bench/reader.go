package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"howareyou/carenet/reply"
	"howareyou/carenet/reply/screening"
)

// readerSlice is how long one round reads.
const readerSlice = 300 * time.Millisecond

// reader measures how many replies a second are read on one core, beside
// nothing but lowering their case and parting their words, and states what
// share of the texts of alarm the crisis words of each language find. A share
// stands beside all, which is 1.
func reader(ctx context.Context, b *bench) ([]figure, error) {
	var texts []string
	var shares []figure
	for _, lang := range reply.Languages {
		list, err := screening.List(screening.First, lang)
		if err != nil {
			return nil, err
		}
		for _, t := range list {
			texts = append(texts, t.Body)
		}
		for _, which := range screening.Lists {
			r, err := screening.Measure(which, lang)
			if err != nil {
				return nil, err
			}
			name := strings.ReplaceAll(which, ".", "_") + lang
			shares = append(shares, share("crisis_recall_"+name, r.Recall()), share("crisis_precision_"+name, r.Precision()))
			b.note("crisis words, list %s: %d of %d texts of alarm found, %d of %d ordinary texts flagged", name, r.Found, r.Calls, r.False, r.Plain)
		}
	}
	var ours, yards []round
	sink := 0
	for range b.rounds {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		ours = append(ours, reading(texts, func(s string) {
			sink += len(reply.Read(s, reply.Context{Lang: "en", OpenPrompt: true}).Reason)
		}))
		yards = append(yards, reading(texts, func(s string) { sink += len(strings.Fields(strings.ToLower(s))) }))
	}
	if sink == 0 {
		return nil, errors.New("nothing was read: nothing was measured")
	}
	return append(shares, compare("replies_read", "1/s", "lower_and_fields", ours, yards)...), nil
}

// reading reads the texts over and over for a while; its value is texts a second.
func reading(texts []string, read func(string)) round {
	var r round
	start := time.Now()
	for n := 0; ; n++ {
		began := time.Now()
		read(texts[n%len(texts)])
		now := time.Now()
		r.took = append(r.took, now.Sub(began))
		if all := now.Sub(start); all > readerSlice {
			r.value = float64(n+1) / all.Seconds()
			return r
		}
	}
}

// share is a figure between 0 and 1 that no machine changes.
func share(name string, value float64) figure {
	return figure{name: name, value: value, unit: "share", ratio: value, to: "all", rounds: 1, low: value, high: value}
}
