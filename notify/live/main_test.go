package live

import (
	"log/slog"
	"testing"
	"time"

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

func newID() carenet.ID { return carenet.NewID(time.Now()) }

// startFeed starts a process's feed.
func startFeed(tb testing.TB, address string) *Feed {
	tb.Helper()
	f, err := New(address, newID(), Options{Logger: slog.New(slog.DiscardHandler)})
	if err != nil {
		tb.Fatal(err)
	}
	tb.Cleanup(f.Close)
	return f
}

// connected waits until the feed has subscribed at Redis so many times.
func connected(tb testing.TB, f *Feed, times int64) {
	tb.Helper()
	eventually(tb, "the feed subscribes", func() bool { return f.Stats().Connected >= times })
}

func subscribe(tb testing.TB, f *Feed, topic carenet.ID) <-chan carenet.ID {
	tb.Helper()
	changes, cancel := f.Subscribe(topic)
	tb.Cleanup(cancel)
	return changes
}

func next(tb testing.TB, changes <-chan carenet.ID) carenet.ID {
	tb.Helper()
	select {
	case id := <-changes:
		return id
	case <-time.After(30 * time.Second):
		tb.Fatal("nothing came in 30 s")
		return carenet.NilID
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
