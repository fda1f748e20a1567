package postgres_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// Beyond the day's limit texts wait for the morning, and leave then if they are
// still of use; what calls for help leaves at once.
func TestTheDaysLimitHoldsBackWhatCanWait(t *testing.T) {
	c := newClinic(t)
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	c.must(c.store.SetCap(c.ctx, operator, 4))
	waiting := func(cause string) (n int) {
		t.Helper()
		c.must(c.admin().QueryRow(c.ctx, "SELECT count(*) FROM delivery WHERE state = 'queued' AND cause LIKE $1", cause).Scan(&n))
		return n
	}
	c.text("+447700900001", "4") // thanks, and two updates
	if got := c.sent(); len(got) != 3 {
		t.Fatalf("under the limit: %q", got)
	}
	c.advance(2 * time.Hour)
	c.text("+447700900001", "3")
	got := c.sent()
	if len(got) != 1 || waiting("the day's limit of 4%") != 2 {
		t.Fatalf("at the limit: %q, %d wait", got, waiting("%"))
	}
	c.text("+447700900001", "I want to die")
	got = c.sent()
	if len(got) != 2 || !strings.Contains(fmt.Sprint(got), "reply=crisis") || !strings.Contains(fmt.Sprint(got), "alert to Nurse Dana") {
		t.Fatalf("INV-10: beyond the limit: %q", got)
	}
	c.advance(20 * time.Hour) // 06:30 of the next day: not yet
	c.expect()
	c.advance(2 * time.Hour)
	if got := c.sent(); len(got) != 2 {
		t.Fatalf("in the morning: %q", got)
	}
	// They took two places of the new day.
	c.text("+447700900001", "5")
	if got := c.sent(); len(got) != 2 || waiting("the day's limit of 4%") != 1 {
		t.Fatalf("the next day: %q, %d wait", got, waiting("the day's limit of 4%"))
	}
	c.must(c.store.SetCap(c.ctx, operator, 0))
	if got := c.sent(); len(got) != 1 {
		t.Fatalf("without a limit: %q", got)
	}
}

// INV-18: nothing at all leaves while an organisation is held, and what is still of
// use leaves afterwards.
func TestINV18_NothingLeavesWhileHeld(t *testing.T) {
	c := newClinic(t)
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	c.must(c.store.Hold(c.ctx, operator, true))
	if held, err := c.store.HeldOrganisations(c.ctx); err != nil || len(held) != 1 || held[0].Org != c.org || !held[0].Since.Equal(c.clock()) {
		t.Errorf("held: %+v, %v", held, err)
	}
	c.text("+447700900001", "I want to die")
	c.text("+447700900101", "STOP")
	c.advance(time.Minute)
	c.expect()
	c.advance(10 * time.Minute) // past the time of the confirmation
	c.must(c.store.Hold(c.ctx, operator, false))
	c.expect(
		"+447700900001: reply to Mary Okafor about Mary Okafor reply=crisis",
		"+447700900201: alert to Nurse Dana about Mary Okafor alert=1 link",
	)
	if n, err := c.store.UnderWay(c.ctx, c.org); err != nil || n != 0 {
		t.Errorf("%d under way, %v", n, err)
	}
}
