package app

import (
	"strings"
	"testing"
	"time"

	"howareyou/internal/postgres"
	"howareyou/notify"
)

func TestTroublesSayWhatIsStuck(t *testing.T) {
	now := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	ago := func(d time.Duration) time.Time { return now.Add(-d) }
	lane := func(l notify.Priority, held bool, n int, d time.Duration) postgres.Standing {
		return postgres.Standing{Lanes: []postgres.LaneStanding{{Lane: l, Held: held, Waiting: n, Oldest: ago(d)}}}
	}
	code := func(n int) postgres.Fault {
		p, _ := notify.PolicyOf(n)
		return postgres.Fault{Policy: p, Times: 3, Last: ago(2 * time.Minute)}
	}
	for _, c := range []struct {
		what  string
		st    postgres.Standing
		wrong bool
		says  string // "" for nothing to say
	}{
		{"nothing", postgres.Standing{}, false, ""},
		{"some on their way", lane(notify.PriorityUpdate, false, 40, time.Minute), false, ""},
		{"updates stuck", lane(notify.PriorityUpdate, false, 40, 3*time.Hour), true, "40 updates have waited for up to 3 h"},
		{"alerts stuck", lane(notify.PriorityRed, false, 1, 6*time.Minute), true, "1 red alerts have waited for up to 6 min"},
		{"held", lane(notify.PriorityPrompt, true, 7, 50*time.Hour), false, "7 prompts are held by an operator's word, the oldest for 2 days"},
		{"uncertain", postgres.Standing{Uncertain: 2, OldestUncertain: ago(90 * time.Minute)}, true, "2 texts are of unknown fate, the oldest for 1 h"},
		{"uncertain for a moment", postgres.Standing{Uncertain: 2, OldestUncertain: ago(time.Minute)}, false, ""},
		{"a fault", postgres.Standing{Faults: []postgres.Fault{code(30034)}}, true, "30034 (the sender is not registered with the carriers) 3 times within a day, last 2 min ago"},
		{"staff have something to do", postgres.Standing{ForStaff: 3, OldestForStaff: ago(time.Hour)}, false, "3 texts did not arrive"},
		{"staff do not look", postgres.Standing{ForStaff: 3, OldestForStaff: ago(30 * time.Hour)}, true, "the oldest for 30 h"},
	} {
		c.st.At = now
		got := Troubles(c.st)
		if c.says == "" {
			if len(got) > 0 {
				t.Errorf("%s: %+v", c.what, got)
			}
			continue
		}
		if len(got) != 1 || got[0].Wrong != c.wrong || !strings.Contains(got[0].Says, c.says) {
			t.Errorf("%s: %+v, want %t %q", c.what, got, c.wrong, c.says)
		}
	}
}
