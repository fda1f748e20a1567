package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"time"

	"howareyou/internal/postgres"
	"howareyou/internal/web"
)

// Roles say what a process does.
type Roles struct{ Web, Worker bool }

// Options start an App.
type Options struct {
	Config Config
	Roles  Roles
	Now    func() time.Time // the one clock; the machine's when nil
	Log    *slog.Logger
	// Demo adds doors and routes to the listener; nil in a real installation.
	Demo func(a *App) DemoParts
}

// DemoParts are what only the demo has.
type DemoParts struct {
	Doors []web.Mounted
	Extra []web.Route
}

// App is a running service: web, worker or both.
type App struct {
	*parts
	opts    Options
	worker  *worker
	web     *webRole
	metrics *http.Server
	failed  chan error
}

// stopTime is how long a stop may take before what is left is cut off.
const stopTime = 15 * time.Second

// Start brings up the roles in order. What fails undoes what was started.
func Start(ctx context.Context, o Options) (*App, error) {
	if o.Now == nil {
		o.Now = SystemClock
	}
	if err := o.Config.Check(NeedServe); err != nil {
		return nil, err
	}
	p, err := openParts(ctx, o.Config, o.Now, o.Log)
	if err != nil {
		return nil, err
	}
	a := &App{parts: p, opts: o, failed: make(chan error, 2)}
	if err := a.start(ctx); err != nil {
		a.Stop()
		return nil, err
	}
	return a, nil
}

func (a *App) start(ctx context.Context) error {
	if err := a.checkSchema(ctx); err != nil {
		return err
	}
	if err := a.openTexts(); err != nil {
		return err
	}
	var err error
	if a.opts.Roles.Worker {
		if a.worker, err = startWorker(a.parts); err != nil {
			return err
		}
	}
	if a.opts.Roles.Web {
		var demo DemoParts
		if a.opts.Demo != nil {
			demo = a.opts.Demo(a)
		}
		if a.web, err = startWeb(a.parts, demo, a.failed); err != nil {
			return err
		}
	}
	return a.startMetrics()
}

func (a *App) startMetrics() error {
	if a.cfg.MetricsListen == "" {
		return nil
	}
	l, err := net.Listen("tcp", a.cfg.MetricsListen)
	if err != nil {
		return fmt.Errorf("METRICS_LISTEN: %w", err)
	}
	a.metrics = &http.Server{Handler: metricsHandler(a.parts), ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := a.metrics.Serve(l); !errors.Is(err, http.ErrServerClosed) {
			a.failed <- err
		}
	}()
	return nil
}

// Run waits until ctx ends or a part fails, and stops.
func (a *App) Run(ctx context.Context) error {
	var err error
	select {
	case <-ctx.Done():
	case err = <-a.failed:
	}
	a.Stop()
	return err
}

// Stop stops in reverse order: no new requests, then the workers, then the
// connections.
func (a *App) Stop() {
	ctx, cancel := context.WithTimeout(context.Background(), stopTime)
	defer cancel()
	if a.metrics != nil {
		_ = a.metrics.Shutdown(ctx)
	}
	if a.web != nil {
		a.web.close()
		a.web = nil
	}
	if a.worker != nil {
		a.worker.close(ctx)
		a.worker = nil
	}
	a.parts.close()
}

// Store is the truth, for commands and the demo.
func (a *App) Store() *postgres.Store { return a.store }

// Kick makes the worker look for what is due now.
func (a *App) Kick() {
	if a.worker != nil {
		a.worker.sweeper.Kick()
		a.worker.asker.Kick()
		a.worker.hearer.Kick()
	}
}

// Settle returns once nothing that is due is still on its way to the provider,
// or when ctx ends. It is how a clock that is moved by hand waits for its time.
func (a *App) Settle(ctx context.Context) error {
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	for {
		a.Kick()
		busy, err := a.store.Busy(ctx)
		if err != nil {
			return err
		}
		if !busy {
			return nil
		}
		select {
		case <-ctx.Done():
			return ctx.Err()
		case <-poll.C:
		}
	}
}
