package dialogue

import (
	"slices"
	"strconv"
	"strings"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// calendars are the words for days and months as people shorten them, folded
// as reply.Normalise does: Sunday first, January first. Arabic has two sets of
// months.
var calendars = map[string]struct {
	days, months [][]string
	tomorrow     []string
}{
	"en": {
		days: [][]string{{"sunday", "sun"}, {"monday", "mon"}, {"tuesday", "tue", "tues"}, {"wednesday", "wed", "weds"}, {"thursday", "thu", "thur", "thurs"}, {"friday", "fri"}, {"saturday", "sat"}},
		months: [][]string{
			{"january", "jan"},
			{"february", "feb"},
			{"march", "mar"},
			{"april", "apr"},
			{"may"},
			{"june", "jun"},
			{"july", "jul"},
			{"august", "aug"},
			{"september", "sept", "sep"},
			{"october", "oct"},
			{"november", "nov"},
			{"december", "dec"},
		},
		tomorrow: []string{"tomorrow", "tomorow", "tmrw"},
	},
	"es": {
		days: [][]string{{"domingo"}, {"lunes"}, {"martes"}, {"miercoles"}, {"jueves"}, {"viernes"}, {"sabado"}},
		months: [][]string{
			{"enero", "ene"},
			{"febrero"},
			{"marzo"},
			{"abril", "abr"},
			{"mayo"},
			{"junio"},
			{"julio"},
			{"agosto", "ago"},
			{"septiembre", "setiembre"},
			{"octubre"},
			{"noviembre"},
			{"diciembre", "dic"},
		},
		tomorrow: []string{"manana"},
	},
	"ar": {
		days: [][]string{{"الاحد", "احد"}, {"الاثنين", "اثنين", "الاتنين"}, {"الثلاثاء", "الثلاثا", "ثلاثاء"}, {"الاربعاء", "الاربعا", "اربعاء"}, {"الخميس", "خميس"}, {"الجمعه", "جمعه"}, {"السبت", "سبت"}},
		months: [][]string{
			{"يناير", "كانون الثاني"},
			{"فبراير", "شباط"},
			{"مارس", "اذار"},
			{"ابريل", "نيسان"},
			{"مايو", "ايار"},
			{"يونيو", "حزيران"},
			{"يوليو", "تموز"},
			{"اغسطس", "اب"},
			{"سبتمبر", "ايلول"},
			{"اكتوبر", "تشرين الاول"},
			{"نوفمبر", "تشرين الثاني"},
			{"ديسمبر", "كانون الاول"},
		},
		tomorrow: []string{"غدا", "بكره", "بكرا"},
	},
}

// DayNamed reads the day that somebody names: "Friday", "12 May", "May 12th",
// "12/5", "tomorrow". A day of the week is the next one of that name, a date
// without a year the next one, and 12/5 is the twelfth of May. What may be two
// days is none: false.
func DayNamed(said, lang string, today carenet.Day) (carenet.Day, bool) {
	said = strings.Trim(reply.Normalise(said), " .!,;")
	for _, l := range []string{lang, "en"} {
		c, ok := calendars[l]
		switch {
		case !ok:
			continue
		case slices.Contains(c.tomorrow, said):
			return today + 1, true
		}
		words := strings.FieldsFunc(said, func(r rune) bool { return r == ' ' || r == ',' || r == '.' })
		if day, ok := weekdayNamed(words, c.days, today); ok {
			return day, true
		}
		if day, ok := dateNamed(said, words, c.months, today); ok {
			return day, true
		}
	}
	return figures(said, today)
}

// weekdayNamed finds the one day of the week among the words, when they name no
// date as well: whoever writes "Friday 12 May" means the date.
func weekdayNamed(words []string, days [][]string, today carenet.Day) (carenet.Day, bool) {
	found := -1
	for _, w := range words {
		if strings.ContainsAny(w, "0123456789") {
			return 0, false
		}
		for d, names := range days {
			if slices.Contains(names, w) {
				if found >= 0 && found != d {
					return 0, false
				}
				found = d
			}
		}
	}
	if found < 0 {
		return 0, false
	}
	ahead := (found - int(today.Weekday()) + 7) % 7
	if ahead == 0 {
		ahead = 7
	}
	return today + carenet.Day(ahead), true
}

// dateNamed finds a number of a day and the name of a month.
func dateNamed(said string, words []string, months [][]string, today carenet.Day) (carenet.Day, bool) {
	month, day := 0, 0
	for m, names := range months {
		for _, name := range names {
			if slices.Contains(words, name) || strings.Contains(name, " ") && strings.Contains(said, name) {
				if month != 0 && month != m+1 {
					return 0, false
				}
				month = m + 1
			}
		}
	}
	year := 0
	for _, w := range words {
		n, err := strconv.Atoi(strings.TrimRight(w, "stndrhoº"))
		switch {
		case err != nil:
		case n > 2000 && n < 2200 && year == 0:
			year = n
		case day != 0:
			return 0, false
		default:
			day = n
		}
	}
	if month == 0 {
		return 0, false
	}
	return comingDate(year, month, day, today)
}

// figures reads "12/5" and "12.5.2026", the day first; where that is no date,
// nobody guesses.
func figures(said string, today carenet.Day) (carenet.Day, bool) {
	parts := strings.FieldsFunc(said, func(r rune) bool { return r == '/' || r == '.' || r == '-' })
	if len(parts) < 2 || len(parts) > 3 {
		return 0, false
	}
	var n [3]int
	for i, p := range parts {
		v, err := strconv.Atoi(p)
		if err != nil {
			return 0, false
		}
		n[i] = v
	}
	if n[2] > 0 && n[2] < 100 {
		n[2] += 2000
	}
	return comingDate(n[2], n[1], n[0], today)
}

// comingDate is the date in that year, or without one the next that comes.
func comingDate(year, month, day int, today carenet.Day) (carenet.Day, bool) {
	this, _, _ := today.Date()
	if year != 0 {
		this = year
	}
	for y := this; y <= this+1; y++ {
		d := carenet.DayOf(y, time.Month(month), day)
		gotYear, gotMonth, gotDay := d.Date()
		if gotYear != y || int(gotMonth) != month || gotDay != day {
			return 0, false // the 31st of June
		}
		if d > today || year != 0 {
			return d, d > today
		}
	}
	return 0, false
}
