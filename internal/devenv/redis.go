package devenv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	redisLock   = "redis.lock"
	redisData   = "redis"
	redisLog    = "redis.log"
	redisPid    = "redis.pid"
	redisSocket = "redis.sock"
)

// RedisOptions says how a private redis-server runs.
type RedisOptions struct {
	// Server is the path of redis-server, as found by Find or Ensure.
	Server string
	// Dir holds the data, the socket and the log, and outlives the server. With
	// "" it is a scratch folder that Stop removes.
	Dir string
	// Durable writes an append-only file. Without it, nothing outlives the server.
	Durable bool
}

// Redis is a private redis-server. It ends when this process ends, however it
// ends. All methods may be called from several goroutines.
type Redis struct {
	server, dir, data, socket string
	durable, scratch          bool

	mu   sync.Mutex
	lock *os.File // nil once stopped
	proc *child
}

// StartRedis starts a server and returns when it answers. A server that a killed
// process left behind in the folder is ended first; one of a living process
// makes it fail. The context bounds the start alone.
func StartRedis(ctx context.Context, o RedisOptions) (*Redis, error) {
	dir, lock, err := lockFolder(o.Dir, redisLock, o.Durable)
	if err != nil {
		return nil, fmt.Errorf("redis-server: %w", err)
	}
	r := &Redis{
		server: o.Server, dir: dir, data: filepath.Join(dir, redisData),
		durable: o.Durable, scratch: o.Dir == "", lock: lock,
	}
	if err := r.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("redis-server: %w", err), r.close())
	}
	return r, nil
}

func (r *Redis) open(ctx context.Context) error {
	ours := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	if err := ours.ownFolder(r.data); err != nil {
		return err
	}
	folder := placeSocket(r.data, redisSocket, ours)
	if err := ours.ownFolder(folder); err != nil {
		return err
	}
	r.socket = filepath.Join(folder, redisSocket)
	if text, err := os.ReadFile(filepath.Join(r.data, redisPid)); err == nil {
		if pid, err := strconv.Atoi(strings.TrimSpace(string(text))); err == nil {
			// The title of a redis-server ends in the path of its socket.
			if err := endOrphan(pid, r.socket, gently); err != nil {
				return err
			}
		}
	}
	return r.start(ctx)
}

// gently lets the server write its append-only file.
var gently = patience{syscall.SIGTERM, 10 * time.Second}

// URL is how to connect, in the form that redis.ParseURL of go-redis reads:
// unix:///path/redis.sock. A database is chosen by appending ?db=1. Asynq's own
// ParseRedisURI wants redis-socket:// for the same thing; give it a client made
// from ParseURL instead (asynq.NewClientFromRedisClient).
func (r *Redis) URL() string {
	u := url.URL{Scheme: "unix", Path: r.socket}
	return u.String()
}

// Socket is the path of the unix socket.
func (r *Redis) Socket() string { return r.socket }

// Pid is the process id of the server; 0 when it does not run.
func (r *Redis) Pid() int {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proc == nil || r.proc.ended() {
		return 0
	}
	return r.proc.pid()
}

// Log is the path of the server's log.
func (r *Redis) Log() string { return filepath.Join(r.dir, redisLog) }

// Kill ends the server with SIGKILL and returns when it is gone.
func (r *Redis) Kill() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proc == nil {
		return nil
	}
	return r.proc.stop()
}

// Freeze makes the server a black hole: connections open and nothing answers.
func (r *Redis) Freeze() error { return r.signal(syscall.SIGSTOP) }

// Thaw ends what Freeze began.
func (r *Redis) Thaw() error { return r.signal(syscall.SIGCONT) }

func (r *Redis) signal(s syscall.Signal) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.proc == nil {
		return os.ErrProcessDone
	}
	return r.proc.process.Signal(s)
}

// Restart stops the server if it runs and starts it again at the same URL.
func (r *Redis) Restart(ctx context.Context) error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lock == nil {
		return errors.New("redis-server: stopped for good")
	}
	if err := r.halt(); err != nil {
		return err
	}
	return r.start(ctx)
}

// Stop ends the server in order, gives the folder back and removes it if it was
// a scratch folder. Calling it again does nothing.
func (r *Redis) Stop() error {
	r.mu.Lock()
	defer r.mu.Unlock()
	if r.lock == nil {
		return nil
	}
	return errors.Join(r.halt(), r.close())
}

func (r *Redis) halt() error {
	switch {
	case r.proc == nil:
		return nil
	case r.durable:
		_ = r.proc.process.Signal(syscall.SIGCONT) // a frozen server heeds nothing else
		return r.proc.stop(gently)
	}
	return r.proc.stop()
}

func (r *Redis) close() error {
	var err error
	if folder := filepath.Dir(r.socket); r.socket != "" && folder != r.data {
		err = os.RemoveAll(folder)
	}
	if r.scratch {
		err = errors.Join(err, removeFolder(r.dir))
	}
	err = errors.Join(err, r.lock.Close())
	r.lock = nil
	return err
}
