package ask

import (
	"math"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/teambition/rrule-go"

	"howareyou/carenet"
)

// rule is a recurrence that names days. It is evaluated on days alone, in UTC
// at midnight: the local time and the zone come in afterwards, so no change of
// the clocks can add or lose a day.
type rule struct {
	option rrule.ROption // without Dtstart and Until
	start  carenet.Day   // the first day that may match; intervals count from it
	until  carenet.Day   // the last day that may match
}

// noEnd is the end of a rule without UNTIL.
const noEnd = carenet.Day(math.MaxInt32)

// maxInterval keeps two prompts within a year of each other.
const maxInterval = 366

// ruleParts are the parts of RFC 5545, section 3.3.10, that say on which days
// to ask. COUNT is not among them: it would make a slot depend on how many came
// before it; nor are the parts that say a time.
var ruleParts = []string{"FREQ", "INTERVAL", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}

func parseRule(text string, start carenet.Day) (rule, error) {
	const op = "parse schedule"
	bad := func(format string, args ...any) (rule, error) {
		return rule{}, carenet.Errorf(carenet.Invalid, op, format, args...)
	}
	text = strings.TrimPrefix(strings.ToUpper(strings.TrimSpace(text)), "RRULE:")
	if text == "" {
		return bad("the schedule has no rule; give one like FREQ=DAILY")
	}
	seen := map[string]string{}
	var kept []string
	for part := range strings.SplitSeq(text, ";") {
		name, value, _ := strings.Cut(part, "=")
		switch _, twice := seen[name]; {
		case !slices.Contains(ruleParts, name):
			return bad("the rule has the part %.20q, which a schedule cannot have", name)
		case twice:
			return bad("the rule says %s twice", name)
		case value == "":
			return bad("the rule says nothing for %s", name)
		}
		seen[name] = value
		if name != "UNTIL" {
			kept = append(kept, part)
		}
	}
	if f := seen["FREQ"]; f != "DAILY" && f != "WEEKLY" && f != "MONTHLY" {
		return bad("the rule needs FREQ=DAILY, WEEKLY or MONTHLY")
	}
	if n, err := strconv.Atoi(seen["INTERVAL"]); seen["INTERVAL"] != "" && (err != nil || n < 1 || n > maxInterval) {
		return bad("INTERVAL is a number from 1 to %d", maxInterval)
	}
	r := rule{start: start, until: noEnd}
	if until := seen["UNTIL"]; until != "" {
		t, err := time.Parse("20060102", until)
		if err != nil {
			return bad("UNTIL is the last day, written like 20261231")
		}
		r.until = carenet.DayOf(t.Date())
	}
	option, err := rrule.StrToROption(strings.Join(kept, ";"))
	if err != nil {
		return bad("the rule cannot be read: %v", err)
	}
	r.option = *option
	if err := r.settle(); err != nil {
		return rule{}, err
	}
	// NewRRule checks the bounds; a rule that never matches is found by trying.
	if _, err := r.iterate(start); err != nil {
		return bad("the rule cannot be used: %v", err)
	}
	if _, ok := r.next(start); !ok {
		return bad("the rule names no day")
	}
	return r, nil
}

// settle writes out what the rule takes from its first day, so that it can be
// evaluated from any other, and refuses what the library reads in its own way.
func (r *rule) settle() error {
	const op = "parse schedule"
	o := &r.option
	for _, day := range o.Byweekday {
		if day.N() == 0 {
			continue
		}
		if o.Freq != rrule.MONTHLY {
			return carenet.Errorf(carenet.Invalid, op, "a number before a weekday needs FREQ=MONTHLY")
		}
		if day.N() < -5 || day.N() > 5 {
			return carenet.Errorf(carenet.Invalid, op, "a month has at most five of a weekday")
		}
	}
	_, _, monthDay := r.start.Date()
	switch {
	case o.Freq == rrule.WEEKLY && len(o.Bymonthday) > 0:
		return carenet.Errorf(carenet.Invalid, op, "BYMONTHDAY does not go with FREQ=WEEKLY")
	case len(o.Bysetpos) > 0 && (o.Freq == rrule.DAILY || len(o.Byweekday)+len(o.Bymonthday) == 0):
		return carenet.Errorf(carenet.Invalid, op, "BYSETPOS needs a week or month to choose from, and BYDAY or BYMONTHDAY")
	case o.Freq == rrule.WEEKLY && len(o.Byweekday) == 0:
		o.Byweekday = []rrule.Weekday{weekdays[r.start.Weekday()]}
	case o.Freq == rrule.MONTHLY && len(o.Byweekday)+len(o.Bymonthday) == 0:
		o.Bymonthday = []int{monthDay}
	}
	return nil
}

var weekdays = [...]rrule.Weekday{rrule.SU, rrule.MO, rrule.TU, rrule.WE, rrule.TH, rrule.FR, rrule.SA}

// next returns the first day from the given one on that matches.
func (r rule) next(from carenet.Day) (carenet.Day, bool) {
	days, err := r.iterate(from)
	if err != nil {
		return 0, false // parseRule has tried
	}
	return days()
}

// iterate returns a function that gives the matching days from the given one
// on, in order.
func (r rule) iterate(from carenet.Day) (func() (carenet.Day, bool), error) {
	from = max(from, r.start)
	o := r.option
	o.Dtstart = r.periodBefore(from).Time(time.UTC)
	set, err := rrule.NewRRule(o)
	if err != nil {
		return nil, err
	}
	next := set.Iterator()
	return func() (carenet.Day, bool) {
		for {
			t, ok := next()
			day := carenet.LocalDay(t, time.UTC)
			if !ok || day > r.until {
				return 0, false
			}
			if day >= from {
				return day, true
			}
		}
	}, nil
}

// periodBefore returns the first day of the last period of the rule (a day, a
// week or a month) that begins at or before the day and is a whole number of
// intervals after the period of the start. Beginning there instead of at the
// start makes every call take the same time, however old the schedule is.
func (r rule) periodBefore(day carenet.Day) carenet.Day {
	interval := max(r.option.Interval, 1)
	switch r.option.Freq {
	case rrule.MONTHLY:
		startYear, startMonth, _ := r.start.Date()
		year, month, _ := day.Date()
		months := (year-startYear)*12 + int(month-startMonth)
		return carenet.DayOf(startYear, startMonth+time.Month(months-months%interval), 1)
	case rrule.WEEKLY:
		first := r.start - carenet.Day((int(r.start.Weekday())+6-r.option.Wkst.Day())%7)
		return first + carenet.Day(day.Sub(first)/(7*interval)*7*interval)
	default:
		return r.start + carenet.Day(day.Sub(r.start)/interval*interval)
	}
}
