package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
)

// pressAskNow presses the button, and runs what follows.
func (c *clinic) pressAskNow() error {
	b, err := c.store.AskNow(c.ctx, c.asDana(), c.mary)
	if err == nil {
		_, err = c.store.Round(c.ctx, b.ID)
	}
	return err
}

// prompts are Mary's, the oldest first: state, cause, and whether a plan made it.
func (c *clinic) prompts() string {
	c.t.Helper()
	return valueOf[string](c, c.admin(), `SELECT coalesce(string_agg(state || ':' || cause || CASE WHEN schedule_id IS NULL THEN '+' ELSE '' END, ' ' ORDER BY slot_at, id), '') FROM prompt`)
}

func TestPressedTwiceAsksOnce(t *testing.T) {
	c := newClinic(t)
	c.standAt(0, 9, 0)
	c.asked()
	c.standAt(0, 13, 0)
	var wg sync.WaitGroup
	asked := make(chan error, 4)
	for range 4 {
		wg.Go(func() { asked <- c.pressAskNow() })
	}
	wg.Wait()
	close(asked)
	ok := 0
	for err := range asked {
		if err == nil {
			ok++
		} else if carenet.CodeOf(err) != carenet.Conflict {
			t.Error(err)
		}
	}
	c.hears(marys, "prompt to Mary Okafor about Mary Okafor link")
	if ok != 1 || c.prompts() != "closed:replaced open:+" {
		t.Errorf("asked %d times: %s", ok, c.prompts())
	}
	page, err := c.store.PatientPage(c.ctx, c.asDana(), c.mary)
	c.must(err)
	if page.AskNow != carenet.AskNowJustAsked || !page.AskNowAt.Equal(c.clock()) {
		t.Errorf("the page says %s %s", page.AskNow, page.AskNowAt)
	}
	// The answer goes to what was asked last, and nothing is silent any more.
	c.text(marys, "4")
	c.sent()
	if got := c.prompts(); got != "closed:replaced answered:+" {
		t.Errorf("after the answer: %s", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'prompt.ask_now' AND actor_id = $1`, c.dana); n != 1 {
		t.Errorf("%d rows of audit", n)
	}
	// The plan goes on as if nothing had been.
	c.standAt(1, 9, 0)
	c.asked()
	if got := c.prompts(); got != "closed:replaced answered:+ open:" {
		t.Errorf("the next day: %s", got)
	}
}

func TestSilenceAfterAnExtraAskingCountsAsAnyOther(t *testing.T) {
	c := newClinic(t)
	c.standAt(0, 9, 0)
	c.asked()
	c.text(marys, "4")
	c.standAt(0, 13, 0)
	c.must(c.pressAskNow())
	c.sent()
	c.standAt(1, 9, 0)
	c.asked()
	if got := c.prompts(); got != "answered: closed:no_reply+ open:" {
		t.Errorf("prompts %s", got)
	}
	page, err := c.store.Board(c.ctx, c.asDana())
	c.must(err)
	if page.Rows[0].MissedInRow != 1 {
		t.Errorf("%d missed in a row", page.Rows[0].MissedInRow)
	}
}

func TestNobodyIsAskedInBetweenAgainstTheirWish(t *testing.T) {
	for _, x := range []struct {
		name   string
		before func(*clinic)
		why    carenet.AskNowAnswer
	}{
		{"STOP", func(c *clinic) { c.text(marys, "STOP") }, carenet.AskNowStopped},
		{"wrong number", func(c *clinic) { c.text(marys, "wrong number") }, carenet.AskNowStopped},
		{"away", func(c *clinic) { c.text(marys, "PAUSE 7") }, carenet.AskNowAway},
		{"in hospital", func(c *clinic) {
			_, err := c.store.ReportPatient(c.ctx, c.lee(), c.mary, carenet.ReportHospital)
			c.must(err)
		}, carenet.AskNowHospital},
		{"died", func(c *clinic) {
			_, err := c.store.ReportPatient(c.ctx, c.lee(), c.mary, carenet.ReportDied)
			c.must(err)
		}, carenet.AskNowNotHere},
		{"night", func(c *clinic) { c.standAt(0, 22, 0) }, carenet.AskNowNight},
		{"before her time", func(c *clinic) { c.standAt(0, 8, 1) }, carenet.AskNowSoon},
		{"often enough", func(c *clinic) {
			for _, hour := range []int{10, 14} {
				c.standAt(0, hour, 0)
				c.must(c.pressAskNow())
			}
			c.standAt(0, 18, 0)
		}, carenet.AskNowEnough},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			c.standAt(0, 12, 0)
			x.before(c)
			c.sent()
			before := c.prompts()
			err := c.pressAskNow()
			c.code(carenet.Conflict, err)
			if !strings.Contains(carenet.MessageOf(err), string(x.why)) {
				t.Errorf("refused since %v, want %s", err, x.why)
			}
			if got := c.to(marys); len(got) != 0 || c.prompts() != before {
				t.Errorf("she hears %q; prompts %s", got, c.prompts())
			}
		})
	}
	c := newClinic(t)
	c.advance(4 * time.Hour)
	_, err := c.store.AskNow(c.ctx, c.asFollower(c.sam), c.mary)
	c.code(carenet.Forbidden, err)
	_, err = c.store.AskNow(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}, c.mary)
	c.must(err)
}
