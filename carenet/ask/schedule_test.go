package ask_test

import (
	"strings"
	"testing"
	"time"
	_ "time/tzdata" // the test must not depend on the machine's zones

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

func compile(t rapid.TB, s ask.Schedule) *ask.Timetable {
	t.Helper()
	table, err := s.Compile()
	if err != nil {
		t.Fatalf("%+v: %v", s, err)
	}
	return table
}

func day(t rapid.TB, s string) carenet.Day {
	t.Helper()
	d, err := carenet.ParseDay(s)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// TestINV6_SlotsFollowThePatientsClock lists the slots of some schedules after
// an instant, each as "instant day local".
func TestINV6_SlotsFollowThePatientsClock(t *testing.T) {
	for _, c := range []struct {
		why, rule, zone, local, start, after string
		want                                 []string
	}{
		{"daily into summer", "FREQ=DAILY", "Europe/London", "09:00", "2026-01-01", "2026-03-27T09:00:00Z", []string{
			"2026-03-28T09:00:00Z 2026-03-28 09:00", "2026-03-29T08:00:00Z 2026-03-29 09:00", "2026-03-30T08:00:00Z 2026-03-30 09:00",
		}},
		{"in the gap", "FREQ=DAILY", "Europe/London", "01:30", "2026-01-01", "2026-03-28T12:00:00Z", []string{
			"2026-03-29T01:00:00Z 2026-03-29 02:00", "2026-03-30T00:30:00Z 2026-03-30 01:30",
		}},
		{"seen twice, asked once", "FREQ=DAILY", "America/New_York", "01:30", "2026-01-01", "2026-10-31T12:00:00Z", []string{
			"2026-11-01T05:30:00Z 2026-11-01 01:30", "2026-11-02T06:30:00Z 2026-11-02 01:30",
		}},
		{"between the two", "FREQ=DAILY", "America/New_York", "01:30", "2026-01-01", "2026-11-01T06:00:00Z", []string{
			"2026-11-02T06:30:00Z 2026-11-02 01:30",
		}},
		{"a gap up to midnight", "FREQ=DAILY", "America/Nuuk", "23:30", "2026-01-01", "2026-03-28T12:00:00Z", []string{
			"2026-03-29T01:00:00Z 2026-03-28 00:00", "2026-03-30T00:30:00Z 2026-03-29 23:30",
		}},
		{"just after a slot moved past midnight", "FREQ=DAILY", "America/Nuuk", "23:30", "2026-01-01", "2026-03-29T00:59:59Z", []string{
			"2026-03-29T01:00:00Z 2026-03-28 00:00",
		}},
		{"a day left out", "FREQ=DAILY", "Pacific/Apia", "00:00", "2011-12-01", "2011-12-28T12:00:00Z", []string{
			"2011-12-29T10:00:00Z 2011-12-29 00:00", "2011-12-30T10:00:00Z 2011-12-31 00:00", "2011-12-31T10:00:00Z 2012-01-01 00:00",
		}},
		{"Monday, Wednesday, Friday", "RRULE:freq=weekly;byday=MO,WE,FR", "Asia/Kathmandu", "08:15", "2026-03-10", "2026-01-01T00:00:00Z", []string{
			"2026-03-11T02:30:00Z 2026-03-11 08:15", "2026-03-13T02:30:00Z 2026-03-13 08:15", "2026-03-16T02:30:00Z 2026-03-16 08:15",
		}},
		{"weekly on the day it began", "FREQ=WEEKLY", "UTC", "10:00", "2026-03-12", "2026-04-01T00:00:00Z", []string{
			"2026-04-02T10:00:00Z 2026-04-02 10:00", "2026-04-09T10:00:00Z 2026-04-09 10:00",
		}},
		{"every other week, begun mid-week", "FREQ=WEEKLY;INTERVAL=2;BYDAY=MO,TH", "UTC", "10:00", "2026-03-11", "2026-03-12T10:00:00Z", []string{
			"2026-03-23T10:00:00Z 2026-03-23 10:00", "2026-03-26T10:00:00Z 2026-03-26 10:00", "2026-04-06T10:00:00Z 2026-04-06 10:00",
		}},
		{"every third day", "FREQ=DAILY;INTERVAL=3", "UTC", "10:00", "2026-03-01", "2026-12-30T10:00:00Z", []string{
			"2027-01-01T10:00:00Z 2027-01-01 10:00", "2027-01-04T10:00:00Z 2027-01-04 10:00",
		}},
		{"last weekday of the month", "FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1", "UTC", "10:00", "2026-01-20", "2026-01-20T10:00:00Z", []string{
			"2026-01-30T10:00:00Z 2026-01-30 10:00", "2026-02-27T10:00:00Z 2026-02-27 10:00",
		}},
		{"first workday of the week, begun mid-week", "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=1", "UTC", "10:00", "2026-03-11", "2026-03-01T00:00:00Z", []string{
			"2026-03-16T10:00:00Z 2026-03-16 10:00", "2026-03-23T10:00:00Z 2026-03-23 10:00",
		}},
		{"second Tuesday", "FREQ=MONTHLY;BYDAY=2TU", "UTC", "10:00", "2026-01-01", "2026-02-01T00:00:00Z", []string{
			"2026-02-10T10:00:00Z 2026-02-10 10:00", "2026-03-10T10:00:00Z 2026-03-10 10:00",
		}},
		{"monthly on a 31st", "FREQ=MONTHLY", "UTC", "10:00", "2026-01-31", "2026-02-01T00:00:00Z", []string{
			"2026-03-31T10:00:00Z 2026-03-31 10:00", "2026-05-31T10:00:00Z 2026-05-31 10:00",
		}},
		{"every other month", "FREQ=MONTHLY;INTERVAL=2;BYMONTHDAY=1", "UTC", "10:00", "2026-11-15", "2026-11-20T00:00:00Z", []string{
			"2027-01-01T10:00:00Z 2027-01-01 10:00", "2027-03-01T10:00:00Z 2027-03-01 10:00",
		}},
		{"until, the last day included", "FREQ=DAILY;UNTIL=20260303", "America/New_York", "23:00", "2026-03-01", "2026-03-02T12:00:00Z", []string{
			"2026-03-03T04:00:00Z 2026-03-02 23:00", "2026-03-04T04:00:00Z 2026-03-03 23:00", "over",
		}},
	} {
		table := compile(t, ask.Schedule{RRule: c.rule, Zone: c.zone, LocalTime: c.local, Start: day(t, c.start)})
		after, err := time.Parse(time.RFC3339, c.after)
		if err != nil {
			t.Fatal(err)
		}
		for i, want := range c.want {
			slot, ok := table.Next(after)
			got := "over"
			if ok {
				got = slot.At.Format(time.RFC3339) + " " + slot.Day.String() + " " + slot.Local.String()
			}
			if got != want {
				t.Errorf("%s, slot %d: %s, want %s", c.why, i, got, want)
				break
			}
			after = slot.At
		}
	}
}

// zones have changes of 20 minutes to a day, at all hours, in both halves of
// the year, announced late, and offsets from -11 to +14 hours.
var zones = []string{
	"Africa/Cairo", "Africa/Casablanca", "Africa/El_Aaiun", "America/Anchorage", "America/Argentina/San_Luis",
	"America/Asuncion", "America/Caracas", "America/Havana", "America/Los_Angeles", "America/Mexico_City", "America/New_York",
	"America/Nuuk", "America/Santiago", "America/Sao_Paulo", "America/Scoresbysund", "America/St_Johns",
	"Antarctica/Casey", "Antarctica/Troll", "Asia/Almaty", "Asia/Amman", "Asia/Beirut", "Asia/Gaza", "Asia/Jerusalem",
	"Asia/Kathmandu", "Asia/Kolkata", "Asia/Pyongyang", "Asia/Tehran", "Atlantic/Azores", "Australia/Adelaide",
	"Australia/Lord_Howe", "Europe/Chisinau", "Europe/Dublin", "Europe/Istanbul", "Europe/London", "Europe/Moscow",
	"Pacific/Apia", "Pacific/Auckland", "Pacific/Chatham", "Pacific/Easter", "Pacific/Fiji", "Pacific/Kiritimati",
	"Pacific/Norfolk", "Pacific/Pago_Pago", "UTC",
}

// TestINV6_EachDayOfTheRuleHasOneSlot walks two years of many schedules and
// compares them with the calendar counted by hand: one slot for each day that
// matches and that the zone lives through, at the local time where clocks show
// it, and else at the first minute that they do show.
func TestINV6_EachDayOfTheRuleHasOneSlot(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		zoneName := rapid.SampledFrom(zones).Draw(t, "zone")
		zone, err := carenet.Zone(zoneName)
		if err != nil {
			t.Fatal(err)
		}
		start := day(t, "2010-01-01") + carenet.Day(rapid.IntRange(0, 6500).Draw(t, "start"))
		local := carenet.LocalTime(rapid.IntRange(0, 24*60-1).Draw(t, "minute"))
		if rapid.Bool().Draw(t, "at a time of change") {
			local = carenet.LocalTime(rapid.SampledFrom([]int{0, 1, 15, 30, 59, 60, 90, 119, 120, 150, 179, 180, 1380, 1410, 1439}).Draw(t, "change"))
		}
		rule, matches := drawRule(t, start)
		table := compile(t, ask.Schedule{RRule: rule, Zone: zoneName, LocalTime: local.String(), Start: start})

		after, end := (start - 3).Time(zone), start+731
		for d := start; d < end; d++ {
			if !matches(d) {
				continue
			}
			at, exact := firstShown(d, local, zone)
			if !exact && !lived(d, zone) {
				continue
			}
			slot, ok := table.Next(after)
			if !ok || slot.Day != d || !slot.At.Equal(at) {
				t.Fatalf("%s at %s in %s: %+v (%v), want %s at %s", rule, local, zoneName, slot, ok, d, at)
			}
			if exact && (slot.Local != local || carenet.LocalDay(slot.At, zone) != d) {
				t.Fatalf("%s at %s in %s: the clock shows %s", rule, local, zoneName, slot.Local)
			}
			if !slot.At.After(after) || slot.At.Location() != time.UTC {
				t.Fatalf("%s after %s", slot.At, after)
			}
			after = slot.At
			// From anywhere between two slots the second is next.
			if again, _ := table.Next(slot.At.Add(-time.Second)); again != slot {
				t.Fatalf("a second before %+v comes %+v", slot, again)
			}
		}
	})
}

