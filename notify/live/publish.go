package live

import (
	"context"
	"time"

	"github.com/redis/go-redis/v9"
)

// publish hands over to Redis whatever waits, in one round trip. After a
// failure it drops for a second what comes, and then, before anything else,
// tells the other processes' pages to refetch, again and again until that has
// got through.
func (f *Feed) publish(ctx context.Context) {
	var broken <-chan time.Time // not nil while nothing is tried
	fail := func(n int, err error) {
		f.nMissed.Add(int64(n))
		f.log.Warn("live feed: other processes not told, to be told to refetch", "error", err)
		broken = time.After(pause)
	}
	for {
		select {
		case <-ctx.Done():
			return
		case <-broken:
			broken = nil
			if err := f.send(ctx, []message{f.refetch()}); err != nil && ctx.Err() == nil {
				fail(0, err)
			}
		case first := <-f.out:
			batch := f.gather(first)
			if broken != nil {
				f.nMissed.Add(int64(len(batch)))
				continue
			}
			changes := len(batch)
			if f.overflow.Swap(false) {
				batch = append(batch, f.refetch())
			}
			if err := f.send(ctx, batch); err != nil {
				fail(changes, err)
				continue
			}
			f.nPublished.Add(int64(changes))
		}
	}
}

func (f *Feed) refetch() message { return message{f.origin, Refetch, Refetch} }

// gather takes what waits already, up to a round trip's worth.
func (f *Feed) gather(first message) []message {
	batch := []message{first}
	for len(batch) < together {
		select {
		case m := <-f.out:
			batch = append(batch, m)
		default:
			return batch
		}
	}
	return batch
}

func (f *Feed) send(ctx context.Context, batch []message) error {
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	_, err := f.redis.Pipelined(ctx, func(p redis.Pipeliner) error {
		for _, m := range batch {
			p.Publish(ctx, channel, m.String())
		}
		return nil
	})
	return err
}

// Ping says whether Redis answers.
func (f *Feed) Ping(ctx context.Context) error { return f.redis.Ping(ctx).Err() }
