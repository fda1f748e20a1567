package e2e

import (
	"context"
	"fmt"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// Workers are killed in the midst of a back-test's steps, while they write what they
// found: the next one goes on where the last step ended, and there is one result, the
// same as of a back-test that nothing disturbed.
func TestABackTestSurvivesKills(t *testing.T) {
	t.Parallel()
	c := newClinic(t, wishes{})
	dana := c.clinician("Nurse Dana", "+447700900201", "responder")
	store, ctx := c.store(), t.Context()
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: c.parse(c.org), Via: "test"}
	const patients, days = 200, 20 // ten steps: none of the workers gets to the end of them
	today := time.Now().UTC()
	for i := range patients {
		id, err := store.AddPatient(ctx, operator, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Patient %d", i), Phone: fmt.Sprintf("+447700901%03d", i)}, LocalTime: notNow()})
		if err != nil {
			t.Fatal(err)
		}
		var past []postgres.PastPrompt
		for d := range days {
			at, score := today.AddDate(0, 0, d-days), float64(3+(d+i)%3)
			past = append(past, postgres.PastPrompt{At: at, Answer: &postgres.PastAnswer{At: at.Add(time.Minute), Score: &score}})
		}
		if _, err := store.ImportHistory(ctx, operator, id, past); err != nil {
			t.Fatal(err)
		}
	}
	conn, err := pgx.Connect(ctx, c.db.admin)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.WithoutCancel(ctx)) })
	actor := carenet.Actor{Kind: carenet.ActorClinician, Org: c.parse(c.org), Person: c.parse(dana.id), Via: "page"}
	try := func() carenet.ID {
		t.Helper()
		id, err := store.StartBacktest(ctx, actor, rulebook.Spec{Text: riverside, Period: rulebook.Period{From: alerts.DayOf(today) - days, To: alerts.DayOf(today)}})
		if err != nil {
			t.Fatal(err)
		}
		return id
	}
	done := func(id carenet.ID) int { return c.count("SELECT patients_done FROM backtest WHERE id = $1", id) }
	ended := func(id carenet.ID) func() bool {
		return func() bool { return c.count("SELECT count(*) FROM backtest WHERE id = $1 AND state = 'done'", id) == 1 }
	}
	var id carenet.ID
	var at []int // how far it was at each kill
	for kill := range 3 {
		tx, err := conn.Begin(ctx)
		if err != nil {
			t.Fatal(err)
		}
		// From here on whoever writes a match stands still.
		if _, err := tx.Exec(ctx, "LOCK TABLE backtest_match IN SHARE MODE"); err != nil {
			t.Fatal(err)
		}
		if kill == 0 {
			id = try()
		}
		worker := c.worker()
		c.until("a worker is in the midst of a step", func() bool {
			return c.count("SELECT count(*) FROM pg_locks WHERE relation = 'backtest_match'::regclass AND NOT granted") > 0
		})
		at = append(at, done(id))
		worker.kill()
		if err := tx.Rollback(ctx); err != nil {
			t.Fatal(err)
		}
		if kill < 2 { // and a few steps are taken, before the next one is struck
			worker = c.worker()
			c.until("a step is taken", func() bool { return done(id) > at[kill] })
			worker.kill()
		}
	}
	if done(id) >= patients {
		t.Fatalf("it was over before the last kill: %v", at)
	}
	c.worker()
	c.until("the back-test is done", ended(id))
	calm := try()
	c.until("the other is done", ended(calm))
	const found = `(SELECT md5(string_agg(concat_ws(' ', patient_id, kind, rule_id, opened_day, severity, severity_was), '|' ORDER BY patient_id, rule_id, opened_day, kind))
FROM backtest_match WHERE backtest_id = %s)`
	same := c.count("SELECT CASE WHEN "+fmt.Sprintf(found, "$1")+" = "+fmt.Sprintf(found, "$2")+" THEN 1 ELSE 0 END", id, calm)
	if n, m := c.count("SELECT count(*) FROM backtest_match WHERE backtest_id = $1", id), c.count("SELECT count(*) FROM backtest_match WHERE backtest_id = $1", calm); same != 1 || n != m || n < patients {
		t.Errorf("%d matches after kills at %v, %d without, alike: %d", n, at, m, same)
	}
	for _, column := range []string{"patients_done", "patients_all", "patients_answered"} {
		if n := c.count("SELECT "+column+" FROM backtest WHERE id = $1", id); n != patients {
			t.Errorf("%s is %d after kills at %v, want %d", column, n, at, patients)
		}
	}
}
