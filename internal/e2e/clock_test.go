package e2e

import (
	"context"
	"os"
	"path/filepath"
	"sync/atomic"
	"time"

	"howareyou/internal/app"
)

// clock is the machine's, moved forward by hand.
type clock struct{ ahead atomic.Int64 }

func (k *clock) now() time.Time { return time.Now().Add(time.Duration(k.ahead.Load())) }

// moving is an installation whose web and worker parts run within the test, so
// that its time can be moved.
type moving struct {
	family
	clock  *clock
	app    *app.App
	london *time.Location // where the clinic is
}

// move starts both roles in the test's own process on the clock, which is the
// provider's as well.
func (f family) move(k *clock) moving {
	f.t.Helper()
	return moving{family: f, clock: k, app: f.run(k, "all", app.Roles{Web: true, Worker: true})}
}

// run starts roles of the service in the test's own process on the clock.
func (f family) run(k *clock, name string, roles app.Roles) *app.App {
	f.t.Helper()
	cfg, warnings, err := app.LoadConfig(f.env)
	if err != nil || len(warnings) > 0 {
		f.t.Fatal(err, warnings)
	}
	out, err := os.Create(filepath.Join(f.dir, name+".log"))
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(func() { _ = out.Close() })
	a, err := app.Start(f.t.Context(), app.Options{Config: cfg, Roles: roles, Now: k.now, Log: app.NewLogger(cfg, out)})
	if err != nil {
		f.t.Fatal(err)
	}
	f.t.Cleanup(a.Stop)
	return a
}

// to moves the time forward and lets happen what falls due by then.
func (m moving) to(at time.Time) {
	m.t.Helper()
	d := at.Sub(m.clock.now())
	if d < 0 {
		m.t.Fatalf("the clock cannot go back %s", -d)
	}
	m.clock.ahead.Add(int64(d))
	ctx, cancel := context.WithTimeout(m.t.Context(), 3*patience)
	defer cancel()
	if err := m.app.Settle(ctx); err != nil {
		m.fail("at %s: %v", at, err)
	}
	m.settled()
}

// on moves the time forward by so much.
func (m moving) on(d time.Duration) {
	m.t.Helper()
	m.to(m.clock.now().Add(d))
}
