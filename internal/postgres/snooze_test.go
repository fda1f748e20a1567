package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// amber gives Mary an alert that may be put off: two low answers without a baseline.
func (c *clinic) amber() carenet.ID {
	c.t.Helper()
	c.text("+447700900001", "2")
	c.sent()
	c.advance(24 * time.Hour)
	c.text("+447700900001", "2")
	c.sent()
	return valueOf[carenet.ID](c, c.admin(), "SELECT id FROM alert WHERE severity = 'amber' AND state = 'open'")
}

// TestINV9_WhatIsPutOffComesBack: by page and by text, bounded, with a sealed reason,
// and no worker asks anybody before, nor forgets it after.
func TestINV9_WhatIsPutOffComesBack(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	alert := c.amber()
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	c.code(carenet.Invalid, second(c.store.PutOffAlert(c.ctx, dana, alert, time.Hour, "  ")))
	c.code(carenet.NotFound, second(c.store.PutOffAlert(c.ctx, dana, c.org, time.Hour, "x")))
	c.code(carenet.Forbidden, second(c.store.PutOffAlert(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, alert, time.Hour, "x")))
	batch, err := c.store.PutOffAlert(c.ctx, dana, alert, 500*time.Hour, "her son is there")
	c.must(err)
	if len(batch.Events) != 1 || batch.Events[0].Kind != carenet.EventAlertChanged {
		t.Errorf("events %+v", batch.Events)
	}
	page, err := c.store.PatientPage(c.ctx, dana, c.mary)
	c.must(err)
	if a := page.Alerts[0]; a.State != "snoozed" || a.PutOffBy != "Nurse Dana" || a.Note != "her son is there" || !a.PutOffUntil.Equal(c.clock().Add(24*time.Hour)) {
		t.Errorf("her page shows %+v", a)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM alert_entry WHERE kind = 'snoozed' AND note_enc IS NOT NULL AND position('son'::bytea IN note_enc) = 0"); n != 1 {
		t.Errorf("%d sealed reasons", n)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM audit WHERE action = 'alert.put_off' AND row_id = $1", alert); n != 1 {
		t.Errorf("%d entries in the audit", n)
	}
	c.advance(24*time.Hour - time.Second)
	if _, done, err := c.store.TickAlerts(c.ctx, 10); err != nil || done != 0 {
		t.Errorf("asked before its time: %d, %v", done, err)
	}
	if got := c.sent(); len(got) > 0 {
		t.Errorf("sent %q", got)
	}
	c.advance(time.Second)
	b, done, err := c.store.TickAlerts(c.ctx, 10)
	c.must(err)
	if done != 1 || len(b.Events) != 1 || b.Events[0].Kind != carenet.EventAlertStep {
		t.Fatalf("after its time: %d, %+v", done, b.Events)
	}
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	if got := c.sent(); len(got) != 1 || !strings.HasPrefix(got[0], "+447700900201: alert to Nurse Dana") {
		t.Errorf("sent %q", got)
	}

	// By text: with what is missing said, and whose it is when somebody has it.
	for _, s := range []struct{ text, reply string }{
		{"SNOOZE 1", "snooze_how"},
		{"SNOOZE 1 2h", "snooze_how"},
		{"SNOOZE 7 2h busy", "ack_unknown"},
		{"SNOOZE 1 2h lab rings back", "snoozed"},
		{"ACK 1", "ack_confirm"},
	} {
		c.text("+447700900201", s.text)
		if got := c.sent(); len(got) != 1 || !strings.Contains(got[0], "reply="+s.reply) {
			t.Errorf("%s: sent %q", s.text, got)
		}
	}
	lee := c.lee()
	c.text("+447700900202", "SNOOZE 1 2h mine now")
	if got := c.sent(); len(got) != 1 || !strings.Contains(got[0], "reply=ack_already") {
		t.Errorf("sent %q", got)
	}
	if state := valueOf[string](c, conn, "SELECT state || ' ' || (acked_by = $2)::text FROM alert WHERE id = $1", alert, c.dana); state != "acknowledged true" {
		t.Errorf("the alert is %s", state)
	}
	_, err = c.store.ResolveAlert(c.ctx, lee, alert, alerts.OutcomeCalled, "")
	c.must(err)
	c.code(carenet.Conflict, second(c.store.PutOffAlert(c.ctx, lee, alert, time.Hour, "x")))
}

