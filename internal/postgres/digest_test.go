package postgres_test

import (
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// asFollower is a member of Mary's circle.
func (c *clinic) asFollower(follower carenet.ID) carenet.Actor {
	c.t.Helper()
	return carenet.Actor{
		Kind: carenet.ActorFollower, Org: c.org, Via: "page",
		Person: valueOf[carenet.ID](c, c.admin(), `SELECT person_id FROM follower WHERE id = $1`, follower),
	}
}

// digests runs what is due and says how many summaries it began.
func (c *clinic) digests() int {
	c.t.Helper()
	b, _, err := c.store.TickDigests(c.ctx, 100)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	return len(b.Events)
}

// standAt moves the clock to a time of the first day, in UTC, and on.
func (c *clinic) standAt(day, hour, minute int) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = time.Date(2026, 11, 2+day, hour, minute, 0, 0, time.UTC)
}

func TestADailySummarySaysWhatHappenedOnce(t *testing.T) {
	c, lou := newMailClinic(t)
	actor := c.asFollower(lou)
	c.must(c.store.SetHearing(c.ctx, actor, c.mary, carenet.Hearing{Pace: carenet.Daily, ByEmail: true}))
	sam := c.asFollower(c.sam)
	c.must(c.store.SetHearing(c.ctx, sam, c.mary, carenet.Hearing{Pace: carenet.Daily}))
	c.text("+447700900001", "2 rough night")
	if got := c.emailed(); len(got) != 0 {
		t.Errorf("at once: %q", got)
	}
	for _, s := range c.sent() {
		if strings.HasPrefix(s, "+447700900101") {
			t.Errorf("at once: %s", s)
		}
	}
	same(t, "why", c.ends("email"), "update withdrawn: it comes with their daily summary")
	c.standAt(0, 17, 59)
	if n := c.digests(); n != 0 {
		t.Fatalf("%d before its time", n)
	}
	c.standAt(0, 18, 0)
	var wg sync.WaitGroup
	var mu sync.Mutex
	began := 0
	for range 3 { // workers
		wg.Go(func() {
			b, _, err := c.store.TickDigests(c.ctx, 100)
			if err == nil {
				_, err = c.store.Round(c.ctx, b.ID)
			}
			mu.Lock()
			defer mu.Unlock()
			began += len(b.Events)
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if began != 2 {
		t.Fatalf("three workers began %d summaries for two followers", began)
	}
	same(t, "by email", c.emailed(), "lou@family.example: digest to Lou Okafor about Mary Okafor of 1: 2")
	c.expect("+447700900101: digest to Sam Okafor about Mary Okafor of 1: 2 rough night")
	if n := c.digests(); n != 0 {
		t.Errorf("%d more of the same day", n)
	}
	// A day without an answer, and one whose answer was taken back into privacy: nothing.
	c.standAt(1, 18, 0)
	if n := c.digests(); n != 0 {
		t.Errorf("%d of a day in which nothing happened", n)
	}
	c.standAt(2, 8, 0)
	c.text("+447700900001", "1")
	c.text("+447700900001", "PRIVATE 1")
	c.sent()
	c.standAt(2, 18, 0)
	if n := c.digests(); n != 0 {
		t.Errorf("INV-7: %d of a day that was kept private", n)
	}
	c.standAt(3, 9, 0)
	c.text("+447700900001", "4")
	c.sent()
	c.standAt(3, 18, 0)
	if n := c.digests(); n != 2 {
		t.Errorf("%d summaries on the fourth day", n)
	}
	// INV-7: what the consent allows when it leaves.
	c.exec(c.admin(), `UPDATE follower SET scope = '{answered}' WHERE id = $1`, lou)
	same(t, "after the consent was narrowed", c.emailed(), "lou@family.example: digest to Lou Okafor about Mary Okafor of 1: answered")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'hearing.set'`); n != 2 {
		t.Errorf("%d audit rows, want 2", n)
	}
}

func TestAWeeklySummaryComesOnSunday(t *testing.T) {
	c, lou := newMailClinic(t)
	c.must(c.store.SetHearing(c.ctx, c.asFollower(lou), c.mary, carenet.Hearing{Pace: carenet.Weekly, ByEmail: true}))
	for day := range 6 {
		c.standAt(day, 9, 0)
		c.text("+447700900001", "3")
		c.sent()
		c.standAt(day, 18, 0)
		if n := c.digests(); n != 0 {
			t.Fatalf("day %d: %d", day, n)
		}
	}
	c.standAt(6, 18, 0)
	if n := c.digests(); n != 1 {
		t.Fatalf("%d on Sunday", n)
	}
	same(t, "the week", c.emailed(), "lou@family.example: digest to Lou Okafor about Mary Okafor of 6 in a week: 3 3 3 3 3 3")
	c.must(c.store.SetHearing(c.ctx, c.asFollower(lou), c.mary, carenet.Hearing{Pace: carenet.AtOnce, ByEmail: true}))
	c.standAt(7, 9, 0)
	c.text("+447700900001", "3")
	same(t, "at once again", c.emailed(), "lou@family.example: update to Lou Okafor about Mary Okafor score=3")
}

func TestOnlyWhatIsBelowUsual(t *testing.T) {
	c, lou := newMailClinic(t)
	c.must(c.store.SetHearing(c.ctx, c.asFollower(lou), c.mary, carenet.Hearing{Pace: carenet.BelowUsual, ByEmail: true}))
	c.exec(c.admin(), `UPDATE patient SET usual_mean = 4, usual_spread = 0.5, usual_days = 30`)
	c.text("+447700900001", "4")
	c.exec(c.admin(), `UPDATE patient SET usual_mean = 4, usual_spread = 0.5, usual_days = 30`)
	c.advance(24 * time.Hour)
	c.text("+447700900001", "2")
	same(t, "what left", c.emailed(), "lou@family.example: update to Lou Okafor about Mary Okafor score=2")
	same(t, "why", c.ends("email"), "update withdrawn: they want to hear only of what is below usual", "update sent")
}

func TestUnsubscribingStopsEmailAndStopStopsTexts(t *testing.T) {
	c, lou := newMailClinic(t)
	c.must(c.store.SetHearing(c.ctx, c.asFollower(lou), c.mary, carenet.Hearing{Pace: carenet.AtOnce, ByEmail: true}))
	c.text("+447700900001", "4")
	claim := c.claimEmails()[0]
	c.answerEmail(claim, notify.SendOutcome{Class: notify.Accepted, Status: "accepted"})
	token := claim.Email.Unsubscribe[strings.LastIndexByte(claim.Email.Unsubscribe, '/')+1:]
	page, err := c.store.ShowUnsubscribe(c.ctx, token)
	c.must(err)
	if page.Organisation != "Riverside Care" {
		t.Errorf("%+v", page)
	}
	c.text("+447700900001", "5")
	if got := c.emailed(); len(got) != 1 {
		t.Fatalf("a look at the link ended them: %q", got)
	}
	for range 2 {
		_, err = c.store.Unsubscribe(c.ctx, token)
		c.must(err)
	}
	c.text("+447700900001", "3")
	if got := c.emailed(); len(got) != 0 {
		t.Errorf("after unsubscribing: %q", got)
	}
	if got := c.ends("email"); !slices.Contains(got, "update withdrawn: they unsubscribed from our emails") {
		t.Errorf("it does not say why: %q", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'email.unsubscribe'`); n != 1 {
		t.Errorf("%d audit rows, want 1", n)
	}
	if _, err := c.store.Unsubscribe(c.ctx, "nonsense"); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("%v", err)
	}
	// Who chooses email on their page wants them again.
	c.must(c.store.SetHearing(c.ctx, c.asFollower(lou), c.mary, carenet.Hearing{Pace: carenet.AtOnce, ByEmail: true}))
	c.text("+447700900001", "4")
	if got := c.emailed(); len(got) != 1 {
		t.Errorf("chosen again: %q", got)
	}
	// A STOP by text is about texts.
	c.text("+447700900101", "STOP")
	c.text("+447700900001", "2")
	if got := c.emailed(); len(got) != 1 {
		t.Errorf("after somebody's STOP: %q", got)
	}
}
