package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/notify"
)

// toSam is what leaves now for Sam.
func (c *clinic) toSam() (got []string) {
	c.t.Helper()
	for _, s := range c.sent() {
		if strings.HasPrefix(s, "+447700900101") {
			got = append(got, s)
		}
	}
	return got
}

func TestWhoWantsNothingAtNightHearsInTheMorning(t *testing.T) {
	c := newClinic(t)
	sam := c.asFollower(c.sam)
	c.must(c.store.SetHearing(c.ctx, sam, c.mary, carenet.Hearing{Pace: carenet.AtOnce, NightsHeld: true}))
	waiting := func() []string {
		return strings.Split(valueOf[string](c, c.admin(),
			`SELECT string_agg(state || ': ' || coalesce(cause, ''), E'\n' ORDER BY id) FROM delivery WHERE kind = 'update' AND recipient_id = $1`, sam.Person), "\n")
	}

	c.standAt(0, 20, 59)
	c.text("+447700900001", "3 tired") // by day, yet it leaves too late
	c.standAt(0, 21, 0)
	if got := c.toSam(); len(got) > 0 {
		t.Errorf("at nine in the evening: %q", got)
	}
	if got := waiting(); !slices.Equal(got, []string{"queued: " + notify.WaitNight}) {
		t.Errorf("it waits as %q", got)
	}
	c.text("+447700900001", "2 worse") // it corrects the first
	c.standAt(1, 7, 59)
	if got := c.toSam(); len(got) > 0 {
		t.Errorf("before eight: %q", got)
	}
	c.standAt(1, 8, 0)
	if got := c.toSam(); len(got) != 1 || !strings.Contains(got[0], "score=2") {
		t.Errorf("in the morning: %q", got)
	}
	same(t, "the first", waiting()[:1], "withdrawn: a later answer corrected it")

	// Of his own accord he hears at once again, and whoever said nothing always does.
	c.must(c.store.SetHearing(c.ctx, sam, c.mary, carenet.Hearing{Pace: carenet.AtOnce}))
	c.standAt(1, 23, 0)
	c.text("+447700900001", "4")
	if got := c.toSam(); len(got) != 1 {
		t.Errorf("without the wish: %q", got)
	}
}
