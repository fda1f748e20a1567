package carenet_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the test must not depend on the machine's zones

	"pgregory.net/rapid"

	"howareyou/carenet"
)

// awkwardZones have gaps and overlaps of 20 minutes to a day, at midnight, in
// winter, twice a year, and offsets of 30 and 45 minutes.
var awkwardZones = []string{
	"Africa/Cairo", "Africa/Casablanca", "America/Asuncion", "America/Havana", "America/New_York", "America/Nuuk",
	"America/Santiago", "America/Sao_Paulo", "America/St_Johns", "Antarctica/Troll", "Asia/Amman", "Asia/Gaza",
	"Asia/Kathmandu", "Asia/Tehran", "Atlantic/Azores", "Australia/Lord_Howe", "Europe/Dublin", "Europe/London",
	"Pacific/Apia", "Pacific/Chatham", "Pacific/Kiritimati", "Pacific/Kwajalein", "UTC",
}

func mustZone(t rapid.TB, name string) *time.Location {
	t.Helper()
	zone, err := carenet.Zone(name)
	if err != nil {
		t.Fatal(err)
	}
	return zone
}

func TestDayCountsAsTheCalendarDoes(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := time.Unix(rapid.Int64Range(-4e9, 8e9).Draw(t, "unix"), 0).UTC()
		day := carenet.DayOf(at.Date())
		if got, want := day.String(), at.Format(time.DateOnly); got != want {
			t.Fatalf("String %s, want %s", got, want)
		}
		if day.Weekday() != at.Weekday() {
			t.Fatalf("%s is a %s, not a %s", day, at.Weekday(), day.Weekday())
		}
		n := rapid.IntRange(-1000, 1000).Draw(t, "n")
		if later := carenet.DayOf(at.AddDate(0, 0, n).Date()); later.Sub(day) != n || later != day+carenet.Day(n) {
			t.Fatalf("%s and %s are %d days apart, not %d", day, later, later.Sub(day), n)
		}
		text, _ := day.MarshalText()
		var back carenet.Day
		if err := back.UnmarshalText(text); err != nil || back != day {
			t.Fatalf("%s read back as %s, %v", text, back, err)
		}
	})
}

func TestLocalTimeReadsWhatItWrites(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		at := carenet.LocalTime(rapid.IntRange(0, 24*60-1).Draw(t, "minutes"))
		if got, err := carenet.ParseLocalTime(at.String()); err != nil || got != at {
			t.Fatalf("%s read back as %s, %v", at, got, err)
		}
	})
	for _, bad := range []string{"", "9:00", "24:00", "09:60", "09:00:00", "0900", "09.00", "-1:00", " 09:00"} {
		if got, err := carenet.ParseLocalTime(bad); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%q read as %v, %v", bad, got, err)
		}
	}
	for _, bad := range []string{"", "2026-02-30", "2026-3-9", "09/03/2026"} {
		if got, err := carenet.ParseDay(bad); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%q read as %v, %v", bad, got, err)
		}
	}
}

func TestZoneKnowsOnlyPlaces(t *testing.T) {
	for _, bad := range []string{"", "Local", "local", "Europe/Lond", "GMT+1", "../etc/passwd", "/etc/localtime"} {
		if zone, err := carenet.Zone(bad); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%q is %v, %v", bad, zone, err)
		}
	}
	if a, b := mustZone(t, "Asia/Amman"), mustZone(t, "Asia/Amman"); a != b {
		t.Error("a zone was read twice")
	}
}

