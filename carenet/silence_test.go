package carenet_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

func TestINV14_SilenceHasACause(t *testing.T) {
	slot := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	after := func(d time.Duration) time.Time { return slot.Add(d) }
	const (
		minute, hour  = time.Minute, time.Hour
		onTime, grace = 30 * minute, 4 * hour
	)
	for _, c := range []struct {
		why  string
		set  func(*carenet.PromptFacts)
		now  time.Duration
		want carenet.Cause
	}{
		{"answering time not over", func(*carenet.PromptFacts) {}, 4*hour + 59*time.Second, carenet.Waiting},
		{"answering time over", func(*carenet.PromptFacts) {}, 4*hour + minute, carenet.NoReply},
		{"delivered, over", func(f *carenet.PromptFacts) { f.Handing = carenet.Confirmed }, 5 * hour, carenet.NoReply},
		{"refused at once", func(f *carenet.PromptFacts) {
			f.Handing, f.HandedAt = carenet.Refused, time.Time{}
		}, 2 * minute, carenet.Undelivered},
		{"refused by the network later", func(f *carenet.PromptFacts) { f.Handing = carenet.Refused }, 9 * hour, carenet.Undelivered},
		{"not handed over, still on time", func(f *carenet.PromptFacts) {
			f.Handing, f.HandedAt = carenet.NotHanded, time.Time{}
		}, onTime, carenet.Waiting},
		{"never handed over", func(f *carenet.PromptFacts) {
			f.Handing, f.HandedAt = carenet.NotHanded, time.Time{}
		}, onTime + 1, carenet.OurOutage},
		{"nobody knows whether, days later", func(f *carenet.PromptFacts) {
			f.Handing, f.HandedAt = carenet.NotHanded, time.Time{}
		}, 90 * hour, carenet.OurOutage},
		{"handed over late", func(f *carenet.PromptFacts) { f.HandedAt = after(onTime + 1) }, 90 * hour, carenet.OurOutage},
		{"handed over just in time", func(f *carenet.PromptFacts) { f.HandedAt = after(onTime) }, onTime + grace, carenet.NoReply},
		{"just in time: the patient keeps the whole grace", func(f *carenet.PromptFacts) { f.HandedAt = after(onTime) }, onTime + grace - 1, carenet.Waiting},
		{"stopped before", func(f *carenet.PromptFacts) { f.OptedOutAt = after(-24 * hour) }, 0, carenet.OptedOut},
		{"stopped instead of answering", func(f *carenet.PromptFacts) { f.OptedOutAt = after(2 * minute) }, 5 * hour, carenet.OptedOut},
		{"stopped after the time was over", func(f *carenet.PromptFacts) { f.OptedOutAt = after(6 * hour) }, 7 * hour, carenet.NoReply},
		{"stopped, and refused by the carrier for it", func(f *carenet.PromptFacts) {
			f.OptedOutAt, f.Handing = after(minute), carenet.Refused
		}, 5 * hour, carenet.OptedOut},
		{"away", func(f *carenet.PromptFacts) {
			f.PausedAt, f.PausedTill = after(-24*hour), after(48*hour)
		}, 5 * hour, carenet.Paused},
		{"went away instead of answering", func(f *carenet.PromptFacts) {
			f.PausedAt, f.PausedTill = after(hour), after(48*hour)
		}, 5 * hour, carenet.Paused},
		{"went away afterwards", func(f *carenet.PromptFacts) {
			f.PausedAt, f.PausedTill = after(6*hour), after(48*hour)
		}, 7 * hour, carenet.NoReply},
		{"back since before the slot", func(f *carenet.PromptFacts) {
			f.PausedAt, f.PausedTill = after(-48*hour), slot
		}, 5 * hour, carenet.NoReply},
	} {
		facts := carenet.PromptFacts{
			Slot: slot, Handing: carenet.Handed, HandedAt: after(minute),
			OnTime: onTime, Grace: grace, Now: after(c.now),
		}
		c.set(&facts)
		got, reason := carenet.SilenceCause(facts)
		if got != c.want || reason == "" {
			t.Errorf("%s: %s (%s), want %s", c.why, got, reason, c.want)
		}
	}
}

func TestINV14_OurOutageIsNeverThePatientsSilence(t *testing.T) {
	slot := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	causes := map[carenet.Cause]int{}
	rapid.Check(t, func(t *rapid.T) {
		when := func(name string) time.Time {
			if rapid.Bool().Draw(t, "no "+name) {
				return time.Time{}
			}
			return slot.Add(time.Duration(rapid.IntRange(-600, 600).Draw(t, name)) * time.Minute)
		}
		facts := carenet.PromptFacts{
			Slot:       slot,
			Handing:    rapid.SampledFrom([]carenet.Handing{carenet.NotHanded, carenet.Handed, carenet.Confirmed, carenet.Refused, ""}).Draw(t, "handing"),
			HandedAt:   when("handed"),
			OnTime:     time.Duration(rapid.IntRange(0, 120).Draw(t, "on time")) * time.Minute,
			Grace:      time.Duration(rapid.IntRange(0, 300).Draw(t, "grace")) * time.Minute,
			OptedOutAt: when("stopped"),
			PausedAt:   when("paused"),
			PausedTill: when("till"),
			Now:        slot.Add(time.Duration(rapid.IntRange(-600, 900).Draw(t, "now")) * time.Minute),
		}
		cause, reason := carenet.SilenceCause(facts)
		causes[cause]++
		if reason == "" {
			t.Fatalf("%s has no reason", cause)
		}
		if cause == carenet.NoReply {
			if facts.HandedAt.IsZero() || facts.HandedAt.Sub(slot) > facts.OnTime {
				t.Fatalf("no reply, and we had not handed it over in time")
			}
			if facts.Handing != carenet.Handed && facts.Handing != carenet.Confirmed {
				t.Fatalf("no reply, and the hand-over was %q", facts.Handing)
			}
			if facts.Now.Sub(facts.HandedAt) < facts.Grace {
				t.Fatalf("no reply before the time was over")
			}
		}
		later := facts
		later.Now = facts.Now.Add(time.Duration(rapid.IntRange(0, 5000).Draw(t, "later")) * time.Minute)
		if then, _ := carenet.SilenceCause(later); cause != carenet.Waiting && then != cause {
			t.Fatalf("%s turned into %s by waiting", cause, then)
		}
		later.Now = slot.Add(1000 * time.Hour)
		if then, _ := carenet.SilenceCause(later); then == carenet.Waiting {
			t.Fatalf("still waiting after 1000 hours")
		}
	})
	for _, cause := range []carenet.Cause{carenet.Waiting, carenet.OptedOut, carenet.Paused, carenet.OurOutage, carenet.Undelivered, carenet.NoReply} {
		if causes[cause] == 0 {
			t.Errorf("the drawn facts never led to %s", cause)
		}
	}
}
