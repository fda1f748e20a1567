package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// TestRulesThatCannotBeOpenedAreToldOnce: the built-in rules judge meanwhile, the safety
// rules among them, and staff are told in one alert for all patients, however many answers
// come and at whatever moment; a week later once more, if it is so still.
func TestRulesThatCannotBeOpenedAreToldOnce(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	lee := c.lee()
	c.putInForce(lee, ownPack(1, "amber", "5")) // each answer would be an alert of theirs
	c.exec(conn, "SET session_replication_role = replica")
	c.exec(conn, "UPDATE pack_version SET body_enc = 'nobody can open this'")
	c.exec(conn, "SET session_replication_role = origin")
	var mu sync.Mutex
	counted := 0
	store, err := postgres.Open(c.ctx, postgres.Options{ // a process that does not remember the rules
		URL: c.db.AppURL, Keys: c.keys, Now: c.clock, Composer: plainComposer{}, SiteURL: "https://care.example", Name: "test",
		OnFault: func(f alerts.Fault) {
			mu.Lock()
			defer mu.Unlock()
			if f.Rule == carenet.RuleUnread {
				counted++
			}
		},
	})
	c.must(err)
	t.Cleanup(store.Close)
	c.store = store
	phones := []string{"+447700900001"}
	for _, phone := range []string{"+447700900301", "+447700900302", "+447700900303"} {
		_, err := c.store.AddPatient(c.ctx, c.operator(), postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Some Body", Phone: phone}})
		c.must(err)
		phones = append(phones, phone)
	}
	c.advance(time.Hour)
	var batches []carenet.Batch
	for i, phone := range phones {
		b, err := c.store.TakeIn(c.ctx, []carenet.InboundText{{SID: "SMunread" + phone[len(phone)-1:] + string(rune('a'+i)), From: phone, To: service, Body: "4", ReceivedAt: c.clock()}})
		c.must(err)
		batches = append(batches, b)
	}
	var all sync.WaitGroup
	for _, b := range batches { // all at the same moment
		all.Go(func() {
			if _, err := c.store.Round(c.ctx, b.ID); err != nil {
				t.Error(err)
			}
		})
	}
	all.Wait()
	of := func(rule string) int {
		return valueOf[int](c, conn, "SELECT count(*) FROM alert WHERE rule_id = $1", rule)
	}
	if of(carenet.RuleUnread) != 1 || of("RV-LOW") != 0 || counted < len(phones) {
		t.Errorf("%d alerts that the rules cannot be opened, %d of those rules, counted %d", of(carenet.RuleUnread), of("RV-LOW"), counted)
	}
	if got := strings.Join(c.sent(), "\n"); !strings.Contains(got, "+447700900201") {
		t.Errorf("nobody was told: %q", got)
	}
	// What is built in judges: a low answer without a baseline, and words of danger.
	c.advance(24 * time.Hour)
	c.text(phones[1], "1 chest pain")
	if of("SAFE-REDFLAG") != 1 || of(carenet.RuleUnread) != 1 {
		t.Errorf("%d red alerts, %d that the rules cannot be opened", of("SAFE-REDFLAG"), of(carenet.RuleUnread))
	}
	_, err = c.store.ResolveAlert(c.ctx, lee, valueOf[carenet.ID](c, conn, "SELECT id FROM alert WHERE rule_id = $1", carenet.RuleUnread), alerts.OutcomeOther, "the operator knows")
	c.must(err)
	c.advance(24 * time.Hour)
	c.text(phones[0], "4")
	if of(carenet.RuleUnread) != 1 {
		t.Error("told again a day after it was closed")
	}
	c.advance(6 * 24 * time.Hour)
	c.text(phones[0], "4")
	if of(carenet.RuleUnread) != 2 {
		t.Errorf("%d alerts, want a second one a week later", of(carenet.RuleUnread))
	}
}
