package app

import (
	"context"

	"howareyou/carenet"
	"howareyou/notify"
)

// askAfter asks the provider about texts and calls that it took and of which it has
// said nothing for long: a callback can be lost, and with it that a text never came.
func (w *worker) askAfter(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	for {
		unheard, done, err := w.store.Unheard(ctx, chunk)
		if err != nil {
			return err
		}
		for _, u := range unheard {
			if err := w.askAbout(ctx, u); err != nil {
				// It comes again later; until then the others are not asked in vain.
				return err
			}
		}
		if done < chunk {
			return nil
		}
	}
}

func (w *worker) askAbout(ctx context.Context, u notify.Unheard) error {
	fetch := w.provider.Fetch
	if u.Channel == notify.Voice {
		fetch = w.provider.Calls().Fetch
	}
	found, err := fetch(ctx, u.SID)
	if carenet.CodeOf(err) == carenet.NotFound {
		w.log.Warn("the provider no longer knows a text that it took", "attempt", u.Attempt)
		return nil
	}
	if err != nil {
		return err
	}
	return w.store.Report(ctx, notify.StatusReport{Attempt: u.Attempt, SID: u.SID, Status: found.Status, Code: found.Code})
}
