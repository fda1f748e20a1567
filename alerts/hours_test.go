package alerts_test

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/alerts"
	"howareyou/carenet"
)

func weekdays(from, until int) (spans []alerts.WeekSpan) {
	for d := time.Monday; d <= time.Friday; d++ {
		spans = append(spans, alerts.WeekSpan{Weekday: d, From: from, Until: until})
	}
	return spans
}

func TestNextStaffed(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	office := alerts.Hours{Zone: london, Spans: weekdays(8*60, 18*60)}
	nights := alerts.Hours{Zone: london, Spans: weekdays(20*60, 6*60)}
	whole := alerts.Hours{Zone: london, Spans: []alerts.WeekSpan{{Weekday: time.Sunday}}}
	for _, c := range []struct {
		hours    alerts.Hours
		at, want string
	}{
		{alerts.Hours{}, "2026-11-28T03:00:00Z", "2026-11-28T03:00:00Z"},
		{office, "2026-11-26T05:06:00Z", "2026-11-26T08:00:00Z"},
		{office, "2026-11-26T08:00:00Z", "2026-11-26T08:00:00Z"},
		{office, "2026-11-26T17:59:59Z", "2026-11-26T17:59:59Z"},
		{office, "2026-11-26T18:00:00Z", "2026-11-27T08:00:00Z"},
		{office, "2026-11-27T18:00:00Z", "2026-11-30T08:00:00Z"}, // a weekend
		{office, "2026-03-27T19:00:00Z", "2026-03-30T07:00:00Z"}, // in which summer begins
		{office, "2026-10-23T18:00:00Z", "2026-10-26T08:00:00Z"}, // and ends
		{nights, "2026-11-28T05:00:00Z", "2026-11-28T05:00:00Z"}, // Friday's goes on
		{nights, "2026-11-28T06:00:00Z", "2026-11-30T20:00:00Z"},
		{whole, "2026-11-29T23:59:00Z", "2026-11-29T23:59:00Z"},
		{whole, "2026-11-30T00:00:00Z", "2026-12-06T00:00:00Z"},
	} {
		at, err := time.Parse(time.RFC3339, c.at)
		if err != nil {
			t.Fatal(err)
		}
		if got := c.hours.Next(at).UTC().Format(time.RFC3339); got != c.want {
			t.Errorf("%v: after %s comes %s, want %s", c.hours.Spans[:min(1, len(c.hours.Spans))], c.at, got, c.want)
		}
	}
}

// However the week is cut: what Next says is staffed, nothing before it is, and asking
// again says the same.
func TestNextStaffedProperties(t *testing.T) {
	t.Parallel()
	zones := []*time.Location{time.UTC}
	for _, name := range []string{"Europe/London", "America/St_Johns", "Australia/Lord_Howe", "Asia/Kathmandu"} {
		z, err := time.LoadLocation(name)
		if err != nil {
			t.Fatal(err)
		}
		zones = append(zones, z)
	}
	rapid.Check(t, func(r *rapid.T) {
		h := alerts.Hours{Zone: rapid.SampledFrom(zones).Draw(r, "zone")}
		for range rapid.IntRange(1, 5).Draw(r, "spans") {
			h.Spans = append(h.Spans, alerts.WeekSpan{
				Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(r, "day")),
				From:    15 * rapid.IntRange(0, 95).Draw(r, "from"), Until: 15 * rapid.IntRange(0, 95).Draw(r, "until"),
			})
		}
		if err := h.Check(); err != nil {
			r.Fatal(err)
		}
		at := time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC).Add(time.Duration(rapid.IntRange(0, 366*24*4).Draw(r, "at")) * 15 * time.Minute)
		next := h.Next(at)
		if next.Before(at) || next.Sub(at) > 8*24*time.Hour || !h.Next(next).Equal(next) {
			r.Fatalf("after %s comes %s, and after that %s", at, next, h.Next(next))
		}
		for x := at; x.Before(next); x = x.Add(15 * time.Minute) {
			if got := h.Next(x); !got.Equal(next) {
				r.Fatalf("after %s comes %s, and after %s within the gap %s", at, next, x, got)
			}
		}
	})
}

