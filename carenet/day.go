package carenet

import (
	"time"
)

// Day is a calendar day without a zone, as days since 1970-01-01. A check-in
// belongs to the day that the patient lived through, whatever the instant is
// called elsewhere; days subtract and compare as plain numbers.
type Day int

const secondsPerDay = 24 * 60 * 60

// DayOf returns the day with this date in the proleptic Gregorian calendar;
// like time.Date it carries an overflow on (31 June is 1 July).
func DayOf(year int, month time.Month, day int) Day {
	return dayOfWall(time.Date(year, month, day, 0, 0, 0, 0, time.UTC))
}

// LocalDay returns the day it is at the instant t in the zone.
func LocalDay(t time.Time, zone *time.Location) Day {
	year, month, day := t.In(zone).Date()
	return DayOf(year, month, day)
}

// ParseDay reads a day written 2006-01-02.
func ParseDay(s string) (Day, error) {
	t, err := time.Parse(time.DateOnly, s)
	if err != nil {
		return 0, Errorf(Invalid, "parse day", "a day is written like 2026-03-09")
	}
	return dayOfWall(t), nil
}

// dayOfWall reads the date off a time in UTC.
func dayOfWall(wall time.Time) Day {
	s := wall.Unix()
	if s < 0 {
		s -= secondsPerDay - 1 // division cuts towards zero; days count from below
	}
	return Day(s / secondsPerDay)
}

// wall returns midnight of the day in UTC: a carrier for calendar arithmetic.
func (d Day) wall() time.Time { return time.Unix(int64(d)*secondsPerDay, 0).UTC() }

// Date returns the parts of the day.
func (d Day) Date() (year int, month time.Month, day int) { return d.wall().Date() }

// Weekday returns the day of the week.
func (d Day) Weekday() time.Weekday { return d.wall().Weekday() }

// Sub returns how many days d is after o.
func (d Day) Sub(o Day) int { return int(d - o) }

// String writes the day as 2006-01-02.
func (d Day) String() string { return d.wall().Format(time.DateOnly) }

// MarshalText writes the day as String does.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads a day as ParseDay does.
func (d *Day) UnmarshalText(b []byte) error {
	day, err := ParseDay(string(b))
	if err != nil {
		return err
	}
	*d = day
	return nil
}

// Time returns, in UTC, the instant at which the day begins in the zone. It is
// midnight but where the clocks skip midnight.
func (d Day) Time(zone *time.Location) time.Time {
	t, _ := d.At(0, zone)
	return t
}

// ExistsIn says whether anyone in the zone lives through the day. Samoa, for
// one, went from 29 to 31 December 2011.
func (d Day) ExistsIn(zone *time.Location) bool {
	return LocalDay(d.Time(zone), zone) == d
}

// At returns, in UTC, the first instant at which clocks in the zone show this
// day and time, or have gone past it: where the clocks go back, the first of
// the two; where they go forward over it, the moment right after the gap, and
// exact is false. For one time of day it never decreases from day to day.
func (d Day) At(at LocalTime, zone *time.Location) (t time.Time, exact bool) {
	wall := d.wall().Add(time.Duration(at) * time.Minute)
	// No zone is more than 26 hours from UTC, so these two instants lie around
	// the answer, and a change of the clocks that matters lies between them.
	before, after := offset(wall.Add(-26*time.Hour), zone), offset(wall.Add(26*time.Hour), zone)
	t = wall.Add(-max(before, after))
	if before == after && offset(t, zone) == before {
		return t, true
	}
	// Clocks change on whole minutes, but some of long ago. Time.ZoneBounds
	// would tell where, but beyond the zone's table it is wrong on the last day
	// of leap years (seen in Go 1.26).
	for t.Add(offset(t, zone)).Before(wall) {
		t = t.Add(time.Minute)
	}
	for earlier := t.Add(-time.Second); !earlier.Add(offset(earlier, zone)).Before(wall); earlier = t.Add(-time.Second) {
		t = earlier
	}
	return t, t.Add(offset(t, zone)).Equal(wall)
}

// offset is how far clocks in the zone are ahead of UTC at the instant t.
func offset(t time.Time, zone *time.Location) time.Duration {
	_, seconds := t.In(zone).Zone()
	return time.Duration(seconds) * time.Second
}
