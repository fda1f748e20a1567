package queue

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"net"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"howareyou/carenet"
)

func TestEachRingIsHandled(t *testing.T) {
	r := startRedis(t)
	handled := newSeen()
	server := startServer(t, r, handled.handle, ServerOptions{})
	bell := startBell(t, r, BellOptions{})
	batches := make([]carenet.ID, 500)
	for i := range batches {
		batches[i] = newBatch()
		bell.Ring(batches[i])
	}
	handled.wait(t, batches...)
	eventually(t, "all are counted", func() bool { return server.Stats().Handled == 500 })
	if got := server.Stats(); got.Failed+got.Skipped != 0 {
		t.Errorf("%+v", got)
	}
}

func TestQueuesDoNotMix(t *testing.T) {
	r := startRedis(t)
	handled := newSeen()
	startServer(t, r, handled.handle, ServerOptions{Queue: "alerts"})
	other, ours := newBatch(), newBatch()
	batches, alerts := startBell(t, r, BellOptions{}), startBell(t, r, BellOptions{Queue: "alerts"})
	batches.Ring(other)
	eventually(t, "the other ring reaches Redis", func() bool { return batches.Stats().Rung == 1 })
	alerts.Ring(ours)
	handled.wait(t, ours)
	if handled.has(other) {
		t.Error("a server took another queue's batch")
	}
}

// Whatever happens to Redis, a ring afterwards is handled, by the same server
// and the same bell.
func TestINV5_ServerOutlivesRedis(t *testing.T) {
	r := startRedis(t)
	ctx := t.Context()
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	handled := newSeen()
	startServer(t, r, handled.handle, ServerOptions{}) // Redis is down at the start
	bell := startBell(t, r, BellOptions{})
	flush := func() error { return clientOf(t, r).FlushAll(ctx).Err() }
	for _, step := range []struct {
		name string
		do   func() error
	}{
		{"started late", func() error { return r.Restart(ctx) }},
		{"killed and started", func() error { return errors.Join(r.Kill(), r.Restart(ctx)) }},
		{"flushed", flush},
		{"frozen past the timeouts, thawed", func() error {
			if err := r.Freeze(); err != nil {
				return err
			}
			missed := bell.Stats().Missed
			eventually(t, "the bell gives up", func() bool {
				bell.Ring(newBatch())
				return bell.Stats().Missed > missed
			})
			return r.Thaw()
		}},
		{"killed, and the script cache with it", func() error { return errors.Join(r.Restart(ctx), flush()) }},
	} {
		if err := step.do(); err != nil {
			t.Fatalf("%s: %v", step.name, err)
		}
		start := time.Now()
		eventually(t, "a ring is handled after: "+step.name, func() bool {
			batch := newBatch()
			bell.Ring(batch)
			return handledSoon(handled, batch)
		})
		t.Logf("%s: handled again after %v", step.name, time.Since(start))
	}
}

func handledSoon(s *seen, batch carenet.ID) bool {
	deadline := time.After(200 * time.Millisecond)
	for !s.has(batch) {
		select {
		case <-s.changed:
		case <-deadline:
			return false
		}
	}
	return true
}

func TestTasksThatAreNotOursAreThrownAway(t *testing.T) {
	r := startRedis(t)
	handled := newSeen()
	client := clientOf(t, r)
	stranger := asynq.NewClientFromRedisClient(client)
	id := newBatch().String()
	strange := []*asynq.Task{
		asynq.NewTask(taskType, nil),
		asynq.NewTask(taskType, []byte("\xff\x00{")),
		asynq.NewTask(taskType, []byte("urn:uuid:"+id)),
		asynq.NewTask(taskType, []byte(carenet.NilID.String())),
		asynq.NewTask(taskType+"_of_another_kind", []byte(id)),
		asynq.NewTask(taskType[:2], []byte(id)),
	}
	for _, task := range strange {
		if _, err := stranger.Enqueue(task, asynq.Queue(DefaultQueue)); err != nil {
			t.Fatal(err)
		}
	}
	server := startServer(t, r, handled.handle, ServerOptions{})
	batch := newBatch()
	startBell(t, r, BellOptions{}).Ring(batch)
	handled.wait(t, batch)
	eventually(t, "all are counted", func() bool { return server.Stats() == ServerStats{Handled: 1, Skipped: int64(len(strange))} })
	inspector := asynq.NewInspectorFromRedisClient(client)
	eventually(t, "nothing is left in Redis", func() bool {
		info, err := inspector.GetQueueInfo(DefaultQueue)
		return err == nil && info.Size == 0 && info.Archived == 0 && info.Retry == 0
	})
}

func TestFailedBatchesAreTriedAgain(t *testing.T) {
	r := startRedis(t)
	handled := newSeen()
	var tries atomic.Int64
	server := startServer(t, r, func(ctx context.Context, batch carenet.ID) error {
		if tries.Add(1) == 1 {
			return errors.New("the database is away")
		}
		return handled.handle(ctx, batch)
	}, ServerOptions{})
	batch := newBatch()
	startBell(t, r, BellOptions{}).Ring(batch)
	handled.wait(t, batch)
	eventually(t, "both tries are counted", func() bool { return server.Stats() == ServerStats{Handled: 1, Failed: 1} })
}

