package notify_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

func TestAfterEmail(t *testing.T) {
	r := notify.DefaultRules
	a := notify.Attempt{ID: id(9), No: 1, State: notify.AttemptSending, Kind: notify.KindUpdate, StartedAt: now, ExpiresAt: now.Add(time.Hour)}
	with := func(change func(*notify.Attempt)) notify.Attempt {
		b := a
		change(&b)
		return b
	}
	for _, c := range []struct {
		what     string
		attempt  notify.Attempt
		out      notify.SendOutcome
		try      notify.AttemptState
		delivery notify.State
		staff    bool
		again    bool
	}{
		{"accepted", a, notify.SendOutcome{Class: notify.Accepted}, notify.AttemptSent, notify.Sent, false, false},
		{
			"accepted, after its lease was over", with(func(a *notify.Attempt) { a.State = notify.AttemptAbandoned }),
			notify.SendOutcome{Class: notify.Accepted},
			notify.AttemptSent, notify.Sent, false, false,
		},
		{
			"refused, after its lease was over", with(func(a *notify.Attempt) { a.State = notify.AttemptAbandoned }),
			notify.SendOutcome{Class: notify.Permanent, Code: 550},
			"", "", false, false,
		},
		{"not yet", a, notify.SendOutcome{Class: notify.Retry, Code: 451}, notify.AttemptAbandoned, notify.Queued, false, true},
		{
			"not yet, a hundredth time", with(func(a *notify.Attempt) { a.Past.Refused = 100 }),
			notify.SendOutcome{Class: notify.Retry},
			notify.AttemptAbandoned, notify.Queued, false, true,
		},
		{
			"not yet, and no time is left", with(func(a *notify.Attempt) { a.ExpiresAt = now }),
			notify.SendOutcome{Class: notify.Retry},
			notify.AttemptAbandoned, notify.Expired, true, true,
		},
		{"never", a, notify.SendOutcome{Class: notify.Permanent, Code: 550}, notify.AttemptFailed, notify.Failed, true, false},
		{"no clear answer", a, notify.SendOutcome{Class: notify.Unknown}, notify.AttemptAbandoned, notify.Queued, false, true},
		{
			"no clear answer, a sixth time", with(func(a *notify.Attempt) { a.Past.Unclear = 5 }),
			notify.SendOutcome{Class: notify.Unknown},
			notify.AttemptAbandoned, notify.NeedsHuman, true, true,
		},
		{
			"an alert without a clear answer, a sixth time", with(func(a *notify.Attempt) { a.Kind, a.Past.Unclear = notify.KindAlert, 5 }),
			notify.SendOutcome{Class: notify.Unknown},
			notify.AttemptAbandoned, notify.Queued, false, true,
		},
	} {
		v := r.AfterEmail(c.attempt, c.out, now)
		if v.Attempt != c.try || v.Delivery != c.delivery || v.TellsStaff != c.staff || v.NextTryAt.After(now) != c.again {
			t.Errorf("%s: %+v", c.what, v)
		}
		if ends := v.Delivery == notify.Failed || v.Delivery == notify.Expired || v.Delivery == notify.NeedsHuman; ends && v.Cause == "" {
			t.Errorf("%s ends without a cause", c.what)
		}
	}
}

