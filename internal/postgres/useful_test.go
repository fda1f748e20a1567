package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// TestStaffSayByTextWhetherAnAlertWasUseful: of the alert with the number, or of the only
// one that they closed lately; never of one that is open, nor of one that they must guess.
func TestStaffSayByTextWhetherAnAlertWasUseful(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	lee := c.lee()
	said := func(text string, wants ...string) {
		t.Helper()
		c.text("+447700900201", text)
		got := strings.Join(c.sent(), "\n")
		for _, want := range wants {
			if !strings.Contains(got, want) {
				t.Errorf("%q was answered %q, want %q", text, got, want)
			}
		}
		if n := strings.Count(got, "+447700900201: reply"); n != 1 {
			t.Errorf("%q was answered %d times: %q", text, n, got)
		}
	}
	rated := func(number int) string {
		return valueOf[string](c, conn, "SELECT coalesce(useful::text, 'unsaid') FROM alert WHERE number = $1", number)
	}
	c.text("+447700900001", "chest pain")
	c.sent()
	said("USEFUL 1", "reply=useful_open")
	said("useful", "reply=useful_which")
	said("USEFUL 99", "reply=ack_unknown")
	said("RESOLVE 1 called, an ambulance came", "reply=resolved")
	if rated(1) != "unsaid" {
		t.Fatalf("an open alert was rated: %s", rated(1))
	}
	said("Useful", "reply=useful")
	if rated(1) != "true" {
		t.Errorf("the alert is %s", rated(1))
	}
	said("NOT USEFUL 1", "reply=not_useful") // what was said last counts
	if rated(1) != "false" {
		t.Errorf("the alert is %s", rated(1))
	}
	if got := valueOf[string](c, conn, "SELECT string_agg(kind || coalesce(':' || channel, ''), ' ' ORDER BY id) FROM alert_entry WHERE kind IN ('useful', 'not_useful')"); got != "useful:sms not_useful:sms" {
		t.Errorf("its history: %s", got)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM audit WHERE action = 'alert.rate' AND actor_id = $1 AND detail ->> 'via' = 'sms'", c.dana); n != 2 {
		t.Errorf("%d entries on the record", n)
	}
	c.text("+447700900001", "chest pain again")
	c.sent()
	second := valueOf[carenet.ID](c, conn, "SELECT id FROM alert WHERE number = 2")
	_, err := c.store.ResolveAlert(c.ctx, lee, second, alerts.OutcomeVisited, "")
	c.must(err)
	said("useful", "reply=useful") // Dr Lee closed the other
	if rated(1) != "true" || rated(2) != "unsaid" {
		t.Errorf("the alerts are %s and %s", rated(1), rated(2))
	}
	c.text("+447700900001", "chest pain once more")
	c.sent()
	said("RESOLVE 3 called", "reply=resolved")
	said("not useful", "reply=useful_which")
	c.advance(25 * time.Hour)
	said("not useful", "reply=useful_which")
	if rated(1) != "true" || rated(3) != "unsaid" {
		t.Errorf("the alerts are %s and %s", rated(1), rated(3))
	}
}
