// Package intake takes texts in: two writers drain whatever waits into one
// commit each, so that many texts cost few commits and one text waits for
// nobody. While the database is away they go to a spool on the disk, and from
// there, in their order, the same way as soon as it is back.
package intake

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"sync"
	"time"

	"howareyou/carenet"
	"howareyou/internal/batch"
)

// Store keeps and reads a batch of texts in one transaction.
type Store interface {
	TakeIn(ctx context.Context, texts []carenet.InboundText) (carenet.Batch, error)
}

// commitTime is how long a commit may take. The provider waits 15 seconds for
// our answer; a writer that waits longer, for a database that does not answer,
// would keep texts back that it could take in later.
const commitTime = 10 * time.Second

// ErrClosed is returned once the intake is shutting down.
var ErrClosed = errors.New("intake is closed")

// Intake batches texts into commits. A number always goes through the same
// writer, so its texts keep their order.
type Intake struct {
	store     Store
	committed func(carenet.Batch)
	spool     *Spool // nil: none
	away      func(error) bool
	log       *slog.Logger
	writers   *batch.Writers[carenet.InboundText, string]
	done      sync.WaitGroup // of the replay
	stop      context.CancelFunc
}

// Spooling is what an intake needs to keep texts while the database is away.
type Spooling struct {
	Spool *Spool
	Away  func(error) bool // says of a store's error that the database is not there
	Every time.Duration    // how often what waits is tried again; a second when zero
	Log   *slog.Logger
}

// New starts an intake with this many writers. committed is called after each
// commit that other parts must hear of; it must not block.
func New(store Store, writers int, committed func(carenet.Batch)) *Intake {
	return NewSpooling(store, writers, committed, Spooling{})
}

// NewSpooling starts an intake that has a spool. Close closes the spool too.
func NewSpooling(store Store, writers int, committed func(carenet.Batch), o Spooling) *Intake {
	in := &Intake{store: store, committed: committed, spool: o.Spool, away: o.Away, log: o.Log, stop: func() {}}
	if in.log == nil {
		in.log = slog.New(slog.DiscardHandler)
	}
	if in.spool != nil {
		ctx, stop := context.WithCancel(context.Background())
		in.stop = stop
		in.done.Add(1)
		go func() {
			defer in.done.Done()
			in.replay(ctx, cmp.Or(o.Every, time.Second))
		}()
	}
	in.writers = batch.New(writers, func(t carenet.InboundText) string { return t.From }, in.commit)
	return in
}

// Submit returns once the text is committed, or spooled, or with the error that
// kept it from being either; the provider then delivers it again. When ctx ends first the
// text may still be committed; a second delivery of it has no effect.
func (in *Intake) Submit(ctx context.Context, text carenet.InboundText) error {
	err := in.writers.Submit(ctx, text)
	switch {
	case errors.Is(err, batch.ErrClosed):
		return ErrClosed
	case errors.Is(err, batch.ErrFull):
		return carenet.Errorf(carenet.Busy, "take in text", "too many texts wait; send it again")
	}
	return err
}

// Close takes no more texts, writes those that wait, and returns.
func (in *Intake) Close() {
	in.writers.Close()
	in.stop()
	in.done.Wait()
	if in.spool != nil {
		in.spool.Close()
	}
}

// commit writes texts into the database, or into the spool while that is away. What
// comes while texts wait in the spool waits behind them.
func (in *Intake) commit(texts []carenet.InboundText) []error {
	return batch.Each(texts, commitTime, func(ctx context.Context, texts []carenet.InboundText) ([]error, error) {
		if in.spool != nil && in.spool.Waits() {
			return nil, in.keep(texts)
		}
		err := in.takeTexts(ctx, texts)
		if err != nil && in.spool != nil && in.away(err) {
			in.log.Warn("the database is away; texts go to the spool", "error", err)
			return nil, in.keep(texts)
		}
		return nil, err
	})
}

// keep puts the texts into the spool.
func (in *Intake) keep(texts []carenet.InboundText) error {
	err := in.spool.Append(texts)
	if err != nil {
		in.log.Error("texts are kept neither in the database nor in the spool", "count", len(texts), "error", err)
		return fmt.Errorf("%w: %w", batch.ErrFinal, err)
	}
	return nil
}

// replay hands over what waits in the spool, and what processes that are gone
// have left there.
func (in *Intake) replay(ctx context.Context, every time.Duration) {
	again := time.NewTicker(every)
	defer again.Stop()
	for {
		n, err := in.spool.Replay(ctx, func(ctx context.Context, texts []carenet.InboundText) (bool, error) {
			ctx, cancel := context.WithTimeout(ctx, commitTime)
			defer cancel()
			err := in.takeTexts(ctx, texts)
			return err != nil && in.away(err), err
		})
		if n > 0 {
			in.log.Info("texts went from the spool to the database", "count", n)
		}
		if err != nil && !errors.Is(err, errAway) {
			in.log.Error("replay the spool", "error", err)
		}
		select {
		case <-ctx.Done():
			return
		case <-again.C:
		}
	}
}

func (in *Intake) takeTexts(ctx context.Context, texts []carenet.InboundText) error {
	b, err := in.store.TakeIn(ctx, texts)
	if err == nil && len(b.Events) > 0 {
		in.committed(b)
	}
	return err
}
