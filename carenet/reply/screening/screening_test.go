package screening_test

import (
	"testing"

	"howareyou/carenet/reply"
	"howareyou/carenet/reply/screening"
)

// floors are a little below what docs/reading.md states, by list: a change of a
// phrase that loses more must say so there.
var floors = map[string]struct{ recall, precision float64 }{
	"en": {0.92, 0.94}, "es": {0.96, 0.94}, "ar": {0.95, 0.94},
	"second.en": {0.95, 0.94}, "second.es": {0.95, 0.94}, "second.ar": {0.95, 0.94},
	"third.en": {0.95, 0.94}, "third.es": {0.95, 0.94}, "third.ar": {0.95, 0.94},
}

func TestRecallAndPrecisionAreAsStated(t *testing.T) {
	for _, lang := range reply.Languages {
		for _, which := range screening.Lists {
			r, err := screening.Measure(which, lang)
			if err != nil {
				t.Fatal(err)
			}
			name := which + lang
			t.Logf("%s: recall %.3f (%d of %d), precision %.3f (%d false of %d ordinary)", name, r.Recall(), r.Found, r.Calls, r.Precision(), r.False, r.Plain)
			for _, f := range []string{reply.FlagSelfHarm, reply.FlagChestPain, reply.FlagBreathless, reply.FlagStroke, reply.FlagBleeding, reply.FlagFall, reply.FlagWantsContact} {
				if r.Of[f] < 2 {
					t.Errorf("%s has %d texts of %s: too few to say anything", name, r.Of[f], f)
				}
				t.Logf("  %s: %d of %d", f, r.FoundOf[f], r.Of[f])
			}
			floor := floors[name]
			if r.Recall() < floor.recall || r.Precision() < floor.precision {
				t.Errorf("%s: recall %.3f and precision %.3f, want at least %.3f and %.3f", name, r.Recall(), r.Precision(), floor.recall, floor.precision)
			}
		}
	}
}
