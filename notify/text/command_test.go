package text_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/text"
)

// commandDrafts adds a draft for every answer to a command, and for kind words.
func commandDrafts(add func(string, notify.Kind, carenet.Audience, func(*notify.Draft))) {
	answer := func(name string, to carenet.Audience, r carenet.Reply, change func(*notify.Draft)) {
		add("command: "+name, notify.KindReply, to, func(d *notify.Draft) {
			d.Reply = r
			if change != nil {
				change(d)
			}
		})
	}
	at := func(ahead time.Duration) func(*notify.Draft) {
		return func(d *notify.Draft) { d.At = noon.Add(ahead) }
	}
	patient := func(name string, r carenet.Reply, change func(*notify.Draft)) {
		answer(name, carenet.ToPatient, r, change)
	}
	patient("who", carenet.ReplyWho, func(d *notify.Draft) {
		d.See = []notify.SeenBy{{Name: "Sam Okafor", Scope: carenet.Scope{carenet.PartScore, carenet.PartWords}}, {Name: "Ruth", Scope: carenet.Scope{carenet.PartScore}}}
	})
	patient("who, nobody", carenet.ReplyWho, nil)
	patient("who, one who sees little", carenet.ReplyWho, func(d *notify.Draft) {
		d.See = []notify.SeenBy{{Name: "Ruth", Scope: carenet.Scope{carenet.PartAnswered}}}
	})
	patient("dropped", carenet.ReplyDropped, func(d *notify.Draft) { d.About = "Sam Okafor" })
	patient("drop, unknown", carenet.ReplyDropUnknown, nil)
	patient("drop, which", carenet.ReplyDropWhich, nil)
	patient("paused", carenet.ReplyPaused, at(7*24*time.Hour))
	patient("pause, how", carenet.ReplyPauseHow, nil)
	patient("resumed", carenet.ReplyResumed, at(22*time.Hour))
	patient("when", carenet.ReplyWhen, at(22*time.Hour))
	patient("when, never", carenet.ReplyWhen, nil)
	for _, r := range []carenet.Reply{carenet.ReplyEased, carenet.ReplyEaseKept, carenet.ReplyEaseBack, carenet.ReplyEaseWish} {
		patient(string(r), r, func(d *notify.Draft) { d.PerWeek, d.At = 3, noon.Add(22*time.Hour) })
	}
	patient("asked", carenet.ReplyAsked, nil)
	patient("asked, no hours", carenet.ReplyAsked, func(d *notify.Draft) { d.StaffedHours = "" })

	patient("a call", carenet.ReplyCallYes, nil)
	patient("a call, no hours", carenet.ReplyCallYes, func(d *notify.Draft) { d.StaffedHours = "" })
	patient("no call", carenet.ReplyCallNo, nil)

	follower := func(name string, r carenet.Reply, change func(*notify.Draft)) {
		answer(name, carenet.ToFollower, r, change)
	}
	follower("passed on", carenet.ReplyPassedOn, nil)
	follower("on it", carenet.ReplyOnIt, nil)
	follower("tell whom", carenet.ReplyTellWhom, nil)
	follower("muted", carenet.ReplyMuted, at(8*time.Hour))
	follower("unmuted", carenet.ReplyUnmuted, nil)
	follower("mute, how", carenet.ReplyMuteHow, nil)

	staff := func(name string, r carenet.Reply, change func(*notify.Draft)) {
		answer(name, carenet.ToClinician, r, change)
	}
	staff("resolved", carenet.ReplyResolved, nil)
	staff("resolve, how", carenet.ReplyResolveHow, nil)
	staff("resolved already", carenet.ReplyResolvedBy, nil)
	staff("escalated", carenet.ReplyEscalated, nil)
	staff("snoozed", carenet.ReplySnoozed, at(2*time.Hour))
	staff("snooze, how", carenet.ReplySnoozeHow, nil)
	staff("snooze, not", carenet.ReplySnoozeNot, nil)
	staff("useful", carenet.ReplyUseful, nil)
	staff("not useful", carenet.ReplyNotUseful, nil)
	staff("useful, which", carenet.ReplyUsefulWhich, nil)
	staff("useful, open", carenet.ReplyUsefulOpen, nil)
	staff("on duty", carenet.ReplyOnDuty, func(d *notify.Draft) { d.Names = []string{"Nurse Dana", "Dr Lee"} })
	staff("on duty, by the rota", carenet.ReplyOnDuty, func(d *notify.Draft) { d.Names, d.Until = []string{"Nurse Dana"}, noon.Add(8*time.Hour) })
	staff("on duty, a gap", carenet.ReplyOnDuty, func(d *notify.Draft) { d.Names, d.Gap = []string{"Nurse Dana", "Dr Lee"}, true })
	for name, change := range map[string]func(*notify.Draft){
		"":       func(d *notify.Draft) { d.Open, d.Red = 2, 1 },
		", calm": func(*notify.Draft) {},
		", handed": func(d *notify.Draft) {
			d.Open, d.Red, d.Held = 2, 1, []notify.HeldBy{{Name: "Nurse Dana", Numbers: []int{12, 14}}}
		},
	} {
		add("on duty now"+name, notify.KindDutyOn, carenet.ToClinician, func(d *notify.Draft) {
			d.Until, d.Link = noon.Add(8*time.Hour), "https://care.example/clinic"
			change(d)
		})
	}
	add("off duty", notify.KindDutyOff, carenet.ToClinician, func(d *notify.Draft) {
		d.Held, d.Link = []notify.HeldBy{{Numbers: []int{12, 14}}}, "https://care.example/clinic"
	})
	add("the week", notify.KindReview, carenet.ToClinician, func(d *notify.Draft) { d.Link = "https://care.example/clinic/week" })
	staff("on duty, nobody", carenet.ReplyOnDuty, nil)

	add("kind word", notify.KindKindWord, carenet.ToPatient, func(d *notify.Draft) { d.From, d.Said = "Sam Okafor", "Well done" })
	add("kind word: on it", notify.KindKindWord, carenet.ToPatient, func(d *notify.Draft) { d.From = "Sam Okafor" })
}

// TestEveryReplyHasItsText: an answer that cannot be written would leave
// whoever texted without one.
func TestEveryReplyHasItsText(t *testing.T) {
	said := map[carenet.Reply]bool{}
	for _, d := range drafts() {
		said[d.Reply] = true
	}
	for _, r := range carenet.Replies() {
		if !said[r] {
			t.Errorf("no text was tried for the answer %q", r)
		}
	}
}

// TestINV17_WhoSaysWhatEachFollowerGets: the patient reads the same scope that
// the follower's texts are cut to.
func TestINV17_WhoSaysWhatEachFollowerGets(t *testing.T) {
	d := drafts()["command: who"]
	d.Language, d.Patient = "en", "Mary Okafor"
	for scope, want := range map[string]string{
		"answered": "Ruth sees that you answered", "score": "Ruth sees your answer (1 to 5).", "words": "Ruth sees your words.",
		"score,words": "Ruth sees your answer (1 to 5) and your words.",
	} {
		s, err := carenet.ParseScope(scope)
		if err != nil {
			t.Fatal(err)
		}
		d.See = []notify.SeenBy{{Name: "Ruth", Scope: s}}
		if body := compose(t, d); !strings.Contains(body, want) {
			t.Errorf("%s: %s", scope, body)
		}
	}
	d.See = nil
	if body := compose(t, d); !strings.Contains(body, "Nobody but the clinic") {
		t.Error(body)
	}
	if _, err := (text.Composer{}).Compose(d); err != nil {
		t.Error(err)
	}
}