// What can wait asks when somebody is there, with its steps counted from then; what
// cannot asks at once.
func TestINV9_WhatCanWaitAsksWithinStaffedHours(t *testing.T) {
	t.Parallel()
	night := time.Date(2026, 11, 27, 19, 0, 0, 0, time.UTC) // a Friday
	monday := time.Date(2026, 11, 30, 8, 0, 0, 0, time.UTC)
	for _, s := range alerts.Escalated {
		for _, rule := range []string{"WB-DROP-CONFIRMED", alerts.RuleHelp} {
			e := alerts.DefaultEscalation(s)
			e.Hours = alerts.Hours{Zone: time.UTC, Spans: weekdays(8*60, 18*60)}
			a := alerts.NewAlert(carenet.NewID(night), s, night)
			a.Rule = rule
			if s == alerts.Red || rule == alerts.RuleHelp {
				if _, changes := alerts.Tick(a, e, night); len(changes) != 1 {
					t.Errorf("%s of %s: nobody is asked at once", s, rule)
				}
				continue
			}
			call := a
			call.Promised = true
			if _, changes := alerts.Tick(call, e, night); len(changes) != 1 {
				t.Errorf("%s: a call that was promised for today waits", s)
			}
			a, changes := alerts.Tick(a, e, night)
			if at, ok := alerts.Wake(a, e); len(changes) > 0 || !ok || !at.Equal(monday) {
				t.Errorf("%s: asked %v in the night, next at %s", s, changes, at)
			}
			for n, step := range e.Steps {
				at, _ := alerts.Wake(a, e)
				if want := e.Hours.Next(monday.Add(step.After)); !at.Equal(want) {
					t.Errorf("%s: step %d at %s, want %s", s, n, at, want)
				}
				if a, changes = alerts.Tick(a, e, at); len(changes) != 1 || changes[0].Ask.Number != n {
					t.Errorf("%s: step %d makes %v", s, n, changes)
				}
			}
		}
	}
}

func TestHoursThatNoClockShows(t *testing.T) {
	t.Parallel()
	for _, s := range []alerts.WeekSpan{{Weekday: 7}, {Weekday: -1}, {From: 1440}, {Until: 1440}, {From: -1}, {Until: -1}} {
		if err := (alerts.Hours{Spans: []alerts.WeekSpan{s}}).Check(); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%+v: %v", s, err)
		}
	}
	if err := (alerts.Hours{Spans: make([]alerts.WeekSpan, alerts.MaxSpans+1)}).Check(); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("too many: %v", err)
	}
}

// Whoever asks for more hands out of hours is not told to wait for the opening.
func TestINV9_AnEscalatedAlertRepeatsOutOfHours(t *testing.T) {
	e := alerts.DefaultEscalation(alerts.Amber)
	e.Hours = alerts.Hours{Zone: time.UTC, Spans: []alerts.WeekSpan{{Weekday: time.Monday, From: 9 * 60, Until: 17 * 60}}}
	evening := time.Date(2026, 3, 10, 20, 0, 0, 0, time.UTC) // a Tuesday
	by := carenet.NewID(evening)
	a := alerts.Alert{ID: carenet.NewID(evening), Severity: alerts.Amber, OpenedAt: evening, Status: alerts.StatusOpen, AskingSince: evening}
	if at, _ := alerts.Wake(a, e); at.Weekday() != time.Monday {
		t.Fatalf("before, it waits until %v", at)
	}
	a, _, err := alerts.Escalate(a, e, by, evening)
	if err != nil {
		t.Fatal(err)
	}
	if at, ok := alerts.Wake(a, e); !ok || !at.Equal(evening.Add(e.Repeat)) {
		t.Errorf("it asks again at %v, want %v", at, evening.Add(e.Repeat))
	}
	// Taken, and nothing came of it: no more than before does it wait.
	a, _, err = alerts.Acknowledge(a, by, evening.Add(time.Minute), e.Hold)
	if err != nil {
		t.Fatal(err)
	}
	late := evening.Add(time.Minute + e.Hold)
	if a, changes := alerts.Tick(a, e, late); len(changes) != 2 || changes[1].Kind != alerts.ChangeAsked || a.Asked != 1 {
		t.Errorf("nothing came of it: %+v", changes)
	}
}