// drawRule draws a rule and the same rule as a test of a day, written without
// any library.
func drawRule(t *rapid.T, start carenet.Day) (string, func(carenet.Day) bool) {
	n := rapid.IntRange(1, 5).Draw(t, "interval")
	interval := carenet.Day(n)
	if rapid.Bool().Draw(t, "daily") {
		return "FREQ=DAILY;INTERVAL=" + string('0'+rune(n)), func(d carenet.Day) bool { return (d-start)%interval == 0 }
	}
	names := []string{"SU", "MO", "TU", "WE", "TH", "FR", "SA"}
	on := rapid.SliceOfNDistinct(rapid.IntRange(0, 6), 1, 7, rapid.ID[int]).Draw(t, "weekdays")
	var list []string
	for _, w := range on {
		list = append(list, names[w])
	}
	wkst := rapid.SampledFrom([]int{0, 1, 6}).Draw(t, "week start")
	// The beginning of the week: count back until its first weekday.
	weekOf := func(d carenet.Day) carenet.Day {
		for int(d.Weekday()) != wkst {
			d--
		}
		return d
	}
	rule := "FREQ=WEEKLY;WKST=" + names[wkst] + ";INTERVAL=" + string('0'+rune(n)) + ";BYDAY=" + strings.Join(list, ",")
	return rule, func(d carenet.Day) bool {
		if (weekOf(d)-weekOf(start))/7%interval != 0 {
			return false
		}
		for _, w := range on {
			if int(d.Weekday()) == w {
				return true
			}
		}
		return false
	}
}

