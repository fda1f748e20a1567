package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// weeks runs the summaries of weeks that are due.
func (c *clinic) weeks() (n int) {
	c.t.Helper()
	for {
		b, done, err := c.store.TickReviews(c.ctx, 10)
		c.must(err)
		if done == 0 {
			return n
		}
		n += len(b.Events)
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
}

// TestTheWeeksSummaryComesOnceOnMonday: by email where there is one, else as a text that
// tells nothing but where it is; not to who wants none, not twice, and not late.
func TestTheWeeksSummaryComesOnceOnMonday(t *testing.T) {
	c, _ := newMailClinic(t) // Monday, 2 November 2026, 8:30
	id, err := c.store.AddClinician(c.ctx, c.operator(), postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Dr Lee", Email: "lee@clinic.example", Phone: "+447700900202"}, Roles: []string{"coordinator"}})
	c.must(err)
	lee := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: id, Via: "page"}
	c.weeks()
	c.sent()
	c.emailed()
	c.text("+447700900001", "chest pain")
	c.sent()
	c.advance(7*24*time.Hour - 31*time.Minute) // Monday, 9 November, 7:59
	if n := c.weeks(); n != 0 {
		t.Fatalf("%d events a minute early", n)
	}
	if at, err := c.store.NextDue(c.ctx); err != nil || at.After(c.clock().Add(time.Minute)) {
		t.Errorf("next due %s, %v", at, err)
	}
	c.advance(time.Minute)
	var all sync.WaitGroup
	for range 4 {
		all.Go(func() {
			if b, done, err := c.store.TickReviews(c.ctx, 10); err != nil {
				t.Error(err)
			} else if done > 0 {
				if _, err := c.store.Round(c.ctx, b.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	got := c.sent()
	if len(got) != 1 || got[0] != "+447700900201: review to Nurse Dana about  link" {
		t.Errorf("texts %q", got)
	}
	mails := c.emailed()
	if len(mails) != 1 || !strings.HasPrefix(mails[0], "lee@clinic.example: review to Dr Lee about  link drift 0 watch 0 silent 0 rules [{SAFE-REDFLAG red 1 0 0 0 0}] standing 1") {
		t.Errorf("emails %q", mails)
	}
	if n := c.weeks(); n != 0 {
		t.Errorf("%d events once more", n)
	}
	// The clock of the row is set back by hand: the week is told once all the same.
	_, err = c.admin().Exec(c.ctx, "UPDATE week_review SET next_at = $1", c.clock())
	c.must(err)
	if n := c.weeks(); n != 0 {
		t.Errorf("%d events of one week twice", n)
	}
	c.must(c.store.SetReview(c.ctx, lee, false))
	c.code(carenet.Forbidden, c.store.SetReview(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, false))

	// No worker from Monday to Wednesday: it comes once, and is still of use.
	c.advance(9 * 24 * time.Hour)
	if n := c.weeks(); n != 1 {
		t.Errorf("%d events after an outage of two days", n)
	}
	// She takes it back before it leaves.
	c.must(c.store.SetReview(c.ctx, c.asDana(), false))
	if got := c.sent(); len(got) != 0 {
		t.Errorf("sent %q to who wants none", got)
	}
	c.must(c.store.SetReview(c.ctx, c.asDana(), true))
	// And from Monday to Friday of the week after: nobody is told, the page has it.
	c.advance(9 * 24 * time.Hour)
	if n := c.weeks(); n != 0 {
		t.Errorf("%d events after an outage of five days", n)
	}
	r, err := c.store.Review(c.ctx, c.asDana())
	c.must(err)
	if !r.Wanted || r.Standing != 1 || r.Organisation != "Riverside Care" {
		t.Errorf("%+v", r)
	}
	_, err = c.store.Review(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam})
	c.code(carenet.Forbidden, err)
	c.advance(3 * 24 * time.Hour) // Monday
	if n := c.weeks(); n != 1 {
		t.Errorf("%d events of the week after", n)
	}
}
