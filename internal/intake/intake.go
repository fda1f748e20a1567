// Package intake takes texts in: two writers drain whatever waits into one
// commit each, so that many texts cost few commits and one text waits for
// nobody. While the database is away they go to a spool on the disk, and from
// there, in their order, the same way as soon as it is back.
package intake

import (
	"cmp"
	"context"
	"errors"
	"hash/maphash"
	"log/slog"
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
	spool     *Spool // nil: none
	away      func(error) bool
	log       *slog.Logger
	lanes     []chan *job
	seed      maphash.Seed
	done      sync.WaitGroup
	mu        sync.RWMutex
	closed    bool
	stop      context.CancelFunc
}

// Spooling is what an intake needs to keep texts while the database is away.
type Spooling struct {
	Spool *Spool
	Away  func(error) bool // says of a store's error that the database is not there
	Every time.Duration    // how often what waits is tried again; a second when zero
	Log   *slog.Logger
}

type job struct {
	text   carenet.InboundText
	result chan error
}

// New starts an intake with this many writers. committed is called after each
// commit that other parts must hear of; it must not block.
func New(store Store, writers int, committed func(carenet.Batch)) *Intake {
	return NewSpooling(store, writers, committed, Spooling{})
}

// NewSpooling starts an intake that has a spool. Close closes the spool too.
func NewSpooling(store Store, writers int, committed func(carenet.Batch), o Spooling) *Intake {
	in := &Intake{store: store, committed: committed, seed: maphash.MakeSeed(), spool: o.Spool, away: o.Away, log: o.Log, stop: func() {}}
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

// Submit returns once the text is committed, or spooled, or with the error that
// kept it from being either; the provider then delivers it again. When ctx ends first the
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
	in.stop()
	in.done.Wait()
	if in.spool != nil {
		in.spool.Close()
	}
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
// that a database that does not answer holds nobody up a hundred times. What comes
// while texts wait in the spool waits behind them.
func (in *Intake) commit(jobs []*job) {
	if in.spool != nil && in.spool.Waits() {
		in.keep(jobs)
		return
	}
	ctx, cancel := commitContext()
	err := in.takeIn(ctx, jobs)
	cancel()
	if err != nil && in.spool != nil && in.away(err) {
		in.log.Warn("the database is away; texts go to the spool", "error", err)
		in.keep(jobs)
		return
	}
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

func textsOf(jobs []*job) []carenet.InboundText {
	texts := make([]carenet.InboundText, len(jobs))
	for i, j := range jobs {
		texts[i] = j.text
	}
	return texts
}

// keep puts the texts into the spool and answers for them.
func (in *Intake) keep(jobs []*job) {
	err := in.spool.Append(textsOf(jobs))
	if err != nil {
		in.log.Error("texts are kept neither in the database nor in the spool", "count", len(jobs), "error", err)
	}
	for _, j := range jobs {
		j.result <- err
	}
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

func (in *Intake) takeIn(ctx context.Context, jobs []*job) error {
	return in.takeTexts(ctx, textsOf(jobs))
}

func (in *Intake) takeTexts(ctx context.Context, texts []carenet.InboundText) error {
	batch, err := in.store.TakeIn(ctx, texts)
	if err == nil && len(batch.Events) > 0 {
		in.committed(batch)
	}
	return err
}
