package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"time"

	"howareyou/internal/app"
	"howareyou/internal/devenv"
	"howareyou/internal/postgres"
	"howareyou/migrations"
)

// The names on the private database server.
const (
	databaseName = "howareyou"
	loginName    = "howareyou"
)

// flags are what a person may choose.
type flags struct {
	listen, sim, dir string
	fresh            bool
}

// demo is everything that runs. Whatever was started is in closers.
type demo struct {
	flags   flags
	folder  folder
	out     io.Writer
	log     *slog.Logger
	pg      *devenv.Postgres
	redis   *devenv.Redis
	clock   *clock
	cast    cast
	closers []func() error
}

// run starts the demo, says so, and stops it when ctx ends.
func (d *demo) run(ctx context.Context) (err error) {
	defer context.AfterFunc(ctx, func() { d.say("stopping") })()
	defer func() { err = errors.Join(err, d.stop()) }()
	a, err := d.start(ctx)
	if ctx.Err() != nil && a == nil {
		return nil // stopped by the person, while it started
	}
	if err != nil {
		return err
	}
	d.welcome()
	return a.Run(ctx)
}

func (d *demo) say(format string, args ...any) { fmt.Fprintf(d.out, format+"\n", args...) }

// stop ends all that was started, the newest first.
func (d *demo) stop() error {
	var all error
	for len(d.closers) > 0 {
		last := len(d.closers) - 1
		all = errors.Join(all, d.closers[last]())
		d.closers = d.closers[:last]
	}
	return all
}

func (d *demo) later(closer func() error) { d.closers = append(d.closers, closer) }

func (d *demo) start(ctx context.Context) (*app.App, error) {
	// The web port is only tried here; the app takes it when the rest is there.
	web, err := listen("listen", d.flags.listen)
	if err != nil {
		return nil, err
	}
	if err := web.Close(); err != nil {
		return nil, err
	}
	sim, err := listen("sim", d.flags.sim)
	if err != nil {
		return nil, err
	}
	d.later(func() error { _ = sim.Close(); return nil }) // its server may have closed it
	if d.folder, err = openFolder(d.flags.dir, d.flags.fresh); err != nil {
		return nil, err
	}
	account, err := d.folder.account()
	if err != nil {
		return nil, err
	}
	if err := d.startServers(ctx); err != nil {
		return nil, err
	}
	if d.clock, err = openClock(d.folder.private("clock"), app.SystemClock); err != nil {
		return nil, err
	}
	lines := d.environment(account)
	if err := d.prepare(ctx, lines); err != nil {
		return nil, err
	}
	phones, err := d.startPhones(sim, account)
	if err != nil {
		return nil, err
	}
	if err := d.writeEnvironment(lines); err != nil {
		return nil, err
	}
	return d.startApp(ctx, lines, phones)
}

// startServers finds or installs and starts PostgreSQL and Redis.
func (d *demo) startServers(ctx context.Context) error {
	tools, err := devenv.Ensure(ctx, d.out, devenv.PostgreSQL, devenv.RedisServer)
	if err != nil {
		return err
	}
	d.say("starting PostgreSQL and Redis in %s", d.folder.dir)
	d.pg, err = devenv.StartPostgres(ctx, devenv.PostgresOptions{Bin: tools.PostgresBin, Dir: d.folder.private(""), Durable: true})
	if err != nil {
		return err
	}
	d.later(d.pg.Stop)
	d.redis, err = devenv.StartRedis(ctx, devenv.RedisOptions{Server: tools.RedisServer, Dir: d.folder.private(""), Durable: true})
	if err != nil {
		return err
	}
	d.later(d.redis.Stop)
	return nil
}

// prepare brings the database up to date, and the first time fills it. A start
// that was killed in between left no list of people, so it begins again.
func (d *demo) prepare(ctx context.Context, environ []string) error {
	planted, err := d.folder.read(castFile, &d.cast)
	if err != nil {
		return err
	}
	made, err := d.folder.makeKeyset()
	if err != nil {
		return err
	}
	planted = planted && !made // without its keys the old database is a closed book
	admin := d.pg.URL(databaseName, devenv.Superuser)
	if !planted {
		if err := postgres.CreateDatabase(ctx, d.pg.URL("postgres", devenv.Superuser), databaseName); err != nil {
			return err
		}
	}
	if err := migrations.Up(ctx, admin); err != nil {
		return err
	}
	if err := postgres.CreateLogin(ctx, admin, loginName); err != nil {
		return err
	}
	if planted {
		d.say("found the people of %s", d.folder.dir)
		return nil
	}
	cfg, _, err := app.LoadConfig(environ)
	if err != nil {
		return err
	}
	p := planter{now: d.clock.Now, admin: admin}
	if p.store, err = app.OpenStore(ctx, cfg, p.Now, "demo"); err != nil {
		return err
	}
	defer p.store.Close()
	began := d.clock.Now()
	if err := p.plant(ctx); err != nil {
		return fmt.Errorf("make the people: %w", err)
	}
	d.cast = p.cast
	d.say("made %d patients with %d days of history in %s", len(patients), historyDays, d.clock.Now().Sub(began).Round(10*time.Millisecond))
	return d.folder.write(castFile, d.cast)
}
