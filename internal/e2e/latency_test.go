package e2e

import (
	"slices"
	"testing"
	"time"
)

// From the moment a patient's text leaves to the moment the follower's phone
// shows the update, one text at a time. It runs while no other test of the
// package does. Only what nobody could mistake for a busy machine fails.
func TestAFollowerHearsWithinASecond(t *testing.T) {
	c := newClinic(t, wishes{})
	all := c.circles(10, 5)
	c.start(1)
	var took []time.Duration
	for n := range all[0].texts {
		for _, ci := range all {
			ci.patient.Texts(ci.texts[n])
			took = append(took, ci.follower.Expects("murmur").After(ci.patient))
		}
	}
	c.settled()
	c.arrivedOnce(all)
	slices.Sort(took)
	p50, p99 := took[len(took)/2], took[len(took)*99/100]
	t.Logf("text in to follower's phone, %d check-ins: p50 %s, p99 %s, longest %s", len(took),
		p50.Round(100*time.Microsecond), p99.Round(100*time.Microsecond), took[len(took)-1].Round(100*time.Microsecond))
	if p50 > time.Second || p99 > 5*time.Second {
		t.Errorf("p50 %s and p99 %s are too long", p50, p99)
	}
}
