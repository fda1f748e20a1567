package limit

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"net"
	"strings"
	"sync"
	"testing"
	"time"

	"go.uber.org/goleak"
	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/internal/devenv"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func startRedis(tb testing.TB) *devenv.Redis {
	tb.Helper()
	tools, err := devenv.Find(tb.Context(), devenv.RedisServer)
	if err != nil {
		tb.Fatal(err)
	}
	r, err := devenv.StartRedis(tb.Context(), devenv.RedisOptions{Server: tools.RedisServer})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() {
		if err := r.Stop(); err != nil {
			tb.Error(err)
		}
	})
	return r
}

func limiterOf(tb testing.TB, address string, o Options) *Limiter {
	tb.Helper()
	o.Logger = slog.New(slog.DiscardHandler)
	l, err := New(address, noon, o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(l.Close)
	return l
}

// patient waits for Redis longer than any machine needs, for tests that are
// not about waiting.
var patient = Options{Timeout: 10 * time.Second}

// noon is a clock that stands still.
func noon() time.Time { return time.Date(2026, 3, 1, 12, 0, 0, 0, time.UTC) }

func allowed(l *Limiter, key string, limit Limit, times int) (n int, retryAfter time.Duration) {
	for range times {
		ok, after := l.Allow(context.Background(), key, limit)
		if ok {
			n++
		} else {
			retryAfter = after
		}
	}
	return n, retryAfter
}

func TestProcessesShareOneLimit(t *testing.T) {
	r := startRedis(t)
	here, there := limiterOf(t, r.URL(), patient), limiterOf(t, r.URL(), patient)
	hourly := Limit{Events: 5, Per: time.Hour}
	a, _ := allowed(here, "signin:a", hourly, 4)
	b, after := allowed(there, "signin:a", hourly, 4)
	if a != 4 || b != 1 {
		t.Errorf("of 5 an hour one process allowed %d, then the other %d", a, b)
	}
	if after <= 11*time.Minute || after > 12*time.Minute {
		t.Errorf("the next after %v", after)
	}
	if n, _ := allowed(there, "signin:b", hourly, 6); n != 5 {
		t.Errorf("another key was allowed %d", n)
	}
	if got := there.Stats(); got.Local != 0 {
		t.Errorf("%+v", got)
	}
}

func TestINV5_WithoutRedisEachProcessCountsItsShare(t *testing.T) {
	r := startRedis(t)
	o := patient
	o.Processes = 2
	l := limiterOf(t, r.URL(), o)
	hourly := Limit{Events: 10, Per: time.Hour}
	if n, _ := allowed(l, "signin:a", hourly, 1); n != 1 {
		t.Fatal("refused at once")
	}
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	n, after := allowed(l, "signin:a", hourly, 20)
	if n != 5 || after != 12*time.Minute {
		t.Errorf("the share of 10 an hour is 5: allowed %d, the next after %v", n, after)
	}
	if n, _ := allowed(l, "signin:b", Limit{Events: 1, Per: time.Hour}, 3); n != 1 {
		t.Errorf("a share is never nothing: allowed %d", n)
	}
	if err := r.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	before := l.Stats().Shared
	eventually(t, "Redis counts again", func() bool {
		l.Allow(t.Context(), "signin:c", PerMinute(1000))
		return l.Stats().Shared > before
	})
	if err := l.redis.FlushAll(t.Context()).Err(); err != nil {
		t.Fatal(err)
	}
	if n, _ := allowed(l, "signin:a", hourly, 20); n != 10 {
		t.Errorf("after a flush %d were allowed", n)
	}
}

// Nobody who signs in may feel that Redis is unwell. The times are logged.
func TestINV5_NobodyWaitsForARedisThatDoesNotAnswer(t *testing.T) {
	r := startRedis(t)
	silent, err := net.Listen("tcp", "127.0.0.1:0") // takes connections, says nothing
	if err != nil {
		t.Fatal(err)
	}
	defer silent.Close()
	warm := limiterOf(t, r.URL(), Options{})
	eventually(t, "a connection is there", func() bool {
		warm.Allow(t.Context(), "signin:a", PerMinute(1000))
		return warm.Stats().Shared > 0
	})
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	for name, l := range map[string]*Limiter{
		"frozen, connected before": warm,
		"frozen, never connected":  limiterOf(t, r.URL(), Options{}),
		"silent from the start":    limiterOf(t, "redis://"+silent.Addr().String(), Options{}),
	} {
		var longest time.Duration
		var mu sync.Mutex
		var callers sync.WaitGroup
		before := l.Stats().Local
		for range 8 {
			callers.Go(func() {
				for range 20 {
					start := time.Now()
					l.Allow(context.Background(), "signin:a", PerMinute(1000))
					mu.Lock()
					longest = max(longest, time.Since(start))
					mu.Unlock()
				}
			})
		}
		callers.Wait()
		if n := l.Stats().Local - before; n == 0 {
			t.Errorf("%s: nothing was counted locally", name)
		}
		t.Logf("%s: the longest of 160 calls took %v", name, longest)
	}
}

// Connecting may take longer than a caller waits (over TLS, from afar): the
// limiter must come to its connection all the same.
func TestASlowConnectionIsUsedOnceItIsThere(t *testing.T) {
	r := startRedis(t)
	far, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	var pipes sync.WaitGroup
	defer pipes.Wait()
	defer far.Close()
	pipes.Go(func() {
		for {
			conn, err := far.Accept()
			if err != nil {
				return
			}
			near, err := net.Dial("unix", r.Socket())
			if err != nil {
				conn.Close()
				continue
			}
			pipes.Go(func() {
				<-time.After(100 * time.Millisecond) // the length of the way, more than three times the patience
				pipes.Go(func() { io.Copy(conn, near); conn.Close() })
				io.Copy(near, conn)
				near.Close()
			})
		}
	})
	l := limiterOf(t, "redis://"+far.Addr().String(), Options{})
	defer l.Close() // before waiting for its pipes
	eventually(t, "Redis counts", func() bool {
		l.Allow(t.Context(), "signin:a", PerMinute(1000))
		return l.Stats().Shared > 0
	})
}

func TestALimitOfNothingAllowsNothing(t *testing.T) {
	r := startRedis(t)
	l := limiterOf(t, r.URL(), patient)
	for _, nothing := range []Limit{{}, {Per: time.Minute}, {Events: -1, Per: time.Minute}, {Events: 1}} {
		if ok, after := l.Allow(t.Context(), "signin:a", nothing); ok || after <= 0 {
			t.Errorf("%+v: %v, %v", nothing, ok, after)
		}
	}
}

func TestRedisHoldsTheKeyAndNothingElse(t *testing.T) {
	r := startRedis(t)
	l := limiterOf(t, r.URL(), patient)
	l.Allow(t.Context(), "signin:5f2c", PerMinute(1))
	keys, err := l.redis.Keys(t.Context(), "*").Result()
	if err != nil || len(keys) != 1 || !strings.HasSuffix(keys[0], "signin:5f2c") {
		t.Fatalf("keys %q, %v", keys, err)
	}
	if ttl := l.redis.TTL(t.Context(), keys[0]).Val(); ttl <= 0 || ttl > time.Minute {
		t.Errorf("kept for %v", ttl)
	}
}

func TestAnAddressThatCannotBeRead(t *testing.T) {
	if _, err := New("redis://:5ecre7@host:port:x/", noon, Options{}); carenet.CodeOf(err) != carenet.Invalid || strings.Contains(err.Error(), "5ecre7") {
		t.Errorf("%v", err)
	}
}

func eventually(tb testing.TB, what string, done func() bool) {
	tb.Helper()
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !done() {
		select {
		case <-tick.C:
		case <-deadline:
			tb.Fatalf("not in 30 s: %s", what)
		}
	}
}

func (c *cells) allow(key string, limit Limit) (bool, time.Duration) {
	got, after := c.take(key, limit, 1)
	return got == 1, after
}

// In any stretch of time no more is allowed than all at once and what that time
// gives back; and whoever waits as long as they were told is let in.
func TestLocalCountingKeepsTheLimit(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		limit := Limit{Events: rapid.IntRange(1, 20).Draw(t, "events"), Per: time.Duration(rapid.IntRange(1, 3600).Draw(t, "seconds")) * time.Second}
		now := noon()
		c := newCells(func() time.Time { return now })
		each := limit.Per / time.Duration(limit.Events)
		var at []time.Time
		for _, step := range rapid.SliceOfN(rapid.Int64Range(0, int64(2*each)), 1, 60).Draw(t, "steps") {
			now = now.Add(time.Duration(step))
			ok, after := c.allow("k", limit)
			if ok {
				at = append(at, now)
				continue
			}
			if after <= 0 || after > limit.Per {
				t.Fatalf("refused for %v", after)
			}
			if rapid.Bool().Draw(t, "waits") {
				now = now.Add(after)
				if ok, _ := c.allow("k", limit); !ok {
					t.Fatalf("waited %v as told, and refused", after)
				}
				at = append(at, now)
			}
		}
		for i := range at {
			for j := i; j < len(at); j++ {
				if most := limit.Events + int(at[j].Sub(at[i])/each); j-i+1 > most {
					t.Fatalf("%d in %v of %+v", j-i+1, at[j].Sub(at[i]), limit)
				}
			}
		}
	})
}

