package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// A number that cannot be opened, for want of a key or because its row is broken,
// stands first in every claim: it must keep nobody else's text back.
func TestWhatCannotBeOpenedKeepsNothingElseBack(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	c.text("+447700900001", "2")
	broken := valueOf[[]byte](c, conn, `UPDATE conversation SET number_enc = '\x00' WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = $1)
RETURNING (SELECT o.number_enc FROM conversation o WHERE o.id = conversation.id)`, c.mary)
	c.expect("+447700900101: update to Sam Okafor about Mary Okafor score=2", "+447700900102: update to Ruth about Mary Okafor score=2")
	c.exec(conn, `UPDATE conversation SET number_enc = $1 WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = $2)`, broken, c.mary)
	c.advance(time.Minute)
	c.expect("+447700900001: thanks to Mary Okafor about Mary Okafor score=2")

	// Nor does one that nobody knows the outcome of.
	c.text("+447700900001", "PRIVATE 4")
	c.text("+447700900101", "HELP")
	claims, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	if len(claims) != 2 {
		t.Fatalf("claimed %d texts, want 2", len(claims))
	}
	c.exec(conn, `UPDATE conversation SET number_enc = '\x00' WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = $1)`, c.mary)
	c.advance(time.Minute)
	unsettled, err := c.store.Unsettled(c.ctx, 50)
	c.must(err)
	if len(unsettled) != 1 || unsettled[0].To != "+447700900101" {
		t.Errorf("%d texts are looked for, want the one that can be opened", len(unsettled))
	}
}

// Somebody who is staff and follows a patient: the alert may leave while their
// update is on its way, but what comes after must still wait for both.
func TestINV4_AnAlertDoesNotHideThatATextIsUnsettled(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	c.text("+447700900101", "HELP")
	first, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	if len(first) != 1 {
		t.Fatalf("claimed %d, want 1", len(first))
	}
	// Another reply, as urgent as an alert.
	c.text("+447700900101", "HELP")
	c.exec(conn, `UPDATE delivery SET priority = 0 WHERE state = 'queued'`)
	urgent, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	if len(urgent) != 1 {
		t.Fatalf("claimed %d, want the urgent one", len(urgent))
	}
	c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{accepted(urgent[0])}))
	c.text("+447700900101", "HELP")
	if got := c.claim(); len(got) != 0 {
		t.Errorf("sent while an earlier text to the number is unsettled: %q", got)
	}
	c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{accepted(first[0])}))
	if got := c.claim(); len(got) != 1 {
		t.Errorf("claimed %d once all is settled, want 1", len(got))
	}
}

func TestINV16_AStopThatTheCarrierReportsIsOnRecord(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900101", "HELP")
	claims, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{{Claim: claims[0], Outcome: notify.SendOutcome{Class: notify.OptedOut, Code: 21610}}}))
	conversation := valueOf[carenet.ID](c, c.admin(), `SELECT row_id FROM audit WHERE action = 'number.stop' AND actor_kind = 'system'`)
	if stopped := valueOf[carenet.ID](c, c.admin(), `SELECT id FROM conversation WHERE opted_out_by = 'carrier'`); stopped != conversation {
		t.Errorf("the record names %s, and %s is stopped", conversation, stopped)
	}
}
