package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"howareyou/internal/postgres/pgyard"
	"howareyou/internal/rig"
	"howareyou/notify/twiliosim"
)

// samplesOf is how many texts a round measures, one at a time.
const samplesOf = 40

// latency measures how long it takes from a patient's text, handed to the
// simulated provider, until the follower's phone shows the update: webhook,
// commit, bell, plan, claim, hand-over. Web and worker are processes of their
// own. The yardstick is one committed row and one HTTP request to the same web
// process, one after the other: the least that anything which is committed and
// asked for over HTTP could take. Of the same texts it says how long the part is
// from the check-in's fact to the request at the provider.
func latency(ctx context.Context, b *bench) (figures []figure, err error) {
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
	// The service ends before its provider does.
	defer func() { err = errors.Join(err, g.Close(), closeSim()) }()
	c, err := newClinic(ctx, g, 0)
	if err != nil {
		return nil, err
	}
	defer c.store.Close()
	people := (b.rounds + 1) * samplesOf
	yard, err := pgyard.Open(ctx, g.Admin)
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, yard.Close()) }()
	if err := errors.Join(yard.Prepare(ctx), c.enrol(ctx, yard, people, true)); err != nil {
		return nil, err
	}
	if err := errors.Join(g.Start("serve"), g.Start("worker"), g.Ready(ctx)); err != nil {
		return nil, err
	}
	l := &latencyRun{Ground: g, clinic: c, sim: sim, provider: address, yard: yard}
	if err := l.prompted(ctx, people); err != nil {
		return nil, fmt.Errorf("wait for the prompts: %w %s", err, g.LastWords())
	}
	// The first round is not measured: see dayBefore.
	if _, err := oneByOne(samplesOf, func(i int) (time.Duration, error) { return l.text(ctx, b.rounds*samplesOf+i) }); err != nil {
		return nil, fmt.Errorf("warm up: %w %s", err, g.LastWords())
	}
	if err := yard.Analyze(ctx); err != nil {
		return nil, err
	}
	var ours, yards []round
	for r := range b.rounds {
		one, err := oneByOne(samplesOf, func(i int) (time.Duration, error) { return l.text(ctx, r*samplesOf+i) })
		if err != nil {
			return nil, fmt.Errorf("round %d: %w %s", r+1, err, g.LastWords())
		}
		two, err := oneByOne(samplesOf, func(int) (time.Duration, error) { return l.commitAndAsk(ctx) })
		if err != nil {
			return nil, err
		}
		ours, yards = append(ours, one), append(yards, two)
	}
	requests, err := l.requests(ctx, b.rounds)
	if err != nil {
		return nil, err
	}
	figures = compare("latency_text_to_follower", "ms", "commit_and_http", ours, yards)
	return append(figures[:1:1], append(compare("latency_event_to_request", "ms", "commit_and_http", requests, yards)[:1], figures[1])...), nil
}

