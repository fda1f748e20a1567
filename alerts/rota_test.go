package alerts

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

func mustZone(t testing.TB, name string) *time.Location {
	t.Helper()
	zone, err := time.LoadLocation(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func clock(hour, minute int) carenet.LocalTime { return carenet.LocalTime(60*hour + minute) }

// weekly is a shift on each of the days.
func weekly(who carenet.ID, from, until carenet.LocalTime, days ...time.Weekday) (all []Shift) {
	for _, d := range days {
		all = append(all, Shift{Clinician: who, Weekly: true, Weekday: d, First: 1, From: from, Until: until})
	}
	return all
}

var everyDay = []time.Weekday{0, 1, 2, 3, 4, 5, 6}

// Nights that the clocks change in are shorter or longer, and have neither a gap nor
// two people on duty.
func TestINV6_TheRotaIsWholeWhenTheClocksChange(t *testing.T) {
	for _, c := range []struct {
		zone       string
		night      time.Time // on whose evening the shift begins
		lasts      time.Duration
		from, till carenet.LocalTime
	}{
		{"Europe/London", time.Date(2026, 3, 28, 12, 0, 0, 0, time.UTC), 11 * time.Hour, clock(20, 0), clock(8, 0)},
		{"Europe/London", time.Date(2026, 10, 24, 12, 0, 0, 0, time.UTC), 13 * time.Hour, clock(20, 0), clock(8, 0)},
		{"Europe/London", time.Date(2026, 6, 1, 12, 0, 0, 0, time.UTC), 12 * time.Hour, clock(20, 0), clock(8, 0)},
		{"Africa/Cairo", time.Date(2026, 4, 23, 12, 0, 0, 0, time.UTC), 11 * time.Hour, clock(20, 0), clock(8, 0)}, // skips midnight
		{"America/New_York", time.Date(2026, 3, 7, 17, 0, 0, 0, time.UTC), 23*time.Hour + 30*time.Minute, clock(2, 30), clock(2, 30)},
	} {
		zone := mustZone(t, c.zone)
		r := Rota{Zone: zone, Shifts: slices.Concat(weekly(dana, c.from, c.till, everyDay...), weekly(lee, c.till, c.from, everyDay...))}
		if c.from == c.till {
			r.Shifts = weekly(dana, c.from, c.till, everyDay...)
		}
		from, until := c.night.Add(-72*time.Hour), c.night.Add(96*time.Hour)
		if gaps := r.Gaps(from, until); len(gaps) > 0 {
			t.Errorf("%s %s: gaps %v", c.zone, c.night, gaps)
		}
		if c.from == c.till {
			continue // nobody else: it is one stretch
		}
		night := slices.DeleteFunc(r.On(c.night.Add(12*time.Hour)), func(d Duty) bool { return d.Clinician != dana })
		if len(night) != 1 || night[0].Until.Sub(night[0].From) != c.lasts {
			t.Errorf("%s %s: %v", c.zone, c.night, night)
			continue
		}
		for at := from; at.Before(until); at = at.Add(5 * time.Minute) {
			if on := r.On(at); len(on) != 1 {
				t.Fatalf("%s: on duty at %s are %v", c.zone, at, on)
			}
		}
	}
}

func TestARotaHasWeeklyShiftsDatedOnesAndCovers(t *testing.T) {
	zone := mustZone(t, "Europe/London")
	monday := carenet.DayOf(2026, 5, 4)
	r := Rota{Zone: zone, Shifts: slices.Concat(
		weekly(dana, clock(8, 0), clock(20, 0), time.Monday, time.Tuesday),
		[]Shift{{Clinician: lee, First: monday + 2, From: clock(9, 0), Until: clock(12, 0)}},
	)}
	at := func(day carenet.Day, hour int) time.Time { v, _ := day.At(clock(hour, 0), zone); return v }
	who := func(r Rota, at time.Time) (ids []carenet.ID) {
		for _, d := range r.On(at) {
			ids = append(ids, d.Clinician)
		}
		return ids
	}
	for _, c := range []struct {
		at   time.Time
		want []carenet.ID
	}{
		{at(monday, 7), nil},
		{at(monday, 8), []carenet.ID{dana}},
		{at(monday, 19), []carenet.ID{dana}},
		{at(monday, 20), nil},
		{at(monday+2, 10), []carenet.ID{lee}},
		{at(monday+9, 10), nil}, // once is once
		{at(monday+8, 10), []carenet.ID{dana}},
	} {
		if got := who(r, c.at); !slices.Equal(got, c.want) {
			t.Errorf("%s: %v, want %v", c.at, got, c.want)
		}
	}
	if next, ok := r.Next(at(monday, 8)); !ok || !next.Equal(at(monday, 20)) {
		t.Errorf("next %s", next)
	}
	if next, ok := r.Next(at(monday+2, 12)); !ok || !next.Equal(at(monday+7, 8)) {
		t.Errorf("next %s", next)
	}
	gaps := r.Gaps(at(monday, 8), at(monday+2, 9))
	if len(gaps) != 2 || gaps[0] != (Span{at(monday, 20), at(monday+1, 8)}) || gaps[1] != (Span{at(monday+1, 20), at(monday+2, 9)}) {
		t.Errorf("gaps %v", gaps)
	}
	// Lee covers for Dana on the Tuesday; on the Monday after nobody does.
	r.Covers = []Cover{{Away: dana, By: lee, First: monday + 1, Last: monday + 1}, {Away: dana, First: monday + 7, Last: monday + 7}}
	if on := r.On(at(monday+1, 10)); len(on) != 1 || on[0].Clinician != lee || on[0].For != dana {
		t.Errorf("covered: %v", on)
	}
	if on := r.On(at(monday+7, 10)); len(on) > 0 {
		t.Errorf("away: %v", on)
	}
	if on := who(r, at(monday+8, 10)); !slices.Equal(on, []carenet.ID{dana}) {
		t.Errorf("back: %v", on)
	}
	// The last word counts.
	r.Covers = append(r.Covers, Cover{Away: dana, By: mary, First: monday + 1, Last: monday + 1})
	if on := who(r, at(monday+1, 10)); !slices.Equal(on, []carenet.ID{mary}) {
		t.Errorf("covered anew: %v", on)
	}
	if next, ok := (Rota{Zone: zone}).Next(at(monday, 8)); ok {
		t.Errorf("an empty rota changes at %s", next)
	}
}

var mary = carenet.ID{15: 77}

// Two shifts that meet are one time on duty, and nobody is told in between.
func TestHandingOver(t *testing.T) {
	zone := mustZone(t, "Europe/London")
	monday := carenet.DayOf(2026, 5, 4)
	at := func(day carenet.Day, hour int) time.Time { v, _ := day.At(clock(hour, 0), zone); return v }
	r := Rota{Zone: zone, Shifts: slices.Concat(
		weekly(dana, clock(8, 0), clock(12, 0), time.Monday), weekly(dana, clock(12, 0), clock(20, 0), time.Monday, time.Tuesday),
		weekly(lee, clock(20, 0), clock(8, 0), time.Monday),
	)}
	came, went := r.HandOver(nil, at(monday, 7), at(monday, 8))
	if len(came) != 1 || came[0].Clinician != dana || !came[0].Until.Equal(at(monday, 20)) || len(went) > 0 {
		t.Errorf("at 8: %v %v", came, went)
	}
	if came, went = r.HandOver([]carenet.ID{dana}, at(monday, 8), at(monday, 12)); len(came)+len(went) > 0 {
		t.Errorf("at 12: %v %v", came, went)
	}
	came, went = r.HandOver([]carenet.ID{dana}, at(monday, 12), at(monday, 20))
	if len(came) != 1 || came[0].Clinician != lee || !slices.Equal(went, []carenet.ID{dana}) {
		t.Errorf("at 20: %v %v", came, went)
	}
	// Found late: Lee's night is over, and Dana on again. Nobody hears of the night.
	came, went = r.HandOver([]carenet.ID{dana}, at(monday, 12), at(monday+1, 13))
	if len(came) != 1 || came[0].Clinician != dana || !came[0].From.Equal(at(monday+1, 12)) || !slices.Equal(went, []carenet.ID{lee}) {
		t.Errorf("a day late: %v %v", came, went)
	}
	if came, _ = r.HandOver([]carenet.ID{dana}, at(monday+1, 13), at(monday+1, 14)); len(came) > 0 {
		t.Errorf("told twice: %v", came)
	}
}

// Whatever the shifts: whoever is on is on until a moment at which Next looks again,
// and gaps and duties divide the time between them.
func TestARotasChangesAreSeen(t *testing.T) {
	zone := mustZone(t, "Europe/London")
	rapid.Check(t, func(t *rapid.T) {
		monday := carenet.DayOf(2026, 3, 23)
		r := Rota{Zone: zone}
		for range rapid.IntRange(0, 4).Draw(t, "shifts") {
			r.Shifts = append(r.Shifts, Shift{
				Clinician: rapid.SampledFrom([]carenet.ID{dana, lee, mary}).Draw(t, "who"), Weekly: rapid.Bool().Draw(t, "weekly"),
				Weekday: time.Weekday(rapid.IntRange(0, 6).Draw(t, "weekday")), First: monday + carenet.Day(rapid.IntRange(-9, 12).Draw(t, "first")),
				From: carenet.LocalTime(30 * rapid.IntRange(0, 47).Draw(t, "from")), Until: carenet.LocalTime(30 * rapid.IntRange(0, 47).Draw(t, "until")),
			})
		}
		if rapid.Bool().Draw(t, "somebody is away") {
			first := monday + carenet.Day(rapid.IntRange(-2, 9).Draw(t, "away from"))
			r.Covers = []Cover{{Away: dana, By: rapid.SampledFrom([]carenet.ID{lee, carenet.NilID}).Draw(t, "covers"), First: first, Last: first + carenet.Day(rapid.IntRange(0, 5).Draw(t, "days"))}}
		}
		on := func(at time.Time) (ids []carenet.ID) {
			for _, d := range r.On(at) {
				ids = append(ids, d.Clinician)
			}
			slices.SortFunc(ids, func(a, b carenet.ID) int { return slices.Compare(a[:], b[:]) })
			return ids
		}
		from := monday.Time(zone)
		until := from.Add(10 * 24 * time.Hour)
		gaps := r.Gaps(from, until)
		for at := from; at.Before(until); at = at.Add(30 * time.Minute) {
			in := slices.ContainsFunc(gaps, func(g Span) bool { return !at.Before(g.From) && at.Before(g.Until) })
			if who := on(at); in != (len(who) == 0) {
				t.Fatalf("at %s on duty are %v, a gap: %t", at, who, in)
			}
			next, ok := r.Next(at)
			if ok && !next.After(at) {
				t.Fatalf("after %s comes %s", at, next)
			}
			if later := at.Add(30 * time.Minute); (!ok || next.After(later)) && !slices.Equal(on(at), on(later)) {
				t.Fatalf("between %s and %s %v became %v, and next is %s", at, later, on(at), on(later), next)
			}
		}
	})
}
