package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"howareyou/internal/postgres/pgyard"
	"howareyou/internal/rig"
)

// ticks measures what falls due by itself. First a year, or less of one, of slots
// by processes that are killed, against an oracle: its figure is how many slots
// were not asked exactly once at the patient's time, and is to be 0. Then so many
// patients whose slots lie within one hour that has passed: how many a second two
// workers claim and plan, and how many a second they hand over to the provider,
// beside one client that commits one row after the other.
func ticks(ctx context.Context, b *bench) (figures []figure, err error) {
	if b.year > 0 {
		if figures, err = yearOfSlots(ctx, b); err != nil {
			return figures, err
		}
	}
	if b.scale > 0 {
		more, err := rushHour(ctx, b)
		figures = append(figures, more...)
		return figures, err
	}
	return figures, nil
}

func yearOfSlots(ctx context.Context, b *bench) (figures []figure, err error) {
	g, err := rig.New(ctx, b.program)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	cfg, err := g.Config()
	if err != nil {
		return nil, err
	}
	r, err := yearRun{
		// Not a second of this measures the disk: commits need not wait for it.
		appURL: cfg.DatabaseURL + "&synchronous_commit=off", adminURL: g.Admin,
		from: time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC), to: time.Date(2027, 1, 1, 0, 0, 0, 0, time.UTC),
		patients: b.year, tickers: 3, kill: 0.02, moves: 3, seed: 1,
	}.run(ctx)
	if err != nil {
		return nil, err
	}
	for _, w := range r.wrong {
		b.note("ticks: %s", w)
	}
	b.note("ticks: %d patients in %d zones, a year: %d slots, %d kills of 3 processes, %d moves, %d looks, %.0f s",
		b.year, len(yearZones), r.slots, r.kills, r.moves, r.steps, r.took.Seconds())
	one := []round{{value: float64(len(r.wrong)), took: []time.Duration{r.took / time.Duration(max(r.steps, 1))}}}
	all := []round{{value: float64(r.slots)}}
	figures = compare("ticks_year_wrong", "slots", "ticks_year_slots", one, all)
	if len(r.wrong) > 0 {
		return figures, errors.New("some slots were not asked once at the patient's time")
	}
	return figures, nil
}

// rushWorkers is how many workers share the hour.
const rushWorkers = 2

func rushHour(ctx context.Context, b *bench) (figures []figure, err error) {
	g, err := rig.New(ctx, b.program)
	if err != nil {
		return nil, err
	}
	provider, err := openCounter()
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	g.Set("TWILIO_API_URL", provider.address)
	defer func() { err = errors.Join(err, g.Close(), provider.close()) }()
	c, err := newClinic(ctx, g, 0)
	if err != nil {
		return nil, err
	}
	defer c.store.Close()
	keys, err := g.Keys()
	if err != nil {
		return nil, err
	}
	yard, err := pgyard.Open(ctx, g.Admin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, yard.Close()) }()
	began := time.Now()
	hour := time.Now().UTC().Add(-65 * time.Minute).Truncate(time.Minute)
	if err := errors.Join(yard.Prepare(ctx), yard.Fill(ctx, pgyard.Crowd{
		Org: c.org, Keys: keys, Now: hour.AddDate(0, 0, -1),
		Phone: func(i int) string { return fmt.Sprintf("+4470%08d", i) },
		Due:   func(i int) time.Time { return hour.Add(time.Duration(i%60) * time.Minute) },
	}, b.scale)); err != nil {
		return nil, err
	}
	b.note("ticks: %d patients added in %.0f s", b.scale, time.Since(began).Seconds())
	var rows []round
	for range b.rounds {
		one, err := closedLoop(ctx, 1, textsOf(1), func(ctx context.Context) (client, error) {
			y, err := pgyard.Open(ctx, g.Admin)
			return &yardClient{Yard: y}, err
		})
		if err != nil {
			return nil, err
		}
		rows = append(rows, one)
	}
	pids, stop, err := g.Workers(rushWorkers)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	return b.rush(ctx, yard, provider, pids, hour, rows)
}

// A measured stretch is as long as this many prompts: the rates of the first and
// the last say whether the size of what waits matters.
const rushParts = 4

