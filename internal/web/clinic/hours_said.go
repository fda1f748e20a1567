package clinic

import (
	"strings"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify/text"
)

// hoursSaid says when an organisation is staffed: "Monday to Friday, 8:00 to 18:00". Days
// with the same times are said together. It is "" for all the time.
func hoursSaid(t *text.Texts, h alerts.Hours) string {
	type times struct{ from, until int }
	var order []times
	days := map[times][]time.Weekday{}
	for _, s := range h.Sorted() {
		k := times{s.From, s.Until}
		if days[k] == nil {
			order = append(order, k)
		}
		days[k] = append(days[k], s.Weekday)
	}
	var said []string
	for _, k := range order {
		data := text.Data{"Days": weekdayList(t, days[k]), "From": carenet.LocalTime(k.from).String(), "Until": carenet.LocalTime(k.until).String()}
		key := text.DutyHoursSpan
		if k.from == k.until {
			key = text.DutyHoursSpanAll
		}
		said = append(said, t.Say(key, data))
	}
	return strings.Join(said, "; ")
}

// weekdayList says weekdays that are in order; three or more in a row as a range.
func weekdayList(t *text.Texts, days []time.Weekday) string {
	var said []string
	for i := 0; i < len(days); {
		j := i
		for j+1 < len(days) && days[j+1] == (days[j]+1)%7 {
			j++
		}
		if j-i >= 2 {
			said = append(said, t.Say(text.DutyHoursRange, text.Data{"First": t.Weekday(days[i]), "Last": t.Weekday(days[j])}))
			i = j + 1
			continue
		}
		said = append(said, t.Weekday(days[i]))
		i++
	}
	return strings.Join(said, comma(t))
}
