package twiliosim

import (
	"context"
	"sync"
	"time"
)

// crew runs jobs in order of arrival on at most limit goroutines, and holds no
// goroutine while it has nothing to do.
type crew struct {
	mu      sync.Mutex
	limit   int
	running int
	queue   []func()
	closed  bool
	wg      sync.WaitGroup
}

func (c *crew) do(job func()) {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.closed {
		return
	}
	c.queue = append(c.queue, job)
	if c.running < c.limit {
		c.running++
		c.wg.Go(c.run)
	}
}

func (c *crew) run() {
	for {
		c.mu.Lock()
		if len(c.queue) == 0 || c.closed {
			c.running--
			c.mu.Unlock()
			return
		}
		job := c.queue[0]
		c.queue[0] = nil
		c.queue = c.queue[1:]
		c.mu.Unlock()
		job()
	}
}

// close drops what waits and returns when what runs has ended.
func (c *crew) close() {
	c.mu.Lock()
	c.closed = true
	c.queue = nil
	c.mu.Unlock()
	c.wg.Wait()
}

// tally counts work under way, so that a test can wait for none.
type tally struct {
	mu   sync.Mutex
	n    int
	zero chan struct{} // closed whenever n reaches 0; nil while nobody waits
}

func (t *tally) add() {
	t.mu.Lock()
	t.n++
	t.mu.Unlock()
}

func (t *tally) done() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.n--
	if t.n == 0 && t.zero != nil {
		close(t.zero)
		t.zero = nil
	}
}

func (t *tally) wait(ctx context.Context, stop <-chan struct{}) error {
	t.mu.Lock()
	if t.n == 0 {
		t.mu.Unlock()
		return nil
	}
	if t.zero == nil {
		t.zero = make(chan struct{})
	}
	zero := t.zero
	t.mu.Unlock()
	select {
	case <-zero:
		return nil
	case <-stop:
		return ErrClosed
	case <-ctx.Done():
		return ctx.Err()
	}
}

// timers are pending pauses, so that closing can cancel them all.
type timers struct {
	mu     sync.Mutex
	closed bool
	set    map[*time.Timer]struct{}
}

func (t *timers) after(d time.Duration, job func()) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.closed {
		return
	}
	if t.set == nil {
		t.set = make(map[*time.Timer]struct{})
	}
	var timer *time.Timer
	timer = time.AfterFunc(d, func() {
		t.mu.Lock()
		delete(t.set, timer)
		closed := t.closed
		t.mu.Unlock()
		if !closed {
			job()
		}
	})
	t.set[timer] = struct{}{}
}

func (t *timers) close() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.closed = true
	for timer := range t.set {
		timer.Stop()
	}
	t.set = nil
}
