package carenet_test

import (
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

var monday = time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)

const today = carenet.Day(20_000)

func alert(state, severity string, hoursAgo int) carenet.AlertView {
	return carenet.AlertView{State: state, Severity: severity, OpenedAt: monday.Add(-time.Duration(hoursAgo) * time.Hour)}
}

func scored(daysAgo int, score float64) []carenet.DayScore {
	return []carenet.DayScore{{Day: today - 90, Score: 5}, {Day: today - carenet.Day(daysAgo), Score: score}}
}

func TestConcern(t *testing.T) {
	for _, c := range []struct {
		what string
		row  carenet.BoardRow
		want carenet.Concern
	}{
		{"nothing known", carenet.BoardRow{}, carenet.ConcernNone},
		{"well", carenet.BoardRow{Series: scored(0, 4)}, carenet.ConcernNone},
		{"low today", carenet.BoardRow{Series: scored(0, 2)}, carenet.ConcernLow},
		{"low two days ago", carenet.BoardRow{Series: scored(2, 1)}, carenet.ConcernLow},
		{"low three days ago", carenet.BoardRow{Series: scored(3, 1)}, carenet.ConcernNone},
		{"no reply", carenet.BoardRow{Silence: carenet.NoReply}, carenet.ConcernSilent},
		{"cannot be reached", carenet.BoardRow{Silence: carenet.Undelivered}, carenet.ConcernSilent},
		{"our own outage says nothing of them", carenet.BoardRow{Silence: carenet.OurOutage}, carenet.ConcernNone},
		{"away", carenet.BoardRow{Silence: carenet.Paused}, carenet.ConcernNone},
		{"low and silent", carenet.BoardRow{Series: scored(1, 2), Silence: carenet.NoReply}, carenet.ConcernLow},
		{"an alert before all", carenet.BoardRow{Series: scored(1, 2), Alerts: []carenet.AlertView{alert("acknowledged", "amber", 1)}}, carenet.ConcernAlert},
	} {
		if got := c.row.Concern(today); got != c.want {
			t.Errorf("%s: %s, want %s", c.what, got, c.want)
		}
	}
}

func TestSortByNeed(t *testing.T) {
	want := []carenet.BoardRow{
		{Name: "red, nobody has it, oldest of several", Alerts: []carenet.AlertView{alert("open", "red", 1), alert("open", "red", 9)}},
		{Name: "red, nobody has it", Alerts: []carenet.AlertView{alert("open", "red", 5)}},
		{Name: "red that is taken beside an amber", Alerts: []carenet.AlertView{alert("open", "amber", 2), alert("acknowledged", "red", 99)}},
		{Name: "red, taken", Alerts: []carenet.AlertView{alert("acknowledged", "red", 9)}},
		{Name: "amber-high, nobody has it", Alerts: []carenet.AlertView{alert("open", "amber-high", 1)}},
		{Name: "amber, nobody has it, beside one put off", Alerts: []carenet.AlertView{alert("snoozed", "amber-high", 50), alert("open", "amber", 3)}},
		{Name: "amber, younger", Alerts: []carenet.AlertView{alert("open", "amber", 1)}},
		{Name: "amber, taken", Alerts: []carenet.AlertView{alert("acknowledged", "amber", 90)}},
		{Name: "amber-high, put off", Alerts: []carenet.AlertView{alert("snoozed", "amber-high", 2)}},
		{Name: "low", Series: scored(0, 1)},
		{Name: "silent five times", Silence: carenet.NoReply, MissedInRow: 5},
		{Name: "silent once", Silence: carenet.NoReply, MissedInRow: 1},
		{Name: "well, A", MissedInRow: 0},
		{Name: "well, B", MissedInRow: 3}, // not silent now: earlier gaps do not matter
	}
	rapid.Check(t, func(t *rapid.T) {
		rows := rapid.Permutation(want).Draw(t, "rows")
		carenet.SortByNeed(rows, today)
		for i := range rows {
			if rows[i].Name != want[i].Name {
				t.Fatalf("place %d: %q, want %q", i, rows[i].Name, want[i].Name)
			}
			if a := rows[i].Alerts; len(a) > 1 && a[0].State == "snoozed" {
				t.Fatalf("%q shows first what is put off", rows[i].Name)
			}
		}
	})
}

// Two looks at the same board show the same order, however the rows, and the
// alerts of each, were read.
func TestTheOrderOfTheBoardIsTotal(t *testing.T) {
	rows := rapid.Custom(func(t *rapid.T) carenet.BoardRow {
		alerts := rapid.SliceOfN(rapid.Custom(func(t *rapid.T) carenet.AlertView {
			return alert(rapid.SampledFrom([]string{"open", "acknowledged", "snoozed"}).Draw(t, "state"),
				rapid.SampledFrom([]string{"red", "amber", "something new"}).Draw(t, "severity"), rapid.IntRange(0, 3).Draw(t, "hours"))
		}), 0, 3).Draw(t, "alerts")
		return carenet.BoardRow{
			Name: rapid.SampledFrom([]string{"A", "B"}).Draw(t, "name"), Alerts: alerts,
			Silence:     rapid.SampledFrom([]carenet.Cause{"", carenet.NoReply}).Draw(t, "silence"),
			MissedInRow: rapid.IntRange(0, 2).Draw(t, "missed"),
		}
	})
	rapid.Check(t, func(t *rapid.T) {
		first := rapid.SliceOfN(rows, 0, 8).Draw(t, "board")
		for i := range first {
			first[i].Patient = carenet.ID{15: byte(i)}
		}
		second := rapid.Permutation(first).Draw(t, "read otherwise")
		for i := range second {
			second[i].Alerts = slices.Clone(second[i].Alerts)
			slices.Reverse(second[i].Alerts)
		}
		carenet.SortByNeed(first, today)
		carenet.SortByNeed(second, today)
		for i := range first {
			if first[i].Patient != second[i].Patient {
				t.Fatalf("place %d: %v, then %v", i, first[i], second[i])
			}
		}
	})
}