// firstShown finds by looking at the clock each minute, from long before, when
// it first shows the time or has gone past it.
func firstShown(d carenet.Day, local carenet.LocalTime, zone *time.Location) (at time.Time, exact bool) {
	year, month, date := d.Date()
	wall := time.Date(year, month, date, int(local)/60, int(local)%60, 0, 0, time.UTC)
	shown := func(t time.Time) time.Duration {
		_, offset := t.In(zone).Zone()
		return t.Add(time.Duration(offset) * time.Second).Sub(wall)
	}
	// Far from a change of the clocks one look is enough.
	guess := wall.Add(-shown(wall))
	if shown(guess.Add(-26*time.Hour)) == -26*time.Hour && shown(guess.Add(26*time.Hour)) == 26*time.Hour && shown(guess) == 0 {
		return guess, true
	}
	for t := wall.Add(-15 * time.Hour); ; t = t.Add(time.Minute) {
		if s := shown(t); s >= 0 {
			return t, s == 0
		}
	}
}

// lived says whether some minute of the day was shown in the zone.
func lived(d carenet.Day, zone *time.Location) bool {
	year, month, date := d.Date()
	noon := time.Date(year, month, date, 12, 0, 0, 0, time.UTC)
	for t := noon.Add(-28 * time.Hour); t.Before(noon.Add(28 * time.Hour)); t = t.Add(15 * time.Minute) {
		if carenet.LocalDay(t, zone) == d {
			return true
		}
	}
	return false
}