// Where a follower hears, and why.
func TestPlanChoosesBetweenTextAndEmail(t *testing.T) {
	mail := id(77)
	none := notify.Number{None: true}
	for _, c := range []struct {
		what    string
		reach   notify.Reach
		wants   notify.Channel
		channel notify.Channel
		reason  string
		cause   string
	}{
		{"a phone alone", notify.Reach{Conversation: phone(sam)}, "", notify.SMS, "", ""},
		{"both", notify.Reach{Conversation: phone(sam), Address: mail, Contact: notify.Contact{Email: true}}, "", notify.SMS, "", ""},
		{"both, and chose email", notify.Reach{Conversation: phone(sam), Address: mail, Contact: notify.Contact{Email: true}}, notify.Email, notify.Email, "; by email, as they chose", ""},
		{"chose email, and we send none", notify.Reach{Conversation: phone(sam)}, notify.Email, notify.SMS, "", ""},
		{"an address alone", notify.Reach{Address: mail, Contact: notify.Contact{Number: none, Email: true}}, "", notify.Email, "; no text can reach them: no number is known", ""},
		{
			"an address alone, unsubscribed",
			notify.Reach{Address: mail, Unsubscribed: true, Contact: notify.Contact{Number: none, Email: true}},
			"", notify.Email,
			"; no text can reach them: no number is known", "they unsubscribed from our emails",
		},
		{"neither", notify.Reach{Contact: notify.Contact{Number: none}}, "", notify.SMS, "", "no number is known"},
	} {
		w := world()
		c.reach.Person = sam
		w.Circles[mary] = []notify.CircleMember{{Follower: samAsFollow, Active: true, Scope: carenet.Scope{carenet.PartScore}, Reach: c.reach, Wants: c.wants}}
		plan := notify.Plan(carenet.Event{Kind: carenet.EventCheckIn, Org: org, Patient: mary, Subject: checkIn}, w)
		const reason = "in the circle, by the patient's consent"
		if len(plan) != 1 || plan[0].Channel != c.channel || plan[0].Reason != reason+c.reason || plan[0].Cause != c.cause {
			t.Errorf("%s: %+v", c.what, plan)
			continue
		}
		if p := plan[0]; p.Channel == notify.Email && (p.Address != mail || p.Conversation != carenet.NilID) {
			t.Errorf("%s: it goes nowhere: %+v", c.what, p)
		}
	}
}

func TestPlanKeepsToThePace(t *testing.T) {
	usual := carenet.Usual{Known: true, Mean: 4, Spread: 0.5}
	for _, c := range []struct {
		what   string
		pace   carenet.Pace
		scope  carenet.Part
		score  float64
		usual  carenet.Usual
		change func(*carenet.CheckIn)
		cause  string
	}{
		{"at once", carenet.AtOnce, carenet.PartScore, 4, usual, nil, ""},
		{"none said", "", carenet.PartScore, 4, usual, nil, ""},
		{"daily", carenet.Daily, carenet.PartScore, 1, usual, nil, "it comes with their daily summary"},
		{"weekly", carenet.Weekly, carenet.PartScore, 1, usual, nil, "it comes with their weekly summary"},
		{"usual", carenet.BelowUsual, carenet.PartScore, 4, usual, nil, "they want to hear only of what is below usual"},
		{"below", carenet.BelowUsual, carenet.PartScore, 3, usual, nil, ""},
		{"nobody knows the usual", carenet.BelowUsual, carenet.PartScore, 4, carenet.Usual{}, nil, ""},
		{"INV-7 silence would tell", carenet.BelowUsual, carenet.PartAnswered, 4, usual, nil, ""},
		{"a correction", carenet.BelowUsual, carenet.PartScore, 4, usual, func(c *carenet.CheckIn) { c.Corrects = id(30) }, ""},
		{"words alone", carenet.BelowUsual, carenet.PartScore, 4, usual, func(c *carenet.CheckIn) { c.Score, c.Prompt = nil, id(31) }, ""},
		{"more words", carenet.AtOnce, carenet.PartScore, 4, usual, func(c *carenet.CheckIn) { c.Score = nil }, "more words, which are not for them"},
		{"more words for whom they are for", carenet.AtOnce, carenet.PartWords, 4, usual, func(c *carenet.CheckIn) { c.Score = nil }, ""},
		{"private stays private", carenet.Daily, carenet.PartScore, 4, usual, func(c *carenet.CheckIn) { c.Private = true }, "kept private by the patient"},
	} {
		w := world()
		k := carenet.CheckIn{ID: checkIn, Patient: mary, ReporterID: mary, Score: &c.score}
		if c.change != nil {
			c.change(&k)
		}
		w.CheckIns[checkIn] = k
		w.Usual = map[carenet.ID]carenet.Usual{mary: c.usual}
		w.Circles[mary] = []notify.CircleMember{{Follower: samAsFollow, Active: true, Scope: carenet.Scope{c.scope}, Reach: reach(sam), Pace: c.pace}}
		plan := notify.Plan(carenet.Event{Kind: carenet.EventCheckIn, Org: org, Patient: mary, Subject: checkIn}, w)
		if len(plan) != 1 || plan[0].Cause != c.cause {
			t.Errorf("%s: %+v", c.what, plan)
		}
	}
}

