package main

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgyard"
)

// yearZones are lived in: both hemispheres, half and quarter hours, a change of
// half an hour, and zones whose clocks never change.
var yearZones = []string{
	"Europe/London", "Europe/Madrid", "America/New_York", "America/Los_Angeles", "America/St_Johns", "America/Santiago",
	"Africa/Cairo", "Asia/Kolkata", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Auckland", "Pacific/Chatham",
}

// yearTimes lie within the gaps and overlaps of those zones, around midnight, and
// where most people are asked. Whole quarters, as the oracle walks by them.
var yearTimes = []string{"09:00", "09:30", "01:30", "02:30", "02:45", "00:15", "23:45", "18:00"}

// A yearRun is a stretch of slots, asked by processes that are killed.
type yearRun struct {
	appURL, adminURL string
	from, to         time.Time
	patients         int
	tickers          int
	kill             float64 // the share of steps at which one of them is killed
	moves            int     // how many times a patient in four moves
	seed             uint64
}

// yearResult says what was counted.
type yearResult struct {
	slots, kills, moves, steps int
	wrong                      []string // what is not as the patient chose; a few
	took                       time.Duration
}

// yearPatient is what the oracle knows of one patient.
type yearPatient struct {
	id    carenet.ID
	local carenet.LocalTime
	lived []yearMove // zones, from when on
}

type yearMove struct {
	at   time.Time
	zone *time.Location
}

// run simulates the stretch and compares what was asked with an oracle that knows
// no schedule: it looks at each patient's clock every quarter of an hour.
func (y yearRun) run(ctx context.Context) (r yearResult, err error) {
	began := time.Now()
	doc, err := crypto.GenerateKeyset()
	if err != nil {
		return r, err
	}
	keys, err := crypto.ParseKeyset(doc)
	if err != nil {
		return r, err
	}
	var now atomic.Int64
	now.Store(y.from.UnixMicro())
	store, err := postgres.Open(ctx, postgres.Options{
		URL: y.appURL, Keys: keys, Name: "year",
		Now: func() time.Time { return time.UnixMicro(now.Load()) },
	})
	if err != nil {
		return r, err
	}
	defer store.Close()
	random := rand.New(rand.NewPCG(y.seed, 1)) // repeatable
	org, people, err := y.enrol(ctx, store)
	if err != nil {
		return r, err
	}
	moves := y.plan(random, people)
	environ := []string{"DATABASE_URL=" + y.appURL, "HOWAREYOU_KEYSET=" + string(doc)}
	tickers := make([]*ticker, y.tickers)
	for i := range tickers {
		if tickers[i], err = startTicker(environ); err != nil {
			return r, err
		}
	}
	defer func() {
		for _, t := range tickers {
			err = errors.Join(err, t.finish())
		}
	}()
	actor := carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}
	var partitioned time.Time
	for {
		at, err := store.NextDue(ctx)
		if err != nil {
			return r, err
		}
		if at.IsZero() || at.After(y.to) {
			r.took = time.Since(began)
			return r, y.compare(ctx, people, &r)
		}
		if at = at.Add(time.Duration(random.IntN(50)) * time.Minute); at.After(y.to) {
			at = y.to
		}
		// A move comes at its own minute, before what is due after it.
		if len(moves) > 0 && !moves[0].at.After(at) {
			at = moves[0].at
		}
		now.Store(at.UnixMicro())
		if at.Sub(partitioned) > 24*time.Hour {
			if err := store.EnsurePartitions(ctx); err != nil {
				return r, err
			}
			partitioned = at
		}
		if err := y.step(random, tickers, environ, at, &r); err != nil {
			return r, err
		}
		// What else falls due by itself: the year is not about it.
		for _, tick := range []func(context.Context, int) (carenet.Batch, int, error){store.TickRotas, store.TickReviews} {
			if _, _, err := tick(ctx, 100); err != nil {
				return r, err
			}
		}
		for len(moves) > 0 && moves[0].at.Equal(at) {
			m := moves[0]
			moves = moves[1:]
			if err := store.MovePatient(ctx, actor, people[m.who].id, m.zone); err != nil {
				return r, err
			}
			zone, err := carenet.Zone(m.zone)
			if err != nil {
				return r, err
			}
			people[m.who].lived = append(people[m.who].lived, yearMove{at: at, zone: zone})
			r.moves++
		}
	}
}

// step tells all tickers the time and waits until what is due is asked. One of
// them may be killed meanwhile, and is started again.
func (y yearRun) step(random *rand.Rand, tickers []*ticker, environ []string, at time.Time, r *yearResult) error {
	r.steps++
	for _, t := range tickers {
		if err := t.tell(at); err != nil {
			return fmt.Errorf("a ticker ended by itself: %w", err)
		}
	}
	victim := -1
	if random.Float64() < y.kill {
		victim = random.IntN(len(tickers))
	}
	// The others answer first, or the victim has no time to begin: both are tried.
	late := random.IntN(2) == 0
	if victim >= 0 && !late {
		tickers[victim].kill()
	}
	for i, t := range tickers {
		if i == victim {
			continue
		}
		if _, ok := <-t.answers; !ok {
			return errors.New("a ticker ended by itself")
		}
		if victim >= 0 && late {
			tickers[victim].kill()
			late = false
		}
	}
	if victim < 0 {
		return nil
	}
	r.kills++
	var err error
	if tickers[victim], err = startTicker(environ); err != nil {
		return err
	}
	// What the killed one had claimed is free again: asked now, not hours later.
	if err := tickers[victim].tell(at); err != nil {
		return err
	}
	if _, ok := <-tickers[victim].answers; !ok {
		return errors.New("a ticker ended by itself")
	}
	return nil
}

