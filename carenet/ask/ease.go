package ask

import (
	"slices"

	"github.com/teambition/rrule-go"

	"howareyou/carenet"
)

// Weekly is the rule for one day a week.
const Weekly = "FREQ=WEEKLY;BYDAY=MO"

// fewestForTrends is below how many askings a week no trend is reliable.
const fewestForTrends = 3

// Less is the rule by which somebody is asked less often than by the given one: on
// Mondays, Wednesdays and Fridays after nearly each day, once a week after a few days of
// each. ok is false when there is nothing less to offer: a rule by months, with an end or
// with pauses of its own was made by somebody for a reason.
func Less(rule string, start carenet.Day) (less string, ok bool) {
	n := PerWeek(rule, start)
	switch {
	case n > len(usualDays):
		return Usual, true
	case n > 1:
		return Weekly, true
	}
	return "", false
}

// usualDays are those of Usual.
var usualDays = []rrule.Weekday{rrule.MO, rrule.WE, rrule.FR}

// PerWeek is on how many days of each week a rule asks; 0 when weeks differ.
func PerWeek(rule string, start carenet.Day) int {
	r, err := parseRule(rule, start)
	if err != nil || r.until != noEnd {
		return 0
	}
	o := r.option
	if o.Interval > 1 || len(o.Bymonth)+len(o.Bymonthday)+len(o.Bysetpos) > 0 {
		return 0
	}
	switch {
	case o.Freq == rrule.DAILY && len(o.Byweekday) == 0:
		return 7
	case o.Freq == rrule.DAILY, o.Freq == rrule.WEEKLY:
		days := slices.Clone(o.Byweekday)
		slices.SortFunc(days, func(a, b rrule.Weekday) int { return a.Day() - b.Day() })
		return len(slices.CompactFunc(days, func(a, b rrule.Weekday) bool { return a.Day() == b.Day() }))
	}
	return 0
}

// MissesDrops says whether somebody who is asked so many times a week is asked too seldom
// for a sudden drop to be found: that must be said before they agree.
func MissesDrops(perWeek int) bool { return perWeek < fewestForTrends }
