package carenet_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

func TestNextDigestIsInTheReadersEvening(t *testing.T) {
	for _, c := range []struct {
		pace           carenet.Pace
		zone, at, want string
	}{
		{carenet.Daily, "Europe/London", "2026-11-02T08:30:00Z", "2026-11-02T18:00:00Z"},
		{carenet.Daily, "Europe/London", "2026-11-02T18:00:00Z", "2026-11-03T18:00:00Z"}, // the one that has just come
		{carenet.Daily, "Europe/London", "2026-06-02T17:30:00Z", "2026-06-03T17:00:00Z"}, // summer time
		{carenet.Daily, "Europe/London", "2026-10-24T20:00:00Z", "2026-10-25T18:00:00Z"}, // a day of 25 hours
		{carenet.Daily, "America/New_York", "2026-11-02T22:59:00Z", "2026-11-02T23:00:00Z"},
		{carenet.Daily, "Pacific/Kiritimati", "2026-11-02T08:30:00Z", "2026-11-03T04:00:00Z"},
		{carenet.Weekly, "Europe/London", "2026-11-02T08:30:00Z", "2026-11-08T18:00:00Z"},
		{carenet.Weekly, "Europe/London", "2026-11-08T18:00:00Z", "2026-11-15T18:00:00Z"},
		{carenet.AtOnce, "Europe/London", "2026-11-02T08:30:00Z", ""},
		{carenet.BelowUsual, "Europe/London", "2026-11-02T08:30:00Z", ""},
	} {
		zone, err := time.LoadLocation(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		got := ""
		if next, ok := c.pace.NextDigest(at, zone); ok {
			got = next.Format(time.RFC3339)
		}
		if got != c.want {
			t.Errorf("%s in %s after %s: %q, want %q", c.pace, c.zone, c.at, got, c.want)
		}
	}
}
