package queue

import (
	"bytes"
	"context"
	"fmt"
	"log/slog"
	"sync"
	"testing"
	"time"

	"github.com/redis/go-redis/v9"
	"go.uber.org/goleak"

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

func clientOf(tb testing.TB, r *devenv.Redis) *redis.Client {
	tb.Helper()
	c, err := connect(r.URL(), 5*time.Second)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { c.Close() })
	return c
}

func startBell(tb testing.TB, r *devenv.Redis, o BellOptions) *Bell {
	tb.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	b, err := NewBell(r.URL(), o)
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(b.Close)
	return b
}

func startServer(tb testing.TB, r *devenv.Redis, handle Handle, o ServerOptions) *Server {
	tb.Helper()
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	s, err := NewServer(r.URL(), handle, o)
	if err != nil {
		tb.Fatal(err)
	}
	if err := s.Start(); err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(func() { stop(tb, s) })
	return s
}

func stop(tb testing.TB, s *Server) {
	tb.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 30*time.Second)
	defer cancel()
	if err := s.Shutdown(ctx); err != nil {
		tb.Error(err)
	}
}

func newBatch() carenet.ID { return carenet.NewID(time.Now()) }

// seen collects the batches that a server was given.
type seen struct {
	mu      sync.Mutex
	count   map[carenet.ID]int
	changed chan struct{}
}

func newSeen() *seen { return &seen{count: map[carenet.ID]int{}, changed: make(chan struct{}, 1)} }

func (s *seen) handle(_ context.Context, batch carenet.ID) error {
	s.mu.Lock()
	s.count[batch]++
	s.mu.Unlock()
	select {
	case s.changed <- struct{}{}:
	default:
	}
	return nil
}

func (s *seen) has(batches ...carenet.ID) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	for _, b := range batches {
		if s.count[b] == 0 {
			return false
		}
	}
	return true
}

// wait returns when all the batches were handled.
func (s *seen) wait(tb testing.TB, batches ...carenet.ID) {
	tb.Helper()
	deadline := time.After(30 * time.Second)
	for !s.has(batches...) {
		select {
		case <-s.changed:
		case <-deadline:
			tb.Fatal("not all batches were handled in 30 s")
		}
	}
}

// eventually polls until done says so.
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

// everything returns all that Redis holds, keys and values, as text.
func everything(t *testing.T, c *redis.Client) string {
	t.Helper()
	ctx := t.Context()
	keys, err := c.Keys(ctx, "*").Result()
	if err != nil {
		t.Fatal(err)
	}
	var b bytes.Buffer
	for _, k := range keys {
		kind, err := c.Type(ctx, k).Result()
		if err != nil {
			t.Fatal(err)
		}
		var v any
		switch kind {
		case "hash":
			v, err = c.HGetAll(ctx, k).Result()
		case "list":
			v, err = c.LRange(ctx, k, 0, -1).Result()
		case "set":
			v, err = c.SMembers(ctx, k).Result()
		case "zset":
			v, err = c.ZRange(ctx, k, 0, -1).Result()
		case "string":
			v, err = c.Get(ctx, k).Result()
		case "none": // gone since
			continue
		default:
			t.Fatalf("key %s is a %s", k, kind)
		}
		if err != nil {
			t.Fatal(err)
		}
		fmt.Fprintln(&b, k, v)
	}
	return b.String()
}
