// Package intake takes texts in: two writers drain whatever waits into one
// commit each, so that many texts cost few commits and one text waits for
// nobody.
package intake

import (
	"context"
	"errors"
	"hash/maphash"
	"sync"
	"time"

	"howareyou/carenet"
)

// Store keeps and reads a batch of texts in one transaction.
type Store interface {
	TakeIn(ctx context.Context, texts []carenet.InboundText) (carenet.Batch, error)
}

// maxBatch bounds what one commit holds: beyond it, latency grows and nothing is gained.
const maxBatch = 128

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
	lanes     []chan *job
	seed      maphash.Seed
	done      sync.WaitGroup
	mu        sync.RWMutex
	closed    bool
}

type job struct {
	text   carenet.InboundText
	result chan error
}

// New starts an intake with this many writers. committed is called after each
// commit that other parts must hear of; it must not block.
func New(store Store, writers int, committed func(carenet.Batch)) *Intake {
	in := &Intake{store: store, committed: committed, seed: maphash.MakeSeed()}
	for range writers {
		lane := make(chan *job, 1024)
		in.lanes = append(in.lanes, lane)
		in.done.Add(1)
		go func() {
			defer in.done.Done()
			in.write(lane)
		}()
	}
	return in
}

// Submit returns once the text is committed, or with the error that kept it
// from being so; the provider then delivers it again. When ctx ends first the
// text may still be committed; a second delivery of it has no effect.
func (in *Intake) Submit(ctx context.Context, text carenet.InboundText) error {
	j := &job{text: text, result: make(chan error, 1)}
	lane := in.lanes[maphash.String(in.seed, text.From)%uint64(len(in.lanes))]
	in.mu.RLock()
	if in.closed {
		in.mu.RUnlock()
		return ErrClosed
	}
	select {
	case lane <- j:
		in.mu.RUnlock()
	default:
		in.mu.RUnlock()
		return carenet.Errorf(carenet.Busy, "take in text", "too many texts wait; send it again")
	}
	select {
	case err := <-j.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close takes no more texts, writes those that wait, and returns.
func (in *Intake) Close() {
	in.mu.Lock()
	if !in.closed {
		in.closed = true
		for _, l := range in.lanes {
			close(l)
		}
	}
	in.mu.Unlock()
	in.done.Wait()
}

func (in *Intake) write(lane <-chan *job) {
	var held []*job // second texts of a number in the batch: they go into the next
	open := true
	for open || len(held) > 0 {
		var batch []*job
		numbers := map[string]bool{}
		take := func(j *job, again *[]*job) {
			if numbers[j.text.From] {
				*again = append(*again, j)
				return
			}
			numbers[j.text.From] = true
			batch = append(batch, j)
		}
		var again []*job
		for _, j := range held {
			take(j, &again)
		}
		if len(batch) == 0 {
			j, ok := <-lane
			if !ok {
				return
			}
			take(j, &again)
		}
	drain:
		for len(batch) < maxBatch {
			select {
			case j, ok := <-lane:
				if !ok {
					open = false
					break drain
				}
				take(j, &again)
			default:
				break drain
			}
		}
		held = again
		in.commit(batch)
	}
}

// commit writes a batch at once, and one by one when that fails: one bad text
// costs only itself. All of the second round has the time of one commit, so
// that a database that does not answer holds nobody up a hundred times.
func (in *Intake) commit(jobs []*job) {
	ctx, cancel := commitContext()
	err := in.takeIn(ctx, jobs)
	cancel()
	if err == nil || len(jobs) == 1 {
		for _, j := range jobs {
			j.result <- err
		}
		return
	}
	ctx, cancel = commitContext()
	defer cancel()
	for _, j := range jobs {
		j.result <- in.takeIn(ctx, []*job{j})
	}
}

// commitContext is not the requests': one that gives up must not end the
// others' commit.
func commitContext() (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.Background(), commitTime)
}

func (in *Intake) takeIn(ctx context.Context, jobs []*job) error {
	texts := make([]carenet.InboundText, len(jobs))
	for i, j := range jobs {
		texts[i] = j.text
	}
	batch, err := in.store.TakeIn(ctx, texts)
	if err == nil && len(batch.Events) > 0 {
		in.committed(batch)
	}
	return err
}