// TestINV10_DangerIsNotPutOffByAnyDoor: neither by page nor by text.
func TestINV10_DangerIsNotPutOffByAnyDoor(t *testing.T) {
	c := newClinic(t)
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	for i, words := range []string{"chest pain", "please call me"} {
		c.text("+447700900001", words)
		c.sent()
		alert := valueOf[carenet.ID](c, c.admin(), "SELECT id FROM alert WHERE number = $1", i+1)
		c.code(carenet.Conflict, second(c.store.PutOffAlert(c.ctx, dana, alert, time.Minute, "busy")))
		c.text("+447700900201", "SNOOZE "+string(rune('1'+i))+" 1h busy")
		if got := c.sent(); len(got) != 1 || !strings.Contains(got[0], "reply=snooze_not") {
			t.Errorf("%s: sent %q", words, got)
		}
		if state := valueOf[string](c, c.admin(), "SELECT state FROM alert WHERE id = $1", alert); state != "open" {
			t.Errorf("%s: the alert is %s", words, state)
		}
	}
	c.advance(15 * time.Minute)
	if _, done, err := c.store.TickAlerts(c.ctx, 10); err != nil || done == 0 {
		t.Errorf("the red alert stopped climbing: %d, %v", done, err)
	}
}

// TestWhatAlertsWereWorth: counts by rule, in the period alone, the last word counts.
func TestWhatAlertsWereWorth(t *testing.T) {
	c := newClinic(t)
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	old := c.amber()
	c.advance(40 * 24 * time.Hour)
	_, err := c.store.RateAlert(c.ctx, dana, old, true)
	c.must(err)
	c.text("+447700900001", "chest pain")
	c.sent()
	alert := valueOf[carenet.ID](c, c.admin(), "SELECT id FROM alert WHERE severity = 'red'")
	_, err = c.store.ResolveAlert(c.ctx, dana, alert, alerts.OutcomeFalseAlarm, "")
	c.must(err)
	for _, useful := range []bool{true, false} {
		_, err = c.store.RateAlert(c.ctx, dana, alert, useful)
		c.must(err)
	}
	c.code(carenet.Forbidden, second(c.store.RateAlert(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, alert, true)))
	_, month, err := c.store.RuleFigures(c.ctx, dana, 28)
	c.must(err)
	if len(month) != 1 || month[0].Rule != alerts.RuleRedFlag || month[0].Opened != 1 || month[0].NotUseful != 1 || month[0].Useful != 0 || month[0].Outcomes[alerts.OutcomeFalseAlarm] != 1 || month[0].Standing != 0 {
		t.Errorf("of 28 days: %+v", month)
	}
	_, year, err := c.store.RuleFigures(c.ctx, dana, 365)
	c.must(err)
	if len(year) != 2 {
		t.Fatalf("of a year: %+v", year)
	}
	for _, w := range year {
		if w.Rule != alerts.RuleRedFlag && (w.Standing != 1 || w.Useful != 1 || w.Opened != 1) {
			t.Errorf("%+v", w)
		}
	}
	_, _, err = c.store.RuleFigures(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, 28)
	c.code(carenet.Forbidden, err)
	if n := valueOf[int](c, c.admin(), "SELECT count(*) FROM alert_entry WHERE kind IN ('useful', 'not_useful')"); n != 3 {
		t.Errorf("%d entries of history", n)
	}
}

func second[T any](_ T, err error) error { return err }

// TestINV9_AYesToACallWakesAnAlert: whoever put it off did not know that the patient
// would like to be called.
func TestINV9_AYesToACallWakesAnAlert(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "1")
	c.sent()
	c.advance(2 * time.Hour)
	b, _, err := c.store.TickOffers(c.ctx, 10)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	c.sent()
	alert := valueOf[carenet.ID](c, c.admin(), "SELECT id FROM alert WHERE severity = 'amber-high' AND state = 'open'")
	_, err = c.store.PutOffAlert(c.ctx, c.asDana(), alert, 4*time.Hour, "she sleeps at this time")
	c.must(err)
	c.text("+447700900001", "yes")
	c.sent()
	if state := valueOf[string](c, c.admin(), "SELECT state FROM alert WHERE id = $1", alert); state != "open" {
		t.Errorf("the alert is %s", state)
	}
	c.climb()
	if got := about(c.sent(), "alert to Nurse Dana"); len(got) != 1 {
		t.Errorf("Dana hears %q", got)
	}
}
