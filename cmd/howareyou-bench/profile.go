package main

import (
	"context"
	"errors"
	"os"
	"runtime/pprof"

	"howareyou/internal/app"
)

// serve runs the web role: as a process, or within this one under the profiler
// if one was asked for. The returned function ends the latter. To see the
// service's share alone: go tool pprof -tagignore part=bench FILE.
func (m *inboundRun) serve(ctx context.Context) (stop func() error, err error) {
	if m.cpuProfile == "" {
		return func() error { return nil }, m.Start("serve")
	}
	m.note("the web role runs within the benchmark, under the profiler: compare these figures with nothing")
	cfg, err := m.Config()
	if err != nil {
		return nil, err
	}
	log, err := os.Create(m.Log("serve"))
	if err != nil {
		return nil, err
	}
	a, err := app.Start(ctx, app.Options{Config: cfg, Roles: app.Roles{Web: true}, Log: app.NewLogger(cfg, log)})
	if err != nil {
		return nil, errors.Join(err, log.Close())
	}
	out, err := os.Create(m.cpuProfile)
	if err != nil {
		a.Stop()
		return nil, errors.Join(err, log.Close())
	}
	if err := pprof.StartCPUProfile(out); err != nil {
		a.Stop()
		return nil, errors.Join(err, log.Close(), out.Close())
	}
	// Goroutines inherit labels: from here on those of the benchmark have one and
	// those of the service, which run already, have none.
	pprof.SetGoroutineLabels(pprof.WithLabels(ctx, pprof.Labels("part", "bench")))
	return func() error {
		pprof.StopCPUProfile()
		a.Stop()
		return errors.Join(out.Close(), log.Close())
	}, nil
}
