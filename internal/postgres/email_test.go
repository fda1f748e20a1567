package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

const lou = "lou@family.example"

// newMailClinic is a clinic that sends emails too, with a follower who has no phone.
func newMailClinic(t *testing.T) (c *clinic, follower carenet.ID) {
	t.Helper()
	c = newClinic(t)
	s, err := postgres.Open(c.ctx, postgres.Options{
		URL: c.db.AppURL, Keys: c.keys, Now: c.clock, Composer: plainComposer{},
		SiteURL: "https://care.example", Name: "test", Channels: []notify.Channel{notify.SMS, notify.Email},
	})
	c.must(err)
	t.Cleanup(s.Close)
	c.store = s
	follower, err = s.AddFollower(c.ctx, c.operator(), postgres.NewFollower{
		NewPerson: postgres.NewPerson{Name: "Lou Okafor", Email: "Lou@Family.example"},
		Patient:   c.mary, Scope: carenet.Scope{carenet.PartScore},
	})
	c.must(err)
	return c, follower
}

// claimEmails takes all that is due.
func (c *clinic) claimEmails() (claims []notify.EmailClaim) {
	c.t.Helper()
	for {
		got, done, err := c.store.ClaimEmails(c.ctx, notify.PriorityRed, notify.PriorityDigest, 50)
		c.must(err)
		if done == 0 {
			return claims
		}
		claims = append(claims, got...)
	}
}

func (c *clinic) answerEmail(claim notify.EmailClaim, out notify.SendOutcome) {
	c.t.Helper()
	c.must(c.store.RecordEmails(c.ctx, []notify.EmailOutcome{{Claim: claim, Outcome: out}}))
}

// emailed claims all emails that are due, accepts them, and says what they were.
func (c *clinic) emailed() (out []string) {
	c.t.Helper()
	for _, cl := range c.claimEmails() {
		out = append(out, cl.Email.To+": "+cl.Email.Body)
		c.answerEmail(cl, notify.SendOutcome{Class: notify.Accepted, Status: "accepted"})
	}
	slices.Sort(out)
	return out
}

// ends are the deliveries of a channel, newest last: kind, state, reason or cause.
func (c *clinic) ends(channel string) []string {
	c.t.Helper()
	conn := c.admin()
	rows, err := conn.Query(c.ctx, `SELECT kind || ' ' || state || CASE WHEN cause = '' THEN '' ELSE ': ' || cause END FROM delivery WHERE channel = $1 ORDER BY event_id, id`, channel)
	c.must(err)
	var out []string
	for rows.Next() {
		var s string
		c.must(rows.Scan(&s))
		out = append(out, s)
	}
	c.must(rows.Err())
	return out
}

