package carenet

import (
	"fmt"
	"strings"
	"sync"
	"time"
)

var zones sync.Map // name -> *time.Location; only names that exist are kept

// Zone returns the time zone with an IANA name such as Europe/London. Zones
// are kept after the first use, since reading one is slow. "" and "Local" are
// refused: a person's day must not depend on the machine.
func Zone(name string) (*time.Location, error) {
	if zone, ok := zones.Load(name); ok {
		return zone.(*time.Location), nil
	}
	zone, err := time.LoadLocation(name)
	if err != nil || name == "" || strings.EqualFold(name, "local") {
		return nil, Errorf(Invalid, "load zone", "there is no time zone %.40q; give a name like Europe/London", name)
	}
	zones.Store(name, zone)
	return zone, nil
}

// LocalTime is a time of day as clocks show it, in minutes since midnight.
type LocalTime int

// LocalTimeOf returns the time of day, to the minute, at the instant t in the
// zone.
func LocalTimeOf(t time.Time, zone *time.Location) LocalTime {
	hour, minute, _ := t.In(zone).Clock()
	return LocalTime(hour*60 + minute)
}

// ParseLocalTime reads a time of day from 00:00 to 23:59.
func ParseLocalTime(s string) (LocalTime, error) {
	t, err := time.Parse("15:04", s)
	if err != nil || len(s) != len("15:04") {
		return 0, Errorf(Invalid, "parse local time", "a time of day is written like 09:00")
	}
	return LocalTime(t.Hour()*60 + t.Minute()), nil
}

// String writes the time as 15:04.
func (t LocalTime) String() string { return fmt.Sprintf("%02d:%02d", int(t)/60, int(t)%60) }
