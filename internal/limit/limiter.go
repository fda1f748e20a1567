package limit

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/go-redis/redis_rate/v10"
	"github.com/redis/go-redis/v9"
)

// Limit allows so many events per time: all of them at once, and after that
// one each time that a share of the time has passed (the generic cell rate
// algorithm, ITU-T I.371). One without events, or without time, allows nothing.
type Limit struct {
	Events int
	Per    time.Duration
	Burst  int // how many at once; Events when 0
}

func (l Limit) burst() int { return cmp.Or(l.Burst, l.Events) }

// PerMinute allows n events a minute.
func PerMinute(n int) Limit { return Limit{Events: n, Per: time.Minute} }

// Options says how a Limiter works. The zero value works.
type Options struct {
	// Processes is how many processes count alone while Redis is away: each
	// allows the limit divided by it, but at least one event. 2 when 0.
	Processes int
	// Timeout is how long a caller waits for Redis at most; 30 ms when 0.
	Timeout time.Duration
	Logger  *slog.Logger // slog.Default when nil
}

const (
	// patience is how long a question to Redis may take. The caller does not
	// wait that long: a question goes on without it, so that a connection that
	// is slow to come about is there for the next.
	patience = time.Second
	// underway bounds the questions at once, those nobody waits for included.
	underway = 256
	// breakerPause is how long Redis is left alone after it failed.
	breakerPause = time.Second
)

// Why Redis was not asked to the end.
var (
	errSlow = errors.New("limit: Redis did not answer in time")
	errBusy = errors.New("limit: too many questions to Redis are under way")
)

// Limiter decides whether one more event is within a limit.
type Limiter struct {
	redis   *redis.Client
	shared  *redis_rate.Limiter
	local   *cells
	share   int
	timeout time.Duration
	log     *slog.Logger
	away    atomic.Bool
	asking  chan struct{}
	done    sync.WaitGroup

	nShared, nLocal atomic.Int64
}

// New makes a Limiter. It does not wait for Redis: an error means that the
// address cannot be read. now may be any clock that goes forward; it counts
// only while Redis, which has a clock of its own, is away.
func New(redisURL string, now func() time.Time, o Options) (*Limiter, error) {
	client, err := connect(redisURL, patience)
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	return &Limiter{
		redis: client, shared: redis_rate.NewLimiter(client), local: newCells(now),
		share: cmp.Or(o.Processes, 2), timeout: cmp.Or(o.Timeout, 30*time.Millisecond), log: o.Logger,
		asking: make(chan struct{}, underway),
	}, nil
}

// Allow counts one event for key and reports whether it is within the limit,
// and if not, after how long one would be. It returns within the timeout,
// whatever Redis does.
//
// The key is written to Redis as it is. It must be opaque: what is counted (a
// number, an address of the network, an email) hashed by the caller with a
// secret, after a word for the purpose, as in "signin:" + hash. The same key
// must always come with the same limit.
func (l *Limiter) Allow(ctx context.Context, key string, limit Limit) (ok bool, retryAfter time.Duration) {
	got, retryAfter := l.Take(ctx, key, limit, 1)
	return got == 1, retryAfter
}

// Take counts up to n events for key, as many as are within the limit, and
// reports how many those are, and if fewer, after how long one more would be.
// For the rest it is as Allow.
func (l *Limiter) Take(ctx context.Context, key string, limit Limit, n int) (got int, retryAfter time.Duration) {
	if limit.Events <= 0 || limit.Per <= 0 || limit.Burst < 0 {
		return 0, max(limit.Per, time.Second)
	}
	if !l.away.Load() {
		result, err := l.ask(ctx, key, limit, n)
		if err == nil {
			l.nShared.Add(1)
			after := max(result.RetryAfter, 0)
			if result.Allowed < n && after == 0 {
				after = limit.Per / time.Duration(limit.Events)
			}
			return result.Allowed, after
		}
		if ctx.Err() == nil {
			l.leaveAlone(err)
		}
	}
	l.nLocal.Add(1)
	share := Limit{Events: max(limit.Events/l.share, 1), Per: limit.Per}
	if limit.Burst > 0 {
		share.Burst = max(limit.Burst/l.share, 1)
	}
	return l.local.take(key, share, n)
}

// ask asks Redis beside the caller and stops waiting in time, whatever the
// library does.
func (l *Limiter) ask(ctx context.Context, key string, limit Limit, n int) (*redis_rate.Result, error) {
	select {
	case l.asking <- struct{}{}:
	default:
		return nil, errBusy
	}
	type answer struct {
		result *redis_rate.Result
		err    error
	}
	answers := make(chan answer, 1)
	l.done.Go(func() {
		defer func() { <-l.asking }()
		// Not the caller's context: see patience.
		asked, cancel := context.WithTimeout(context.WithoutCancel(ctx), patience)
		defer cancel()
		result, err := l.shared.AllowAtMost(asked, key, redis_rate.Limit{Rate: limit.Events, Burst: limit.burst(), Period: limit.Per}, n)
		answers <- answer{result, err}
	})
	late := time.NewTimer(l.timeout)
	defer late.Stop()
	select {
	case a := <-answers:
		return a.result, a.err
	case <-late.C:
		return nil, errSlow
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

func (l *Limiter) leaveAlone(err error) {
	if l.away.CompareAndSwap(false, true) {
		l.log.Warn("limits are counted by each process alone", "error", err)
		time.AfterFunc(breakerPause, func() { l.away.Store(false) })
	}
}

// Stats counts since the start.
type Stats struct {
	Shared int64 // decided by Redis
	Local  int64 // decided by this process alone
}

// Stats returns the counts so far.
func (l *Limiter) Stats() Stats { return Stats{l.nShared.Load(), l.nLocal.Load()} }

// Close ends the questions under way and closes the connections. Nobody may
// call Allow any more.
func (l *Limiter) Close() {
	_ = l.redis.Close() // nothing is written through it that must arrive
	l.done.Wait()
}