func TestScheduleSaysWhatIsWrong(t *testing.T) {
	good := ask.Schedule{RRule: ask.Daily, Zone: "Europe/London", LocalTime: "09:00"}
	compile(t, good)
	for _, c := range []struct{ rule, says string }{
		{"", "has no rule"},
		{"RRULE:", "has no rule"},
		{"every day", "cannot have"},
		{"FREQ=YEARLY", "needs FREQ"},
		{"FREQ=HOURLY", "needs FREQ"},
		{"FREQ=FORTNIGHTLY", "needs FREQ"},
		{"INTERVAL=2", "needs FREQ"},
		{"FREQ=DAILY;FREQ=WEEKLY", "twice"},
		{"FREQ=DAILY;", "cannot have"},
		{"FREQ=DAILY;COUNT=3", `"COUNT"`},
		{"FREQ=DAILY;BYHOUR=9", `"BYHOUR"`},
		{"FREQ=DAILY;BYEASTER=400", `"BYEASTER"`},
		{"FREQ=DAILY;INTERVAL=0", "INTERVAL is"},
		{"FREQ=DAILY;INTERVAL=-1", "INTERVAL is"},
		{"FREQ=DAILY;INTERVAL=999999999999", "INTERVAL is"},
		{"FREQ=DAILY;INTERVAL=2=3", "INTERVAL is"},
		{"FREQ=DAILY;INTERVAL", "nothing for INTERVAL"},
		{"FREQ=DAILY;UNTIL=20260101T090000Z", "UNTIL is"},
		{"FREQ=DAILY;UNTIL=20261301", "UNTIL is"},
		{"FREQ=DAILY;UNTIL=19690101", "names no day"},
		{"FREQ=WEEKLY;BYDAY=XX", "cannot be read"},
		{"FREQ=WEEKLY;BYDAY=2MO", "needs FREQ=MONTHLY"},
		{"FREQ=MONTHLY;BYDAY=53MO", "at most five"},
		{"FREQ=MONTHLY;BYDAY=-6MO", "at most five"},
		{"FREQ=MONTHLY;BYMONTHDAY=32", "cannot be used"},
		{"FREQ=MONTHLY;BYMONTHDAY=0", "cannot be used"},
		{"FREQ=MONTHLY;BYMONTHDAY=30;BYMONTH=2", "names no day"},
		{"FREQ=WEEKLY;BYMONTHDAY=3", "does not go with"},
		{"FREQ=DAILY;BYSETPOS=1", "BYSETPOS needs"},
		{"FREQ=DAILY\nFREQ=DAILY", ""},
		{"DTSTART:20260101T000000Z\nFREQ=DAILY", "cannot have"},
	} {
		s := good
		s.RRule = c.rule
		_, err := s.Compile()
		if carenet.CodeOf(err) != carenet.Invalid || !strings.Contains(carenet.MessageOf(err), c.says) {
			t.Errorf("%q: %v", c.rule, err)
		}
	}
	for _, c := range []struct{ zone, local, says string }{
		{"Europe/Lond", "09:00", "no time zone"},
		{"Local", "09:00", "no time zone"},
		{"", "09:00", "no time zone"},
		{"Europe/London", "9am", "written like 09:00"},
		{"Europe/London", "24:00", "written like 09:00"},
	} {
		_, err := ask.Schedule{RRule: ask.Daily, Zone: c.zone, LocalTime: c.local}.Compile()
		if carenet.CodeOf(err) != carenet.Invalid || !strings.Contains(carenet.MessageOf(err), c.says) {
			t.Errorf("%q %q: %v", c.zone, c.local, err)
		}
	}
}

// TestNoRuleBreaksTheSchedule: whatever text is given as a rule, it is refused
// or it names slots that follow each other.
func TestNoRuleBreaksTheSchedule(t *testing.T) {
	value := rapid.OneOf(
		rapid.StringMatching(`-?[0-9]{1,3}(,-?[0-9]{1,2}){0,2}`),
		rapid.StringMatching(`[+-]?[0-9]{0,2}(MO|TU|SU)(,-?[1-5]?(WE|SA))?`),
		rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY", "SU", "20280101"}),
	)
	part := rapid.Custom(func(t *rapid.T) string {
		name := rapid.SampledFrom([]string{"INTERVAL", "UNTIL", "WKST", "BYDAY", "BYMONTHDAY", "BYMONTH", "BYSETPOS"}).Draw(t, "name")
		return name + "=" + value.Draw(t, "value")
	})
	accepted := 0
	rapid.Check(t, func(t *rapid.T) {
		rule := "FREQ=" + rapid.SampledFrom([]string{"DAILY", "WEEKLY", "MONTHLY"}).Draw(t, "freq")
		for _, p := range rapid.SliceOfN(part, 0, 3).Draw(t, "parts") {
			rule += ";" + p
		}
		start := carenet.Day(rapid.IntRange(18000, 22000).Draw(t, "start"))
		table, err := ask.Schedule{RRule: rule, Zone: "Europe/London", LocalTime: "01:30", Start: start}.Compile()
		if err != nil {
			if carenet.CodeOf(err) != carenet.Invalid {
				t.Fatalf("%s: %v", rule, err)
			}
			return
		}
		accepted++
		after := carenet.Day(rapid.IntRange(17000, 23000).Draw(t, "after")).Time(time.UTC)
		for range 20 {
			slot, ok := table.Next(after)
			if !ok {
				break
			}
			if !slot.At.After(after) || slot.Day < start {
				t.Fatalf("%s: %+v after %s", rule, slot, after)
			}
			after = slot.At
		}
	})
	if accepted == 0 {
		t.Error("every rule was refused")
	}
}

