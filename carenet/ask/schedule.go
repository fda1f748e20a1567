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

// Daily is the rule for every day, Usual that for whoever has not chosen.
const (
	Daily = "FREQ=DAILY"
	Usual = "FREQ=WEEKLY;BYDAY=MO,WE,FR"
)

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

// Resume returns the next slot of a timetable that takes over from another, since
// the patient has moved. done is the last day that was asked. No day is asked
// twice: slots are for days after done. Nor is one left out that the patient still
// lives through: where the new clock has gone past the time of today, it is asked
// for at the next minute. A day that ended with the move itself has no slot, as
// one that a zone left out.
func (t *Timetable) Resume(now time.Time, done carenet.Day) (Slot, bool) {
	today := carenet.LocalDay(now, t.zone)
	days, err := t.rule.iterate(max(done+1, today))
	if err != nil {
		return Slot{}, false // Compile has tried
	}
	for {
		day, ok := days()
		if !ok {
			return Slot{}, false
		}
		at, _ := day.At(t.at, t.zone)
		if !at.After(now) && day == today {
			at = now.UTC().Add(time.Minute - time.Microsecond).Truncate(time.Minute)
			return Slot{At: at, Day: day, Local: carenet.LocalTimeOf(at, t.zone)}, true
		}
		if at.After(now) && day.ExistsIn(t.zone) {
			return Slot{At: at, Day: day, Local: carenet.LocalTimeOf(at, t.zone)}, true
		}
	}
}

// Follow returns the slot after one that was for the day: later than it and for
// a later day. The two differ only after a move, when a slot may lie at an
// instant at which clocks show the day before.
func (t *Timetable) Follow(after time.Time, day carenet.Day) (Slot, bool) {
	for {
		slot, ok := t.Next(after)
		if !ok || slot.Day > day {
			return slot, ok
		}
		after = slot.At
	}
}
