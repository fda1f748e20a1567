package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// unheard are the tries that the provider is to be asked about now.
func (c *clinic) unheard() []notify.Unheard {
	c.t.Helper()
	got, done, err := c.store.Unheard(c.ctx, 10)
	c.must(err)
	if done < len(got) {
		c.t.Fatalf("%d of %d", len(got), done)
	}
	return got
}

// INV-14: the callback that a text never came can be lost. It must not read as silence
// for ever.
func TestINV14_WhoeverSaysNothingMoreIsAsked(t *testing.T) {
	c := newClinic(t)
	c.text(sam, "HELP")
	cl := c.one()
	c.outcome(cl, accepted(cl).Outcome)
	c.advance(14 * time.Minute)
	if got := c.unheard(); len(got) > 0 {
		t.Fatalf("asked too soon: %+v", got)
	}
	c.advance(time.Minute)
	want := notify.Unheard{Org: c.org, Attempt: cl.Attempt.ID, Channel: notify.SMS, SID: accepted(cl).Outcome.SID}
	if got := c.unheard(); len(got) != 1 || got[0] != want {
		t.Fatalf("after a quarter of an hour: %+v, want %+v", got, want)
	}
	if got := c.unheard(); len(got) > 0 {
		t.Errorf("asked twice at once: %+v", got)
	}
	c.advance(15 * time.Minute)
	if got := c.unheard(); len(got) != 1 {
		t.Errorf("half an hour after: %+v", got)
	}
	c.undelivered(cl, 30006)
	if got := valueOf[string](c, c.admin(), sqlStateOf); got[:6] != "failed" {
		t.Errorf("it is %q", got)
	}
	c.advance(100 * time.Hour)
	if got := c.unheard(); len(got) > 0 {
		t.Errorf("asked about what is over: %+v", got)
	}
}

// INV-9: a call whose end we were not told of is asked about, and made once more.
func TestINV9_ACallWhoseEndGotLostIsMadeAgain(t *testing.T) {
	c := calling(t)
	cl := c.called()
	c.at(cl, notify.AtStart, "", notify.HeardPart)
	c.advance(5 * time.Minute)
	got := c.unheard()
	if len(got) != 1 || got[0].SID != callSID || got[0].Channel != notify.Voice {
		t.Fatalf("asked about %+v", got)
	}
	c.must(c.store.Report(c.ctx, notify.StatusReport{Attempt: got[0].Attempt, SID: got[0].SID, Status: "completed"}))
	c.advance(10 * time.Minute)
	if again := c.claimedOf(dana); len(again) != 1 || again[0].Text.Channel != notify.Voice {
		t.Errorf("then leaves %+v", again)
	}
}

// INV-3: emails that wait when the mail server is taken away end, one that was being
// sent too, and their reader hears otherwise.
func TestINV3_EmailsEndWithTheMailServer(t *testing.T) {
	c, _ := newMailClinic(t)
	kim, err := c.store.AddFollower(c.ctx, c.operator(), postgres.NewFollower{
		NewPerson: postgres.NewPerson{Name: "Kim", Phone: "+447700900105", Email: "kim@family.example"},
		Patient:   c.mary, Scope: carenet.Scope{carenet.PartScore},
	})
	c.must(err)
	c.must(c.store.SetHearing(c.ctx, c.asFollower(kim), c.mary, carenet.Hearing{Pace: carenet.AtOnce, ByEmail: true}))
	c.text("+447700900001", "4")
	if got := c.claimEmails(); len(got) != 2 { // and their process ends
		t.Fatalf("claimed %+v", got)
	}
	c.sent()
	without, err := postgres.Open(c.ctx, postgres.Options{URL: c.db.AppURL, Keys: c.keys, Now: c.clock, Composer: plainComposer{}, SiteURL: "https://care.example", Name: "test"})
	c.must(err)
	t.Cleanup(without.Close)
	end := func() int {
		t.Helper()
		n, err := without.EndUnserved(c.ctx, 10)
		c.must(err)
		return n
	}
	if n := end(); n > 0 {
		t.Errorf("%d end at once", n)
	}
	c.advance(2 * time.Hour)
	if n, err := c.store.EndUnserved(c.ctx, 10); err != nil || n > 0 {
		t.Errorf("with a mail server %d end, %v", n, err)
	}
	if n := end(); n != 2 {
		t.Errorf("%d end, want 2", n)
	}
	c.store = without
	_, err = without.GiveSenders(c.ctx, 10) // to a number that we never texted
	c.must(err)
	if got := c.claimedOf("+447700900105"); len(got) != 1 {
		t.Errorf("by text leaves %+v", got)
	}
	same(t, "why", c.ends("email"), "update withdrawn: this service sends no emails any more", "update withdrawn: this service sends no emails any more")
}