// enrol adds the patients, each in a zone and at a time of their own.
func (y yearRun) enrol(ctx context.Context, store *postgres.Store) (carenet.ID, []yearPatient, error) {
	if err := store.EnsurePartitions(ctx); err != nil {
		return carenet.NilID, nil, err
	}
	org, err := store.AddOrganisation(ctx, postgres.NewOrganisation{
		PerMinute: postgres.NoLimit, Name: "Year", Zone: "Etc/UTC", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900999",
	})
	if err != nil {
		return org, nil, err
	}
	people := make([]yearPatient, y.patients)
	err = parallel(ctx, 4, y.patients, func(ctx context.Context, i int) error {
		name, at := yearZones[i%len(yearZones)], yearTimes[i/len(yearZones)%len(yearTimes)]
		id, err := store.AddPatient(ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}, postgres.NewPatient{
			NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Pat Number%d", i), Phone: phone(patients, i), Zone: name},
			LocalTime: at, // daily
		})
		if err != nil {
			return err
		}
		zone, err := carenet.Zone(name)
		if err != nil {
			return err
		}
		local, err := carenet.ParseLocalTime(at)
		people[i] = yearPatient{id: id, local: local, lived: []yearMove{{at: y.from, zone: zone}}}
		return err
	})
	return org, people, err
}

type plannedMove struct {
	at   time.Time
	who  int
	zone string
}

// plan draws who moves when and where to, in order of time. Every fourth moves.
func (y yearRun) plan(random *rand.Rand, people []yearPatient) (moves []plannedMove) {
	span := y.to.Sub(y.from)
	for n := range y.moves {
		part := span / time.Duration(y.moves)
		at := y.from.Add(time.Duration(n)*part + time.Duration(random.Int64N(int64(part)))).Truncate(15 * time.Minute)
		for who := 0; who < len(people); who += 4 {
			at = at.Add(15 * time.Minute)
			if at.Before(y.from.Add(time.Duration(n+1) * part)) {
				moves = append(moves, plannedMove{at: at, who: who, zone: yearZones[random.IntN(len(yearZones))]})
			}
		}
	}
	return moves
}

// compare looks at every clock every quarter of an hour, and at what was asked.
func (y yearRun) compare(ctx context.Context, people []yearPatient, r *yearResult) error {
	yard, err := pgyard.OpenAny(ctx, y.adminURL) // a test's server need not keep its commits
	if err != nil {
		return err
	}
	asked, err := yard.Asked(ctx)
	if err = errors.Join(err, yard.Close()); err != nil {
		return err
	}
	wrong := func(format string, a ...any) {
		if len(r.wrong) < 20 {
			r.wrong = append(r.wrong, fmt.Sprintf(format, a...))
		}
	}
	for i, p := range people {
		got := asked[p.id]
		r.slots += len(got)
		want := p.expected(y.to)
		for n := range max(len(got), len(want)) {
			switch {
			case n >= len(got):
				wrong("patient %d is not asked at %s", i, want[n])
			case n >= len(want):
				wrong("patient %d is asked once more, at %s", i, got[n].At)
			case !got[n].At.Equal(want[n]):
				wrong("patient %d is asked at %s, want %s", i, got[n].At, want[n])
			case got[n].Texts != 1:
				wrong("patient %d is sent %d texts at %s", i, got[n].Texts, got[n].At)
			default:
				continue
			}
			break
		}
	}
	return nil
}

const quarter = 15 * time.Minute

// expected are the instants at which the patient is to be asked: each day of
// theirs once, as soon as their clock shows the time or has gone past it. Clocks
// that skip to the next day have gone past it, journeys that do so have not: the
// day ended on the way.
func (p yearPatient) expected(to time.Time) (out []time.Time) {
	zone, lived := p.lived[0].zone, p.lived[1:]
	start := p.lived[0].at
	done := carenet.LocalDay(start, zone)
	if carenet.LocalTimeOf(start, zone) < p.local {
		done--
	}
	today := carenet.LocalDay(start, zone)
	for at := start.Add(quarter); !at.After(to); at = at.Add(quarter) {
		// What was due before the move was asked before it.
		if due := carenet.LocalDay(at, zone); due > done && carenet.LocalTimeOf(at, zone) >= p.local {
			out, done = append(out, at), due
		} else if due > today && today > done {
			out, done = append(out, at), today // the clocks skipped the time, and midnight
		}
		for len(lived) > 0 && !lived[0].at.After(at) {
			zone, lived = lived[0].zone, lived[1:]
			if due := carenet.LocalDay(at, zone); due > done && carenet.LocalTimeOf(at, zone) >= p.local {
				out, done = append(out, at), due
			}
		}
		today = carenet.LocalDay(at, zone)
	}
	return out
}
