package main

import (
	"context"
	"errors"
	"fmt"
	"math"
	"math/rand/v2"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"time"

	"howareyou/internal/rig"
)

const (
	// settleLimit is how long everything may take to come to its end when the
	// storm is over: a text that was refused again and again waits long for the
	// next try.
	settleLimit = 4 * time.Minute
	endLimit    = 30 * time.Second
)

// prove runs the whole storm and counts.
func prove(ctx context.Context, o options, note func(string, ...any)) (r result, err error) {
	g, err := rig.New(ctx, o.program)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	way, addresses, err := layOut(g, o.webs)
	defer func() {
		for _, d := range way.all() {
			if d != nil {
				d.end()
			}
		}
	}()
	if err != nil {
		return r, err
	}
	p, err := openProvider(g.Public, o.sabotage)
	if err != nil {
		return r, err
	}
	defer func() { err = errors.Join(err, p.close()) }()
	if way.provider, err = openDoor("tcp", "127.0.0.1:0", room{"tcp", p.address}); err != nil {
		return r, err
	}
	t, err := newTown(ctx, g, p, o)
	if err != nil {
		return r, fmt.Errorf("enrol people: %w", err)
	}
	if err := rewire(g, way, o); err != nil {
		return r, err
	}
	s := &storm{ground: g, way: way, random: rand.New(rand.NewPCG(o.seed, 0)), befell: map[string]int{}, note: note}
	ended := false
	defer func() {
		if !ended {
			err = errors.Join(err, s.close(endLimit))
		}
	}()
	if err := s.start(ctx, addresses, o.workers); err != nil {
		return r, err
	}
	if !o.calm {
		s.mishaps = mishaps
		if err := p.misbehave(o); err != nil {
			return r, err
		}
	}
	note("seed %d: %d patients, each with a follower, send %d texts; %d web processes, %d workers, G %s", o.seed, t.patients, perPatient, o.webs, o.workers, o.grace)
	began := time.Now()
	s.began = began
	raging := make(chan struct{})
	go func() { defer close(raging); s.rage(t.begun, o.messages, o.kills) }()
	err = t.talk(ctx)
	<-raging
	if err != nil {
		return r, err
	}
	note("the texts took %s; %d were not told within %s; on their way to the provider died %d", time.Since(began).Round(time.Second), t.late, o.patience, p.broken.Load())
	p.ClearFaults()
	if r.unsettled, err = settle(ctx, g, p); err != nil {
		return r, err
	}
	r.messages, r.kills, r.seed = o.messages, s.kills, o.seed
	note("besides kills: %s", s.told())
	for kind, n := range p.FaultsFired() {
		r.faults += n
		note("fault %s: %d", kind, n)
	}
	for _, n := range s.befell {
		r.faults += n
	}
	alerts, err := g.AlertNumbers(ctx)
	if err != nil {
		return r, err
	}
	var examples []string
	r.lost, r.doubled, examples = t.atHandsets(alerts)
	for _, e := range examples {
		note("%s", e)
	}
	ends, err := g.Ends(ctx)
	if err != nil {
		return r, err
	}
	for _, e := range ends {
		note("ended: %s", e)
	}
	slices.Sort(t.took)
	r.p50, r.p99 = quantile(t.took, 0.50), quantile(t.took, 0.99)
	note("alerts opened and told: %d", len(alerts))
	if r.lost == 0 && r.doubled == 0 {
		// Nothing in n trials: with 95 % confidence the rate is below 3/n.
		note("upper bound of the rate of lost or doubled texts (rule of three): %.2g", 3/float64(2*o.messages))
	}
	for _, p := range s.running {
		note("%s: %s", p.name, footprint(p.group.Pid()))
	}
	ended = true
	return r, errors.Join(s.close(endLimit), g.Crashes())
}

// layOut opens the doors between the parts and finds addresses for the web
// processes.
func layOut(g *rig.Ground, webs int) (w ways, addresses []string, err error) {
	var rooms []room
	for range webs {
		address, err := rig.FreeAddress()
		if err != nil {
			return w, nil, err
		}
		addresses, rooms = append(addresses, address), append(rooms, room{"tcp", address})
	}
	if w.web, err = openDoor("tcp", g.Listen, rooms...); err != nil {
		return w, nil, err
	}
	database, err := url.Parse(g.Admin)
	if err != nil {
		return w, nil, err
	}
	const socket = ".s.PGSQL.5432"
	if w.postgres, err = openDoor("unix", filepath.Join(g.Logs, "postgres", socket), room{"unix", filepath.Join(database.Query().Get("host"), socket)}); err != nil {
		return w, nil, err
	}
	w.redis, err = openDoor("unix", filepath.Join(g.Logs, "redis.sock"), room{"unix", g.Redis.Socket()})
	return w, addresses, err
}

// rewire has the service reach everything through the doors.
func rewire(g *rig.Ground, w ways, o options) error {
	cfg, err := g.Config()
	if err != nil {
		return err
	}
	database, err := url.Parse(cfg.DatabaseURL)
	if err != nil {
		return err
	}
	q := database.Query()
	q.Set("host", filepath.Join(g.Logs, "postgres"))
	database.RawQuery = q.Encode()
	g.Set("DATABASE_URL", database.String())
	g.Set("REDIS_URL", (&url.URL{Scheme: "unix", Path: filepath.Join(g.Logs, "redis.sock")}).String())
	g.Set("TWILIO_API_URL", "http://"+w.provider.listener.Addr().String())
	g.Set("HOWAREYOU_GRACE", o.grace.String())
	g.Set("HOWAREYOU_SPOOL_DIR", filepath.Join(g.Logs, "spool"))
	return os.MkdirAll(filepath.Join(g.Logs, "spool"), 0o700)
}

// settle waits until both the provider and the service have come to an end with
// everything, twice running, and returns how much has not.
func settle(ctx context.Context, g *rig.Ground, p *provider) (left int, err error) {
	within, cancel := context.WithTimeout(ctx, settleLimit)
	defer cancel()
	look := time.NewTicker(100 * time.Millisecond)
	defer look.Stop()
	for quiet := 0; quiet < 2; {
		if err := p.Idle(within); err == nil {
			left, err = g.UnderWay(within, time.Now())
			if err != nil && within.Err() == nil {
				return left, err
			}
		}
		quiet++
		if left > 0 {
			quiet = 0
		}
		select {
		case <-look.C:
		case <-within.Done():
			return max(left, 1), ctx.Err()
		}
	}
	return 0, nil
}

// quantile of sorted values.
func quantile(sorted []time.Duration, q float64) time.Duration {
	if len(sorted) == 0 {
		return 0
	}
	return sorted[max(int(math.Ceil(q*float64(len(sorted))))-1, 0)]
}
