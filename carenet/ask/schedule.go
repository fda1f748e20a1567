package ask

import (
	"time"

	"howareyou/carenet"
)

// Schedule says when one patient is asked, as it is stored.
type Schedule struct {
	RRule     string      // which days: RFC 5545, such as FREQ=WEEKLY;BYDAY=MO,WE,FR
	Zone      string      // IANA name, such as Europe/London
	LocalTime string      // when on the day, such as 09:00
	Start     carenet.Day // the first day; INTERVAL counts from it
}

// Daily is the rule for every day.
const Daily = "FREQ=DAILY"

// Timetable is a Schedule that was checked and can name its slots. It never
// changes, so any number of goroutines may share it.
type Timetable struct {
	rule rule
	zone *time.Location
	at   carenet.LocalTime
}

// Slot is one time at which a patient is to be asked.
type Slot struct {
	At    time.Time         // the instant, in UTC
	Day   carenet.Day       // the local day it is for: a schedule has one slot a day
	Local carenet.LocalTime // what the patient's clock shows at the instant
}

// Compile checks the schedule. Errors are of code Invalid and say what to
// change.
func (s Schedule) Compile() (*Timetable, error) {
	zone, err := carenet.Zone(s.Zone)
	if err != nil {
		return nil, err
	}
	at, err := carenet.ParseLocalTime(s.LocalTime)
	if err != nil {
		return nil, err
	}
	rule, err := parseRule(s.RRule, s.Start)
	if err != nil {
		return nil, err
	}
	return &Timetable{rule: rule, zone: zone, at: at}, nil
}

// Next returns the first slot after the instant; false when the schedule is
// over. Calling it again with the slot's instant gives the slot after it, so
// that slots strictly follow each other.
//
// A slot is at the schedule's time on the patient's clock, whatever the clocks
// do (INV-6): where they go back it comes once, at the first of the two; where
// they go forward over it, right after the gap. A day that its zone left out
// has no slot.
func (t *Timetable) Next(after time.Time) (Slot, bool) {
	// Clocks that already show a later day have gone past the slots of all days
	// before it.
	days, err := t.rule.iterate(carenet.LocalDay(after, t.zone))
	if err != nil {
		return Slot{}, false // Compile has tried
	}
	for {
		day, ok := days()
		if !ok {
			return Slot{}, false
		}
		at, _ := day.At(t.at, t.zone)
		if at.After(after) && day.ExistsIn(t.zone) {
			return Slot{At: at, Day: day, Local: carenet.LocalTimeOf(at, t.zone)}, true
		}
	}
}
