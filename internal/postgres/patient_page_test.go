package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/auth"
)

func TestINV15_StaffSeeTheWholeThreadAndTheNewestAnswer(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "4 slept well")
	c.advance(5 * time.Minute)
	c.text("+447700900001", "3") // corrects it
	c.advance(time.Minute)
	c.text("+447700900001", "HELP")
	c.text("+447700900101", "HELP") // not hers
	batches, err := c.store.RequestSignIn(c.ctx, "+447700900001", auth.PatientDoor, "")
	c.must(err)
	for _, b := range batches {
		_, err := c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
	c.sent()
	page, err := c.store.PatientPage(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana}, c.mary)
	c.must(err)
	if last := page.Row.Last; last == nil || last.Score == nil || *last.Score != 3 {
		t.Errorf("the newest answer is %+v, want 3", last)
	}
	if len(page.Series) != 1 || page.Series[0].Score != 3 {
		t.Errorf("the chart shows %+v, want 3 alone", page.Series)
	}
	got := map[string]int{}
	for _, m := range page.Thread {
		if m.In {
			got["in"]++
		} else {
			got[m.Kind]++
		}
	}
	want := map[string]int{"in": 3, "thanks": 2, "reply": 1, "update": 4, "sign_in": 1}
	for kind, n := range want {
		if got[kind] != n {
			t.Errorf("the thread has %d of kind %s, want %d: %v", got[kind], kind, n, got)
		}
	}
}
