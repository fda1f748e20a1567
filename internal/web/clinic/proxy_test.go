package clinic_test

import (
	"context"
	"testing"
	"time"

	"howareyou/carenet"
)

// answering is what staff noted of who answers for somebody.
type answering struct {
	given []carenet.Authority
	ended []carenet.ID
}

// TestStaffNoteByWhatRightSomebodyAnswers: never without a basis that stands in the list.
func TestStaffNoteByWhatRightSomebodyAnswers(t *testing.T) {
	w := newWorld(t)
	sam := carenet.NewID(now)
	w.fake.page.Circle = []carenet.CirclePlace{{Follower: sam, Name: "Sam Okafor", Scope: carenet.Scope{carenet.PartScore}}}
	page := "/clinic/patients/" + mary.String()
	path := page + "/answers/" + sam.String()
	_, body := w.ask("GET", page, "", nil)
	w.has(body, "Who answers for", "Power of attorney, or guardian", "Let Sam Okafor answer")
	for _, form := range []string{"", "basis=", "basis=because", "relation=mother"} {
		if res, _ := w.ask("POST", path, form, ours); res.StatusCode != 422 || len(w.fake.given) != 0 {
			t.Errorf("%q: %d, %v", form, res.StatusCode, w.fake.given)
		}
	}
	res, _ := w.ask("POST", path, "basis=attorney&relation=mother", ours)
	if want := (carenet.Authority{Basis: carenet.BasisAttorney, Relation: carenet.Mother}); res.StatusCode != 303 || len(w.fake.given) != 1 || w.fake.given[0] != want {
		t.Errorf("%d, %+v", res.StatusCode, w.fake.given)
	}
	w.fake.page.Circle[0].Proxy = carenet.Authority{Basis: carenet.BasisAttorney, By: "Nurse Dana", At: now.Add(-time.Hour)}
	last := 3.0
	w.fake.page.Row.Usual = carenet.Usual{Known: true, Mean: 4.4, Spread: 0.3, Days: 30}
	w.fake.page.Row.Last = &carenet.Update{At: now.Add(-time.Hour), Score: &last, Reporter: carenet.ReporterProxy, By: "Sam Okafor"}
	w.fake.page.Thread = []carenet.Message{{At: now.Add(-time.Hour), In: true, From: "Mary Okafor", Author: "Sam Okafor", Body: "Mary 3", State: "read"}}
	_, body = w.ask("GET", page, "", nil)
	w.has(body, "Power of attorney, or guardian. Noted by Nurse Dana", "Sam Okafor does not answer any more", "Sam Okafor answered for Mary", "Text from Sam Okafor", "not", "Lower than usual")
	if res, _ := w.ask("POST", path, "end=yes", ours); res.StatusCode != 303 || len(w.fake.answering.ended) != 1 || w.fake.answering.ended[0] != sam {
		t.Error(res.StatusCode, w.fake.answering.ended)
	}
}

func (f *answering) SetProxy(_ context.Context, _ carenet.Actor, _, _ carenet.ID, a carenet.Authority) (carenet.Batch, error) {
	f.given = append(f.given, a)
	return carenet.Batch{}, nil
}

func (f *answering) EndProxy(_ context.Context, _ carenet.Actor, _, follower carenet.ID) (carenet.Batch, error) {
	f.ended = append(f.ended, follower)
	return carenet.Batch{}, nil
}
