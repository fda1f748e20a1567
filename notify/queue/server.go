package queue

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"net"
	"sync"
	"time"

	"github.com/hibiken/asynq"
	"github.com/redis/go-redis/v9"

	"howareyou/carenet"
)

// ServerOptions says how a Server works. The zero value works.
type ServerOptions struct {
	Queue       string       // DefaultQueue when empty
	Concurrency int          // batches at once; 4 when 0
	Logger      *slog.Logger // slog.Default when nil
	// Grace is how long Shutdown lets running batches finish; 8 s when 0.
	Grace time.Duration
}

const (
	// checkInterval is how often an idle server looks. asynq's second of its
	// own would be the larger half of the time from a text to its update.
	checkInterval = 5 * time.Millisecond
	// serverPatience bounds one call of Redis; pace is the wait after one that
	// failed.
	serverPatience = time.Second
	pace           = 100 * time.Millisecond
)

// Server runs a function for each bell that rings.
type Server struct {
	asynq   *asynq.Server
	handler *handler
	redis   *redis.Client
	quit    chan struct{}
	close   sync.Once
	closed  chan struct{}
}

// NewServer makes a Server; it does not wait for Redis. An error means that
// the address cannot be read.
func NewServer(redisURL string, handle Handle, o ServerOptions) (*Server, error) {
	client, err := connect(redisURL, serverPatience)
	if err != nil {
		return nil, err
	}
	if o.Logger == nil {
		o.Logger = slog.Default()
	}
	s := &Server{
		handler: newHandler(handle, o.Logger), redis: client,
		quit: make(chan struct{}), closed: make(chan struct{}),
	}
	client.AddHook(&pacer{quit: s.quit})
	s.asynq = asynq.NewServerFromRedisClient(client, asynq.Config{
		Concurrency:              cmp.Or(o.Concurrency, 4),
		Queues:                   map[string]int{cmp.Or(o.Queue, DefaultQueue): 1},
		TaskCheckInterval:        checkInterval,
		DelayedTaskCheckInterval: time.Second,
		RetryDelayFunc:           func(int, error, *asynq.Task) time.Duration { return retryDelay },
		ShutdownTimeout:          cmp.Or(o.Grace, 8*time.Second),
		Logger:                   slogger{o.Logger},
		LogLevel:                 asynq.WarnLevel,
	})
	return s, nil
}

// Start begins to work and returns at once, whether Redis is there or not: it
// keeps looking for it.
func (s *Server) Start() error { return s.asynq.Start(s.handler) }

// Shutdown takes no more bells, lets running batches finish within the grace,
// and returns when all has stopped or ctx ends. The stopping itself goes on
// when ctx ends first. Calling it again waits again.
func (s *Server) Shutdown(ctx context.Context) error {
	s.close.Do(func() {
		go func() {
			defer close(s.closed)
			close(s.quit)
			s.asynq.Shutdown()
			_ = s.redis.Close() // what did not arrive the sweep finds
		}()
	})
	select {
	case <-s.closed:
		return nil
	case <-ctx.Done():
		return &carenet.Error{Code: carenet.Busy, Op: "stop the queue", Message: "not everything has stopped in time", Err: ctx.Err()}
	}
}

// ServerStats counts since the start.
type ServerStats struct {
	Handled int64 // batches done
	Failed  int64 // tries that ended in an error or a panic
	Skipped int64 // tasks that were not ours or not readable, thrown away
}

// Stats returns the counts so far.
func (s *Server) Stats() ServerStats {
	return ServerStats{Handled: s.handler.nHandled.Load(), Failed: s.handler.nFailed.Load(), Skipped: s.handler.nSkipped.Load()}
}

// pacer slows the server down while Redis is away or refuses us. asynq asks
// again at once when asking fails, and a refused connection fails at once:
// without a wait that is a whole core spent on asking.
type pacer struct{ quit <-chan struct{} }

func (p *pacer) wait(ctx context.Context, err error) {
	// "Nothing there" and "send me the script" are answers, not failures.
	if err == nil || errors.Is(err, redis.Nil) || redis.HasErrorPrefix(err, "NOSCRIPT") {
		return
	}
	t := time.NewTimer(pace)
	defer t.Stop()
	select {
	case <-t.C:
	case <-ctx.Done():
	case <-p.quit:
	}
}

// DialHook is part of redis.Hook.
func (p *pacer) DialHook(next redis.DialHook) redis.DialHook {
	return func(ctx context.Context, network, addr string) (net.Conn, error) { return next(ctx, network, addr) }
}

// ProcessHook is part of redis.Hook.
func (p *pacer) ProcessHook(next redis.ProcessHook) redis.ProcessHook {
	return func(ctx context.Context, cmd redis.Cmder) error {
		err := next(ctx, cmd)
		p.wait(ctx, err)
		return err
	}
}

// ProcessPipelineHook is part of redis.Hook.
func (p *pacer) ProcessPipelineHook(next redis.ProcessPipelineHook) redis.ProcessPipelineHook {
	return func(ctx context.Context, cmds []redis.Cmder) error {
		err := next(ctx, cmds)
		p.wait(ctx, err)
		return err
	}
}
