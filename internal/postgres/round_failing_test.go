package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

// An answer that cannot be opened makes the planning fail: with a process that
// was not given a key, or with a row that is broken.
func TestWhatCannotBePlannedWaitsForAHumanToPutItRight(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	b, err := c.store.TakeIn(c.ctx, []carenet.InboundText{{SID: "SM00000000000000000000000000000001", From: "+447700900001", To: service, Body: "2 rough night", ReceivedAt: c.clock()}})
	c.must(err)
	words := valueOf[[]byte](c, conn, `SELECT words_enc FROM check_in`)
	c.exec(conn, `UPDATE check_in SET words_enc = '\x00'`)
	fail := func() {
		t.Helper()
		if _, err := c.store.Round(c.ctx, b.ID); err == nil {
			t.Fatal("the broken answer was planned")
		}
	}
	for range 10 {
		fail()
		c.advance(time.Second)
	}
	c.exec(conn, `UPDATE check_in SET words_enc = $1`, words)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	if got := c.sent(); len(got) != 3 {
		t.Errorf("after the mending: %q, want one text to each of three", got)
	}

	// What nobody puts right ends in front of a human, and rings no more.
	c.exec(conn, `UPDATE event SET state = 'pending', tries = 0`)
	c.exec(conn, `UPDATE check_in SET words_enc = '\x00'`)
	c.advance(20 * time.Minute)
	for range 5 {
		fail()
	}
	if done, err := c.store.Round(c.ctx, b.ID); err != nil || len(done) != 0 {
		t.Errorf("given up, the batch did %d events: %v", len(done), err)
	}
	if state := valueOf[string](c, conn, `SELECT state FROM event`); state != "dead" {
		t.Errorf("the event is %s, want dead", state)
	}
}