// asynq stores the text of an error and of a panic beside the task.
func TestINV13_FailuresTellRedisNothing(t *testing.T) {
	r := startRedis(t)
	var log syncBuffer
	server := startServer(t, r, func(_ context.Context, batch carenet.ID) error {
		if batch[15]%2 == 0 {
			panic("Mary +447700900001 said 2 rough night")
		}
		return errors.New("scan: column note")
	}, ServerOptions{Logger: slog.New(slog.NewTextHandler(&log, nil))})
	bell := startBell(t, r, BellOptions{})
	even, odd := newBatch(), newBatch()
	even[15], odd[15] = 0, 1
	bell.Ring(even)
	bell.Ring(odd)
	client := clientOf(t, r)
	eventually(t, "both failures stand in Redis", func() bool {
		return server.Stats().Failed >= 2 && strings.Count(everything(t, client), errUnfinished.Error()) >= 2
	})
	all := everything(t, client)
	for _, secret := range []string{"Mary", "447700900001", "rough", "panic", "column"} {
		if strings.Contains(all, secret) {
			t.Errorf("Redis was told %q:\n%s", secret, all)
		}
	}
	for _, secret := range []string{"Mary", "447700900001", "rough"} {
		if strings.Contains(log.String(), secret) {
			t.Errorf("the log was told %q:\n%s", secret, log.String())
		}
	}
	if !strings.Contains(log.String(), even.String()) {
		t.Error("the log does not say which batch panicked")
	}
}

type syncBuffer struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (s *syncBuffer) Write(p []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.Write(p)
}

func (s *syncBuffer) String() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.b.String()
}

func TestShutdownLetsARunningBatchFinish(t *testing.T) {
	r := startRedis(t)
	began, release := make(chan struct{}), make(chan struct{})
	server := startServer(t, r, func(context.Context, carenet.ID) error {
		close(began)
		<-release
		return nil
	}, ServerOptions{})
	startBell(t, r, BellOptions{}).Ring(newBatch())
	<-began
	hurried, cancel := context.WithCancel(context.Background())
	cancel()
	if err := server.Shutdown(hurried); !errors.Is(err, context.Canceled) {
		t.Errorf("a batch is running, and shutdown says %v", err)
	}
	close(release)
	stop(t, server)
	if got := server.Stats(); got.Handled != 1 {
		t.Errorf("%+v", got)
	}
}

// A handler that neither ends nor heeds its context holds up neither other batches
// nor the stop; its own batch the sweep finds again, for it was never done.
func TestINV5_AHandlerThatIgnoresItsContextHoldsUpNothing(t *testing.T) {
	r := startRedis(t)
	began, release, ended := make(chan struct{}), make(chan struct{}), make(chan struct{})
	stuck, handled := newBatch(), newSeen()
	server := startServer(t, r, func(ctx context.Context, batch carenet.ID) error {
		if batch != stuck {
			return handled.handle(ctx, batch)
		}
		defer close(ended)
		close(began)
		<-release
		return ctx.Err()
	}, ServerOptions{Concurrency: 2, Grace: time.Second})
	bell := startBell(t, r, BellOptions{})
	bell.Ring(stuck)
	<-began
	other := newBatch()
	bell.Ring(other)
	handled.wait(t, other)
	stop(t, server) // and not when the handler ends
	select {
	case <-ended:
		t.Error("the stop waited for the handler")
	default:
	}
	close(release)
	<-ended
}

func TestShutdownWhileRedisIsFrozen(t *testing.T) {
	r := startRedis(t)
	handled := newSeen()
	server := startServer(t, r, handled.handle, ServerOptions{})
	batch := newBatch()
	startBell(t, r, BellOptions{}).Ring(batch)
	handled.wait(t, batch)
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	start := time.Now()
	stop(t, server)
	t.Logf("stopped after %v", time.Since(start))
}

func TestPacerWaitsOnlyWhenRedisFailed(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		quit := make(chan struct{})
		p := &pacer{quit: quit}
		took := func(err error) time.Duration {
			start := time.Now()
			p.wait(context.Background(), err)
			return time.Since(start)
		}
		for _, c := range []struct {
			name string
			err  error
			want time.Duration
		}{
			{"fine", nil, 0},
			{"nothing there", redis.Nil, 0},
			{"refused", &net.OpError{Op: "dial", Err: syscall.ECONNREFUSED}, pace},
			{"timeout", context.DeadlineExceeded, pace},
		} {
			if got := took(c.err); got != c.want {
				t.Errorf("%s: waited %v", c.name, got)
			}
		}
		close(quit)
		if got := took(syscall.ECONNREFUSED); got != 0 {
			t.Errorf("stopping: waited %v", got)
		}
	})
}
