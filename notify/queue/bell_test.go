package queue

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/hibiken/asynq"

	"howareyou/carenet"
)

func TestBellEnqueuesTheIDAndNothingElse(t *testing.T) {
	r := startRedis(t)
	bell := startBell(t, r, BellOptions{Queue: "alerts"})
	batch := newBatch()
	before := time.Now()
	bell.Ring(batch)
	eventually(t, "the ring reaches Redis", func() bool { return bell.Stats().Rung == 1 })
	inspector := asynq.NewInspectorFromRedisClient(clientOf(t, r))
	tasks, err := inspector.ListPendingTasks("alerts")
	if err != nil || len(tasks) != 1 {
		t.Fatalf("%d tasks, %v", len(tasks), err)
	}
	task := tasks[0]
	if task.Type != taskType || string(task.Payload) != batch.String() {
		t.Errorf("%s with payload %q", task.Type, task.Payload)
	}
	if task.MaxRetry < 3 {
		t.Errorf("%d retries", task.MaxRetry)
	}
	if task.Timeout < time.Second || task.Timeout > time.Minute || task.Timeout%time.Second != 0 {
		t.Errorf("timeout %v: asynq keeps whole seconds only, and 0 is no limit", task.Timeout)
	}
	if life := task.Deadline.Sub(before); life < time.Minute || life > 10*time.Minute {
		t.Errorf("the task may be tried for %v", life)
	}
	if task.Retention != 0 {
		t.Errorf("kept for %v when done", task.Retention)
	}
	if all := everything(t, clientOf(t, r)); strings.Contains(all, "unique") {
		t.Errorf("a lock was left:\n%s", all)
	}
}

// Ringing must cost the caller nothing, whatever Redis does. The times are
// logged and not asserted: only that every ring returns, and is accounted for.
func TestINV5_RingingNeverWaitsForRedis(t *testing.T) {
	r := startRedis(t)
	for _, c := range []struct {
		name string
		fail func() error
		mend func() error
	}{
		{"frozen", r.Freeze, r.Thaw},
		{"killed", r.Kill, func() error { return r.Restart(t.Context()) }},
	} {
		t.Run(c.name, func(t *testing.T) {
			var told atomic.Int64
			bell := startBell(t, r, BellOptions{Missed: func() { told.Add(1) }})
			bell.Ring(newBatch())
			eventually(t, "the first ring", func() bool { return bell.Stats().Rung == 1 })
			if err := c.fail(); err != nil {
				t.Fatal(err)
			}
			const rings = 20_000
			batch := newBatch()
			var longest time.Duration
			for range rings {
				start := time.Now()
				bell.Ring(batch)
				longest = max(longest, time.Since(start))
			}
			broken := time.Now()
			eventually(t, "every ring is given up", func() bool { return bell.Stats().Missed == rings })
			t.Logf("longest ring %v; the last was given up after %v", longest, time.Since(broken))
			if told.Load() != rings {
				t.Errorf("told of %d missed rings of %d", told.Load(), rings)
			}
			if err := c.mend(); err != nil {
				t.Fatal(err)
			}
			mended := time.Now()
			eventually(t, "the bell rings again", func() bool {
				bell.Ring(batch)
				return bell.Stats().Rung > 1
			})
			t.Logf("rings again after %v", time.Since(mended))
		})
	}
}

func TestBellAfterCloseDropsQuietly(t *testing.T) {
	r := startRedis(t)
	bell := startBell(t, r, BellOptions{})
	bell.Close()
	for range 2 * waiting {
		bell.Ring(newBatch())
	}
	if got := bell.Stats(); got.Rung != 0 || got.Missed != waiting {
		t.Errorf("%+v", got)
	}
}

func TestAddressesThatCannotBeRead(t *testing.T) {
	for _, address := range []string{"", "http://localhost", "redis://:5ecre7@host:port:x/"} {
		if _, err := NewBell(address, BellOptions{}); carenet.CodeOf(err) != carenet.Invalid || strings.Contains(err.Error(), "5ecre7") {
			t.Errorf("bell at %q: %v", address, err)
		}
		if _, err := NewServer(address, nil, ServerOptions{}); carenet.CodeOf(err) != carenet.Invalid || strings.Contains(err.Error(), "5ecre7") {
			t.Errorf("server at %q: %v", address, err)
		}
	}
}

func BenchmarkRingToHandle(b *testing.B) {
	r := startRedis(b)
	handled := newSeen()
	startServer(b, r, handled.handle, ServerOptions{})
	bell := startBell(b, r, BellOptions{})
	for b.Loop() {
		batch := newBatch()
		bell.Ring(batch)
		handled.wait(b, batch)
	}
}
