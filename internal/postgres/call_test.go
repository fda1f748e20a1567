package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

const callSID = "CA0123456789abcdef0123456789abcdef"

// called has Dana called about alert 1, because no text can reach her; the provider
// has taken the call.
func (c *clinic) called() notify.Claim {
	c.t.Helper()
	c.text(dana, "STOP")
	c.sent()
	c.text("+447700900001", "chest pain")
	claims := c.claimedOf(dana)
	if len(claims) != 1 || claims[0].Text.Channel != notify.Voice || claims[0].Text.From != service {
		c.t.Fatalf("claimed %+v", claims)
	}
	c.outcome(claims[0], notify.SendOutcome{Class: notify.Accepted, SID: callSID, Status: "queued"})
	return claims[0]
}

// at is a request of the provider in the midst of a call.
func (c *clinic) at(cl notify.Claim, p notify.Point, digits string, heard notify.Heard) (string, carenet.Batch) {
	c.t.Helper()
	script, batch, err := c.store.Call(c.ctx, notify.CallNews{StatusReport: notify.StatusReport{Attempt: cl.Attempt.ID, SID: callSID, Status: "in-progress", Heard: heard}, Point: p, Digits: digits})
	c.must(err)
	if len(batch.Events) > 0 {
		_, err := c.store.Round(c.ctx, batch.ID)
		c.must(err)
	}
	return script.Say, batch
}

const (
	sqlAlertState = `SELECT state FROM alert WHERE number = 1`
	sqlCallState  = `SELECT state FROM delivery WHERE channel = 'voice' ORDER BY id LIMIT 1`
	sqlEntries    = `SELECT count(*) FROM alert_entry WHERE kind = $1 AND channel = 'voice'`
)

// INV-9: 4 takes the alert, once, however often the request comes.
func TestINV9_AKeyInACallTakesTheAlertOnce(t *testing.T) {
	c := calling(t)
	cl := c.called()
	if said, _ := c.at(cl, notify.AtStart, "", notify.HeardPart); !strings.HasSuffix(said, "alert=1 stage=hello") {
		t.Errorf("at first it says %q", said)
	}
	if got := valueOf[string](c, c.admin(), sqlCallState); got != "sent" {
		t.Errorf("a call that was only picked up is %s", got)
	}
	said, batch := c.at(cl, notify.AtKey, "4", "")
	if !strings.HasSuffix(said, "stage=taken") || len(batch.Events) != 1 || batch.Events[0].Kind != carenet.EventAlertTaken {
		t.Errorf("it says %q, with %+v", said, batch.Events)
	}
	c.advance(time.Second)
	again, batch := c.at(cl, notify.AtKey, "4", "")
	if again != said || len(batch.Events) != 0 {
		t.Errorf("the second time it says %q, with %+v", again, batch.Events)
	}
	if n := valueOf[int](c, c.admin(), sqlEntries, "acknowledged"); n != 1 {
		t.Errorf("%d acknowledgements", n)
	}
	if a, d := valueOf[string](c, c.admin(), sqlAlertState), valueOf[string](c, c.admin(), sqlCallState); a != "acknowledged" || d != "delivered" {
		t.Errorf("the alert is %s, the call %s", a, d)
	}
	c.must(c.store.Report(c.ctx, notify.StatusReport{Attempt: cl.Attempt.ID, SID: callSID, Status: "completed"}))
	if d := valueOf[string](c, c.admin(), sqlCallState); d != "delivered" {
		t.Errorf("after its end the call is %s", d)
	}
}

// INV-9: 6 asks everybody, once.
func TestINV9_AKeyInACallPassesTheAlertOnOnce(t *testing.T) {
	c := calling(t)
	cl := c.called()
	c.at(cl, notify.AtStart, "", notify.HeardPart)
	for i := range 2 {
		said, batch := c.at(cl, notify.AtKey, "6", "")
		if !strings.HasSuffix(said, "stage=passed_on") || (len(batch.Events) > 0) != (i == 0) {
			t.Errorf("it says %q, with %+v", said, batch.Events)
		}
	}
	if n := valueOf[int](c, c.admin(), sqlEntries, "escalated"); n != 1 {
		t.Errorf("passed on %d times", n)
	}
	if a := valueOf[string](c, c.admin(), sqlAlertState); a != "open" {
		t.Errorf("the alert is %s", a)
	}
}

