// Package rig is what the programs that measure or break the service stand on:
// servers of their own, the built binary as processes, a simulated provider.
// Tests, the demo and production need none of it.
package rig

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"syscall"
	"time"

	"howareyou/internal/app"
	"howareyou/internal/crypto"
	"howareyou/internal/devenv"
	"howareyou/internal/postgres"
	"howareyou/migrations"
)

const (
	// AccountSID is the account at the simulated provider.
	AccountSID = "AC0123456789abcdef0123456789abcdef"
	// AuthToken is that account's.
	AuthToken = "00112233445566778899aabbccddeeff"
	// Service is the organisation's number.
	Service = "+447700900999"

	login        = "howareyou_rig"
	database     = "howareyou_rig"
	startLimit   = 30 * time.Second
	processGrace = 20 * time.Second
)

// Ground is a durable PostgreSQL, a Redis, a migrated database and the
// environment that the service reads.
type Ground struct {
	Postgres *devenv.Postgres
	Redis    *devenv.Redis
	Listen   string // where the web role listens
	Public   string // the same as an address of pages and webhooks
	Admin    string // the database's URL as a superuser
	Environ  []string
	Logs     string // the folder of what the processes say

	program string
	running []*devenv.Group
}

// New starts the servers. program is the service's binary. Close ends all.
func New(ctx context.Context, program string) (g *Ground, err error) {
	if _, err := os.Stat(program); err != nil {
		return nil, fmt.Errorf("the service's binary is not there (make builds it): %w", err)
	}
	tools, err := devenv.Ensure(ctx, os.Stderr, devenv.PostgreSQL, devenv.RedisServer)
	if err != nil {
		return nil, err
	}
	g = &Ground{program: program}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.Close())
		}
	}()
	if g.Logs, err = os.MkdirTemp("", "howareyou-rig-"); err != nil {
		return nil, err
	}
	// As in production: every commit is on the disk before it is answered.
	if g.Postgres, err = devenv.StartPostgres(ctx, devenv.PostgresOptions{Bin: tools.PostgresBin, Durable: true}); err != nil {
		return nil, err
	}
	if g.Redis, err = devenv.StartRedis(ctx, devenv.RedisOptions{Server: tools.RedisServer, Durable: true}); err != nil {
		return nil, err
	}
	g.Admin = g.Postgres.URL(database, devenv.Superuser)
	server := g.Postgres.URL("postgres", devenv.Superuser)
	if err := errors.Join(postgres.CreateDatabase(ctx, server, database), migrations.Up(ctx, g.Admin)); err != nil {
		return nil, err
	}
	if err := postgres.CreateLogin(ctx, server, login); err != nil {
		return nil, err
	}
	if g.Listen, err = FreeAddress(); err != nil {
		return nil, err
	}
	g.Public = "http://" + g.Listen
	keyset, err := crypto.GenerateKeyset()
	if err != nil {
		return nil, err
	}
	g.Environ = []string{
		"DATABASE_URL=" + g.Postgres.URL(database, login), "REDIS_URL=" + g.Redis.URL(),
		"LISTEN=" + g.Listen, "PUBLIC_URL=" + g.Public, "HOWAREYOU_KEYSET=" + string(keyset),
		"HOWAREYOU_SPOOL_DIR=" + g.Logs, "TWILIO_ACCOUNT_SID=" + AccountSID, "TWILIO_AUTH_TOKEN=" + AuthToken,
		"TWILIO_FROM=" + Service, "TWILIO_API_URL=http://127.0.0.1:9", // nothing is sent unless a group says where
	}
	return g, nil
}

// Set gives the service another value in its environment.
func (g *Ground) Set(name, value string) { g.Environ = append(g.Environ, name+"="+value) }

// Config is the environment as a process would read it.
func (g *Ground) Config() (app.Config, error) {
	cfg, _, err := app.LoadConfig(g.Environ)
	return cfg, err
}

// OpenStore opens the service's storage under a clock of our own. What is made
// ready through it need not outlive a crash: its commits do not wait.
func (g *Ground) OpenStore(ctx context.Context, now func() time.Time) (*postgres.Store, error) {
	cfg, err := g.Config()
	if err != nil {
		return nil, err
	}
	cfg.DatabaseURL += "&synchronous_commit=off"
	return app.OpenStore(ctx, cfg, now, "rig")
}

