package app

import (
	"context"
	"errors"
	"fmt"
	"time"
)

const (
	// upkeepEvery is how often what nobody waits for is put in order; what only
	// grows old, each sweepingEvery.
	upkeepEvery   = time.Minute
	sweepingEvery = time.Hour
)

// upkeep puts in order what is nobody's turn: texts without a sender or without an
// end, and what is older than it is kept. A part that fails does not stop the
// others, and any worker may do any part at any time.
func (w *worker) upkeep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var errs []error
	now := w.now()
	sweeping := now.Sub(w.swept).Abs() >= sweepingEvery
	for _, part := range []struct {
		name   string
		do     func(context.Context, int) (int, error)
		hourly bool
	}{
		{"give texts a sender", w.store.GiveSenders, false},
		{"begin to ask silent numbers", w.store.BeginChecks, false},
		{"end unconfirmed texts", w.store.EndUnconfirmed, false},
		{"end texts past their time", w.store.EndOverdue, true},
		{"end emails that nobody can send", w.store.EndUnserved, true},
		{"count what was sent", w.store.CountUsage, true},
		{"sweep what was seen", w.store.SweepSeen, true},
		{"sweep links", w.store.SweepLinks, true},
		{"sweep back-tests", w.store.SweepBacktests, true},
		{"forget what is old", w.store.ForgetOld, true},
	} {
		if part.hourly && !sweeping {
			continue
		}
		for {
			done, err := part.do(ctx, chunk)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", part.name, err))
			}
			if err != nil || done < chunk {
				break
			}
		}
	}
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if sweeping {
		w.swept = now
	}
	return nil
}
