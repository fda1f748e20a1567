package twilio

import (
	"context"
	"crypto/tls"
	"errors"
	"net"
	"sync/atomic"
	"time"
)

// errTooLate says that a call's time was over before all of it was written, so
// the provider cannot have taken it.
var errTooLate = errors.New("twilio: the call's time was over before it was written")

// A fencedConn writes nothing for a call whose time is over. A context's timer is
// not enough: a process that was stopped, with its machine perhaps, and goes on
// after minutes writes first and hears of its timers later. By then others have
// taken its work over.
type fencedConn struct {
	net.Conn
	now  func() time.Time
	call atomic.Pointer[fencing] // of the call that has the connection; nil while it is being made
}

// A fencing is a call's time, and whether it was found to be over. The error of
// the write does not always get to the caller: the transport also reads, and the
// end of that on the connection given up may come first.
type fencing struct {
	until time.Time
	late  *atomic.Bool
}

// Write is part of net.Conn.
func (c *fencedConn) Write(b []byte) (int, error) {
	if call := c.call.Load(); call != nil && past(c.now(), call.until) {
		call.late.Store(true)
		return 0, errTooLate
	}
	return c.Conn.Write(b)
}

// past compares by both clocks of the machine: the steady one stands still while
// some machines sleep, and the other may be set.
func past(now, until time.Time) bool {
	return now.After(until) || now.Round(0).After(until.Round(0))
}

// fenced makes connections that can be told until when they may write.
func fenced(dial func(context.Context, string, string) (net.Conn, error), now func() time.Time) func(context.Context, string, string) (net.Conn, error) {
	if now == nil {
		return dial
	}
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := dial(ctx, network, address)
		if err != nil {
			return nil, err
		}
		return &fencedConn{Conn: conn, now: now}, nil
	}
}

// fence tells a connection until when the call that got it may write, and where
// to say that it was too late.
func fence(ctx context.Context, conn net.Conn, late *atomic.Bool) {
	if t, ok := conn.(*tls.Conn); ok {
		conn = t.NetConn()
	}
	if c, ok := conn.(*fencedConn); ok {
		if until, ok := ctx.Deadline(); ok {
			c.call.Store(&fencing{until, late})
		}
	}
}
