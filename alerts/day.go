package alerts

import (
	"time"

	"howareyou/carenet"
)

// Day is a calendar day in the patient's own zone, counted from 1970-01-01.
// It has no hours, so that a day is one day across a change of the clocks.
type Day int

// The first and last day that can be written as a date of four digits.
const (
	minDay Day = -719162 // 0001-01-01
	maxDay Day = 2932896 // 9999-12-31
)

const secondsPerDay = 24 * 60 * 60

// DayOf returns the day that t falls on in t's own location: the caller
// chooses the zone with t.In.
func DayOf(t time.Time) Day {
	y, m, d := t.Date()
	return Day(time.Date(y, m, d, 0, 0, 0, 0, time.UTC).Unix() / secondsPerDay)
}

// String returns the day as an ISO 8601 date.
func (d Day) String() string {
	return time.Unix(int64(d)*secondsPerDay, 0).UTC().Format(time.DateOnly)
}

// MarshalText writes the day as an ISO 8601 date.
func (d Day) MarshalText() ([]byte, error) { return []byte(d.String()), nil }

// UnmarshalText reads an ISO 8601 date.
func (d *Day) UnmarshalText(b []byte) error {
	t, err := time.Parse(time.DateOnly, string(b))
	if err != nil {
		return carenet.Errorf(carenet.Invalid, "read day", "this is not a date")
	}
	*d = DayOf(t)
	return nil
}

func (d Day) valid() bool { return d >= minDay && d <= maxDay }
