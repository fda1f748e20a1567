package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/notify"
)

// whileOpen runs change in a transaction, starts work, lets the transaction
// commit once work waits for it or has ended without, and returns when both are
// over. then runs just before the commit.
func (c *clinic) whileOpen(change string, work func(), then func(pgx.Tx), args ...any) {
	c.t.Helper()
	tx, err := c.admin().Begin(c.ctx)
	c.must(err)
	if _, err := tx.Exec(c.ctx, change, args...); err != nil {
		c.t.Fatal(err)
	}
	done := make(chan struct{})
	go func() { defer close(done); work() }()
	watch := c.admin()
	deadline := time.After(8 * time.Second)
	for waiting := false; !waiting; {
		waiting = valueOf[bool](c, watch, `SELECT EXISTS (SELECT 1 FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock')`)
		select {
		case <-done:
			waiting = true
		case <-deadline:
			c.t.Fatal("the work neither ended nor waited")
		case <-time.After(2 * time.Millisecond):
		}
	}
	if then != nil {
		then(tx)
	}
	c.must(tx.Commit(c.ctx))
	<-done
}

func (c *clinic) claim() []string {
	claims, _, err := c.store.Claim(c.ctx, 50)
	if err != nil {
		c.t.Error(err)
	}
	var out []string
	for _, cl := range claims {
		out = append(out, cl.Text.To+": "+cl.Text.Body)
	}
	slices.Sort(out)
	return out
}

func TestINV7_AWithdrawalThatIsUnderWayIsWaitedFor(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "2")
	var got []string
	c.whileOpen(`UPDATE follower SET state = 'dropped' WHERE id = $1`, func() { got = c.claim() }, nil, c.sam)
	want := []string{
		"+447700900001: thanks to Mary Okafor about Mary Okafor score=2",
		"+447700900102: update to Ruth about Mary Okafor score=2",
	}
	if !slices.Equal(got, want) {
		t.Errorf("claimed after the withdrawal:\n  %s", strings.Join(got, "\n  "))
	}
}

func TestINV9_AnAcknowledgementThatIsUnderWayIsWaitedFor(t *testing.T) {
	c := newClinic(t)
	for range 30 {
		c.text("+447700900001", "4")
		c.advance(24 * time.Hour)
	}
	c.text("+447700900001", "2")
	c.advance(24 * time.Hour)
	c.sent()
	c.text("+447700900001", "2")
	var got []string
	c.whileOpen(`UPDATE alert SET state = 'acknowledged', acked_by = $1, acked_at = opened_at, ack_until = opened_at + interval '1 day', next_step_at = opened_at + interval '1 day'`,
		func() { got = c.claim() }, nil, c.dana)
	if slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "alert=") }) {
		t.Errorf("claimed after the acknowledgement:\n  %s", strings.Join(got, "\n  "))
	}
}

// Texts in lock the numbers of a batch in the order of their ids. Outcomes that
// locked them in another would end in deadlocks whenever many answer at once.
func TestOutcomesLockNumbersInTheOrderOfTextsIn(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900102", "HELP") // Ruth's number is the younger
	c.advance(time.Second)
	c.text("+447700900001", "HELP")
	claims, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	if len(claims) != 2 || claims[0].Text.To != "+447700900102" {
		t.Fatalf("claims: %+v", claims)
	}
	outcomes := []notify.Outcome{accepted(claims[0]), accepted(claims[1])}
	record := func() {
		if err := c.store.RecordOutcomes(c.ctx, outcomes); err != nil {
			t.Error(err)
		}
	}
	const lock = `SELECT 1 FROM conversation WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = (
SELECT coalesce((SELECT person_id FROM follower WHERE id = $1), $1))) FOR UPDATE`
	c.whileOpen(lock, record, func(tx pgx.Tx) {
		if _, err := tx.Exec(c.ctx, lock+" NOWAIT", c.ruth); err != nil {
			t.Errorf("the younger number was locked before the older: %v", err)
		}
	}, c.mary)
}

// accepted is what a provider answers that took the text.
func accepted(cl notify.Claim) notify.Outcome {
	return notify.Outcome{Claim: cl, Outcome: notify.SendOutcome{
		Class: notify.Accepted,
		SID:   "SM" + strings.ReplaceAll(cl.Attempt.ID.String(), "-", ""), Status: "queued",
	}}
}
