package postgres_test

import (
	"context"
	"net/http/httptest"
	"sync/atomic"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
	"howareyou/notify/twilio"
	"howareyou/notify/twiliosim"
)

func carenetOperator(c *clinic) carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
}

func newLee() postgres.NewClinician {
	return postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Dr Lee", Phone: "+447700900202"}, Roles: []string{"coordinator"}}
}

const (
	simAccount = "AC0123456789abcdef0123456789abcdef"
	simToken   = "00112233445566778899aabbccddeeff"
)

// A worker is stopped (SIGSTOP, or a machine that sleeps) after it claimed a text
// and before it sent it, and goes on after 90 s. By then another has looked the
// text up and sent it. The first can neither send it again nor write anything.
func TestINV4_AWorkerThatWasStoppedCanNeitherSendNorWrite(t *testing.T) {
	c := newClinic(t)
	sim, err := twiliosim.New(twiliosim.Options{AccountSID: simAccount, AuthToken: simToken, Numbers: []twiliosim.Number{{E164: service}}, Now: c.clock})
	c.must(err)
	server := httptest.NewServer(sim.Handler())
	defer server.Close()
	defer sim.Close()
	var stood atomic.Int64
	client := func(clock func() time.Time) *twilio.Client {
		p, err := twilio.New(twilio.Config{AccountSID: simAccount, AuthTokens: []string{simToken}, APIURL: server.URL, PublicURL: "https://care.example", Clock: clock})
		c.must(err)
		t.Cleanup(p.Close)
		return p
	}
	stopped := client(func() time.Time { return time.Now().Add(time.Duration(stood.Load())) })
	other := client(time.Now)

	c.text(sam, "HELP")
	lease, cancel := context.WithTimeout(c.ctx, notify.DefaultRules.Lease)
	defer cancel()
	cl := c.one()

	// The process stands still here.
	stood.Store(int64(90 * time.Second))
	c.advance(90 * time.Second)
	unsettled, err := c.store.Unsettled(c.ctx, 10)
	c.must(err)
	if len(unsettled) != 1 {
		t.Fatalf("%d texts are looked for, want 1", len(unsettled))
	}
	listed, err := other.List(c.ctx, sam, c.clock().Add(-time.Hour))
	c.must(err)
	c.must(c.store.SettleListed(c.ctx, unsettled[0], unsettled[0].Find(listed, nil, time.Minute)))
	again := c.one()
	if again.Delivery != cl.Delivery || again.Attempt.No != 2 {
		t.Fatalf("the second try is %+v", again.Attempt)
	}
	c.outcome(again, other.Send(c.ctx, again.Text))

	// It goes on.
	out := stopped.Send(lease, cl.Text)
	if out.Class != notify.Retry {
		t.Errorf("the stopped worker's try ended as %q: %s", out.Class, out.Detail)
	}
	before := valueOf[string](c, c.admin(), `SELECT string_agg(a::text, ' ' ORDER BY no) || (SELECT string_agg(d::text, ' ') FROM delivery d) FROM attempt a`)
	for _, o := range []notify.SendOutcome{out, {Class: notify.Permanent}, {Class: notify.OptedOut}, {Class: notify.Unknown}} {
		c.outcome(cl, o)
	}
	if after := valueOf[string](c, c.admin(), `SELECT string_agg(a::text, ' ' ORDER BY no) || (SELECT string_agg(d::text, ' ') FROM delivery d) FROM attempt a`); after != before {
		t.Errorf("the stopped worker wrote:\n%s\nbefore:\n%s", after, before)
	}
	if got := sim.Messages(sam); len(got) != 1 {
		t.Errorf("the phone has %d texts, want 1", len(got))
	}
}
