package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"regexp"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgyard"
	"howareyou/internal/rig"
	"howareyou/notify/twiliosim"
)

const (
	// flood is how many updates wait when an alert must pass them.
	flood = 100_000
	// alertsOf is how many alerts a round measures, one at a time.
	alertsOf = 6
	// rateFor is how long a round counts what leaves.
	rateFor = 3 * time.Second

	nurse      = "+447700008201"
	laneUpdate = 3 // as notify.PriorityUpdate
)

// delivery measures how long an alert takes, from a patient's cry for help at the
// simulated provider to the nurse's phone, while 100,000 updates are queued and a
// worker sends them as fast as it can; its yardstick is the same alert when
// nothing else waits. And how many of those updates a second leave meanwhile,
// which is claims, requests and outcomes on both cores, beside one client that
// commits one row after the other.
func delivery(ctx context.Context, b *bench) (figures []figure, err error) {
	ctx, cancel := context.WithTimeout(ctx, groupLimit)
	defer cancel()
	g, err := rig.New(ctx, b.program)
	if err != nil {
		return nil, err
	}
	sim, address, closeSim, err := simulate(g)
	if err != nil {
		return nil, errors.Join(err, g.Close())
	}
	defer func() { err = errors.Join(err, g.Close(), closeSim()) }()
	c, err := newClinic(ctx, g, 0)
	if err != nil {
		return nil, err
	}
	defer c.store.Close()
	yard, err := pgyard.Open(ctx, g.Admin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, yard.Close()) }()
	people := (2*b.rounds + 1) * alertsOf
	if err := errors.Join(yard.Prepare(ctx), c.enrol(ctx, yard, people, false)); err != nil {
		return nil, err
	}
	if _, err := c.store.AddClinician(ctx, c.actor(), postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: "Nurse Bench", Phone: nurse},
		Roles:     []string{"responder"},
	}); err != nil {
		return nil, err
	}
	if err := errors.Join(g.Start("serve"), g.Start("worker"), g.Ready(ctx)); err != nil {
		return nil, err
	}
	d := &deliveryRun{latencyRun: latencyRun{Ground: g, clinic: c, sim: sim, provider: address, yard: yard}}
	if err := d.prompted(ctx, people); err != nil {
		return nil, fmt.Errorf("wait for the prompts: %w %s", err, g.LastWords())
	}
	if _, err := d.alerts(ctx); err != nil { // not measured: connections and plans
		return nil, fmt.Errorf("warm up: %w %s", err, g.LastWords())
	}
	if err := yard.Analyze(ctx); err != nil {
		return nil, err
	}
	var alone, behind, left, rows []round
	for range b.rounds {
		one, err := d.alerts(ctx)
		if err != nil {
			return nil, fmt.Errorf("alone: %w %s", err, g.LastWords())
		}
		alone = append(alone, one)
	}
	began := time.Now()
	if err := d.flood(ctx); err != nil {
		return nil, fmt.Errorf("the flood: %w %s", err, g.LastWords())
	}
	b.note("delivery: %d updates queued in %.1f s", flood, time.Since(began).Seconds())
	for r := range b.rounds {
		one, err := d.alerts(ctx)
		if err != nil {
			return nil, fmt.Errorf("behind the flood, round %d: %w %s", r+1, err, g.LastWords())
		}
		two, err := d.leaving(ctx)
		if err != nil {
			return nil, err
		}
		behind, left = append(behind, one), append(left, two)
	}
	waiting, err := yard.Queued(ctx, laneUpdate)
	if err != nil {
		return nil, err
	}
	if waiting == 0 {
		return nil, errors.New("the flood had run dry before the last alert")
	}
	b.note("delivery: %d updates still waited behind the last alert", waiting)
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
	figures = compare("delivery_alert_behind_flood", "ms", "delivery_alert_alone", behind, alone)
	return append(figures, compare("delivery_texts_left", "1/s", "pg_insert_beside_flood", left, rows)...), nil
}

type deliveryRun struct {
	latencyRun
	raised int // alerts so far, one a patient
}

// alerts raises a few, one after the other, and waits for each at the nurse's phone.
func (d *deliveryRun) alerts(ctx context.Context) (round, error) {
	return oneByOne(alertsOf, func(int) (time.Duration, error) {
		ctx, cancel := context.WithTimeout(ctx, 60*time.Second)
		defer cancel()
		body, err := json.Marshal(map[string]string{"body": "I want to die", "to": rig.Service})
		if err != nil {
			return 0, err
		}
		patient := d.raised
		d.raised++
		asks := regexp.MustCompile(fmt.Sprintf(`\bACK %d\b`, d.raised))
		began := time.Now()
		if err := ask(ctx, http.MethodPost, d.provider+"/sim/phones/"+phone(patients, patient)+"/messages", body); err != nil {
			return 0, err
		}
		if _, err := d.sim.WaitFor(ctx, nurse, func(t twiliosim.Text) bool { return t.Direction == "in" && asks.MatchString(t.Body) }); err != nil {
			return 0, fmt.Errorf("the nurse's phone: %w", err)
		}
		return time.Since(began), nil
	})
}

// flood queues texts to so many numbers, whom nobody knows and who are told so.
// They wait as updates do.
func (d *deliveryRun) flood(ctx context.Context) error {
	d.at(time.Now())
	hold := func(on bool) error { return d.store.Hold(ctx, d.actor(), on) }
	if err := hold(true); err != nil { // else they leave while they come
		return err
	}
	const part = 500
	if err := parallel(ctx, 2, flood/part, func(ctx context.Context, n int) error {
		texts := make([]carenet.InboundText, part)
		for i := range texts {
			at := n*part + i
			texts[i] = carenet.InboundText{SID: fmt.Sprintf("SM%032x", 1<<40+at), From: fmt.Sprintf("+4470010%06d", at), To: rig.Service, Body: "hello", ReceivedAt: time.Now()}
		}
		batch, err := d.store.TakeIn(ctx, texts)
		if err != nil {
			return err
		}
		_, err = d.store.Round(ctx, batch.ID)
		return err
	}); err != nil {
		return err
	}
	// Whatever a worker's sweep has taken of them is planned too.
	if err := rig.Until(ctx, func() (bool, error) { return d.yard.Planned(ctx) }); err != nil {
		return err
	}
	queued, err := d.yard.Relane(ctx, laneUpdate)
	if err != nil {
		return err
	}
	if queued < flood {
		return fmt.Errorf("%d texts are queued, want %d", queued, flood)
	}
	return hold(false)
}

// leaving counts for a while what the provider accepts.
func (d *deliveryRun) leaving(ctx context.Context) (round, error) {
	before, began := d.accepted(), time.Now()
	timer := time.NewTimer(rateFor)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-ctx.Done():
		return round{}, ctx.Err()
	}
	took := time.Since(began)
	n := d.accepted() - before
	if n == 0 {
		return round{}, fmt.Errorf("nothing left within %s", took)
	}
	return round{value: float64(n) / took.Seconds(), took: []time.Duration{took / time.Duration(n)}}, nil
}

func (d *deliveryRun) accepted() (n int) {
	for _, c := range d.sim.Stats() {
		n += c.Accepted
	}
	return n
}
