package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// TestINV9_AResolvedAlertHasAnOutcomeAndAsksNobody: by the page's method and by
// text alike, with a sealed note, on the record.
func TestINV9_AResolvedAlertHasAnOutcomeAndAsksNobody(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	c.text("+447700900001", "chest pain")
	c.sent()
	alert := valueOf[carenet.ID](c, conn, "SELECT id FROM alert WHERE number = 1")
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	sam := carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.dana, Via: "page"}
	for want, try := range map[carenet.Code]func() error{
		carenet.Forbidden: func() error {
			_, err := c.store.ResolveAlert(c.ctx, sam, alert, alerts.OutcomeCalled, "")
			return err
		},
		carenet.Invalid: func() error { _, err := c.store.ResolveAlert(c.ctx, dana, alert, "", "fine"); return err },
		carenet.NotFound: func() error {
			_, err := c.store.ResolveAlert(c.ctx, dana, c.org, alerts.OutcomeCalled, "")
			return err
		},
	} {
		if err := try(); carenet.CodeOf(err) != want {
			t.Errorf("%v, want %s", err, want)
		}
	}
	batch, err := c.store.ResolveAlert(c.ctx, dana, alert, alerts.OutcomeVisited, "went round, she is better")
	c.must(err)
	if len(batch.Events) != 1 || batch.Events[0].Kind != carenet.EventAlertChanged {
		t.Errorf("events %+v", batch.Events)
	}
	if _, err := c.store.ResolveAlert(c.ctx, dana, alert, alerts.OutcomeCalled, ""); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("resolved twice: %v", err)
	}
	if got := valueOf[string](c, conn, "SELECT state || ' ' || outcome FROM alert WHERE id = $1", alert); got != "resolved visited" {
		t.Errorf("the alert is %s", got)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM audit WHERE action = 'alert.resolve' AND row_id = $1 AND detail ->> 'outcome' = 'visited'", alert); n != 1 {
		t.Errorf("%d audit rows", n)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM alert_entry WHERE alert_id = $1 AND kind = 'resolved' AND note_enc IS NOT NULL AND position('better'::bytea IN note_enc) = 0", alert); n != 1 {
		t.Errorf("%d sealed notes", n)
	}
	page, err := c.store.PatientPage(c.ctx, dana, c.mary)
	c.must(err)
	if len(page.Alerts) != 1 || page.Alerts[0].Note != "went round, she is better" {
		t.Errorf("her page shows %+v", page.Alerts)
	}
	c.advance(48 * time.Hour)
	if _, done, err := c.store.TickAlerts(c.ctx, 10); err != nil || done != 0 {
		t.Errorf("a resolved alert was asked about: %d, %v", done, err)
	}
	c.text("+447700900201", "RESOLVE 1 called")
	if got := c.sent(); len(got) != 1 || !strings.Contains(got[0], "reply=resolved_by") {
		t.Errorf("sent %q", got)
	}
}

// TestINV7_ADroppedFollowerHearsNothingMore: neither what was on its way, nor a
// word that they are out; and their kind words stop as well.
func TestINV7_ADroppedFollowerHearsNothingMore(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900101", "well done Mum")
	c.text("+447700900001", "3 better")
	c.text("+447700900001", "DROP Sam")
	for _, s := range c.sent() {
		if strings.Contains(s, "+447700900101: update") || strings.Contains(s, "kind_word") {
			t.Errorf("sent %q", s)
		}
	}
	c.text("+447700900001", "4")
	c.text("+447700900101", "how is she?")
	for _, s := range c.sent() {
		if strings.HasPrefix(s, "+447700900101: update") || strings.Contains(s, "kind_word") {
			t.Errorf("sent %q", s)
		}
	}
}