func TestUpdatesWaitForTheMorningOfWhomWantsIt(t *testing.T) {
	tokyo, err := time.LoadLocation("Asia/Tokyo")
	if err != nil {
		t.Fatal(err)
	}
	w := world()
	w.Now = time.Date(2026, 5, 1, 13, 0, 0, 0, time.UTC) // ten in the evening there
	score := 2.0
	w.CheckIns[checkIn] = carenet.CheckIn{ID: checkIn, Patient: mary, ReporterID: mary, Score: &score}
	m := notify.CircleMember{Follower: samAsFollow, Active: true, Scope: carenet.Scope{carenet.PartScore}, Reach: reach(sam), NightsHeld: true, Zone: tokyo}
	plan := func() notify.Planned {
		t.Helper()
		w.Circles[mary] = []notify.CircleMember{m}
		got := notify.Plan(carenet.Event{Kind: carenet.EventCheckIn, Org: org, Patient: mary, Subject: checkIn}, w)
		if len(got) != 1 || got[0].Cause != "" {
			t.Fatalf("planned %+v", got)
		}
		return got[0]
	}
	if p := plan(); !p.DueAt.Equal(w.Now.Add(10*time.Hour)) || p.Wait != notify.WaitNight || p.ExpiresAt.Sub(p.DueAt) < 12*time.Hour {
		t.Errorf("at night: due %s until %s, %q", p.DueAt, p.ExpiresAt, p.Wait)
	}
	w.Now = w.Now.Add(-2 * time.Hour)
	if p := plan(); !p.DueAt.Equal(w.Now) || p.Wait != "" {
		t.Errorf("by day: due %s, %q", p.DueAt, p.Wait)
	}
	m.NightsHeld, w.Now = false, w.Now.Add(2*time.Hour)
	if p := plan(); !p.DueAt.Equal(w.Now) {
		t.Errorf("unwished: due %s", p.DueAt)
	}
	// And when an outage has made night of it.
	for name, c := range map[string]struct {
		candidate notify.Candidate
		waits     bool
	}{
		"an update":             {notify.Candidate{Kind: notify.KindUpdate, NightsHeld: true}, true},
		"to whom it is welcome": {notify.Candidate{Kind: notify.KindUpdate}, false},
		"a kind word":           {notify.Candidate{Kind: notify.KindKindWord}, true},
		"an alert":              {notify.Candidate{Kind: notify.KindAlert, NightsHeld: true}, false},
		"an answer":             {notify.Candidate{Kind: notify.KindReply, NightsHeld: true}, false},
	} {
		c.candidate.Now = w.Now
		if got := !c.candidate.HeldUntil(tokyo).IsZero(); got != c.waits {
			t.Errorf("%s waits: %t", name, got)
		}
	}
}

// INV-9: whoever no text can reach is called, and gets an email as well.
func TestINV9_AnAlertThatNoTextBringsGoesByCallAndEmail(t *testing.T) {
	w := world()
	stopped := notify.Number{Stopped: true}
	w.Responders = []notify.Responder{{Roles: []string{"responder"}, Reach: notify.Reach{
		Person: dana, Conversation: phone(dana), Address: id(78), Stopped: true,
		Contact: notify.Contact{Number: stopped, Called: true, Email: true},
	}}}
	var got []notify.Channel
	for _, p := range notify.Plan(carenet.Event{Kind: carenet.EventAlertStep, Org: org, Patient: mary, Subject: alert, Detail: carenet.Detail{Alert: alert, Roles: []string{"responder"}}}, w) {
		got = append(got, p.Channel)
		if p.Cause != "" || p.Channel == notify.Email && p.Address != id(78) {
			t.Errorf("%+v", p)
		}
	}
	if len(got) != 2 || got[0] != notify.Voice || got[1] != notify.Email {
		t.Errorf("told by %v", got)
	}
}