// rush watches the workers until everything was claimed and handed over.
func (b *bench) rush(ctx context.Context, yard *pgyard.Yard, provider *counter, pids []int, hour time.Time, rows []round) ([]figure, error) {
	began := time.Now()
	var claimed time.Duration
	var parts []round
	partBegan, partFrom := began, int64(0)
	var first, last []int
	poll := time.NewTicker(100 * time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil, ctx.Err()
		case <-poll.C:
		}
		n := provider.taken.Load()
		if first == nil && n >= int64(b.scale/20) {
			first = residents(pids) // connections and plans are there by now
		}
		if claimed == 0 {
			due, err := yard.Due(ctx, hour.Add(time.Hour))
			if err != nil {
				return nil, err
			}
			if !due {
				claimed = time.Since(began)
				b.note("ticks: all claimed after %.1f s", claimed.Seconds())
			}
		}
		if n-partFrom >= int64(b.scale/rushParts) || n >= int64(b.scale) {
			took := time.Since(partBegan)
			parts = append(parts, round{value: float64(n-partFrom) / took.Seconds(), took: []time.Duration{took / time.Duration(n-partFrom)}})
			b.note("ticks: %d handed over, %.0f a second of late, workers hold %v MiB", n, parts[len(parts)-1].value, residents(pids))
			partBegan, partFrom = time.Now(), n
		}
		if n >= int64(b.scale) && claimed > 0 {
			last = residents(pids)
			break
		}
	}
	all := time.Since(began)
	prompts, err := yard.Prompts(ctx)
	if err != nil {
		return nil, err
	}
	if prompts != b.scale || provider.doubled.Load() > 0 {
		return nil, fmt.Errorf("%d prompts of %d patients, %d texts doubled", prompts, b.scale, provider.doubled.Load())
	}
	yards := make([]round, len(parts))
	for i := range yards {
		yards[i] = rows[i%len(rows)]
	}
	handed := compare("ticks_handed_over", "1/s", "pg_insert_c1", parts, yards)
	claims := compare("ticks_claimed", "1/s", "pg_insert_c1", []round{{value: float64(b.scale) / claimed.Seconds()}}, yards[:1])[:1]
	var grown []round
	var before []round
	for i := range last {
		grown = append(grown, round{value: float64(last[i])})
		before = append(before, round{value: float64(max(first[i], 1))})
	}
	memory := compare("ticks_memory_end", "MiB", "ticks_memory_start", grown, before)
	b.note("ticks: %d patients due in one hour: all handed over in %.0f s", b.scale, all.Seconds())
	return append(append(claims, handed...), memory...), nil
}

// residents is what the processes hold in memory, in MiB; 0 where the system does
// not tell.
func residents(pids []int) []int {
	out := make([]int, len(pids))
	for i, pid := range pids {
		status, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/status")
		if err != nil {
			continue
		}
		for line := range strings.Lines(string(status)) {
			if kept, ok := strings.CutPrefix(line, "VmRSS:"); ok {
				kb, _ := strconv.Atoi(strings.TrimSuffix(strings.TrimSpace(kept), " kB"))
				out[i] = kb / 1024
			}
		}
	}
	return out
}

// counter is a provider that takes every text and only counts: a million texts
// kept by a simulator would measure its memory.
type counter struct {
	address string
	server  *http.Server
	served  chan error
	taken   atomic.Int64
	doubled atomic.Int64
	seen    [1 << 17]atomic.Uint64 // a bit a number
}

func openCounter() (*counter, error) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return nil, err
	}
	c := &counter{address: "http://" + l.Addr().String(), served: make(chan error, 1)}
	c.server = &http.Server{Handler: c, ReadHeaderTimeout: 5 * time.Second}
	go func() { c.served <- c.server.Serve(l) }()
	return c, nil
}

func (c *counter) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	if r.Method != http.MethodPost {
		_, _ = io.WriteString(w, `{"messages":[],"end":0,"first_page_uri":"","next_page_uri":null,"page":0,"page_size":50,"start":0,"uri":""}`)
		return
	}
	if err := r.ParseForm(); err != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	to := r.PostForm.Get("To")
	i, err := strconv.Atoi(strings.TrimPrefix(to, "+4470"))
	if err != nil || i < 0 || i >= 64*len(c.seen) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	bit := uint64(1) << (i % 64)
	if c.seen[i/64].Or(bit)&bit != 0 {
		c.doubled.Add(1)
	} else {
		c.taken.Add(1)
	}
	w.WriteHeader(http.StatusCreated)
	//nolint:gosec // it answers a client of ours, not a browser
	_, _ = fmt.Fprintf(w, `{"sid":"SM%032x","status":"queued","to":%q,"from":%q}`, i, to, r.PostForm.Get("From"))
}

func (c *counter) close() error {
	err := c.server.Close()
	if s := <-c.served; !errors.Is(s, http.ErrServerClosed) {
		err = errors.Join(err, s)
	}
	return err
}
