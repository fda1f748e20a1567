package devenv

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"
)

const (
	maxLogSize = 8 << 20 // a longer log is begun anew
	startLimit = time.Minute
)

// errStillHeld: the sessions of a killed postmaster have not all noticed yet.
var errStillHeld = errors.New("the data folder is still in use")

// prepareData creates the data folder, or finds the commands that fit the one
// that is there.
func (p *Postgres) prepareData(ctx context.Context) error {
	version, err := os.ReadFile(filepath.Join(p.data, "PG_VERSION"))
	if errors.Is(err, os.ErrNotExist) {
		return p.createData(ctx)
	}
	if err != nil {
		return err
	}
	if err := p.who.checkOwn(p.data); err != nil {
		return err
	}
	major, err := strconv.Atoi(strings.TrimSpace(string(version)))
	if err != nil {
		return fmt.Errorf("%s: PG_VERSION: %w", p.data, err)
	}
	h := thisHost()
	if postgresMajor(ctx, h, p.bin) == major {
		return nil
	}
	bin, err := findPostgres(ctx, h, major)
	if err != nil {
		return err
	}
	if bin == "" {
		return fmt.Errorf("the data in %s are of PostgreSQL %d, which is not installed: install it or begin with a new folder", p.dir, major)
	}
	p.bin = bin
	return nil
}

// createData runs initdb beside the place of the data folder and moves it there
// when it is whole: a start that was killed leaves nothing that looks like data.
func (p *Postgres) createData(ctx context.Context) error {
	fresh := p.data + ".new"
	if err := os.RemoveAll(fresh); err != nil {
		return err
	}
	if err := p.who.ownFolder(fresh); err != nil {
		return err
	}
	args := []string{
		"-D", fresh, "-U", Superuser, "--auth=trust", "--encoding=UTF8", "--locale=C", "--no-instructions",
	}
	if !p.durable {
		args = append(args, "--no-sync")
	}
	var out bytes.Buffer
	proc, err := startChild(p.command("initdb", &out, args...), syscall.SIGTERM)
	if err != nil {
		return err
	}
	select {
	case <-proc.done:
	case <-ctx.Done():
		return errors.Join(ctx.Err(), proc.stop(patience{syscall.SIGTERM, 5 * time.Second}))
	}
	if !proc.state.Success() {
		return fmt.Errorf("initdb: %s: %s", proc.state, lastLine(out.Bytes()))
	}
	return os.Rename(fresh, p.data)
}

// command runs as the server's account, with none of our environment: PGDATA or
// PGOPTIONS of the person who runs us are not meant for it.
func (p *Postgres) command(name string, out io.Writer, args ...string) *exec.Cmd {
	cmd := exec.Command(filepath.Join(p.bin, name), args...)
	cmd.Env = []string{"PATH=" + os.Getenv("PATH"), "LANG=C", "LC_ALL=C", "TZ=UTC"}
	cmd.Dir = "/"
	cmd.Stdout, cmd.Stderr = out, out
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: p.who.credential()}
	return cmd
}

// settings of the server, as -c arguments.
func (p *Postgres) settings() []string {
	s := []string{
		"listen_addresses=",
		"port=" + strconv.Itoa(postgresPort),
		"unix_socket_directories=" + p.run,
		"unix_socket_permissions=0700",
		"max_connections=200",
		"shared_buffers=128MB",
		"timezone=UTC",
		"log_timezone=UTC",
	}
	if p.durable {
		// Real words of people may be in it: the log names no values of rows.
		return append(s, "log_error_verbosity=terse", "log_min_error_statement=panic")
	}
	// Commits still wait until the system has them (synchronous_commit stays on):
	// what was committed outlives a kill -9 of the server.
	return append(s, "fsync=off", "full_page_writes=off")
}

// start launches the postmaster until it takes connections.
func (p *Postgres) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	for {
		err := p.launch(ctx)
		if !errors.Is(err, errStillHeld) {
			return err
		}
		select {
		case <-ctx.Done():
			return errors.Join(err, ctx.Err())
		case <-time.After(10 * pollEvery):
		}
	}
}

func (p *Postgres) launch(ctx context.Context) error {
	log, begin, err := p.openLog()
	if err != nil {
		return err
	}
	defer log.Close()
	args := []string{"-D", p.data}
	for _, setting := range p.settings() {
		args = append(args, "-c", setting)
	}
	orphaned := syscall.SIGQUIT
	if p.durable {
		orphaned = syscall.SIGINT
	}
	if p.proc, err = startChild(p.command("postgres", log, args...), orphaned); err != nil {
		return err
	}
	poll := time.NewTicker(pollEvery)
	defer poll.Stop()
	for {
		select {
		case <-p.proc.done:
			return p.startFailure(begin)
		case <-ctx.Done():
			return errors.Join(ctx.Err(), p.halt())
		case <-poll.C:
			if p.ready() {
				return nil
			}
		}
	}
}

func (p *Postgres) openLog() (log *os.File, begin int64, err error) {
	log, err = os.OpenFile(p.Log(), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, 0, err
	}
	if info, err := log.Stat(); err == nil && info.Size() <= maxLogSize {
		return log, info.Size(), nil
	}
	return log, 0, log.Truncate(0)
}

// ready asks the file in which the postmaster tells its state: the last of its
// eight lines says when connections are taken.
func (p *Postgres) ready() bool {
	lines := postmasterLines(p.data)
	return len(lines) >= 8 && lines[0] == strconv.Itoa(p.proc.pid()) && strings.TrimSpace(lines[7]) == "ready"
}

// startFailure reads from the log why the postmaster gave up.
func (p *Postgres) startFailure(begin int64) error {
	text, err := os.ReadFile(p.Log())
	if err != nil {
		return err
	}
	tail := text[min(begin, int64(len(text))):]
	if bytes.Contains(tail, []byte("pre-existing shared memory block")) {
		return errStillHeld
	}
	return fmt.Errorf("the server did not start (%s), %s says: %s", p.proc.state, p.Log(), lastLine(tail))
}