func TestLocalCountingOutlivesAClockSetBack(t *testing.T) {
	now := noon()
	c := newCells(func() time.Time { return now })
	for range 5 {
		c.allow("k", PerMinute(5))
	}
	now = now.Add(-24 * time.Hour)
	if ok, after := c.allow("k", PerMinute(5)); ok || after > time.Minute {
		t.Errorf("%v, the next after %v", ok, after)
	}
}

// Whoever floods with new keys costs neither memory nor, by much, the others.
func TestLocalCountingUnderAFlood(t *testing.T) {
	c := newCells(noon)
	for i := range 1000 {
		c.allow(fmt.Sprint("flood", i), PerMinute(1))
	}
	refused := 0
	for i := range 1000 {
		if ok, _ := c.allow(fmt.Sprint("other", i), PerMinute(1)); !ok {
			refused++
		}
	}
	// 1,000 and 1,000 keys in 65,536 cells: about 23 neighbours.
	if refused > 100 {
		t.Errorf("%d of 1000 were refused for their neighbours", refused)
	}
}

func BenchmarkAllow(b *testing.B) {
	l := limiterOf(b, startRedis(b).URL(), patient)
	b.Run("redis", func(b *testing.B) {
		for b.Loop() {
			l.Allow(context.Background(), "signin:a", PerMinute(100))
		}
	})
	b.Run("local", func(b *testing.B) {
		for b.Loop() {
			l.local.allow("signin:a", PerMinute(100))
		}
	})
}

// Several at once: as many as fit, and what does not fit takes nothing.
func TestTakeGivesWhatFits(t *testing.T) {
	r := startRedis(t)
	for name, l := range map[string]*Limiter{
		"by Redis": limiterOf(t, r.URL(), patient),
		"alone":    limiterOf(t, "redis://127.0.0.1:1", Options{Processes: 1}),
	} {
		limit := Limit{Events: 60, Per: time.Hour, Burst: 10}
		for i, want := range []struct{ asked, got int }{{4, 4}, {8, 6}, {1, 0}, {50, 0}} {
			got, after := l.Take(t.Context(), "send:a", limit, want.asked)
			if got != want.got {
				t.Errorf("%s, question %d: %d of %d, want %d", name, i, got, want.asked, want.got)
			}
			if got < want.asked && (after <= 0 || after > time.Minute) || got == want.asked && after != 0 {
				t.Errorf("%s, question %d: %d of %d, and the next after %s", name, i, got, want.asked, after)
			}
		}
	}
}
