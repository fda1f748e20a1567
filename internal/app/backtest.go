package app

import (
	"context"
	"time"
)

// backtestTime bounds one look: a process that is told to stop must not wait for it.
const backtestTime = 10 * time.Second

// backtests takes packs that are tried a step further, some patients of each, until
// none waits. A back-test is no task of the queue: its place is in the database, moved
// on in the same transaction as what it finds, so a worker that dies in the midst of it
// costs a fraction of a second of work, and Redis nothing.
func (w *worker) backtests(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, backtestTime)
	defer cancel()
	for ctx.Err() == nil {
		done, err := w.store.TickBacktests(ctx, chunk)
		if err != nil || done == 0 {
			return err
		}
	}
	return nil
}
