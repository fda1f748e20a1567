package alerts

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"howareyou/carenet"
)

// WeekSpan is a stretch of each week on the organisation's clocks.
type WeekSpan struct {
	Weekday time.Weekday `json:"weekday"`
	From    int          `json:"from"`  // minutes after midnight
	Until   int          `json:"until"` // the same; not after From: on the next day
}

// Hours are when an organisation is staffed. Outside them only what cannot wait asks
// anybody. Without a span it is staffed all the time.
type Hours struct {
	Zone  *time.Location
	Spans []WeekSpan
}

// MaxSpans bounds how many spans a week has: two a day.
const MaxSpans = 14

const dayMinutes = 24 * 60

// Check refuses spans that no clock shows. Its error has the code Invalid.
func (h Hours) Check() error {
	if len(h.Spans) > MaxSpans {
		return carenet.Errorf(carenet.Invalid, "check hours", "a week has at most %d spans", MaxSpans)
	}
	for _, s := range h.Spans {
		if s.Weekday < time.Sunday || s.Weekday > time.Saturday || s.From < 0 || s.From >= dayMinutes || s.Until < 0 || s.Until >= dayMinutes {
			return carenet.Errorf(carenet.Invalid, "check hours", "a span lies within a week")
		}
	}
	return nil
}

// Next is t when the organisation is staffed then, and else when it next is.
func (h Hours) Next(t time.Time) time.Time {
	if len(h.Spans) == 0 {
		return t
	}
	local := t.In(h.Zone)
	at := func(day, minute int) time.Time {
		return time.Date(local.Year(), local.Month(), local.Day()+day, 0, minute, 0, 0, h.Zone)
	}
	var next time.Time
	for day := -1; day <= 7; day++ { // what began yesterday may go on
		weekday := at(day, 12*60).Weekday() // at noon no clock is changed
		for _, s := range h.Spans {
			if s.Weekday != weekday {
				continue
			}
			from, until := at(day, s.From), at(day, s.Until)
			if s.Until <= s.From {
				until = at(day+1, s.Until)
			}
			if !t.Before(from) && t.Before(until) {
				return t
			}
			if from.After(t) && (next.IsZero() || from.Before(next)) {
				next = from
			}
		}
	}
	return next.UTC()
}

// Sorted are the spans in order of the week, which begins on Monday.
func (h Hours) Sorted() []WeekSpan {
	return slices.SortedFunc(slices.Values(h.Spans), func(a, b WeekSpan) int {
		return cmp.Or(cmp.Compare((a.Weekday+6)%7, (b.Weekday+6)%7), cmp.Compare(a.From, b.From))
	})
}

// waits says whether an alert waits for staffed hours: no red one does, none of a
// safety rule, since no setting holds those up (INV-10), none that was promised and none
// for which somebody has asked for more hands.
func (a Alert) waits() bool {
	return a.Severity != Red && !a.Promised && !a.Pressed && !strings.HasPrefix(a.Rule, SafetyPrefix)
}