func BenchmarkNext(b *testing.B) {
	for name, rule := range map[string]string{"daily": ask.Daily, "weekly": "FREQ=WEEKLY;BYDAY=MO,WE,FR"} {
		b.Run(name, func(b *testing.B) {
			table, err := ask.Schedule{RRule: rule, Zone: "Europe/London", LocalTime: "09:00"}.Compile()
			if err != nil {
				b.Fatal(err)
			}
			after := time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)
			for b.Loop() {
				if _, ok := table.Next(after); !ok {
					b.Fatal("over")
				}
			}
		})
	}
}

// TestINV6_AMoveNeitherDoublesNorSkipsADay: the slot after a move, of a patient
// asked daily at 09:00 whose last day was 2 November or the day before.
func TestINV6_AMoveNeitherDoublesNorSkipsADay(t *testing.T) {
	for _, c := range []struct{ why, to, done, now, want string }{
		{"west, asked already: not again today", "America/Los_Angeles", "2026-11-02", "2026-11-02T12:00:00Z", "2026-11-03T17:00:00Z 2026-11-03 09:00"},
		{"west, not asked yet: later, on the new clock", "America/Los_Angeles", "2026-11-01", "2026-11-02T08:00:00Z", "2026-11-02T17:00:00Z 2026-11-02 09:00"},
		{"east, asked already", "Asia/Kolkata", "2026-11-02", "2026-11-02T12:00:00Z", "2026-11-03T03:30:00Z 2026-11-03 09:00"},
		{"east over the time, not asked yet: at the next minute", "Asia/Kolkata", "2026-11-01", "2026-11-02T08:00:30Z", "2026-11-02T08:01:00Z 2026-11-02 13:31"},
		{"east over the time, on a whole minute: now", "Asia/Kolkata", "2026-11-01", "2026-11-02T08:00:00Z", "2026-11-02T08:00:00Z 2026-11-02 13:30"},
		{"over midnight: the day ended with the move", "Pacific/Auckland", "2026-11-01", "2026-11-02T15:00:00Z", "2026-11-02T20:00:00Z 2026-11-03 09:00"},
		{"and back before the day ended", "America/Los_Angeles", "2026-11-01", "2026-11-02T18:00:00Z", "2026-11-02T18:00:00Z 2026-11-02 10:00"},
		{"back over midnight: the day is not lived twice", "America/Los_Angeles", "2026-11-03", "2026-11-02T21:00:00Z", "2026-11-04T17:00:00Z 2026-11-04 09:00"},
	} {
		now, err := time.Parse(time.RFC3339, c.now)
		if err != nil {
			t.Fatal(err)
		}
		table := compile(t, ask.Schedule{RRule: ask.Daily, Zone: c.to, LocalTime: "09:00", Start: day(t, "2026-01-01")})
		slot, ok := table.Resume(now, day(t, c.done))
		if got := slot.At.Format(time.RFC3339) + " " + slot.Day.String() + " " + slot.Local.String(); !ok || got != c.want {
			t.Errorf("%s: %s, want %s", c.why, got, c.want)
		}
		next, ok := table.Follow(slot.At, slot.Day)
		if !ok || next.Day != slot.Day+1 || next.Local.String() != "09:00" {
			t.Errorf("%s: then %+v", c.why, next)
		}
	}
	ends := compile(t, ask.Schedule{RRule: "FREQ=DAILY;UNTIL=20261102", Zone: "Europe/London", LocalTime: "09:00", Start: day(t, "2026-01-01")})
	if slot, ok := ends.Resume(time.Date(2026, 11, 2, 12, 0, 0, 0, time.UTC), day(t, "2026-11-02")); ok {
		t.Errorf("after its last day: %+v", slot)
	}
}