// Any other key has the alert told; an alert that somebody took meanwhile says who.
func TestACallTellsHowThingsStandNow(t *testing.T) {
	c := calling(t)
	cl := c.called()
	c.at(cl, notify.AtStart, "", notify.HeardPart)
	if said, _ := c.at(cl, notify.AtKey, "1", ""); !strings.HasSuffix(said, "stage=alert") {
		t.Errorf("it says %q", said)
	}
	lee, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org},
		postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Dr Lee", Phone: "+447700900202"}, Roles: []string{"responder"}})
	c.must(err)
	alert := valueOf[carenet.ID](c, c.admin(), `SELECT id FROM alert WHERE number = 1`)
	_, err = c.store.Acknowledge(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: lee, Via: "page"}, alert)
	c.must(err)
	for _, key := range []string{"4", "6", "1"} {
		if said, batch := c.at(cl, notify.AtKey, key, ""); !strings.HasSuffix(said, "by=Dr Lee stage=taken_by") || len(batch.Events) > 0 {
			t.Errorf("to %s it says %q, with %+v", key, said, batch.Events)
		}
	}
	if by := valueOf[carenet.ID](c, c.admin(), `SELECT acked_by FROM alert WHERE number = 1`); by != lee {
		t.Error("somebody else has it")
	}
}

// INV-9: a machine counts as nobody: they are called again, a few times, and then it
// stands in front of staff.
func TestINV9_AMachineIsNobody(t *testing.T) {
	c := calling(t)
	cl := c.called()
	for n := range 3 {
		if said, _ := c.at(cl, notify.AtStart, "", notify.HeardMachine); !strings.HasSuffix(said, "stage=machine") {
			t.Errorf("to a machine it says %q", said)
		}
		c.must(c.store.Report(c.ctx, notify.StatusReport{Attempt: cl.Attempt.ID, SID: callSID, Status: "completed", Heard: notify.HeardMachine}))
		if n == 2 {
			break
		}
		if got := valueOf[string](c, c.admin(), sqlCallState); got != "queued" {
			t.Fatalf("after call %d it is %s", n+1, got)
		}
		c.advance(3 * time.Minute)
		claims := c.claimedOf(dana)
		if len(claims) != 1 {
			t.Fatalf("claimed %d", len(claims))
		}
		cl = claims[0]
		c.outcome(cl, notify.SendOutcome{Class: notify.Accepted, SID: callSID, Status: "queued"})
	}
	if got := valueOf[string](c, c.admin(), `SELECT state || ': ' || cause || ' ' || (staff_at IS NOT NULL) FROM delivery WHERE channel = 'voice'`); got != "failed: called 3 times: an answering machine took the call true" {
		t.Errorf("at the end it is %q", got)
	}
}

// INV-9: no call is placed for an alert that somebody has taken.
func TestINV9_NoCallAfterTheAcknowledgement(t *testing.T) {
	c := calling(t)
	c.text(dana, "STOP")
	c.sent()
	c.text("+447700900001", "chest pain")
	alert := valueOf[carenet.ID](c, c.admin(), `SELECT id FROM alert WHERE number = 1`)
	_, err := c.store.Acknowledge(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}, alert)
	c.must(err)
	if claims := c.claimedOf(dana); len(claims) != 0 {
		t.Errorf("called: %+v", claims)
	}
}

// A request about no call, or about another one, finds nothing.
func TestACallThatIsNotOursIsNotAnswered(t *testing.T) {
	c := calling(t)
	cl := c.called()
	for _, news := range []notify.StatusReport{
		{Attempt: carenet.NewID(c.clock()), SID: callSID, Status: "in-progress"},
		{Attempt: cl.Attempt.ID, SID: "CA" + strings.Repeat("f", 32), Status: "in-progress"},
	} {
		_, _, err := c.store.Call(c.ctx, notify.CallNews{StatusReport: news, Point: notify.AtKey, Digits: "4"})
		c.code(carenet.NotFound, err)
	}
	if a := valueOf[string](c, c.admin(), sqlAlertState); a != "open" {
		t.Errorf("the alert is %s", a)
	}
}
