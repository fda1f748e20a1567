package e2e

import (
	"testing"
	"time"
)

// A webhook that PostgreSQL could not keep is refused, so that the provider
// sends it again; what was under way when the server fell is found and counted
// once.
func TestPostgresRestartsDuringTraffic(t *testing.T) {
	t.Parallel()
	s := newServer(t)
	c := newClinic(t, wishes{database: s.database(t)})
	all := c.circles(20, 4)
	web, workers := c.start(1)

	p := c.pour(all, 15*time.Millisecond)
	for _, n := range []int{15, 45} {
		p.reached(n)
		if err := s.pg.Kill(); err != nil {
			t.Fatal(err)
		}
		p.reached(n + 10)
		if err := s.pg.Restart(t.Context()); err != nil {
			t.Fatal(err)
		}
	}
	p.done()
	if p.refused.Load() == 0 || p.unanswered.Load() > 0 {
		t.Errorf("%d webhooks were refused and %d not answered, want some refused and all answered", p.refused.Load(), p.unanswered.Load())
	}
	c.settled()
	c.arrivedOnce(all)
	if web.ended() || workers[0].ended() {
		t.Error("a process gave up")
	}
	c.ready(web, "ready")
}

// A deployment stops the processes while texts come in and go out: what they
// have in hand they finish, and nothing has to be looked for afterwards.
func TestProcessesStopInOrder(t *testing.T) {
	t.Parallel()
	c := newClinic(t, wishes{})
	all := c.circles(20, 4)
	web, workers := c.start(1)
	const within = 15 * time.Second
	stop := func(p *process) {
		t.Logf("the %s process stopped after %s", p.name, p.terminate(within).Round(time.Millisecond))
	}
	known := func() {
		if n := c.count("SELECT count(*) FROM attempt WHERE state IN ('sending', 'uncertain')"); n > 0 {
			t.Errorf("the worker left %d texts in an unknown state", n)
		}
	}

	p := c.pour(all, 15*time.Millisecond)
	p.reached(10)
	stop(workers[0])
	known()
	workers[0] = c.worker()
	p.reached(35)
	stop(web)
	web = c.serve()
	p.reached(60)
	stop(web)
	stop(workers[0])
	known()
	c.start(1)
	p.done()
	if p.unanswered.Load() == 0 {
		t.Error("no text came while nobody listened: the test proves nothing")
	}
	c.settled()
	c.arrivedOnce(all)
}
