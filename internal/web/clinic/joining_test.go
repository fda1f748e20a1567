package clinic_test

import (
	"net/url"
	"testing"
	"time"

	"howareyou/carenet"
)

func TestJoiningSaysWhereEachOneStands(t *testing.T) {
	w := newWorld(t)
	asked := func(name string, state carenet.QuestionState, times int) carenet.Invitation {
		return carenet.Invitation{
			Question: carenet.Question{Patient: carenet.NewID(now), Kind: carenet.AskEnrol, State: state, Asked: times},
			Name:     name, AskedBy: "Dr Lee", ChangedAt: now.Add(-time.Hour),
		}
	}
	w.fake.joining.Asked = []carenet.Invitation{
		asked("John Hill", carenet.QuestionOpen, 1), asked("Ann Moor", carenet.QuestionOpen, 2), asked("Kit Dale", carenet.QuestionLapsed, 2), asked("Zoe Field", carenet.QuestionNo, 1),
	}
	w.fake.joining.Asked[0].Reached = true
	w.fake.joining.Asked[3].Stopped = true
	res, body := w.ask("GET", "/clinic/joining", "", nil)
	if res.StatusCode != 200 {
		t.Fatal(res.StatusCode)
	}
	w.has(body, "John Hill", "Asked today 11:00. No answer yet.", "The text has arrived.", "Asked twice", "Did not answer.", "Said no today 11:00.", "Call, do not text", "Asked by Dr Lee",
		"Take it back: John Hill", "Ask again: Kit Dale", "Enrol a patient", "not", "Ask again: Zoe Field", "Ask again: John Hill")
	w.fake.joining.MayEnrol = false
	_, body = w.ask("GET", "/clinic/joining", "", nil)
	w.has(body, "John Hill", "not", "Take it back", "Ask again", "Enrol a patient")
	if res, _ := w.ask("GET", "/clinic/joining/new", "", nil); res.StatusCode != 403 {
		t.Errorf("who may not enrol sees the form: %d", res.StatusCode)
	}
}

func TestEnrollingShowsTheTextAndKeepsWhatWasTyped(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/joining/new", "", nil)
	w.has(body, "The text that they get", "Nurse Dana asks if we may text you", "3 times a week", "call 999", "STOP")
	form := url.Values{"name": {"John Hill"}, "phone": {""}, "language": {"es"}, "days": {"FREQ=DAILY"}, "at": {"9 o'clock"}}
	res, body := w.ask("POST", "/clinic/joining/new", form.Encode(), ours)
	if res.StatusCode != 422 || len(w.fake.enrolled) != 0 {
		t.Fatalf("status %d, enrolled %v", res.StatusCode, w.fake.enrolled)
	}
	w.has(body, `value="John Hill"`, "Write a time such as 09:00.", "no phone number", "a diario")
	form.Set("phone", "07700 900003")
	form.Set("at", "10:00")
	w.fake.enrolFault = carenet.Errorf(carenet.Conflict, "enrol", "known")
	res, body = w.ask("POST", "/clinic/joining/new", form.Encode(), ours)
	w.has(body, "is a patient here already")
	if res.StatusCode != 422 || w.committed != 0 {
		t.Errorf("status %d", res.StatusCode)
	}
	w.fake.enrolFault = nil
	res, _ = w.ask("POST", "/clinic/joining/new", form.Encode(), ours)
	if got := w.fake.enrolled[len(w.fake.enrolled)-1]; res.StatusCode != 303 || w.committed != 1 || got != (carenet.Enrolment{Name: "John Hill", Phone: "07700 900003", Language: "es", RRule: "FREQ=DAILY", LocalTime: "10:00"}) {
		t.Errorf("status %d, enrolled %+v", res.StatusCode, got)
	}
	id := carenet.NewID(now).String()
	if res, _ := w.ask("POST", "/clinic/joining/"+id+"/again", "", ours); res.StatusCode != 409 {
		t.Errorf("asked again somebody who has joined: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", "/clinic/joining/"+id+"/withdraw", "", ours); res.StatusCode != 303 || len(w.fake.withdrawn) != 1 {
		t.Errorf("status %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", "/clinic/joining/new", form.Encode(), map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("another site enrolled somebody: %d", res.StatusCode)
	}
}
