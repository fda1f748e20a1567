package live

import (
	"context"
	"errors"
	"fmt"
	"net"
	"time"

	"github.com/redis/go-redis/v9"
)

// listen keeps one subscription at Redis for the whole process.
func (f *Feed) listen(ctx context.Context) {
	for ctx.Err() == nil {
		if err := f.receive(ctx); ctx.Err() == nil {
			f.nLost.Add(1)
			f.log.Warn("live feed: subscription lost, to be taken up again", "error", err)
		}
		t := time.NewTimer(reconnect)
		select {
		case <-t.C:
		case <-ctx.Done():
			t.Stop()
		}
	}
}

// receive subscribes and passes on what comes until the connection fails. It
// does not rely on the library to reconnect, which would do so without a word:
// what was said in between is lost, and the pages must know.
func (f *Feed) receive(ctx context.Context) error {
	sub := f.redis.Subscribe(ctx, channel)
	// A read that has begun ends with its connection, not with the context.
	unhook := context.AfterFunc(ctx, func() { _ = sub.Close() })
	defer func() {
		if unhook() {
			_ = sub.Close()
		}
	}()
	wait, asked := patience, true // the subscription itself is awaited first
	for {
		got, err := sub.ReceiveTimeout(ctx, wait)
		var slow net.Error
		switch {
		case err == nil:
		case errors.As(err, &slow) && slow.Timeout() && !asked:
			if err := sub.Ping(ctx); err != nil {
				return err
			}
			wait, asked = patience, true
			continue
		default:
			return err
		}
		switch got := got.(type) {
		case *redis.Subscription:
			// Whoever subscribed here before this moment may have missed
			// something, at the first time as well.
			f.hub.tellAll(Refetch)
			f.nConnected.Add(1)
		case *redis.Message:
			f.pass(got.Payload)
		case *redis.Pong:
		default:
			return fmt.Errorf("live feed: an answer of type %T", got)
		}
		wait, asked = f.silent, false
	}
}

// pass gives one message from Redis to the pages it concerns.
func (f *Feed) pass(payload string) {
	m, ok := parseMessage(payload)
	switch {
	case !ok:
		f.log.Error("live feed: a message that is not one of ours")
	case m.origin == f.origin: // told already
	case m.topic == Refetch:
		f.hub.tellAll(Refetch)
	default:
		f.hub.tell(m.topic, m.id)
	}
}