func TestAtIsTheFirstInstantOfALocalTime(t *testing.T) {
	for _, c := range []struct {
		why, zone, day, local, want string
		exact                       bool
	}{
		{"winter", "Europe/London", "2026-01-15", "09:00", "2026-01-15T09:00:00Z", true},
		{"summer", "Europe/London", "2026-07-15", "09:00", "2026-07-15T08:00:00Z", true},
		{"in the gap", "Europe/London", "2026-03-29", "01:30", "2026-03-29T01:00:00Z", false},
		{"end of the gap", "Europe/London", "2026-03-29", "02:00", "2026-03-29T01:00:00Z", true},
		{"first of two", "Europe/London", "2026-10-25", "01:30", "2026-10-25T00:30:00Z", true},
		{"first of two", "America/New_York", "2026-11-01", "01:30", "2026-11-01T05:30:00Z", true},
		{"gap of 30 minutes", "Australia/Lord_Howe", "2026-10-04", "02:15", "2026-10-03T15:30:00Z", false},
		{"gap at midnight", "Africa/Cairo", "2026-04-24", "00:00", "2026-04-23T22:00:00Z", false},
		{"gap up to midnight", "America/Nuuk", "2026-03-28", "23:30", "2026-03-29T01:00:00Z", false},
		{"a day left out", "Pacific/Apia", "2011-12-30", "09:00", "2011-12-30T10:00:00Z", false},
		{"a zone without rules", "Asia/Kathmandu", "2026-03-29", "02:30", "2026-03-28T20:45:00Z", true},
		{"beyond the zone's table", "Europe/London", "2041-01-01", "09:00", "2041-01-01T09:00:00Z", true},
		{"before the zone's first change", "Europe/London", "1700-01-01", "12:00", "1700-01-01T12:01:15Z", true},
	} {
		day, err := carenet.ParseDay(c.day)
		if err != nil {
			t.Fatal(err)
		}
		local, err := carenet.ParseLocalTime(c.local)
		if err != nil {
			t.Fatal(err)
		}
		got, exact := day.At(local, mustZone(t, c.zone))
		if got.Format(time.RFC3339) != c.want || exact != c.exact {
			t.Errorf("%s: %s %s in %s is %s (exact %v), want %s", c.why, c.day, c.local, c.zone, got.Format(time.RFC3339), exact, c.want)
		}
	}
	apia := mustZone(t, "Pacific/Apia")
	for day, want := range map[string]bool{"2011-12-29": true, "2011-12-30": false, "2011-12-31": true} {
		if d, _ := carenet.ParseDay(day); d.ExistsIn(apia) != want {
			t.Errorf("%s exists in Samoa: %v", day, !want)
		}
	}
}

// TestAtAgreesWithTheClock checks At against nothing but what a clock shows:
// just before the instant it shows less (or more than an hour of it was seen
// twice), at the instant it shows the time or has jumped over it.
func TestAtAgreesWithTheClock(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zone := mustZone(t, rapid.SampledFrom(awkwardZones).Draw(t, "zone"))
		day := carenet.Day(rapid.IntRange(0, 40000).Draw(t, "day"))
		local := carenet.LocalTime(rapid.IntRange(0, 24*60-1).Draw(t, "local"))
		at, exact := day.At(local, zone)
		shows, wants := wallSeconds(at, zone), int64(day)*86400+int64(local)*60
		before := wallSeconds(at.Add(-time.Second), zone)
		if exact != (shows == wants) {
			t.Fatalf("exact is %v, and the clock shows %d for %d", exact, shows, wants)
		}
		if shows < wants || before >= wants {
			t.Fatalf("%s %s: the clock goes from %d to %d", day, local, before, shows)
		}
		if next, _ := (day + 1).At(local, zone); next.Before(at) {
			t.Fatalf("%s %s comes after the next day's", day, local)
		}
		// An earlier instant of the same local time would have to lie within a day.
		for back := time.Minute; back <= 25*time.Hour; back += 15 * time.Minute {
			if wallSeconds(at.Add(-back), zone) == wants {
				t.Fatalf("%s %s was already seen %s before", day, local, back)
			}
		}
		if exact && carenet.LocalDay(at, zone) != day {
			t.Fatalf("%s %s falls on %s", day, local, carenet.LocalDay(at, zone))
		}
	})
}

// wallSeconds is what a clock on the wall shows, as seconds since 1970.
func wallSeconds(t time.Time, zone *time.Location) int64 {
	_, offset := t.In(zone).Zone()
	return t.Unix() + int64(offset)
}
