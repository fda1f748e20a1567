package notify_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

var (
	now = time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC)

	org                         = id(1)
	mary, sam, ruth, gone       = id(11), id(12), id(13), id(14)
	dana, lee, duty             = id(21), id(22), id(23)
	checkIn, alert, samAsFollow = id(31), id(32), id(33)
)

func id(n byte) carenet.ID { return carenet.ID{15: n} }

// phone is the conversation of a person who has one.
func phone(p carenet.ID) carenet.ID { return carenet.ID{0: 0xff, 15: p[15]} }

func reach(p carenet.ID) notify.Reach { return notify.Reach{Person: p, Conversation: phone(p)} }

var names = map[carenet.ID]string{mary: "mary", sam: "sam", ruth: "ruth", gone: "gone", dana: "dana", lee: "lee", duty: "duty", phone(mary): "mary's phone"}

func world() notify.World {
	score := 2.0
	return notify.World{
		Now:      now,
		Patients: map[carenet.ID]notify.Reach{mary: reach(mary)},
		People:   map[carenet.ID]notify.Reach{mary: reach(mary), sam: reach(sam), dana: reach(dana), lee: reach(lee)},
		Circles: map[carenet.ID][]notify.CircleMember{mary: {
			{Follower: samAsFollow, Active: true, Scope: carenet.Scope{carenet.PartWords}, Reach: reach(sam)},
			{Active: true, Scope: carenet.Scope{carenet.PartScore}, Reach: notify.Reach{Person: ruth}},
			{Active: false, Scope: carenet.Scope{carenet.PartScore}, Reach: reach(gone)},
		}},
		Responders: []notify.Responder{
			{Roles: []string{"responder"}, Reach: reach(dana)},
			{Roles: []string{"lead", "on_call"}, Reach: reach(lee)},
			{Roles: []string{"admin"}, Reach: notify.Reach{Person: duty}},
		},
		CheckIns: map[carenet.ID]carenet.CheckIn{checkIn: {ID: checkIn, Patient: mary, ReporterID: mary, Score: &score}},
		Told:     map[carenet.ID][]carenet.ID{alert: {dana, lee}},
	}
}

// told is what is planned, a line each: kind, whom, how long, why not.
func told(ps []notify.Planned) string {
	var lines []string
	for _, p := range ps {
		who := names[p.Recipient]
		if who == "" {
			who = fmt.Sprint("somebody ", p.Recipient)
		}
		line := fmt.Sprintf("%s %s/%s p%d %s", p.Kind, who, p.Audience, p.Priority, p.ExpiresAt.Sub(p.DueAt))
		if p.Cause != "" {
			line += " NOT: " + p.Cause
		}
		lines = append(lines, line)
	}
	return strings.Join(lines, "\n")
}

