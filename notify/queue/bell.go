package queue

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"howareyou/carenet"
)

const (
	waiting        = 1024
	enqueueTimeout = 300 * time.Millisecond
	breakerPause   = time.Second
)

// BellOptions says how a Bell rings. The zero value works.
type BellOptions struct {
	Queue string // DefaultQueue when empty
	// Missed is told, without details, that a ring did not reach Redis, so
	// that a sweep of the same process can look at once (Sweep.Kick). It must
	// not block.
	Missed func()
	Logger *slog.Logger // slog.Default when nil
}

// Bell wakes the workers after a commit.
type Bell struct {
	queue   string
	missed  func()
	log     *slog.Logger
	redis   *redis.Client
	client  *asynq.Client
	waiting chan carenet.ID
	quit    chan struct{}
	close   sync.Once
	done    sync.WaitGroup

	nRung, nMissed atomic.Int64
}

// NewBell makes a Bell and starts the goroutine that rings. It does not wait
// for Redis: an error means that the address cannot be read.
func NewBell(redisURL string, o BellOptions) (*Bell, error) {
	client, err := connect(redisURL, enqueueTimeout)
	if err != nil {
		return nil, err
	}
	b := &Bell{
		queue: o.Queue, missed: o.Missed, log: o.Logger, redis: client,
		client:  asynq.NewClientFromRedisClient(client),
		waiting: make(chan carenet.ID, waiting),
		quit:    make(chan struct{}),
	}
	if b.queue == "" {
		b.queue = DefaultQueue
	}
	if b.missed == nil {
		b.missed = func() {}
	}
	if b.log == nil {
		b.log = slog.Default()
	}
	b.done.Go(b.ring)
	return b, nil
}

// Ring asks for a worker to look at a committed batch. It never blocks and
// never fails: a ring that finds no room, or no Redis, is dropped and counted,
// because the sweep finds the batch anyway.
func (b *Bell) Ring(batch carenet.ID) {
	select {
	case b.waiting <- batch:
	default:
		b.miss()
	}
}

// BellStats counts since the start.
type BellStats struct {
	Rung   int64 // reached Redis
	Missed int64 // dropped, left to the sweep
}

// Stats returns the counts so far.
func (b *Bell) Stats() BellStats {
	return BellStats{Rung: b.nRung.Load(), Missed: b.nMissed.Load()}
}

// Close stops ringing and closes the connections. What still waits is left to
// the sweep. Rings after Close are dropped.
func (b *Bell) Close() {
	b.close.Do(func() {
		close(b.quit)
		b.done.Wait()
		_ = b.redis.Close() // what did not arrive the sweep finds
	})
}

// ring hands over one after the other. After a failure it drops for a second
// what comes: a Redis that does not answer would otherwise be asked at the
// pace of its timeouts while a queue of rings grows stale behind it.
func (b *Bell) ring() {
	var open <-chan time.Time // not nil while the breaker is open
	for {
		select {
		case <-b.quit:
			return
		case <-open:
			open = nil
		case batch := <-b.waiting:
			if open != nil {
				b.miss()
				continue
			}
			if err := b.enqueue(batch); err != nil {
				b.log.Warn("bell not rung, the sweep takes over", "error", err)
				b.miss()
				open = time.After(breakerPause)
				continue
			}
			b.nRung.Add(1)
		}
	}
}

func (b *Bell) enqueue(batch carenet.ID) error {
	ctx, cancel := context.WithTimeout(context.Background(), enqueueTimeout)
	defer cancel()
	// The product's clock may be far from the machine's; the context's
	// deadline is on the machine's.
	deadline, _ := ctx.Deadline()
	task, options := newTask(batch, b.queue, deadline)
	_, err := b.client.EnqueueContext(ctx, task, options...)
	return err
}

func (b *Bell) miss() {
	b.nMissed.Add(1)
	b.missed()
}