func same(t *testing.T, what string, got []string, want ...string) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("%s:\n  %s\nwant:\n  %s", what, strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

func TestAnUpdateGoesByEmailToWhomHasNoPhone(t *testing.T) {
	c, _ := newMailClinic(t)
	c.text("+447700900001", "2 rough night")
	c.expect(
		"+447700900001: thanks to Mary Okafor about Mary Okafor score=2 words=rough night",
		"+447700900101: update to Sam Okafor about Mary Okafor score=2 words=rough night",
		"+447700900102: update to Ruth about Mary Okafor score=2",
	)
	claims := c.claimEmails()
	if len(claims) != 1 || claims[0].Email.To != lou || claims[0].Email.Body != "update to Lou Okafor about Mary Okafor score=2" ||
		!strings.HasPrefix(claims[0].Email.Unsubscribe, "https://care.example/stop/") || claims[0].Email.Delivery != claims[0].Delivery {
		t.Fatalf("claimed %+v", claims)
	}
	if again := c.claimEmails(); len(again) != 0 {
		t.Errorf("claimed twice: %+v", again)
	}
	c.answerEmail(claims[0], notify.SendOutcome{Class: notify.Accepted, Status: "accepted"})
	same(t, "it ends", c.ends("email"), "update sent")
	reason := valueOf[string](c, c.admin(), `SELECT reason FROM delivery WHERE channel = 'email'`)
	if reason != "in the circle, by the patient's consent; no text can reach them: no number is known" {
		t.Errorf("the reason is %q", reason)
	}
}

// An email that a killed worker left, and one without a clear answer, is sent again
// under its id; one that a server did not want yet waits longer each time.
func TestINV4_AnEmailIsSentAtLeastOnceUnderOneID(t *testing.T) {
	c, _ := newMailClinic(t)
	c.text("+447700900001", "4")
	first := c.claimEmails()[0] // and its worker dies
	c.advance(notify.EmailLease)
	if got := c.claimEmails(); len(got) != 0 {
		t.Fatal("claimed before the lease was over")
	}
	c.advance(time.Second)
	again := c.claimEmails()
	if len(again) != 1 || again[0].Email.Delivery != first.Email.Delivery || again[0].Attempt.No != 2 {
		t.Fatalf("after the lease: %+v", again)
	}
	// The dead worker's answer comes late: it is kept with its try.
	c.answerEmail(first, notify.SendOutcome{Class: notify.Permanent, Code: 550})
	same(t, "a late answer", c.ends("email"), "update sending")
	c.answerEmail(again[0], notify.SendOutcome{Class: notify.Unknown, Detail: "broken"})
	same(t, "no clear answer", c.ends("email"), "update queued: no clear answer from the mail server")
	c.advance(time.Minute)
	third := c.claimEmails()[0]
	c.answerEmail(third, notify.SendOutcome{Class: notify.Retry, Code: 451})
	if got := c.claimEmails(); len(got) != 0 {
		t.Error("no wait after a refusal for now")
	}
	c.advance(5 * time.Minute)
	fourth := c.claimEmails()[0]
	if fourth.Attempt.No != 4 || fourth.Email.Delivery != first.Email.Delivery {
		t.Errorf("%+v", fourth)
	}
	c.answerEmail(fourth, notify.SendOutcome{Class: notify.Accepted, Status: "accepted"})
	same(t, "in the end", c.ends("email"), "update sent")
	// Nothing of it is looked for in the provider's list of texts.
	c.advance(time.Hour)
	if left, err := c.store.Unsettled(c.ctx, 10); err != nil || slices.ContainsFunc(left, func(u notify.Unsettled) bool { return u.Event == first.Event && u.Attempt == first.Attempt.ID }) {
		t.Errorf("%+v, %v", left, err)
	}
}

func TestAnEmailThatCannotArriveStandsInFrontOfStaff(t *testing.T) {
	c, _ := newMailClinic(t)
	c.text("+447700900001", "4")
	c.answerEmail(c.claimEmails()[0], notify.SendOutcome{Class: notify.Permanent, Code: 550})
	same(t, "refused", c.ends("email"), "update failed: refused by the mail server: there is no such mailbox, or it takes nothing from us")
	c.text("+447700900001", "3")
	for range 40 { // greylisted until its time is over
		for _, cl := range c.claimEmails() {
			c.answerEmail(cl, notify.SendOutcome{Class: notify.Retry, Code: 451})
		}
		c.advance(time.Hour)
	}
	conn := c.admin()
	if ended := valueOf[int](c, conn, `SELECT count(*) FROM delivery WHERE channel = 'email' AND state IN ('failed', 'expired')`); ended != 2 {
		same(t, "bounded by its time", c.ends("email"))
	}
	if n := valueOf[int](c, conn, `SELECT count(*) FROM delivery WHERE channel = 'email' AND state = 'failed' AND staff_at IS NOT NULL`); n != 1 {
		t.Errorf("%d wait for staff", n)
	}
}

func TestINV7_AnEmailIsCheckedWhenItLeaves(t *testing.T) {
	for what, c := range map[string]struct {
		change func(*clinic, carenet.ID)
		want   string
	}{
		"consent was withdrawn": {func(c *clinic, f carenet.ID) {
			c.exec(c.admin(), `UPDATE follower SET state = 'dropped' WHERE id = $1`, f)
		}, "update withdrawn: consent was withdrawn"},
		"unsubscribed": {func(c *clinic, _ carenet.ID) {
			c.exec(c.admin(), `UPDATE contact_point SET unsubscribed_at = $1 WHERE kind = 'email'`, c.clock())
		}, "update withdrawn: they unsubscribed from our emails"},
		"address removed": {func(c *clinic, _ carenet.ID) {
			c.exec(c.admin(), `UPDATE contact_point SET removed_at = $1 WHERE kind = 'email'`, c.clock())
		}, "update withdrawn: the address was removed"},
		"too late":    {func(c *clinic, _ carenet.ID) { c.advance(25 * time.Hour) }, "update expired: its time passed"},
		"INV-18 held": {func(c *clinic, _ carenet.ID) { c.must(c.store.Hold(c.ctx, c.operator(), true)) }, "update queued"},
	} {
		t.Run(what, func(t *testing.T) {
			k, follower := newMailClinic(t)
			k.text("+447700900001", "4")
			c.change(k, follower)
			if got := k.claimEmails(); len(got) != 0 {
				t.Errorf("it left: %+v", got)
			}
			same(t, what, k.ends("email"), c.want)
		})
	}
}

func TestINV9_AnAlertGoesByEmailToStaffWhoseNumberIsStopped(t *testing.T) {
	c, _ := newMailClinic(t)
	_, err := c.store.AddClinician(c.ctx, c.operator(), postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: "Nurse Lee", Phone: "+447700900202", Email: "lee@clinic.example"},
		Roles:     []string{"responder"},
	})
	c.must(err)
	c.text("+447700900202", "STOP")
	c.sent()
	c.text("+447700900001", "I want to die")
	if texts := c.sent(); slices.ContainsFunc(texts, func(s string) bool { return strings.HasPrefix(s, "+447700900202") }) {
		t.Errorf("INV-8: %q", texts)
	}
	claims := c.claimEmails()
	var alerts []string
	for _, cl := range claims {
		if cl.Attempt.Kind == notify.KindAlert {
			alerts = append(alerts, cl.Email.To+": "+cl.Email.Body)
			if cl.Email.Unsubscribe != "" || !cl.Lane.Urgent() {
				t.Errorf("an alert that a click ends, or that waits: %+v", cl)
			}
		}
	}
	same(t, "alerts by email", alerts, "lee@clinic.example: alert to Nurse Lee about Mary Okafor alert=1 link")
}

