package queue

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"
)

// Sweep looks regularly for work that nobody rang for: after a crash between
// commit and ring, a lost bell, or while Redis is away. What it calls is the
// same function that a bell leads to.
type Sweep struct {
	every time.Duration
	look  func(context.Context) error
	log   *slog.Logger
	kick  chan struct{}
	one   chan struct{} // holds a token while a look is under way
}

// NewSweep makes a Sweep that calls look about every so often. Its time is the
// machine's: it is about waking up, and what is due is look's to decide by the
// product's clock.
func NewSweep(every time.Duration, look func(context.Context) error, log *slog.Logger) *Sweep {
	if log == nil {
		log = slog.Default()
	}
	return &Sweep{every: every, look: look, log: log, kick: make(chan struct{}, 1), one: make(chan struct{}, 1)}
}

// Kick makes the sweep look now, or again as soon as the look under way has
// ended. It never blocks; many kicks before a look are one.
func (s *Sweep) Kick() {
	select {
	case s.kick <- struct{}{}:
	default:
	}
}

// Run looks at once and then on and on until ctx ends. Two looks are never
// under way at the same time, even if Run is called twice. A look that fails
// or panics is logged, and the next one comes all the same.
func (s *Sweep) Run(ctx context.Context) {
	s.lookOnce(ctx)
	timer := time.NewTimer(s.next())
	defer timer.Stop()
	for ctx.Err() == nil {
		select {
		case <-ctx.Done():
			return
		case <-timer.C:
		case <-s.kick:
		}
		s.lookOnce(ctx)
		timer.Reset(s.next())
	}
}

// next is the wait before the next look: up to a tenth more or less, so that
// workers started together do not look together for ever.
func (s *Sweep) next() time.Duration {
	return time.Duration(float64(s.every) * (0.9 + 0.2*rand.Float64())) //nolint:gosec // spreads load, hides nothing
}

func (s *Sweep) lookOnce(ctx context.Context) {
	select {
	case s.one <- struct{}{}:
	case <-ctx.Done():
		return
	}
	defer func() {
		<-s.one
		if x := recover(); x != nil {
			// The value may quote anything; the stack says where it was.
			s.log.Error("sweep panicked", "stack", string(debug.Stack()))
		}
	}()
	if err := s.look(ctx); err != nil && ctx.Err() == nil {
		s.log.Warn("sweep failed, to be tried again", "error", err)
	}
}
