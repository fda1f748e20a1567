package notify_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

func TestRecheck(t *testing.T) {
	score := 2.0
	sees := carenet.View{Parts: carenet.Scope{carenet.PartScore}}
	update := notify.Candidate{Kind: notify.KindUpdate, View: sees, CheckIn: carenet.CheckIn{Score: &score}}
	prompt := notify.Candidate{Kind: notify.KindPrompt, PromptOpen: true, PatientAsked: true}
	thanks := notify.Candidate{Kind: notify.KindThanks}
	alertText := notify.Candidate{Kind: notify.KindAlert, AlertOpen: true}
	say := func(r carenet.Reply) notify.Candidate { return notify.Candidate{Kind: notify.KindReply, Reply: r} }
	with := func(c notify.Candidate, change func(*notify.Candidate)) notify.Candidate {
		change(&c)
		return c
	}
	stop := func(c *notify.Candidate) { c.Number.Stopped = true }
	wrong := func(c *notify.Candidate) { c.Number.Stopped, c.Number.Wrong = true, true }
	const w = notify.Withdrawn
	for _, c := range []struct {
		what  string
		c     notify.Candidate
		state notify.State
		cause string
	}{
		{"update", update, "", ""},
		{"thanks", thanks, "", ""},
		{"prompt", prompt, "", ""},
		{"alert", alertText, "", ""},
		{"help", say(carenet.ReplyHelp), "", ""},
		{"sign-in", notify.Candidate{Kind: notify.KindSignIn}, "", ""},
		{"at its last moment", with(prompt, func(c *notify.Candidate) { c.Now, c.ExpiresAt = now, now }), "", ""},
		{"past its time", with(prompt, func(c *notify.Candidate) { c.Now, c.ExpiresAt = now, now.Add(-time.Second) }), notify.Expired, "its time passed"},

		{"INV-7 consent withdrawn", with(update, func(c *notify.Candidate) { c.View = carenet.View{} }), w, "consent was withdrawn"},
		{"INV-7 private, to a follower", with(update, func(c *notify.Candidate) { c.CheckIn.Private = true }), w, "consent was withdrawn"},
		{"corrected meanwhile", with(update, func(c *notify.Candidate) { c.Overtaken = true }), w, "a later answer corrected it"},
		{"thanks for what was corrected", with(thanks, func(c *notify.Candidate) { c.Overtaken = true }), w, "a later answer corrected it"},
		{"answered meanwhile", with(prompt, func(c *notify.Candidate) { c.PromptOpen = false }), w, "already answered"},
		{"paused meanwhile", with(prompt, func(c *notify.Candidate) { c.PatientAsked = false }), w, "paused or no longer asked"},
		{"INV-9 taken meanwhile", with(alertText, func(c *notify.Candidate) { c.AlertOpen = false }), w, "somebody has taken it"},

		{"INV-8 update after STOP", with(update, stop), w, "the number is stopped"},
		{"INV-8 prompt after STOP", with(prompt, stop), w, "the number is stopped"},
		{"INV-8 thanks after STOP", with(thanks, stop), w, "the number is stopped"},
		{"INV-8 alert after STOP", with(alertText, stop), w, "the number is stopped"},
		{"INV-8 help after STOP", with(say(carenet.ReplyHelp), stop), w, "the number is stopped"},
		{"INV-8 crisis after STOP: staff call", with(say(carenet.ReplyCrisis), stop), w, "the number is stopped"},
		{"INV-8 the one confirmation", with(say(carenet.ReplyOptedOut), stop), "", ""},
		{"a confirmation that START overtook", say(carenet.ReplyOptedOut), w, "the number was started again"},
		{"START confirmed", say(carenet.ReplyOptedIn), "", ""},
		{"START confirmed, and stopped again", with(say(carenet.ReplyOptedIn), stop), w, "the number is stopped"},
		{"wrong number hears nothing", with(update, wrong), w, "the number belongs to somebody else"},
		{"wrong number, not even the confirmation", with(say(carenet.ReplyOptedOut), wrong), w, "the number belongs to somebody else"},
	} {
		if c.c.ExpiresAt.IsZero() {
			c.c.ExpiresAt = c.c.Now.Add(time.Hour)
		}
		ok, state, cause := notify.Recheck(c.c)
		if c.state == "" && (!ok || state != notify.Sending || cause != "") || c.state != "" && (ok || state != c.state || cause != c.cause) {
			t.Errorf("%s: got %t, %s, %q; want %s, %q", c.what, ok, state, cause, c.state, c.cause)
		}
	}
}