// Who has only an email address gets their sign-in link there, though they wanted no
// more emails from us; an address that is nobody's calls for nothing.
func TestASignInLinkComesByEmail(t *testing.T) {
	c, lou := newMailClinic(t)
	c.exec(c.admin(), `UPDATE contact_point SET unsubscribed_at = now() WHERE kind = 'email'`)
	ask := func(email carenet.Email, door auth.Door) int {
		t.Helper()
		batches, err := c.store.RequestSignInByEmail(c.ctx, email, door, "")
		c.must(err)
		for _, b := range batches {
			_, err := c.store.Round(c.ctx, b.ID)
			c.must(err)
		}
		return len(batches)
	}
	if n := ask("nobody@family.example", auth.FollowerDoor) + ask("lou@family.example", auth.ClinicDoor); n > 0 {
		t.Errorf("%d links for nobody", n)
	}
	if n := ask("lou@family.example", auth.FollowerDoor); n != 1 {
		t.Fatalf("%d links for Lou", n)
	}
	claims := c.claimEmails()
	if len(claims) != 1 || claims[0].Email.To != "lou@family.example" || claims[0].Email.Unsubscribe != "" {
		t.Fatalf("claimed %+v", claims)
	}
	person := c.asFollower(lou).Person
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM link WHERE purpose = 'sign_in' AND person_id = $1`, person); n != 1 {
		t.Errorf("%d links are Lou's", n)
	}
}
