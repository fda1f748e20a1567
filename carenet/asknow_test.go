package carenet_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

func TestWhoMayBeAskedInBetween(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	noon := time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return noon.Add(-d) }
	in := func(d time.Duration) time.Time { return noon.Add(d) }
	for _, c := range []struct {
		what string
		f    carenet.AskNowFacts
		want carenet.AskNowAnswer
		at   time.Time
	}{
		{"nothing stands in the way", carenet.AskNowFacts{LastAsked: ago(3 * time.Hour), Next: in(21 * time.Hour)}, carenet.AskNowYes, time.Time{}},
		{"never asked, and by no plan", carenet.AskNowFacts{}, carenet.AskNowYes, time.Time{}},
		{"has not joined", carenet.AskNowFacts{State: "invited"}, carenet.AskNowNotHere, time.Time{}},
		{"has left", carenet.AskNowFacts{State: "left"}, carenet.AskNowNotHere, time.Time{}},
		{"has died", carenet.AskNowFacts{State: "died"}, carenet.AskNowNotHere, time.Time{}},
		{"in hospital", carenet.AskNowFacts{State: "in_hospital"}, carenet.AskNowHospital, time.Time{}},
		{"STOP", carenet.AskNowFacts{Stopped: true}, carenet.AskNowStopped, time.Time{}},
		{"away", carenet.AskNowFacts{PausedUntil: in(time.Hour)}, carenet.AskNowAway, in(time.Hour)},
		{"back", carenet.AskNowFacts{PausedUntil: noon}, carenet.AskNowYes, time.Time{}},
		{"asked a moment ago", carenet.AskNowFacts{LastAsked: ago(3*time.Hour - time.Second)}, carenet.AskNowJustAsked, ago(3*time.Hour - time.Second)},
		{"twice in a day", carenet.AskNowFacts{InBetween: []time.Time{ago(20 * time.Hour), ago(4 * time.Hour)}}, carenet.AskNowEnough, in(4 * time.Hour)},
		{"once in a day", carenet.AskNowFacts{InBetween: []time.Time{ago(24 * time.Hour), ago(4 * time.Hour)}}, carenet.AskNowYes, time.Time{}},
		{"asked soon", carenet.AskNowFacts{Next: in(time.Hour)}, carenet.AskNowSoon, in(time.Hour)},
		{"night", carenet.AskNowFacts{Now: in(10 * time.Hour)}, carenet.AskNowNight, in(20 * time.Hour)},
	} {
		if c.f.State == "" {
			c.f.State = "active"
		}
		if c.f.Now.IsZero() {
			c.f.Now = noon
		}
		c.f.Zone = london
		if got, at := carenet.AskNow(c.f); got != c.want || !at.Equal(c.at) {
			t.Errorf("%s: %s %s, want %s %s", c.what, got, at, c.want, c.at)
		}
	}
}
