package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// INV-3: every delivery ends, also one of which nobody ever hears again.
func TestINV3_WhatIsNeverConfirmedEnds(t *testing.T) {
	c := newClinic(t)
	c.text(sam, "HELP")
	cl := c.one()
	c.outcome(cl, accepted(cl).Outcome)
	end := func() (string, int) {
		n, err := c.store.EndUnconfirmed(c.ctx, 10)
		c.must(err)
		return valueOf[string](c, c.admin(), sqlStateOf), n
	}
	c.advance(71 * time.Hour)
	if got, n := end(); got != "sent: " || n != 0 {
		t.Errorf("after 71 hours it is %q, %d ended", got, n)
	}
	c.advance(2 * time.Hour)
	if got, n := end(); got != "unconfirmed: sent, but the carrier never said whether it arrived" || n != 1 {
		t.Errorf("after 73 hours it is %q, %d ended", got, n)
	}
	if got, n := end(); n != 0 {
		t.Errorf("it ended twice: %q", got)
	}
	c.must(c.store.Report(c.ctx, notify.StatusReport{Attempt: cl.Attempt.ID, SID: accepted(cl).Outcome.SID, Status: "delivered"}))
	if got := valueOf[string](c, c.admin(), sqlStateOf); got != "delivered: " {
		t.Errorf("after late news it is %q", got)
	}
}

func TestINV3_WhatWaitsPastItsTimeEnds(t *testing.T) {
	c := newClinic(t)
	c.text(sam, "HELP")
	c.must(c.store.Hold(c.ctx, carenetOperator(c), true))
	for _, step := range []struct {
		wait time.Duration
		want int
	}{{time.Hour, 0}, {100 * 24 * time.Hour, 1}, {time.Hour, 0}} {
		c.advance(step.wait)
		if n, err := c.store.EndOverdue(c.ctx, 10); err != nil || n != step.want {
			t.Errorf("%d ended, want %d (%v)", n, step.want, err)
		}
	}
	if got := valueOf[string](c, c.admin(), sqlStateOf); got != "expired: its time passed before it could leave" {
		t.Errorf("it is %q", got)
	}
}

func TestWhatIsOverIsSwept(t *testing.T) {
	c := newClinic(t)
	c.advance(30 * time.Minute)
	b, _, err := c.store.TickPrompts(c.ctx, 10)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	c.sent() // the prompt has a link
	c.text("+447700900001", "4")
	count := func(table string) int { return valueOf[int](c, c.admin(), `SELECT count(*) FROM `+table) }
	if count("link") != 1 || count("inbound_seen") != 1 {
		t.Fatalf("%d links, %d texts seen", count("link"), count("inbound_seen"))
	}
	sweep := func() {
		for _, f := range []func() (int, error){
			func() (int, error) { return c.store.SweepSeen(c.ctx, 10) },
			func() (int, error) { return c.store.SweepLinks(c.ctx, 10) },
		} {
			_, err := f()
			c.must(err)
		}
	}
	c.advance(29 * 24 * time.Hour)
	sweep()
	if count("link") != 1 || count("inbound_seen") != 1 {
		t.Errorf("swept too early: %d links, %d texts seen", count("link"), count("inbound_seen"))
	}
	c.advance(40 * 24 * time.Hour)
	sweep()
	if count("link") != 0 || count("inbound_seen") != 0 {
		t.Errorf("%d links, %d texts seen are left", count("link"), count("inbound_seen"))
	}
}

// Each organisation's texts go when that organisation has kept them long enough,
// and a month goes whole when nobody keeps it any more.
func TestTextsAreForgottenWhenTheirOrganisationHasKeptThemLongEnough(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	_, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{
		Name: "Hill Charity", Zone: "Europe/London", Language: "en", Region: "GB",
		EmergencyNumber: "999", Sender: "+447700900998",
	})
	c.must(err)
	c.exec(conn, `UPDATE organisation SET retention_days = CASE org_id WHEN $1 THEN 100 ELSE 400 END`, c.org)
	text := func(to, sid string) {
		c.take(carenet.InboundText{SID: sid, From: "+447700900555", To: to, Body: "HELP", ReceivedAt: c.clock()})
		c.sent()
	}
	text(service, "SM11111111111111111111111111111111")
	text("+447700900998", "SM22222222222222222222222222222222")
	forget := func() string {
		for {
			n, err := c.store.ForgetOld(c.ctx, 1)
			c.must(err)
			if n == 0 {
				break
			}
		}
		return valueOf[string](c, conn, `SELECT concat_ws(' ', (SELECT count(*) FROM inbound_message), (SELECT count(*) FROM event), (SELECT count(*) FROM delivery),
(SELECT count(*) FROM attempt), (SELECT count(*) FROM pg_class WHERE relname LIKE '%_2026_11' AND relkind = 'r'))`)
	}
	all := forget()
	for _, step := range []struct {
		what string
		wait time.Duration
		want string
	}{
		{"within both", 90 * 24 * time.Hour, all},
		{"beyond one", 20 * 24 * time.Hour, "1 1 1 1 4"},
		{"beyond both", 300 * 24 * time.Hour, "0 0 0 0 4"},
		{"beyond the whole month", 40 * 24 * time.Hour, "0 0 0 0 0"},
	} {
		c.advance(step.wait)
		if got := forget(); got != step.want {
			t.Errorf("%s: %s are left, want %s (of %s)", step.what, got, step.want, all)
		}
	}
}
