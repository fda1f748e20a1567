package postgres_test

import (
	"fmt"
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

// TestAnUnreadableWeekKeepsNoOther: where a name cannot be opened the week cannot be worked
// out. That organisation waits and is told once it can be read; the others are told on time.
func TestAnUnreadableWeekKeepsNoOther(t *testing.T) {
	c, _ := newMailClinic(t)
	conn := c.admin()
	_, err := c.store.AddClinician(c.ctx, c.operator(), postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Dr Lee", Email: "lee@clinic.example", Phone: "+447700900202"}, Roles: []string{"coordinator"}})
	c.must(err)
	other, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{Name: "Hill House", Zone: "Europe/London", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900998"})
	c.must(err)
	_, err = c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: other, Via: "command"}, postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Nurse Hill", Email: "hill@clinic.example", Phone: "+447700900301"}, Roles: []string{"responder"}})
	c.must(err)
	c.weeks()
	c.sent()
	c.emailed()
	name := valueOf[[]byte](c, conn, "SELECT name_enc FROM person WHERE id = $1", c.mary)
	c.exec(conn, "UPDATE person SET name_enc = 'nobody can open this' WHERE id = $1", c.mary)
	c.advance(7*24*time.Hour - 30*time.Minute) // Monday at 8
	if n := c.weeks(); n != 1 {
		t.Errorf("%d were told, want the one of Hill House", n)
	}
	if got := strings.Join(c.emailed(), "\n"); !strings.HasPrefix(got, "hill@clinic.example: review to Nurse Hill") {
		t.Errorf("emails %q", got)
	}
	if got := c.sent(); len(got) != 0 {
		t.Errorf("texts %q", got)
	}
	if _, done, err := c.store.TickReviews(c.ctx, 10); done != 0 || err != nil {
		t.Errorf("it does not wait: %d, %v", done, err)
	}
	c.exec(conn, "UPDATE person SET name_enc = $2 WHERE id = $1", c.mary, name)
	c.advance(15 * time.Minute)
	if n := c.weeks(); n != 2 {
		t.Errorf("%d were told once it could be read, want 2", n)
	}
	if got := strings.Join(c.emailed(), "\n"); !strings.HasPrefix(got, "lee@clinic.example: review to Dr Lee") {
		t.Errorf("emails %q", got)
	}
	// What cannot be opened later than that keeps the email alone, and no other text.
	c.advance(7*24*time.Hour - 15*time.Minute)
	if n := c.weeks(); n != 3 {
		t.Fatalf("%d were told a week later", n)
	}
	c.exec(conn, "UPDATE week_letter SET body_enc = 'nobody can open this' WHERE org_id = $1 AND body_enc IS NOT NULL", c.org)
	if got := strings.Join(c.emailed(), "\n"); !strings.HasPrefix(got, "hill@") || strings.Contains(got, "lee@") {
		t.Errorf("emails %q", got)
	}
	if got := c.sent(); len(got) != 1 || !strings.HasPrefix(got[0], "+447700900201: review to Nurse Dana") {
		t.Errorf("texts %q", got)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM week_letter WHERE org_id = $1 AND body_enc IS NOT NULL", other); n != 1 {
		t.Errorf("%d weeks of Hill House are kept, want the newest", n)
	}
}

// TestTheWeekSaysWhichRulesAreOverBudget, with figures, of this organisation alone; and
// whose goals are to be looked at.
func TestTheWeekSaysWhichRulesAreOverBudget(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.putInForce(lee, ownPack(1, "amber", "3"))
	one, two := 1, 2
	c.must(c.store.SetBudget(c.ctx, lee, "RV-LOW", &one))
	for i := range 6 {
		phone := fmt.Sprintf("+4477009003%02d", i)
		_, err := c.store.AddPatient(c.ctx, c.operator(), postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Some Body", Phone: phone}})
		c.must(err)
		c.text(phone, "2")
		c.advance(48 * time.Hour)
	}
	day := carenet.LocalDay(c.clock(), time.UTC)
	_, err := c.store.KeepGoal(c.ctx, lee, c.mary, carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk", Review: day + 2, Key: carenet.NewID(c.clock())})
	c.must(err)
	week := func() carenet.Review {
		r, err := c.store.Review(c.ctx, lee)
		c.must(err)
		return r
	}
	if r := week(); len(r.Over) != 1 || r.Over[0] != (carenet.ReviewBudget{Rule: "RV-LOW", Week: 3, Month: 6, Budget: 1}) || len(r.Goals) != 0 {
		t.Errorf("over budget %+v, goals %+v", r.Over, r.Goals)
	}
	c.advance(48 * time.Hour)
	if r := week(); len(r.Goals) != 1 || r.Goals[0].ID != c.mary || r.Goals[0].Goals != 1 {
		t.Errorf("goals %+v", r.Goals)
	}
	c.must(c.store.SetBudget(c.ctx, lee, "RV-LOW", &two))
	if r := week(); len(r.Over) != 0 {
		t.Errorf("six in four weeks are within two a week: %+v", r.Over)
	}
}
