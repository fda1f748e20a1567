package postgres_test

import (
	"errors"
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/internal/postgres"
)

// A rule that could not be judged is counted each time, and staff hear of it
// once, for as long as nobody has resolved it.
func TestARuleThatCannotBeJudgedIsShown(t *testing.T) {
	c := newClinic(t)
	counted := 0
	broken := alerts.Rule{ID: "WB-BROKEN", Version: 2, When: func(*alerts.Features) (bool, error) { return false, errors.New("reads what is not known") }}
	store, err := postgres.Open(c.ctx, postgres.Options{
		URL: c.db.AppURL, Keys: c.keys, Now: c.clock, Composer: plainComposer{},
		SiteURL: "https://care.example", Name: "test", Pack: alerts.Pack{ID: "own", Version: 1, Rules: []alerts.Rule{broken}},
		OnFault: func(f alerts.Fault) { counted++ },
	})
	c.must(err)
	t.Cleanup(store.Close)
	c.store = store
	told := 0
	for range 3 {
		c.text("+447700900001", "4")
		for _, s := range c.sent() {
			if strings.Contains(s, "+447700900201") && strings.Contains(s, "alert=1") {
				told++
			}
		}
		c.advance(24 * time.Hour)
	}
	if counted != 3 || told == 0 {
		t.Errorf("counted %d, told %d times", counted, told)
	}
	var alertsOf int
	c.must(c.admin().QueryRow(c.ctx, `SELECT count(*) FROM alert WHERE rule_id = 'WB-BROKEN' AND rule_version = 2 AND episode_id IS NULL`).Scan(&alertsOf))
	if alertsOf != 1 {
		t.Errorf("%d alerts, want 1", alertsOf)
	}
}
