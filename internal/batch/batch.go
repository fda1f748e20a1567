// Package batch gathers what waits into few commits: writers drain their lanes, so
// that many jobs cost few commits and one job waits for nobody.
package batch

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"
)

// Most bounds what one commit holds: beyond it, latency grows and nothing is gained.
const Most = 128

// waiting bounds what a lane holds.
const waiting = 1024

// The reasons not to take a job.
var (
	ErrClosed = errors.New("batch: closed")
	ErrFull   = errors.New("batch: too many jobs wait")
)

// ErrFinal marks an error of a commit that doing its jobs one by one would not mend.
var ErrFinal = errors.New("batch: final")

// Writers commit jobs with an item each. Jobs whose items have the same key go
// through the same writer, so they keep their order, and never stand in one commit.
type Writers[T any, K comparable] struct {
	key    func(T) K
	commit func([]T) []error
	lanes  []chan *job[T]
	seed   maphash.Seed
	done   sync.WaitGroup
	mu     sync.RWMutex
	closed bool
}

type job[T any] struct {
	item   T
	result chan error
}

// New starts n writers. commit is given up to Most items, and returns an error or nil
// for each; see Each. Close stops them.
func New[T any, K comparable](n int, key func(T) K, commit func([]T) []error) *Writers[T, K] {
	w := &Writers[T, K]{key: key, commit: commit, seed: maphash.MakeSeed()}
	for range n {
		lane := make(chan *job[T], waiting)
		w.lanes = append(w.lanes, lane)
		w.done.Go(func() { w.write(lane) })
	}
	return w
}

// Submit returns once the item is committed, or with what kept it from being so:
// ErrClosed and ErrFull at once. When ctx ends first it may still be committed.
func (w *Writers[T, K]) Submit(ctx context.Context, item T) error {
	j := &job[T]{item: item, result: make(chan error, 1)}
	if err := w.take(j); err != nil {
		return err
	}
	select {
	case err := <-j.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (w *Writers[T, K]) take(j *job[T]) error {
	w.mu.RLock()
	defer w.mu.RUnlock()
	if w.closed {
		return ErrClosed
	}
	select {
	case w.lanes[maphash.Comparable(w.seed, w.key(j.item))%uint64(len(w.lanes))] <- j:
		return nil
	default:
		return ErrFull
	}
}

// Close takes no more jobs, commits those that wait, and returns.
func (w *Writers[T, K]) Close() {
	w.mu.Lock()
	if !w.closed {
		w.closed = true
		for _, l := range w.lanes {
			close(l)
		}
	}
	w.mu.Unlock()
	w.done.Wait()
}

// write commits what waits in a lane. The second job of a key in a batch goes into
// the next.
func (w *Writers[T, K]) write(lane <-chan *job[T]) {
	var held []*job[T]
	for open := true; open || len(held) > 0; {
		var batch, again []*job[T]
		named := map[K]bool{}
		take := func(j *job[T]) {
			if k := w.key(j.item); !named[k] {
				named[k] = true
				batch = append(batch, j)
				return
			}
			again = append(again, j)
		}
		for _, j := range held {
			take(j)
		}
		if len(batch) == 0 {
			j, ok := <-lane
			if !ok {
				return
			}
			take(j)
		}
		for more := open; more && len(batch) < Most; {
			select {
			case j, ok := <-lane:
				if more, open = ok, ok; ok {
					take(j)
				}
			default:
				more = false
			}
		}
		held = again
		items := make([]T, len(batch))
		for i, j := range batch {
			items[i] = j.item
		}
		for i, err := range w.commit(items) {
			batch[i].result <- err
		}
	}
}

// Each does all items at once, and one by one when that fails: one that cannot be
// kept costs only itself. All of the second round has the time of one commit, so that
// a database that does not answer holds nobody up a hundred times. The context is
// nobody's request: one that gives up must not end the others' commit. do returns an
// error for all items, or one for each of them, or neither.
func Each[T any](items []T, most time.Duration, do func(context.Context, []T) (each []error, err error)) []error {
	out := make([]error, len(items))
	ctx, cancel := context.WithTimeout(context.Background(), most)
	each, err := do(ctx, items)
	cancel()
	if err == nil || len(items) == 1 || errors.Is(err, ErrFinal) {
		for i := range out {
			out[i] = err
		}
		copy(out, each)
		return out
	}
	ctx, cancel = context.WithTimeout(context.Background(), most)
	defer cancel()
	for i := range items {
		each, out[i] = do(ctx, items[i:i+1])
		copy(out[i:], each)
	}
	return out
}
