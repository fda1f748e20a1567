package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"howareyou/internal/postgres/pgyard"
	"howareyou/internal/rig"
)

// groupLimit ends a group that hangs.
const groupLimit = 10 * time.Minute

// warmUp is how many texts arrive before anything is measured: connections,
// prepared statements, the planner's caches.
const warmUp = 300

// textsOf is how many texts a round measures with so many clients: about a
// second's worth, so that five rounds of all stay short.
func textsOf(clients int) int { return min(max(100*clients, 200), 1600) }

// replies are what patients text back.
var replies = []string{"4", "3 ok", "2 rough night", "5 lovely walk with Ruth today", "4 a bit tired but fine"}

// inbound measures how many texts a second the web role takes in. Every text is
// signed, comes over HTTP, answers its patient's open prompt, and is answered
// when its check-in is committed. The yardstick is as many clients that each
// insert one row and commit it. No worker runs: what follows a text has figures
// of its own.
func inbound(ctx context.Context, b *bench) (figures []figure, err error) {
	ctx, cancel := context.WithTimeout(ctx, groupLimit)
	defer cancel()
	g, err := rig.New(ctx, b.program)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, g.Close()) }()
	perRound := warmUp
	for _, n := range b.clients {
		perRound += textsOf(n)
	}
	c, err := newClinic(ctx, g, b.rounds+1)
	if err != nil {
		return nil, err
	}
	defer c.store.Close()
	yard, err := pgyard.Open(ctx, g.Admin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, yard.Close()) }()
	began := time.Now()
	if err := errors.Join(yard.Prepare(ctx), c.enrol(ctx, yard, perRound, false)); err != nil {
		return nil, err
	}
	b.note("inbound: %d patients enrolled in %.1f s", perRound, time.Since(began).Seconds())
	m := &inboundRun{bench: b, Ground: g, clinic: c, ours: map[int][]round{}, yards: map[int][]round{}}
	stop, err := m.serve(ctx)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, stop()) }()
	if err := g.Ready(ctx); err != nil {
		return nil, err
	}
	if err := m.dayBefore(ctx, perRound, yard); err != nil {
		return nil, fmt.Errorf("the day before: %w %s", err, g.LastWords())
	}
	for r := range b.rounds {
		if err := m.round(ctx, r); err != nil {
			return nil, fmt.Errorf("round %d: %w %s", r+1, err, g.LastWords())
		}
	}
	kept, err := yard.CheckIns(ctx)
	if err != nil {
		return nil, err
	}
	if want := (b.rounds + 1) * perRound; kept != want {
		return nil, fmt.Errorf("%d texts were answered with 200 and %d check-ins are in the database", want, kept)
	}
	for _, n := range b.clients {
		figures = append(figures, compare(fmt.Sprintf("inbound_c%d", n), "1/s", fmt.Sprintf("pg_insert_c%d", n), m.ours[n], m.yards[n])...)
	}
	return figures, nil
}

type inboundRun struct {
	*bench
	*rig.Ground
	*clinic
	ours, yards map[int][]round
}

// dayBefore has everybody answer once, unmeasured, and lets the planner know
// what the tables then hold. A server that has just been set up does so within
// its first minutes; until then it checks foreign keys by plans that were made
// for empty tables and read a whole organisation.
func (m *inboundRun) dayBefore(ctx context.Context, people int, yard *pgyard.Yard) error {
	if err := m.ask(ctx, m.rounds); err != nil {
		return err
	}
	if _, err := m.texts(ctx, 32, m.requests(0, people)); err != nil {
		return err
	}
	return yard.Analyze(ctx)
}

// requests are texts of so many patients from the first on, one each.
func (m *inboundRun) requests(first, n int) [][]byte {
	hooks := webhooks{account: rig.AccountSID, token: rig.AuthToken, public: m.Public, to: rig.Service}
	requests := make([][]byte, n)
	for i := range requests {
		requests[i] = hooks.request(phone(patients, first+i), replies[(first+i)%len(replies)])
	}
	return requests
}

// round is one day of the patients: all are asked, each answers once, in turns
// with the yardstick. Which of the two goes first changes from round to round.
func (m *inboundRun) round(ctx context.Context, r int) error {
	if err := m.ask(ctx, m.rounds-1-r); err != nil {
		return err
	}
	if _, err := m.texts(ctx, 32, m.requests(0, warmUp)); err != nil {
		return err
	}
	person := warmUp
	for _, n := range m.clients {
		requests := m.requests(person, textsOf(n))
		person += len(requests)
		measured := func() error {
			got, err := m.texts(ctx, n, requests)
			m.ours[n] = append(m.ours[n], got)
			return err
		}
		yard := func() error {
			got, err := m.commits(ctx, n, len(requests))
			m.yards[n] = append(m.yards[n], got)
			return err
		}
		steps := []func() error{measured, yard}
		if r%2 == 1 {
			steps[0], steps[1] = yard, measured
		}
		for _, step := range steps {
			if err := step(); err != nil {
				return fmt.Errorf("%d clients: %w", n, err)
			}
		}
		m.note("round %d: %d clients: %s texts/s beside %s rows/s", r+1, n, short(m.ours[n][r].value), short(m.yards[n][r].value))
	}
	return nil
}

func (m *inboundRun) texts(ctx context.Context, clients int, requests [][]byte) (round, error) {
	return closedLoop(ctx, clients, len(requests), func(ctx context.Context) (client, error) {
		return dialHTTP(ctx, m.Listen, requests)
	})
}

func (m *inboundRun) commits(ctx context.Context, clients, rows int) (round, error) {
	return closedLoop(ctx, clients, rows, func(ctx context.Context) (client, error) {
		y, err := pgyard.Open(ctx, m.Admin)
		return &yardClient{Yard: y}, err
	})
}

// yardClient keeps one row a job, of a text's length.
type yardClient struct{ *pgyard.Yard }

var yardBody = make([]byte, 64)

func (y *yardClient) do(ctx context.Context, job int) error {
	return y.Keep(ctx, "SM0123456789abcdef0123456789abcdef", yardBody, time.UnixMicro(int64(job)))
}

func (y *yardClient) close() error { return y.Close() }
