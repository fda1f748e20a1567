package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sam = "+447700900101"

	sqlStateOf = `SELECT state || ': ' || cause FROM delivery ORDER BY event_id DESC, id DESC LIMIT 1`
	sqlFree    = `SELECT unsettled IS NULL AND cardinality(beside) = 0 FROM conversation WHERE id =
(SELECT conversation_id FROM contact_point WHERE person_id = (SELECT person_id FROM follower WHERE id = $1))`
)

// one claims the one text that is due.
func (c *clinic) one() notify.Claim {
	c.t.Helper()
	claims, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	if len(claims) != 1 {
		c.t.Fatalf("claimed %d texts, want 1", len(claims))
	}
	return claims[0]
}

func (c *clinic) outcome(cl notify.Claim, out notify.SendOutcome) {
	c.t.Helper()
	c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{{Claim: cl, Outcome: out}}))
}

// undelivered is what a carrier says of an accepted text after a while.
func (c *clinic) undelivered(cl notify.Claim, code int) {
	c.t.Helper()
	c.must(c.store.Report(c.ctx, notify.StatusReport{Attempt: cl.Attempt.ID, SID: accepted(cl).Outcome.SID, Status: "undelivered", Code: code}))
}

func TestINV4_AnOutageOfTheProviderGivesNobodyUp(t *testing.T) {
	c := newClinic(t)
	c.text(sam, "HELP")
	began := c.clock()
	for tries := 0; c.clock().Sub(began) < 90*time.Minute; tries++ {
		claims, _, err := c.store.Claim(c.ctx, 50)
		c.must(err)
		for _, cl := range claims {
			c.outcome(cl, notify.SendOutcome{Class: notify.Retry, Code: 20429})
		}
		c.advance(20 * time.Second)
	}
	c.advance(3 * time.Minute)
	c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{accepted(c.one())}))
	if n := valueOf[int](c, c.admin(), `SELECT max(no) FROM attempt`); n < 30 {
		t.Errorf("only %d tries in an hour and a half", n)
	}
	if got := valueOf[string](c, c.admin(), sqlStateOf); got != "sent: " {
		t.Errorf("after the outage it is %q", got)
	}
}

func TestALostTextIsTriedOnceMoreWhateverCameBefore(t *testing.T) {
	c := newClinic(t)
	c.text(sam, "HELP")
	for range 3 {
		c.outcome(c.one(), notify.SendOutcome{Class: notify.Retry, Code: 20429})
		c.advance(time.Minute)
	}
	for i, want := range []string{"queued: not delivered: lost for an unknown reason", "failed: not delivered: lost for an unknown reason"} {
		cl := c.one()
		c.outcome(cl, accepted(cl).Outcome)
		c.undelivered(cl, 30008)
		if got := valueOf[string](c, c.admin(), sqlStateOf); got != want {
			t.Fatalf("lost %d times it is %q, want %q", i+1, got, want)
		}
		c.advance(time.Minute)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM delivery WHERE staff_at IS NOT NULL AND handled_at IS NULL`); n != 1 {
		t.Errorf("%d entries stand before staff, want 1", n)
	}
}

func TestINV8_ALateStopOfTheCarrierDoesNotUndoAStart(t *testing.T) {
	for _, c := range []struct {
		name    string
		started bool
	}{{"before the START", true}, {"without one", false}} {
		t.Run(c.name, func(t *testing.T) {
			started := c.started
			c := newClinic(t)
			c.text(sam, "HELP")
			cl := c.one()
			c.outcome(cl, accepted(cl).Outcome)
			if started {
				c.text(sam, "STOP")
				c.sent()
				c.text(sam, "START")
				c.sent()
			}
			c.undelivered(cl, 21610)
			stopped := valueOf[int](c, c.admin(), `SELECT count(*) FROM conversation WHERE opted_out_at IS NOT NULL`)
			audited := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'number.stop' AND actor_kind = 'system'`)
			if want := map[bool]int{true: 0, false: 1}[started]; stopped != want || audited != want {
				t.Errorf("%d numbers are stopped and %d stops on record, want %d", stopped, audited, want)
			}
		})
	}
}

// The text settles while the alert beside it is on its way: the number is free
// only when both are settled, in whichever order.
func TestINV4_ANumberIsFreeOnlyWhenNothingIsOpen(t *testing.T) {
	for _, order := range [][]int{{0, 1, 2}, {2, 1, 0}, {1, 0, 2}, {1, 2, 0}} {
		c := newClinic(t)
		conn := c.admin()
		var open []notify.Claim
		for i := range 3 {
			c.text(sam, "HELP")
			if i > 0 {
				c.exec(conn, `UPDATE delivery SET priority = 0 WHERE state = 'queued'`)
			}
			open = append(open, c.one())
		}
		c.text(sam, "HELP") // waits for all of them
		for i, n := range order {
			if got := c.claim(); len(got) != 0 {
				t.Fatalf("order %v: a text left while %d are open", order, 3-i)
			}
			if valueOf[bool](c, conn, sqlFree, c.sam) {
				t.Fatalf("order %v: the number counts as free while %d are open", order, 3-i)
			}
			c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{accepted(open[n])}))
		}
		if !valueOf[bool](c, conn, sqlFree, c.sam) {
			t.Fatalf("order %v: the number is not free", order)
		}
		c.one()
	}
}

func TestANumberThatDoesNotWorkIsLeftAloneUntilItTextsUs(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "4")
	var toSam notify.Claim
	claims, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	for _, cl := range claims {
		c.outcome(cl, accepted(cl).Outcome)
		if cl.Text.To == sam {
			toSam = cl
		}
	}
	c.advance(time.Second)
	c.undelivered(toSam, 30005)
	c.advance(2 * time.Hour)
	c.text("+447700900001", "3")
	for _, s := range c.sent() {
		if strings.HasPrefix(s, sam) {
			t.Errorf("texted although the number does not work: %s", s)
		}
	}
	if got := valueOf[string](c, c.admin(), `SELECT string_agg(DISTINCT cause, '|') FROM delivery WHERE state = 'withdrawn'`); !strings.Contains(got, "must be checked") {
		t.Errorf("withdrawn because of %q", got)
	}
	c.text(sam, "HELP")
	c.expect(sam + ": reply to Sam Okafor about  reply=help")
	// News of a try that is older than the text changes nothing.
	c.exec(c.admin(), `UPDATE attempt SET state = 'sent', rank = 1 WHERE id = $1`, toSam.Attempt.ID)
	c.undelivered(toSam, 30005)
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM conversation WHERE suspect_at IS NOT NULL`); n != 0 {
		t.Error("an old failure outweighs a text that came since")
	}
}

// TestINV9: a responder whose phone is dead is no responder.
func TestINV9_AnAlertPassesByANumberThatDoesNotWork(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	c.exec(conn, `UPDATE conversation SET suspect_at = created_at, suspect_code = 30005 WHERE id =
(SELECT conversation_id FROM contact_point WHERE person_id = $1)`, c.dana)
	lee, err := c.store.AddClinician(c.ctx, carenetOperator(c), newLee())
	c.must(err)
	if lee == carenet.NilID {
		t.Fatal("no second clinician")
	}
	for range 30 {
		c.text("+447700900001", "4")
		c.advance(24 * time.Hour)
	}
	for range 2 {
		c.text("+447700900001", "2")
		c.advance(24 * time.Hour)
	}
	got := strings.Join(c.sent(), "\n")
	if strings.Contains(got, "+447700900201") || !strings.Contains(got, "+447700900202: alert to Dr Lee") {
		t.Errorf("the alert went to:\n%s", got)
	}
}
