package notify_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/notify"
)

func TestRetryWaitGrowsToItsBound(t *testing.T) {
	for k, most := range map[notify.Kind]time.Duration{notify.KindUpdate: 2 * time.Minute, notify.KindAlert: 15 * time.Second} {
		last := time.Duration(0)
		for n := -1; n < 100; n++ {
			w := notify.RetryWait(k, n)
			if w < last || w < 2*time.Second || w > most {
				t.Fatalf("%s, refusal %d: %s after %s", k, n, w, last)
			}
			last = w
		}
		if last != most {
			t.Errorf("%s: it ends at %s", k, last)
		}
	}
}

// What was refused together must not come back together, and a replay of the
// same decision must come to the same time.
func TestRefusalsAreSpread(t *testing.T) {
	times := map[time.Duration]bool{}
	for range 200 {
		a := attempt(func(a *notify.Attempt) { a.ID = carenet.NewID(now) }, past(notify.Past{Refused: 20}))
		refused := notify.SendOutcome{Class: notify.Retry}
		v := rules.AfterSend(a, refused, now)
		if again := rules.AfterSend(a, refused, now); again != v {
			t.Fatalf("decided twice, %s and %s", v.NextTryAt, again.NextTryAt)
		}
		times[v.NextTryAt.Sub(now).Truncate(time.Second)] = true
	}
	if len(times) < 20 {
		t.Errorf("200 refused texts come back within %d different seconds", len(times))
	}
}

func TestTheProvidersRetryAfterIsKept(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		asked := time.Duration(rapid.IntRange(0, 3600).Draw(t, "seconds")) * time.Second
		a := attempt(func(a *notify.Attempt) { a.ID = carenet.NewID(now) }, past(notify.Past{Refused: rapid.IntRange(0, 50).Draw(t, "refused")}))
		v := rules.AfterSend(a, notify.SendOutcome{Class: notify.Retry, RetryAfter: asked}, now)
		if wait := v.NextTryAt.Sub(now); wait < asked || wait > 2*max(asked, 2*time.Minute) {
			t.Fatalf("asked for %s, waits %s", asked, wait)
		}
	})
}
