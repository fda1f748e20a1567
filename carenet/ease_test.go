package carenet_test

import (
	"testing"
	"time"

	"howareyou/carenet"
)

func TestWhenItIsOfferedToAskLessOften(t *testing.T) {
	now := time.Date(2026, 11, 2, 10, 0, 0, 0, time.UTC)
	const weeks = 8 * 7 * 24 * time.Hour
	for _, c := range []struct {
		change      func(*carenet.EaseFacts)
		want, staff carenet.EaseAnswer
	}{
		{func(*carenet.EaseFacts) {}, carenet.EaseYes, carenet.EaseYes},
		{func(f *carenet.EaseFacts) { f.State = "in_hospital" }, carenet.EaseNotHere, carenet.EaseNotHere},
		{func(f *carenet.EaseFacts) { f.State = "invited" }, carenet.EaseNotHere, carenet.EaseNotHere},
		{func(f *carenet.EaseFacts) { f.PausedUntil = now.Add(time.Hour) }, carenet.EaseAway, carenet.EaseAway},
		{func(f *carenet.EaseFacts) { f.PausedUntil = now.Add(-time.Hour) }, carenet.EaseYes, carenet.EaseYes},
		{func(f *carenet.EaseFacts) { f.Unheard = true }, carenet.EaseUnheard, carenet.EaseUnheard},
		{func(f *carenet.EaseFacts) { f.Alerts = 1 }, carenet.EaseAlert, carenet.EaseAlert},
		{func(f *carenet.EaseFacts) { f.Silent = true }, carenet.EaseSilent, carenet.EaseSilent},
		{func(f *carenet.EaseFacts) { f.Questions = 1 }, carenet.EaseBusy, carenet.EaseBusy},
		{func(f *carenet.EaseFacts) { f.CallOffered = true }, carenet.EaseBusy, carenet.EaseBusy},
		{func(f *carenet.EaseFacts) { f.Less = 0 }, carenet.EaseNothing, carenet.EaseNothing},
		{func(f *carenet.EaseFacts) { f.Since = now.Add(time.Hour - weeks) }, carenet.EaseYoung, carenet.EaseYes},
		{func(f *carenet.EaseFacts) { f.LastOffer = now.Add(time.Hour - carenet.EaseEvery) }, carenet.EaseOffered, carenet.EaseYes},
		{func(f *carenet.EaseFacts) { f.LastOffer = now.Add(-carenet.EaseEvery) }, carenet.EaseYes, carenet.EaseYes},
	} {
		f := carenet.EaseFacts{State: "active", Less: 3, Since: now.Add(-weeks), Now: now}
		c.change(&f)
		if got := carenet.EaseNow(f, weeks, false); got != c.want {
			t.Errorf("%+v: %s, want %s", f, got, c.want)
		}
		if got := carenet.EaseNow(f, weeks, true); got != c.staff {
			t.Errorf("by staff, %+v: %s, want %s", f, got, c.staff)
		}
	}
}
