package app

import (
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/limit"
	"howareyou/notify"
)

// alone counts without Redis, on a clock that the test moves.
func alone(t *testing.T, now *time.Time) *budget {
	t.Helper()
	l, err := limit.New("redis://127.0.0.1:1", func() time.Time { return *now }, limit.Options{Processes: 1, Timeout: time.Millisecond})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(l.Close)
	return newBudget(l)
}

func TestAShareOfARateIsLeftForAlerts(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	b := alone(t, &now)
	due := func(lane notify.Priority) notify.Due {
		return notify.Due{Sender: carenet.ID{1}, Lane: lane, Waiting: 1000, PerMinute: 120}
	}
	sent := map[notify.Priority]int{}
	take := func(lane notify.Priority, n int) (int, time.Duration) {
		got, again := b.Take(t.Context(), due(lane), n)
		sent[lane] += got
		return got, again
	}
	if got, again := take(notify.PriorityUpdate, 100); got != 8 || again <= 0 || again > time.Second {
		t.Errorf("%d updates at once and the next after %s; want 8, four fifths of five seconds' worth", got, again)
	}
	if got, _ := take(notify.PriorityAlert, 100); got != 2 {
		t.Errorf("%d alerts beside them, want the 2 that are left", got)
	}
	if got, _ := take(notify.PriorityRed, 3); got != 3 {
		t.Errorf("%d red alerts of 3: they never wait", got)
	}
	// A minute of a flood, with an alert every five seconds.
	clear(sent)
	for tick := range 600 {
		now = now.Add(100 * time.Millisecond)
		take(notify.PriorityUpdate, 32)
		if tick%50 == 49 {
			if got, _ := take(notify.PriorityAlert, 1); got != 1 {
				t.Errorf("an alert waits behind updates after %d s", tick/10)
			}
		}
	}
	if n := sent[notify.PriorityUpdate]; n < 85 || n > 105 {
		t.Errorf("%d updates in a minute at 120, want about four fifths", n)
	}
}

func TestWhatIsNotNeededIsKept(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	b := alone(t, &now)
	due := notify.Due{Sender: carenet.ID{1}, Lane: notify.PriorityPrompt, PerMinute: 60}
	for range 50 { // four rows, each of the same number: one leaves
		got, _ := b.Take(t.Context(), due, 4)
		if got == 0 {
			t.Fatal("nothing is left though nothing was used")
		}
		b.Return(due, got)
	}
	unlimited := notify.Due{Sender: carenet.ID{2}, Lane: notify.PriorityPrompt}
	if got, _ := b.Take(t.Context(), unlimited, 1e6); got != 1e6 {
		t.Errorf("%d of a million without a limit", got)
	}
}
