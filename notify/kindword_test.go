package notify_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// TestAKindWordGoesToThePatientAloneAndWaitsForTheMorning: to the number that is
// the patient's now, when they may be disturbed.
func TestAKindWordGoesToThePatientAloneAndWaitsForTheMorning(t *testing.T) {
	night := time.Date(2026, 5, 1, 2, 0, 0, 0, time.UTC)
	morning := night.Add(6 * time.Hour)
	mary, sam, place := carenet.NewID(night), carenet.NewID(night), carenet.NewID(night)
	phone := carenet.NewID(night)
	e := carenet.Event{
		ID: carenet.NewID(night), Kind: carenet.EventEncouraged, Patient: mary, Subject: carenet.NewID(night),
		Detail: carenet.Detail{Person: sam, About: place, At: morning},
	}
	w := notify.World{Now: night, Patients: map[carenet.ID]notify.Reach{mary: {Person: mary, Conversation: phone}}}
	got := notify.Plan(e, w)
	if len(got) != 1 || got[0].Recipient != mary || got[0].Conversation != phone || got[0].Follower != place {
		t.Fatalf("planned %+v", got)
	}
	if !got[0].DueAt.Equal(morning) || !got[0].ExpiresAt.After(morning.Add(time.Hour)) {
		t.Errorf("due %s until %s, want %s", got[0].DueAt, got[0].ExpiresAt, morning)
	}
	w.Patients = nil
	if got := notify.Plan(e, w); len(got) != 1 || got[0].Cause == "" {
		t.Errorf("with no number known: %+v", got)
	}
}

// TestINV7_WhatTheCircleSendsIsCheckedWhenItLeaves: a sender who was dropped
// meanwhile, a number that is somebody else's, a follower who wants quiet.
func TestINV7_WhatTheCircleSendsIsCheckedWhenItLeaves(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	sees := carenet.Look(carenet.Actor{Kind: carenet.ActorFollower, Org: carenet.ID{1}, Person: carenet.ID{2}},
		carenet.Tie{Org: carenet.ID{1}, Following: true, Scope: carenet.Scope{carenet.PartScore}})
	for name, c := range map[string]struct {
		candidate notify.Candidate
		leaves    bool
	}{
		"a kind word":               {notify.Candidate{Kind: notify.KindKindWord, Following: true}, true},
		"its sender was dropped":    {notify.Candidate{Kind: notify.KindKindWord}, false},
		"somebody else's number":    {notify.Candidate{Kind: notify.KindKindWord, Following: true, Number: notify.Number{Wrong: true}}, false},
		"the patient stopped":       {notify.Candidate{Kind: notify.KindKindWord, Following: true, Number: notify.Number{Stopped: true}}, false},
		"an update":                 {notify.Candidate{Kind: notify.KindUpdate, View: sees}, true},
		"an update to one in quiet": {notify.Candidate{Kind: notify.KindUpdate, View: sees, Muted: true}, false},
	} {
		c.candidate.Now, c.candidate.ExpiresAt = now, now.Add(time.Hour)
		if ok, _, cause := notify.Recheck(c.candidate); ok != c.leaves || !ok && cause == "" {
			t.Errorf("%s: leaves %t, %q", name, ok, cause)
		}
	}
}
