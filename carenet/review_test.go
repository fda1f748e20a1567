package carenet_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

// TestTheWeeksSummaryIsDueOnMondaysAtEight: also in the weeks in which the clocks change.
func TestTheWeeksSummaryIsDueOnMondaysAtEight(t *testing.T) {
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	rapid.Check(t, func(t *rapid.T) {
		at := time.Date(2026, 3, 20, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.Int64Range(0, int64(300*24*time.Hour)).Draw(t, "later")))
		due, week := carenet.ReviewDue(at, london)
		next := carenet.NextReview(at, london)
		for _, d := range []time.Time{due, next} {
			if l := d.In(london); l.Weekday() != time.Monday || l.Format("15:04:05") != "08:00:00" {
				t.Fatalf("due %s", l)
			}
		}
		if due.After(at) || !next.After(at) || next.Sub(due) < 167*time.Hour || next.Sub(due) > 169*time.Hour || carenet.LocalDay(due, london) != week {
			t.Fatalf("at %s: %s, then %s", at, due, next)
		}
	})
}
