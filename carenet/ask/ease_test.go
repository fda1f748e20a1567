package ask_test

import (
	"testing"
	"time"

	"howareyou/carenet/ask"
)

func TestWhatIsLessOften(t *testing.T) {
	start := day(t, "2026-11-02")
	for _, c := range []struct {
		rule, less string
		perWeek    int
	}{
		{"FREQ=DAILY", ask.Usual, 7},
		{"RRULE:FREQ=DAILY;INTERVAL=1", ask.Usual, 7},
		{"FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR", ask.Usual, 5},
		{"FREQ=DAILY;BYDAY=MO,TU,WE,TH,FR", ask.Usual, 5},
		{"FREQ=WEEKLY;BYDAY=TU,TU,TH,SA,SU", ask.Usual, 4},
		{ask.Usual, ask.Weekly, 3},
		{"FREQ=WEEKLY;BYDAY=TU,FR", ask.Weekly, 2},
		{ask.Weekly, "", 1},
		{"FREQ=WEEKLY", "", 1},
		{"FREQ=DAILY;INTERVAL=2", "", 0},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,WE,FR", "", 0},
		{"FREQ=DAILY;UNTIL=20261231", "", 0},
		{"FREQ=DAILY;BYMONTH=12", "", 0},
		{"FREQ=MONTHLY;BYDAY=1MO", "", 0},
		{"nonsense", "", 0},
	} {
		less, ok := ask.Less(c.rule, start)
		if n := ask.PerWeek(c.rule, start); less != c.less || ok != (c.less != "") || n != c.perWeek {
			t.Errorf("%s: %q %v, %d a week; want %q, %d", c.rule, less, ok, n, c.less, c.perWeek)
		}
		if !ok {
			continue
		}
		// It is less, whatever the rule: counted slot by slot over a year.
		count := func(rule string) (n int) {
			table := compile(t, ask.Schedule{RRule: rule, Zone: "Europe/London", LocalTime: "09:00", Start: start})
			from := time.Date(2026, 11, 2, 0, 0, 0, 0, time.UTC)
			for slot, ok := table.Next(from); ok && slot.At.Before(from.AddDate(1, 0, 0)); slot, ok = table.Next(slot.At) {
				n++
			}
			return n
		}
		if a, b := count(c.rule), count(less); b >= a {
			t.Errorf("%s asks %d times a year, %s %d", c.rule, a, less, b)
		}
	}
	if !ask.MissesDrops(1) || !ask.MissesDrops(2) || ask.MissesDrops(3) {
		t.Error("below three askings a week a sudden drop is mostly missed")
	}
}
