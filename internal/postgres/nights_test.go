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

// What an outage of ours has made late does not wake anybody: questions and news of the
// circle wait for the morning, a prompt of the day before is not asked any more, and who
// has just done something hears at once.
func TestNothingThatCanWaitLeavesAtNightAfterAnOutage(t *testing.T) {
	c := newClinic(t)
	c.standAt(0, 20, 50)
	c.enrolled() // asked by day, but nothing leaves
	mary := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	batch, err := c.store.ShowFollower(c.ctx, mary, c.ruth, carenet.Scope{carenet.PartAnswered})
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.standAt(0, 21, 10)
	c.hears(marys, "circle to Mary Okafor") // she did it a moment ago
	c.hears(johnsPhone)
	batch, err = c.store.ShowFollower(c.ctx, mary, c.ruth, carenet.Scope{carenet.PartScore})
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.standAt(1, 0, 30)
	if got := c.sent(); len(got) != 0 {
		t.Errorf("at half past midnight: %q", got)
	}
	c.standAt(1, 7, 59)
	if got := c.sent(); len(got) != 0 {
		t.Errorf("before eight: %q", got)
	}
	c.standAt(1, 8, 0)
	got := c.sent()
	if len(got) != 2 || !strings.HasPrefix(got[0], marys+": circle") || !strings.HasPrefix(got[1], johnsPhone+": question") {
		t.Errorf("in the morning: %q", got)
	}
}

func TestAPromptOfTheDayIsNotAskedAtNight(t *testing.T) {
	for _, x := range []struct {
		name        string
		slot        string
		hour, min   int // when it can leave
		leaves      bool
		why, states string
	}{
		{"late, and by day", "17:00", 20, 50, true, "", "sent"},
		{"a little late, and night", "20:00", 21, 30, true, "", "sent"},
		{"late, and night", "17:00", 22, 0, false, "its time passed, and it is night", "expired"},
		{"at night by their own choice", "21:30", 23, 45, true, "", "sent"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			c.exec(c.admin(), `UPDATE schedule SET local_time = '`+x.slot+`', next_at = ('2026-11-02 `+x.slot+`:00+00')::timestamptz, next_day = next_day`)
			hour, minute := int(x.slot[0]-'0')*10+int(x.slot[1]-'0'), int(x.slot[3]-'0')*10
			c.standAt(0, hour, minute)
			b, _, err := c.store.TickPrompts(c.ctx, 10)
			c.must(err)
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
			c.standAt(0, x.hour, x.min)
			if got := c.to(marys); (len(got) == 1) != x.leaves {
				t.Errorf("she hears %q", got)
			}
			if got := valueOf[string](c, c.admin(), `SELECT state || ' ' || coalesce(cause, '') FROM delivery WHERE kind = 'prompt'`); strings.TrimSpace(got) != strings.TrimSpace(x.states+" "+x.why) {
				t.Errorf("the prompt is %q", got)
			}
		})
	}
}
