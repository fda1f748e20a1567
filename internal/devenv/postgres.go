package devenv

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"sync"
	"syscall"
	"time"
)

// Names inside the folder of a server.
const (
	postgresLock   = "postgres.lock"
	postgresData   = "postgres"
	postgresLog    = "postgres.log"
	postgresRun    = "run"
	dataPointer    = "postgres.path"
	postgresPort   = 5432 // only a part of the socket's name
	postgresSocket = ".s.PGSQL.5432"
)

// Superuser is the role that owns a private PostgreSQL.
const Superuser = "postgres"

// PostgresOptions says how a private PostgreSQL runs.
type PostgresOptions struct {
	// Bin is the folder of the server commands, as found by Find or Ensure.
	Bin string
	// Dir holds the data, the socket and the log, and outlives the server. With
	// "" it is a scratch folder that Stop removes.
	Dir string
	// Durable keeps what was committed through a crash of the machine. Without
	// it the server is faster, and survives the death of its processes only.
	Durable bool
}

// Postgres is a private PostgreSQL. It ends when this process ends, however it
// ends. All methods may be called from several goroutines.
type Postgres struct {
	bin, dir, data, run string
	durable, scratch    bool
	who                 account

	mu   sync.Mutex
	lock *os.File // nil once stopped
	proc *child
}

// StartPostgres starts a server, on yesterday's data if the folder has some, and
// returns when it takes connections. A server that a killed process left behind
// in the folder is ended first; one of a living process makes it fail. The
// context bounds the start alone.
func StartPostgres(ctx context.Context, o PostgresOptions) (*Postgres, error) {
	dir, lock, err := lockFolder(o.Dir, postgresLock, o.Durable)
	if err != nil {
		return nil, fmt.Errorf("PostgreSQL: %w", err)
	}
	p := &Postgres{bin: o.Bin, dir: dir, durable: o.Durable, scratch: o.Dir == "", lock: lock}
	if err := p.open(ctx); err != nil {
		return nil, errors.Join(fmt.Errorf("PostgreSQL: %w", err), p.close())
	}
	return p, nil
}

// open places, repairs and starts.
func (p *Postgres) open(ctx context.Context) (err error) {
	known := filepath.Join(p.dir, postgresData)
	if elsewhere, err := readPointer(p.dir); err == nil {
		known = elsewhere
	}
	if p.who, err = serverAccount(known); err != nil {
		return err
	}
	if p.data, err = placeData(p.dir, p.who); err != nil {
		return err
	}
	p.run = placeSocket(filepath.Join(p.dir, postgresRun), postgresSocket, p.who)
	if err := p.who.ownFolder(p.run); err != nil {
		return err
	}
	if err := p.clearEarlierRun(); err != nil {
		return err
	}
	if err := p.prepareData(ctx); err != nil {
		return err
	}
	return p.start(ctx)
}

// URL is how to connect to a database as a user; nobody is asked for a password.
func (p *Postgres) URL(database, user string) string {
	q := url.Values{"host": {p.run}, "port": {strconv.Itoa(postgresPort)}, "sslmode": {"disable"}}
	u := url.URL{Scheme: "postgres", User: url.User(user), Path: "/" + database, RawQuery: q.Encode()}
	return u.String()
}

// Pid is the process id of the postmaster; 0 when it does not run.
func (p *Postgres) Pid() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil || p.proc.ended() {
		return 0
	}
	return p.proc.pid()
}

// Log is the path of the server's log.
func (p *Postgres) Log() string { return filepath.Join(p.dir, postgresLog) }

// Kill ends the postmaster with SIGKILL, as a crash would, and returns when it
// is gone. Its sessions notice by themselves. Restart brings the server back.
func (p *Postgres) Kill() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.proc == nil {
		return nil
	}
	return p.proc.stop()
}

// Restart stops the server if it runs and starts it again: same data, same URL.
func (p *Postgres) Restart(ctx context.Context) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lock == nil {
		return errors.New("PostgreSQL: stopped for good")
	}
	if err := p.halt(); err != nil {
		return err
	}
	return p.start(ctx)
}

// Stop ends the server in order, gives the folder back and removes it if it was
// a scratch folder. Calling it again does nothing.
func (p *Postgres) Stop() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.lock == nil {
		return nil
	}
	return errors.Join(p.halt(), p.close())
}

// halt ends the server; all its sessions are cut.
func (p *Postgres) halt() error {
	if p.proc == nil {
		return nil
	}
	if p.durable {
		return p.proc.stop(fastShutdown...)
	}
	return p.proc.stop(patience{syscall.SIGQUIT, 5 * time.Second})
}

// fastShutdown lets the postmaster write a checkpoint, then insists.
var fastShutdown = []patience{
	{syscall.SIGINT, 20 * time.Second},
	{syscall.SIGQUIT, 5 * time.Second},
}

// close gives up the folder.
func (p *Postgres) close() error {
	var err error
	if filepath.Dir(p.run) != p.dir && p.run != "" {
		err = os.RemoveAll(p.run)
	}
	if p.scratch {
		err = errors.Join(err, removeFolder(p.dir))
	}
	err = errors.Join(err, p.lock.Close())
	p.lock = nil
	return err
}