func TestPlan(t *testing.T) {
	from := carenet.Detail{Conversation: phone(mary), Person: mary}
	cases := []struct {
		what   string
		event  carenet.Event
		change func(*notify.World)
		want   []string
	}{
		{"INV-7 check-in by text", carenet.Event{Kind: carenet.EventCheckIn, Subject: checkIn, Detail: from}, nil, []string{
			"thanks mary/patient p1 2h0m0s", "update sam/follower p3 24h0m0s",
			"update ruth/follower p3 24h0m0s NOT: no number is known", "update gone/follower p3 24h0m0s NOT: no longer in the circle",
		}},
		{"check-in by page", carenet.Event{Kind: carenet.EventCheckIn, Subject: checkIn}, func(w *notify.World) { w.Circles = nil }, nil},
		{
			"check-in with crisis words",
			carenet.Event{Kind: carenet.EventCheckIn, Subject: checkIn, Detail: carenet.Detail{Conversation: phone(mary), NoThanks: true}},
			func(w *notify.World) { w.Circles = nil }, nil,
		},
		{"INV-7 private check-in", carenet.Event{Kind: carenet.EventCheckIn, Subject: checkIn, Detail: from}, func(w *notify.World) {
			c := w.CheckIns[checkIn]
			c.Private = true
			w.CheckIns[checkIn] = c
		}, []string{
			"thanks mary/patient p1 2h0m0s", "update sam/follower p3 24h0m0s NOT: kept private by the patient",
			"update ruth/follower p3 24h0m0s NOT: kept private by the patient", "update gone/follower p3 24h0m0s NOT: kept private by the patient",
		}},
		{"a check-in that nobody knows", carenet.Event{Kind: carenet.EventCheckIn, Subject: id(99), Detail: from}, nil, nil},
		{"prompt", carenet.Event{Kind: carenet.EventPrompt}, nil, []string{"prompt mary/patient p2 12h0m0s"}},
		{
			"prompt to a patient without a phone",
			carenet.Event{Kind: carenet.EventPrompt},
			func(w *notify.World) { w.Patients = nil },
			[]string{"prompt mary/patient p2 12h0m0s NOT: no number is known"},
		},
		{
			"reply",
			carenet.Event{Kind: carenet.EventReply, Detail: carenet.Detail{Reply: carenet.ReplyHelp, Conversation: phone(mary), Person: mary, Audience: carenet.ToPatient}},
			nil,
			[]string{"reply mary/patient p1 2h0m0s"},
		},
		{
			"confirmation of a stop",
			carenet.Event{Kind: carenet.EventReply, Detail: carenet.Detail{Reply: carenet.ReplyOptedOut, Conversation: phone(mary), Person: mary, Audience: carenet.ToPatient}},
			nil,
			[]string{"reply mary/patient p1 5m0s"},
		},
		{
			"reply to nobody we know",
			carenet.Event{Kind: carenet.EventReply, Detail: carenet.Detail{Reply: carenet.ReplyUnknown, Conversation: phone(mary), Audience: carenet.ToUnknown}},
			nil,
			[]string{"reply mary's phone/unknown p1 2h0m0s"},
		},
		{"INV-9 first step", step("responder"), nil, []string{"alert dana/clinician p0 168h0m0s"}},
		{"INV-9 two roles", step("responder", "on_call"), nil, []string{"alert dana/clinician p0 168h0m0s", "alert lee/clinician p0 168h0m0s"}},
		{"INV-9 nobody has the role", step("night"), nil, []string{
			"alert dana/clinician p0 168h0m0s", "alert lee/clinician p0 168h0m0s", "alert duty/clinician p0 168h0m0s NOT: no number is known",
		}},
		{"INV-9 whoever has it has no phone", step("admin"), nil, []string{
			"alert duty/clinician p0 168h0m0s NOT: no number is known", "alert dana/clinician p0 168h0m0s", "alert lee/clinician p0 168h0m0s",
		}},
		{"INV-9 whoever has it stopped our texts", step("responder"), func(w *notify.World) { w.Responders[0].Stopped = true }, []string{
			"alert dana/clinician p0 168h0m0s NOT: the number is stopped", "alert lee/clinician p0 168h0m0s", "alert duty/clinician p0 168h0m0s NOT: no number is known",
		}},
		{"INV-9 no staff at all", step("responder"), func(w *notify.World) { w.Responders = nil }, nil},
		{"taken by Dana", carenet.Event{Kind: carenet.EventAlertTaken, Subject: alert, Detail: carenet.Detail{Person: dana}}, nil, []string{"alert_taken lee/clinician p1 2h0m0s"}},
		{"taken, nobody else was asked", carenet.Event{Kind: carenet.EventAlertTaken, Subject: id(98), Detail: carenet.Detail{Person: dana}}, nil, nil},
		{"sign-in of staff", signIn(dana, "clinic"), nil, []string{"sign_in dana/clinician p1 15m0s"}},
		{"sign-in of a follower", signIn(sam, "follower"), nil, []string{"sign_in sam/follower p1 15m0s"}},
		{"sign-in without a phone", signIn(duty, "clinic"), nil, []string{"sign_in duty/clinician p1 15m0s NOT: no number is known"}},
		{"stopped", carenet.Event{Kind: carenet.EventStopped}, nil, nil},
		{"started", carenet.Event{Kind: carenet.EventStarted}, nil, nil},
		{"safety calls by its alert", carenet.Event{Kind: carenet.EventSafety}, nil, nil},
		{"pages only", carenet.Event{Kind: carenet.EventAlertChanged}, nil, nil},
	}
	for _, c := range cases {
		t.Run(c.what, func(t *testing.T) {
			w := world()
			if c.change != nil {
				c.change(&w)
			}
			c.event.Org, c.event.Patient = org, mary
			plan := notify.Plan(c.event, w)
			if got, want := told(plan), strings.Join(c.want, "\n"); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
			var seen []carenet.ID
			for _, p := range plan {
				if p.Reason == "" || p.Event.Kind != c.event.Kind || !p.DueAt.Equal(now) || p.Cause == "" && p.Conversation == carenet.NilID {
					t.Errorf("not explained, or cannot leave: %+v", p)
				}
				if slices.Contains(seen, p.Recipient) {
					t.Errorf("INV-3: %s is planned twice of one event", names[p.Recipient])
				}
				seen = append(seen, p.Recipient)
				if (p.Follower == samAsFollow) != (p.Kind == notify.KindUpdate && p.Recipient == sam) {
					t.Errorf("the place in the circle is wrong: %+v", p)
				}
			}
		})
	}
}

func step(roles ...string) carenet.Event {
	return carenet.Event{Kind: carenet.EventAlertStep, Subject: alert, Detail: carenet.Detail{Alert: alert, Roles: roles}}
}

func signIn(who carenet.ID, door string) carenet.Event {
	return carenet.Event{Kind: carenet.EventSignIn, Detail: carenet.Detail{Person: who, Door: door}}
}
