package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

// INV-9, for words that no alert can hold: staff are told again until somebody has
// seen to them, and a text that waits when somebody has does not leave.
func TestINV9_WordsOfNoPatientAreToldAgainUntilSeen(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	told := []string{
		"+447700900201: task to Nurse Dana about  link",
		"+447700900202: task to Dr Lee about  link",
	}
	tick := func() {
		t.Helper()
		for range 2 { // two that look tell once
			b, _, err := c.store.TickUnread(c.ctx, 10)
			c.must(err)
			if len(b.Events) > 0 {
				_, err = c.store.Round(c.ctx, b.ID)
				c.must(err)
			}
		}
	}
	c.text("+447700900101", "I want to die")
	c.expect(append(told, "+447700900101: reply to Sam Okafor about  reply=crisis")...)
	tick()
	c.expect()
	for _, after := range []time.Duration{15 * time.Minute, 15 * time.Minute, 30 * time.Minute} {
		c.advance(after - time.Second)
		tick()
		c.expect()
		c.advance(time.Second)
		tick()
		c.expect(told...)
	}
	c.advance(5 * time.Hour) // an outage: what fell due in it is told once
	tick()
	c.expect(told...)
	if wait := valueOf[time.Time](c, c.admin(), `SELECT lookup_next_unread()`).Sub(c.clock()); wait <= 0 || wait > 30*time.Minute {
		t.Errorf("the next is due in %s", wait)
	}
	c.advance(30 * time.Minute)
	tick()
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if len(desk.In) != 1 {
		t.Fatalf("the desk shows %+v", desk.In)
	}
	_, err = c.store.CloseIn(c.ctx, lee, desk.In[0].ID, "I called him")
	c.must(err)
	c.expect()
	if got := valueOf[string](c, c.admin(), `SELECT min(cause) FROM delivery WHERE kind = 'task' AND state = 'withdrawn'`); got != "somebody has seen to it" {
		t.Errorf("withdrawn, since %q", got)
	}
	c.advance(24 * time.Hour)
	tick()
	c.expect()
}