// Start runs a role of the service as a process, which Close ends in order.
func (g *Ground) Start(role string) error {
	p, err := g.Launch(role, role)
	if err == nil {
		g.running = append(g.running, p)
	}
	return err
}

// Launch runs a role of the service as a process that its caller ends: Close
// does so only when this process dies. What it says is added to the log of that
// name; env is added to the environment.
func (g *Ground) Launch(role, name string, env ...string) (*devenv.Group, error) {
	log, err := os.OpenFile(g.Log(name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return nil, err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(g.program, role)
	cmd.Env, cmd.Stdout, cmd.Stderr = slices.Concat(g.Environ, env), log, log
	p, err := devenv.StartGroup(cmd)
	if err != nil {
		return nil, fmt.Errorf("start %s: %w", role, err)
	}
	return p, nil
}

// Log is the path of a process's log.
func (g *Ground) Log(name string) string { return filepath.Join(g.Logs, name+".log") }

// Ready waits until the web role takes texts.
func (g *Ground) Ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return Until(ctx, func() (bool, error) {
		for _, p := range g.running {
			select {
			case <-p.Done():
				return false, fmt.Errorf("the service ended: %s", g.LastWords())
			default:
			}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.Public+"/readyz", nil)
		if err != nil {
			return false, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false, nil //nolint:nilerr // not listening yet
		}
		return res.StatusCode == http.StatusOK, res.Body.Close()
	})
}

// LastWords is the end of what the processes said.
func (g *Ground) LastWords() string {
	var all []string
	for _, role := range []string{"serve", "worker"} {
		text, err := os.ReadFile(g.Log(role))
		if err == nil && len(text) > 0 {
			all = append(all, role+": "+strings.TrimSpace(string(text[max(0, len(text)-600):])))
		}
	}
	return strings.Join(all, "\n")
}

// Close ends the processes in order, then the servers, and leaves nothing.
func (g *Ground) Close() error {
	var errs []error
	for i := len(g.running) - 1; i >= 0; i-- {
		p := g.running[i]
		p.Signal(syscall.SIGTERM)
		select {
		case <-p.Done():
			if !p.State().Success() {
				errs = append(errs, fmt.Errorf("a process did not end well: %s: %s", p.State(), g.LastWords()))
			}
		case <-time.After(processGrace):
			errs = append(errs, errors.New("a process did not end in time"))
		}
		p.Kill()
	}
	if g.Redis != nil {
		errs = append(errs, g.Redis.Stop())
	}
	if g.Postgres != nil {
		errs = append(errs, g.Postgres.Stop())
	}
	if g.Logs != "" {
		errs = append(errs, os.RemoveAll(g.Logs))
	}
	return errors.Join(errs...)
}

// Crashes fails when a process has said what only a mistake in it says: a panic, a
// fatal error or a data race.
func (g *Ground) Crashes() error {
	logs, err := filepath.Glob(g.Log("*"))
	if err != nil {
		return err
	}
	for _, path := range logs {
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		if at := crash.FindIndex(text); at != nil {
			return fmt.Errorf("%s: %s", filepath.Base(path), text[at[0]:min(len(text), at[0]+4000)])
		}
	}
	return nil
}

var crash = regexp.MustCompile(`(?m)^(panic: |fatal error: |WARNING: DATA RACE)`)

// Until asks every few milliseconds until the answer is yes, an error, or ctx ends.
func Until(ctx context.Context, done func() (bool, error)) error {
	poll := time.NewTicker(5 * time.Millisecond)
	defer poll.Stop()
	for {
		if ok, err := done(); ok || err != nil {
			return err
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
	}
}

// FreeAddress is an address of this machine that nobody listened on just now.
func FreeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}

// Keys are the keys that the service seals with.
func (g *Ground) Keys() (*crypto.Keyset, error) {
	cfg, err := g.Config()
	if err != nil {
		return nil, err
	}
	return crypto.ParseKeyset([]byte(cfg.Keyset))
}

// Workers starts so many workers and says which processes they are. stop ends them.
func (g *Ground) Workers(n int) (pids []int, stop func() error, err error) {
	var all []*devenv.Group
	stop = func() error {
		for _, p := range all {
			p.Kill()
		}
		return nil
	}
	for i := range n {
		p, err := g.Launch("worker", fmt.Sprintf("worker%d", i))
		if err != nil {
			return nil, nil, errors.Join(err, stop())
		}
		all, pids = append(all, p), append(pids, p.Pid())
	}
	return pids, stop, nil
}
