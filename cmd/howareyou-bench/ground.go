package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
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
	accountSID = "AC0123456789abcdef0123456789abcdef"
	authToken  = "00112233445566778899aabbccddeeff"
	service    = "+447700900999" // the organisation's number

	login        = "howareyou_bench"
	database     = "howareyou_bench"
	startLimit   = 30 * time.Second
	processGrace = 20 * time.Second
)

// ground is what a group stands on: servers of its own, a migrated database and
// the environment that the service reads.
type ground struct {
	pg      *devenv.Postgres
	redis   *devenv.Redis
	program string
	listen  string
	public  string
	admin   string // the database's URL as a superuser
	environ []string
	logs    string
	running []*devenv.Group
}

func newGround(ctx context.Context, b *bench) (g *ground, err error) {
	if _, err := os.Stat(b.program); err != nil {
		return nil, fmt.Errorf("the service's binary is not there (make bench builds it): %w", err)
	}
	tools, err := devenv.Ensure(ctx, os.Stderr, devenv.PostgreSQL, devenv.RedisServer)
	if err != nil {
		return nil, err
	}
	g = &ground{program: b.program}
	defer func() {
		if err != nil {
			err = errors.Join(err, g.close())
		}
	}()
	if g.logs, err = os.MkdirTemp("", "howareyou-bench-"); err != nil {
		return nil, err
	}
	// As in production: every commit is on the disk before it is answered.
	if g.pg, err = devenv.StartPostgres(ctx, devenv.PostgresOptions{Bin: tools.PostgresBin, Durable: true}); err != nil {
		return nil, err
	}
	if g.redis, err = devenv.StartRedis(ctx, devenv.RedisOptions{Server: tools.RedisServer, Durable: true}); err != nil {
		return nil, err
	}
	g.admin = g.pg.URL(database, devenv.Superuser)
	server := g.pg.URL("postgres", devenv.Superuser)
	if err := errors.Join(postgres.CreateDatabase(ctx, server, database), migrations.Up(ctx, g.admin)); err != nil {
		return nil, err
	}
	if err := postgres.CreateLogin(ctx, server, login); err != nil {
		return nil, err
	}
	if g.listen, err = freeAddress(); err != nil {
		return nil, err
	}
	g.public = "http://" + g.listen
	keyset, err := crypto.GenerateKeyset()
	if err != nil {
		return nil, err
	}
	g.environ = []string{
		"DATABASE_URL=" + g.pg.URL(database, login), "REDIS_URL=" + g.redis.URL(),
		"LISTEN=" + g.listen, "PUBLIC_URL=" + g.public, "HOWAREYOU_KEYSET=" + string(keyset),
		"HOWAREYOU_SPOOL_DIR=" + g.logs, "TWILIO_ACCOUNT_SID=" + accountSID, "TWILIO_AUTH_TOKEN=" + authToken,
		"TWILIO_FROM=" + service, "TWILIO_API_URL=http://127.0.0.1:9", // nothing is sent unless a group says where
	}
	return g, nil
}

// set gives the service another value in its environment.
func (g *ground) set(name, value string) { g.environ = append(g.environ, name+"="+value) }

// config is the environment as a process would read it.
func (g *ground) config() (app.Config, error) {
	cfg, _, err := app.LoadConfig(g.environ)
	return cfg, err
}

// openStore opens the service's storage under a clock of our own. What is made
// ready through it need not outlive a crash: its commits do not wait.
func (g *ground) openStore(ctx context.Context, now func() time.Time) (*postgres.Store, error) {
	cfg, err := g.config()
	if err != nil {
		return nil, err
	}
	cfg.DatabaseURL += "&synchronous_commit=off"
	return app.OpenStore(ctx, cfg, now, "bench")
}

// start runs a role of the service as a process of its own.
func (g *ground) start(role string) error {
	log, err := os.Create(g.log(role))
	if err != nil {
		return err
	}
	defer log.Close() // the process has its own
	cmd := exec.Command(g.program, role)
	cmd.Env, cmd.Stdout, cmd.Stderr = g.environ, log, log
	group, err := devenv.StartGroup(cmd)
	if err != nil {
		return fmt.Errorf("start %s: %w", role, err)
	}
	g.running = append(g.running, group)
	return nil
}

func (g *ground) log(role string) string { return filepath.Join(g.logs, role+".log") }

// ready waits until the web role takes texts.
func (g *ground) ready(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	return until(ctx, func() (bool, error) {
		for _, p := range g.running {
			select {
			case <-p.Done():
				return false, fmt.Errorf("the service ended: %s", g.lastWords())
			default:
			}
		}
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, g.public+"/readyz", nil)
		if err != nil {
			return false, err
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return false, nil // not listening yet
		}
		return res.StatusCode == http.StatusOK, res.Body.Close()
	})
}

// lastWords is the end of what the processes said.
func (g *ground) lastWords() string {
	var all []string
	for _, role := range []string{"serve", "worker"} {
		text, err := os.ReadFile(g.log(role))
		if err == nil && len(text) > 0 {
			all = append(all, role+": "+strings.TrimSpace(string(text[max(0, len(text)-600):])))
		}
	}
	return strings.Join(all, "\n")
}

// close ends the processes in order, then the servers, and leaves nothing.
func (g *ground) close() error {
	var errs []error
	for i := len(g.running) - 1; i >= 0; i-- {
		p := g.running[i]
		p.Signal(syscall.SIGTERM)
		select {
		case <-p.Done():
			if !p.State().Success() {
				errs = append(errs, fmt.Errorf("a process did not end well: %s: %s", p.State(), g.lastWords()))
			}
		case <-time.After(processGrace):
			errs = append(errs, errors.New("a process did not end in time"))
		}
		p.Kill()
	}
	if g.redis != nil {
		errs = append(errs, g.redis.Stop())
	}
	if g.pg != nil {
		errs = append(errs, g.pg.Stop())
	}
	if g.logs != "" {
		errs = append(errs, os.RemoveAll(g.logs))
	}
	return errors.Join(errs...)
}

// until asks every few milliseconds until the answer is yes, an error, or ctx ends.
func until(ctx context.Context, done func() (bool, error)) error {
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

// freeAddress is an address of this machine that nobody listened on just now.
func freeAddress() (string, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return "", err
	}
	return l.Addr().String(), l.Close()
}
