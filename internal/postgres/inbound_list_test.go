package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

// Each sender's list is read by one worker at a time, once a minute, from where it
// was last read whole.
func TestEachListIsReadByOneWorker(t *testing.T) {
	c := newClinic(t)
	began := c.clock()
	claim := func() []carenet.InboundList {
		t.Helper()
		due, err := c.store.ClaimInboundLists(c.ctx, time.Minute, 10)
		c.must(err)
		return due
	}
	due := claim()
	if len(due) != 1 || due[0].Org != c.org || due[0].Number != service || !due[0].Since.Equal(began) {
		t.Fatalf("due: %+v", due)
	}
	if again := claim(); len(again) != 0 {
		t.Fatalf("and at once again: %+v", again)
	}
	c.advance(time.Minute)
	if again := claim(); len(again) != 1 || !again[0].Since.Equal(began) {
		t.Fatalf("a worker that died is not followed: %+v", again)
	}
	c.must(c.store.InboundListed(c.ctx, due[0], began.Add(30*time.Second)))
	c.must(c.store.InboundListed(c.ctx, due[0], began.Add(10*time.Second))) // of a slower worker
	c.advance(time.Minute)
	if again := claim(); len(again) != 1 || !again[0].Since.Equal(began.Add(30*time.Second)) {
		t.Fatalf("reads again what was read: %+v", again)
	}
	c.text("+447700900001", "4")
	seen, err := c.store.SeenInbound(c.ctx, []string{"SM00000000000000000000000000000001", "SM9"})
	c.must(err)
	if len(seen) != 1 || !seen["SM00000000000000000000000000000001"] {
		t.Errorf("seen %v", seen)
	}
}

// A text that waited on the disk, or was found in the provider's list, counts from
// when it was sent: it answers no question that was asked later, undoes nothing that
// came after it, and is told to nobody as if it were new.
func TestALateTextIsOfItsOwnTime(t *testing.T) {
	c := newClinic(t)
	sent := c.clock()
	late := func(sid, from, body string, at time.Time) {
		t.Helper()
		c.take(carenet.InboundText{SID: sid, From: from, To: service, Body: body, ReceivedAt: at})
	}
	c.advance(20 * time.Minute)
	c.text("+447700900001", "3")
	c.expect("+447700900001: thanks to Mary Okafor about Mary Okafor score=3", "+447700900101: update to Sam Okafor about Mary Okafor score=3", "+447700900102: update to Ruth about Mary Okafor score=3")
	late("SMlate", "+447700900001", "2", sent)
	c.expect()
	c.advance(10 * time.Minute)
	b, _, err := c.store.TickPrompts(c.ctx, 100) // 09:00
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	c.sent()
	late("SMlater", "+447700900001", "the garden was lovely", sent.Add(5*time.Minute))
	conn := c.admin()
	var open, standing int
	c.must(conn.QueryRow(c.ctx, "SELECT count(*) FROM prompt WHERE state = 'open'").Scan(&open))
	c.must(conn.QueryRow(c.ctx, "SELECT count(*) FROM check_in WHERE superseded_by IS NULL AND id IN (SELECT check_in_id FROM answer WHERE value = 3)").Scan(&standing))
	if open != 1 || standing != 1 {
		t.Errorf("%d prompts are open, %d answers of 3 stand; want 1 and 1", open, standing)
	}
	var at time.Time
	c.must(conn.QueryRow(c.ctx, "SELECT k.at FROM check_in k JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id WHERE a.value = 2 AND k.superseded_by IS NOT NULL").Scan(&at))
	if !at.Equal(sent) {
		t.Errorf("it counts from %s, not from %s", at, sent)
	}
	c.sent()

	c.text("+447700900101", "STOP")
	c.sent()
	late("SMstart", "+447700900101", "START", sent)
	c.text("+447700900001", "5")
	for _, text := range c.sent() {
		if text[:13] == "+447700900101" {
			t.Errorf("INV-8: an old START undid a newer STOP: %s", text)
		}
	}
}

// What comes from no telephone is kept, and starts no conversation.
func TestTextsFromNoPhoneAreKept(t *testing.T) {
	c := newClinic(t)
	c.take(carenet.InboundText{SID: "SMshort", From: "60123", To: service, Body: "you have won", ReceivedAt: c.clock()})
	conn := c.admin()
	var kept, talks int
	c.must(conn.QueryRow(c.ctx, "SELECT count(*) FROM inbound_unrouted WHERE sid = 'SMshort'").Scan(&kept))
	c.must(conn.QueryRow(c.ctx, "SELECT count(*) FROM inbound_message").Scan(&talks))
	if kept != 1 || talks != 0 {
		t.Errorf("%d kept, %d in a conversation", kept, talks)
	}
	c.expect()
}
