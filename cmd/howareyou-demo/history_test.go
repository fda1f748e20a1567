package main

import (
	"math"
	"slices"
	"strings"
	"testing"

	"howareyou/carenet"
)

func historyOf(t *testing.T, p patient) []pastDay {
	t.Helper()
	days, err := p.history()
	if err != nil {
		t.Fatal(err)
	}
	if len(days) != historyDays {
		t.Fatalf("%d days, want %d", len(days), historyDays)
	}
	return days
}

// moments are mean and standard deviation of the answers, and how many there are.
func moments(days []pastDay) (mean, sd float64, n int) {
	var sum, squares float64
	for _, d := range days {
		if d.score > 0 {
			sum += float64(d.score)
			squares += float64(d.score * d.score)
			n++
		}
	}
	mean = sum / float64(n)
	return mean, math.Sqrt((squares - sum*mean) / float64(n-1)), n
}

// What the demo's tour rests on: one "2" and another are a decline of Mary's,
// and nothing else is.
func TestMaryIsSteadyInEveryWindow(t *testing.T) {
	days := historyOf(t, mary)
	for i := 0; i+56 <= len(days); i++ {
		if mean, sd, n := moments(days[i : i+56]); mean < 4.1 || sd >= 0.7 || n < 40 {
			t.Errorf("days %d to %d: mean %.3f, sd %.3f of %d answers", i, i+56, mean, sd, n)
		}
	}
}

func TestHistoriesAreTheSameEveryTimeAndTheirOwn(t *testing.T) {
	seen := map[string]string{}
	for _, p := range patients {
		days := historyOf(t, p)
		if !slices.Equal(days, historyOf(t, p)) {
			t.Errorf("%s: two histories", p.name)
		}
		var scores strings.Builder
		for _, d := range days {
			scores.WriteByte(byte('0' + d.score))
			if (d.score == 0) != (d.cause != "") {
				t.Errorf("%s: a day with %+v", p.name, d)
			}
		}
		if other := seen[scores.String()]; other != "" {
			t.Errorf("%s and %s answered the same every day", p.name, other)
		}
		seen[scores.String()] = p.name
	}
}

func TestCoursesAreWhatTheyAreCalled(t *testing.T) {
	causes := func(days []pastDay, c carenet.Cause) (n int) {
		for _, d := range days {
			if d.cause == c {
				n++
			}
		}
		return n
	}
	count := map[course]int{}
	for _, p := range patients {
		days := historyOf(t, p)
		count[p.course]++
		mean, sd, n := moments(days)
		newest := days[historyDays-1]
		if p.course != silent && newest.score == 0 {
			t.Errorf("%s: silent at the end", p.name)
		}
		if p.course != declining && findings(days) != 0 {
			t.Errorf("%s: the rules find something", p.name)
		}
		bad := ""
		switch p.course {
		case stable:
			if sd > 0.8 || n < 75 {
				bad = "not stable"
			}
		case noisy:
			if sd < 0.65 {
				bad = "not noisy"
			}
		case gappy:
			if n > 70 {
				bad = "few gaps"
			}
		case holiday:
			if causes(days, carenet.Paused) != 7 {
				bad = "no week away"
			}
		case outOfReach:
			if causes(days, carenet.Undelivered) != 4 {
				bad = "always in reach"
			}
		case declining:
			if findings(days) != 1 {
				bad = "no confirmed decline"
			}
		case silent:
			if causes(days[historyDays-4:], carenet.NoReply) != 4 {
				bad = "not silent"
			}
		case drifting:
			anchor, _, before := moments(days[:28])
			recent, _, since := moments(days[historyDays-28:])
			if anchor-recent < 1 || min(before, since) < 10 {
				bad = "drifts too little"
			}
		}
		if bad != "" {
			t.Errorf("%s: %s (mean %.2f, sd %.2f, %d answers)", p.name, bad, mean, sd, n)
		}
	}
	if len(patients) != 30 || count[declining] != 1 || count[silent] != 1 || count[drifting] != 1 || count[steady] != 1 {
		t.Errorf("%d patients: %v", len(patients), count)
	}
}

func TestNumbersAreOfcomsForDrama(t *testing.T) {
	users := map[string]int{}
	for _, p := range patients {
		users[p.phone]++
	}
	for _, p := range seededPhones() {
		if !strings.HasPrefix(p.Number, "+447700900") || len(p.Number) != len(serviceNumber) || p.Number == serviceNumber {
			t.Errorf("%s is not a number for a phone of the demo", p.Number)
		}
	}
	for phone, n := range users {
		if want := phone == "+447700900010"; (n == 2) != want || n > 2 {
			t.Errorf("%s has %d patients", phone, n)
		}
	}
	if got, want := len(seededPhones()), len(users)+4; got != want {
		t.Errorf("%d phones, want %d", got, want)
	}
}
