package carenet

import (
	"testing"
	"time"

	"pgregory.net/rapid"
)

func TestAKindWordWaitsForTheMorning(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone, err := time.LoadLocation(rapid.SampledFrom([]string{"Europe/London", "Asia/Kolkata", "America/New_York", "Pacific/Apia"}).Draw(t, "zone"))
		if err != nil {
			t.Fatal(err)
		}
		at := time.Unix(rapid.Int64Range(1_700_000_000, 1_800_000_000).Draw(t, "at"), 0).UTC()
		got := InWakingHours(at, zone)
		hour := got.In(zone).Hour()
		switch {
		case hour < WakingFrom || hour >= WakingUntil:
			t.Fatalf("%s would ring at %s", at, got.In(zone))
		case got.Before(at) || got.Sub(at) > 13*time.Hour:
			t.Fatalf("%s waits until %s", at, got)
		case at.In(zone).Hour() >= WakingFrom && at.In(zone).Hour() < WakingUntil && !got.Equal(at):
			t.Fatalf("%s waits though it need not", at)
		}
	})
}
