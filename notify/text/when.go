package text

import (
	"math"
	"strconv"
	"strings"
	"time"

	"howareyou/carenet"
)

var weekdays = [7]Key{
	TimeSunday, TimeMonday, TimeTuesday, TimeWednesday, TimeThursday, TimeFriday, TimeSaturday,
}

var months = [12]Key{
	TimeJanuary, TimeFebruary, TimeMarch, TimeApril, TimeMay, TimeJune,
	TimeJuly, TimeAugust, TimeSeptember, TimeOctober, TimeNovember, TimeDecember,
}

var shortMonths = [12]Key{
	TimeShortJan, TimeShortFeb, TimeShortMar, TimeShortApr, TimeShortMay, TimeShortJun,
	TimeShortJul, TimeShortAug, TimeShortSep, TimeShortOct, TimeShortNov, TimeShortDec,
}

// When says a time as people say it: "today 10:12", "yesterday 9:05",
// "Tuesday 9:05" up to six days away, else "12 May", with the year when it is
// another one. Days are those of the zone.
func (t *Texts) When(at, now time.Time, zone *time.Location) string {
	local := at.In(zone)
	days := carenet.LocalDay(at, zone).Sub(carenet.LocalDay(now, zone))
	clock := Data{"Time": local.Format("15:04")}
	if clock["Time"].(string)[0] == '0' {
		clock["Time"] = clock["Time"].(string)[1:]
	}
	switch {
	case days == 0:
		return t.Say(TimeToday, clock)
	case days == -1:
		return t.Say(TimeYesterday, clock)
	case days == 1:
		return t.Say(TimeTomorrow, clock)
	case days > -7 && days < 7:
		clock["Weekday"] = t.Weekday(local.Weekday())
		return t.Say(TimeWeekday, clock)
	}
	return t.Day(carenet.LocalDay(at, zone), carenet.LocalDay(now, zone))
}

// When says a time in a language; see Texts.When.
func When(lang string, at, now time.Time, zone *time.Location) string {
	return For(lang).When(at, now, zone)
}

// Day says a date: "12 May", with the year when it is not that of today.
func (t *Texts) Day(day, today carenet.Day) string {
	year, month, date := day.Date()
	d := Data{"Day": date, "Month": t.Say(months[month-1])}
	if this, _, _ := today.Date(); this == year {
		return t.Say(TimeDate, d)
	}
	d["Year"] = year
	return t.Say(TimeDateYear, d)
}

// ShortDay says a date where there is little room and no doubt about the year,
// as on the axis of a chart: "12 May".
func (t *Texts) ShortDay(day carenet.Day) string {
	_, month, date := day.Date()
	return t.Say(TimeDateShort, Data{"Day": date, "Month": t.Say(shortMonths[month-1])})
}

// Weekday is the name of a day of the week.
func (t *Texts) Weekday(d time.Weekday) string { return t.Say(weekdays[d]) }

// Number writes a score or a mean with at most one decimal: "4", "4.5", and
// "4,5" in Spanish.
func (t *Texts) Number(v float64) string {
	s := strconv.FormatFloat(math.Round(v*10)/10, 'f', -1, 64)
	if t.lang == "es" {
		s = strings.Replace(s, ".", ",", 1)
	}
	return s
}

// Numbers writes scores one after the other: "2, 2, 3".
func (t *Texts) Numbers(v []float64) string {
	comma := ", "
	switch t.lang {
	case "ar":
		comma = "، "
	case "es":
		for _, x := range v {
			if x != math.Trunc(x) {
				comma = "; " // the comma is taken by the decimals
			}
		}
	}
	words := make([]string, len(v))
	for i, x := range v {
		words[i] = t.Number(x)
	}
	return strings.Join(words, comma)
}
