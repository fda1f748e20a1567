package main

import (
	"context"
	"errors"
	"sync"
	"time"

	"howareyou/carenet"
)

const (
	// settleTime is how long one instant may take until everything that fell due
	// is with the provider.
	settleTime = 10 * time.Second
	// hangTime is how long all of a move's instants may hang together. After it
	// the move goes on without much waiting, and says so.
	hangTime = 60 * time.Second
	// stride is how far the clock goes on from an instant at which something
	// stays due (texts on hold, a number that is busy): it must not stop time.
	stride = 15 * time.Minute
	// farthest is how far one move may go.
	farthest = 366 * 24 * time.Hour
)

// mover moves the clock and runs what falls due on the way, in order.
type mover struct {
	clock   *clock
	nextDue func(context.Context) (time.Time, error) // zero: nothing is to come
	settle  func(context.Context) error              // until all that is due was handed over
	open    func(context.Context) (int, error)       // texts without a clear answer
	hang    time.Duration                            // hangTime, but in tests
	life    context.Context                          // ends when the demo stops: nobody else ends a move

	one sync.Mutex // one move at a time
}

// moved is the answer to a move. Note says what could not be waited for.
type moved struct {
	Now  time.Time `json:"now"`
	Note string    `json:"note,omitempty"`
}

// Move goes to the target, which is computed from the time at which this move's
// turn comes. It fails with Invalid when that is in the past.
func (m *mover) Move(ctx context.Context, target func(now time.Time) time.Time) (moved, error) {
	const op = "move clock"
	m.one.Lock()
	defer m.one.Unlock()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer context.AfterFunc(m.life, cancel)()
	now := m.clock.Now()
	to := target(now)
	switch {
	case to.Before(now):
		return moved{}, carenet.Errorf(carenet.Invalid, op, "the clock goes forward only; it is %s", now.Format(time.RFC3339))
	case to.Sub(now) > farthest:
		return moved{}, carenet.Errorf(carenet.Invalid, op, "one move goes at most 366 days")
	}
	hung, err := m.run(ctx, to)
	if err != nil {
		return moved{}, err
	}
	out := moved{Now: m.clock.Now()}
	uncertain, err := m.open(ctx)
	switch {
	case err != nil:
		return out, err
	case hung:
		out.Note = "some texts are still on their way"
	case uncertain > 0:
		out.Note = "some texts got no clear answer and are being looked for"
	}
	return out, nil
}

// run stops at each instant at which something falls due.
func (m *mover) run(ctx context.Context, to time.Time) (hung bool, err error) {
	patience := m.hang
	// What is on its way now left before the move.
	if _, err := m.wait(ctx, &patience); err != nil {
		return false, err
	}
	for last := (time.Time{}); ; {
		next, err := m.nextDue(ctx)
		if err != nil {
			return hung, err
		}
		if !next.IsZero() && !next.After(last) {
			next = m.clock.Now().Add(stride)
		}
		arrived := next.IsZero() || next.After(to)
		if arrived {
			next = to
		}
		if err := m.clock.Forward(next); err != nil {
			return hung, err
		}
		last = next
		hung, err = m.wait(ctx, &patience)
		if err != nil || arrived {
			return hung, err
		}
	}
}

// wait waits within what is left of the patience.
func (m *mover) wait(ctx context.Context, patience *time.Duration) (hung bool, err error) {
	limit := max(min(settleTime, *patience), 50*time.Millisecond)
	began := m.clock.real()
	waiting, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	err = m.settle(waiting)
	if err == nil {
		return false, nil
	}
	if ctx.Err() == nil && errors.Is(waiting.Err(), context.DeadlineExceeded) {
		*patience -= m.clock.real().Sub(began)
		return true, nil
	}
	return false, err
}