// requests are, for the same texts, the times from the fact that the follower is
// told of, which is a little before its commit, until the provider took the text.
func (l *latencyRun) requests(ctx context.Context, rounds int) ([]round, error) {
	if err := l.settled(ctx); err != nil {
		return nil, err
	}
	events, err := l.yard.EventTimes(ctx, "update")
	if err != nil {
		return nil, err
	}
	all := make([]round, rounds)
	for r := range all {
		if all[r], err = oneByOne(samplesOf, func(i int) (time.Duration, error) {
			for _, t := range l.sim.Messages(phone(followers, r*samplesOf+i)) {
				if at, ok := events[t.SID]; ok && incoming(t) {
					return t.At.Sub(at), nil
				}
			}
			return 0, errors.New("a follower's text has no event")
		}); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// simulate starts the provider and tells the service where it is.
func simulate(g *rig.Ground) (sim *twiliosim.Sim, address string, stop func() error, err error) {
	sim, err = twiliosim.New(twiliosim.Options{
		AccountSID: rig.AccountSID, AuthToken: rig.AuthToken,
		Numbers: []twiliosim.Number{{E164: rig.Service, SMSURL: g.Public + "/twilio/sms"}},
	})
	if err != nil {
		return nil, "", nil, err
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		sim.Close()
		return nil, "", nil, err
	}
	server := &http.Server{Handler: sim.Handler(), ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	address = "http://" + l.Addr().String()
	g.Set("TWILIO_API_URL", address)
	return sim, address, func() error {
		sim.Close()
		err := server.Close()
		if s := <-served; !errors.Is(s, http.ErrServerClosed) {
			err = errors.Join(err, s)
		}
		return err
	}, nil
}

type latencyRun struct {
	*rig.Ground
	*clinic
	sim      *twiliosim.Sim
	provider string // the simulator's address
	yard     *pgyard.Yard
}

// prompted waits until every patient was asked and nothing is under way.
func (l *latencyRun) prompted(ctx context.Context, n int) error {
	ctx, cancel := context.WithTimeout(ctx, time.Minute)
	defer cancel()
	for i := range n {
		if _, err := l.sim.WaitFor(ctx, phone(patients, i), incoming); err != nil {
			return err
		}
	}
	return l.settled(ctx)
}

func incoming(t twiliosim.Text) bool { return t.Direction == "in" }

// settled waits until neither the provider nor the service has anything to do,
// so that one text at a time is one text at a time.
func (l *latencyRun) settled(ctx context.Context) error {
	if err := l.sim.Idle(ctx); err != nil {
		return err
	}
	l.at(time.Now())
	return rig.Until(ctx, func() (bool, error) {
		busy, err := l.store.Busy(ctx)
		return !busy, err
	})
}

// text sends one text from a patient's handset and waits for the follower's.
func (l *latencyRun) text(ctx context.Context, person int) (time.Duration, error) {
	ctx, cancel := context.WithTimeout(ctx, 15*time.Second)
	defer cancel()
	if err := l.settled(ctx); err != nil {
		return 0, err
	}
	body, err := json.Marshal(map[string]string{"body": replies[person%len(replies)], "to": rig.Service})
	if err != nil {
		return 0, err
	}
	began := time.Now()
	if err := ask(ctx, http.MethodPost, l.provider+"/sim/phones/"+phone(patients, person)+"/messages", body); err != nil {
		return 0, err
	}
	if _, err := l.sim.WaitFor(ctx, phone(followers, person), incoming); err != nil {
		return 0, fmt.Errorf("the follower's phone: %w", err)
	}
	return time.Since(began), nil
}

// commitAndAsk is the yardstick.
func (l *latencyRun) commitAndAsk(ctx context.Context) (time.Duration, error) {
	began := time.Now()
	if err := l.yard.Keep(ctx, "SM0123456789abcdef0123456789abcdef", yardBody, began); err != nil {
		return 0, err
	}
	err := ask(ctx, http.MethodGet, l.Public+"/healthz", nil)
	return time.Since(began), err
}

// ask makes one request and reads its answer.
func ask(ctx context.Context, method, url string, body []byte) error {
	req, err := http.NewRequestWithContext(ctx, method, url, bytes.NewReader(body))
	if err != nil {
		return err
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return err
	}
	defer res.Body.Close()
	said, err := io.ReadAll(res.Body)
	if err == nil && res.StatusCode/100 != 2 {
		err = fmt.Errorf("%s %s: %s: %.100q", method, req.URL.Path, res.Status, said)
	}
	return err
}

// oneByOne takes samples; their median in milliseconds is the round's value.
func oneByOne(samples int, sample func(int) (time.Duration, error)) (round, error) {
	var r round
	var values []float64
	for i := range samples {
		took, err := sample(i)
		if err != nil {
			return r, err
		}
		r.took, values = append(r.took, took), append(values, ms(took))
	}
	r.value = median(values)
	return r, nil
}
