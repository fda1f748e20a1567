package notify

import (
	"testing"
	"time"

	"howareyou/carenet"
)

// TestAnAnswerForSomebodyIsTold to the patient and the circle, thanked for where it came
// from, and not told to whoever gave it; who hears only of what is below usual hears of it,
// since what is usual is what the patient says.
func TestAnAnswerForSomebodyIsTold(t *testing.T) {
	id := func(n byte) carenet.ID { return carenet.ID{n} }
	five, noon := 5.0, time.Date(2026, 5, 14, 11, 0, 0, 0, time.UTC)
	reach := func(n byte) Reach { return Reach{Person: id(n), Conversation: id(n + 100)} }
	member := func(n byte, pace carenet.Pace) CircleMember {
		return CircleMember{Follower: id(n + 50), Active: true, Scope: carenet.Scope{carenet.PartScore}, Pace: pace, Reach: reach(n)}
	}
	c := carenet.CheckIn{ID: id(9), Org: id(1), Patient: id(2), Reporter: carenet.ReporterProxy, ReporterID: id(3), Score: &five}
	w := World{
		Now: noon, Senders: []Sender{{ID: id(8)}}, Patients: map[carenet.ID]Reach{c.Patient: reach(2)}, CheckIns: map[carenet.ID]carenet.CheckIn{c.ID: c},
		Circles: map[carenet.ID][]CircleMember{c.Patient: {member(3, carenet.AtOnce), member(4, carenet.AtOnce), member(5, carenet.BelowUsual)}},
		Usual:   map[carenet.ID]carenet.Usual{c.Patient: {Known: true, Mean: 3, Spread: 0.5, Days: 30}},
	}
	e := carenet.Event{ID: id(7), Org: c.Org, Kind: carenet.EventCheckIn, Patient: c.Patient, Subject: c.ID, At: noon, Detail: carenet.Detail{Person: c.ReporterID, Conversation: id(103), Proxy: true}}
	got := map[Kind]map[carenet.ID]string{}
	for _, d := range Plan(e, w) {
		if got[d.Kind] == nil {
			got[d.Kind] = map[carenet.ID]string{}
		}
		got[d.Kind][d.Recipient] = d.Cause
		if d.Kind == KindThanks && (d.Audience != carenet.ToFollower || d.Conversation != id(103)) {
			t.Errorf("thanks go to %+v", d)
		}
	}
	if len(got[KindThanks]) != 1 || len(got[KindAnsweredFor]) != 1 || got[KindAnsweredFor][id(2)] != "" {
		t.Errorf("%v", got)
	}
	if u := got[KindUpdate]; len(u) != 3 || u[id(3)] != "they gave the answer themselves" || u[id(4)] != "" || u[id(5)] != "" {
		t.Errorf("updates: %v", u)
	}
}

// TestAPhoneOfTwoHearsOfAnAnswerOnce: the thanks for it, and not that somebody answered.
func TestAPhoneOfTwoHearsOfAnAnswerOnce(t *testing.T) {
	id := func(n byte) carenet.ID { return carenet.ID{n} }
	three := 3.0
	c := carenet.CheckIn{ID: id(9), Org: id(1), Patient: id(2), Reporter: carenet.ReporterProxy, ReporterID: id(3), Score: &three}
	w := World{
		Now: time.Date(2026, 5, 14, 11, 0, 0, 0, time.UTC), Senders: []Sender{{ID: id(8)}},
		Patients: map[carenet.ID]Reach{c.Patient: {Person: c.Patient, Conversation: id(100)}}, CheckIns: map[carenet.ID]carenet.CheckIn{c.ID: c},
	}
	for conversation, want := range map[carenet.ID]int{id(100): 1, id(103): 2} {
		e := carenet.Event{ID: id(7), Org: c.Org, Kind: carenet.EventCheckIn, Patient: c.Patient, Subject: c.ID, At: w.Now, Detail: carenet.Detail{Person: c.ReporterID, Conversation: conversation, Proxy: true}}
		planned, leave := Plan(e, w), 0
		for _, d := range planned {
			if d.Cause == "" {
				leave++
			}
		}
		if len(planned) != 2 || leave != want {
			t.Errorf("%d of %d leave, want %d", leave, len(planned), want)
		}
	}
}

// TestWhoMayAnswerIsToldOnce, and not when it has ended before the text leaves.
func TestWhoMayAnswerIsTold(t *testing.T) {
	id := func(n byte) carenet.ID { return carenet.ID{n} }
	noon := time.Date(2026, 5, 14, 11, 0, 0, 0, time.UTC)
	reach := func(n byte) Reach { return Reach{Person: id(n), Conversation: id(n + 100)} }
	w := World{
		Now: noon, Senders: []Sender{{ID: id(8)}}, Patients: map[carenet.ID]Reach{id(2): reach(2)},
		Circles: map[carenet.ID][]CircleMember{id(2): {{Follower: id(53), Active: true, Reach: reach(3)}, {Follower: id(54), Active: true, Reach: reach(4)}}},
	}
	e := carenet.Event{ID: id(7), Org: id(1), Kind: carenet.EventCircleChange, Patient: id(2), Subject: id(53), At: noon, Detail: carenet.Detail{About: id(3), Change: carenet.ChangeProxy}}
	for _, answered := range []bool{false, true} {
		e.Detail.NoThanks = answered
		var told []carenet.ID
		for _, d := range Plan(e, w) {
			told = append(told, d.Recipient)
		}
		if want := 2; answered && len(told) != 1 || !answered && len(told) != want || told[0] != id(3) {
			t.Errorf("answered %t: %v", answered, told)
		}
	}
	c := Candidate{Kind: KindProxy, Audience: carenet.ToFollower, Now: noon, ExpiresAt: noon.Add(time.Hour)}
	if ok, state, _ := Recheck(c); ok || state != Withdrawn {
		t.Error("it leaves after the right has ended")
	}
	c.MayAnswer = true
	if ok, _, cause := Recheck(c); !ok {
		t.Error(cause)
	}
	c.Unreachable = true
	if ok, _, _ := Recheck(c); ok {
		t.Error("it goes into a house in mourning")
	}
}
