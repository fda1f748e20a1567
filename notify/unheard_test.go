package notify_test

import (
	"testing"
	"time"

	"howareyou/notify"
)

func TestTheProviderIsAskedLessAndLessOften(t *testing.T) {
	begun := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	for channel, want := range map[notify.Channel][]time.Duration{
		notify.SMS:   {15 * time.Minute, 30 * time.Minute, time.Hour, 2 * time.Hour, 4 * time.Hour, 8 * time.Hour, 16 * time.Hour, 32 * time.Hour, 64 * time.Hour},
		notify.Voice: {4 * time.Minute, 8 * time.Minute, 16 * time.Minute, 32 * time.Minute},
		notify.Email: nil,
	} {
		now := begun
		for i, after := range want {
			at := notify.AskAt(channel, begun, now)
			if got := at.Sub(begun); got != after {
				t.Fatalf("%s, time %d: after %s, want %s", channel, i+1, got, after)
			}
			now = at
		}
		if channel != notify.Voice && !notify.AskAt(channel, begun, now).IsZero() {
			t.Errorf("%s is asked for ever", channel)
		}
	}
}
