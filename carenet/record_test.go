package carenet_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

var recordAt = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// TestNotesKeepAllThatWasWritten: a correction and a withdrawal stand in their note's
// place, with what was there before; notes come newest first by when they were written.
func TestNotesKeepAllThatWasWritten(t *testing.T) {
	id := func() carenet.ID { return carenet.NewID(recordAt) }
	first, second, fixed, lost := id(), id(), id(), id()
	notes := carenet.Notes([]carenet.NoteEntry{
		{ID: first, Kind: carenet.NoteWritten, Words: "walks with a frame"},
		{ID: second, Kind: carenet.NoteWritten, Words: "lives alone"},
		{ID: fixed, Kind: carenet.NoteCorrected, About: first, Words: "walks with a stick"},
		{ID: id(), Kind: carenet.NoteWithdrawn, About: fixed, Words: "another patient"},
		{ID: id(), Kind: carenet.NoteCorrected, About: lost, Words: "of one that is not shown"},
	})
	var said []string
	for _, n := range notes {
		line := string(n.Kind) + " " + n.Words
		for _, e := range n.Earlier {
			line += " < " + e.Words
		}
		said = append(said, line)
	}
	want := "corrected of one that is not shown|written lives alone|withdrawn another patient < walks with a stick < walks with a frame"
	if got := strings.Join(said, "|"); got != want {
		t.Errorf("%s\nwant %s", got, want)
	}
}

// TestGoalsStandAsTheirNewestEntrySays.
func TestGoalsStandAsTheirNewestEntrySays(t *testing.T) {
	day := carenet.LocalDay(recordAt, time.UTC)
	var entries []carenet.GoalEntry
	goal := func(words string, steps ...carenet.GoalEntry) {
		id := carenet.NewID(recordAt)
		entries = append(entries, carenet.GoalEntry{ID: id, Goal: id, Kind: carenet.GoalAgreed, By: "Dana", Words: words, Review: day + 9})
		for _, s := range steps {
			s.ID, s.Goal, s.By = carenet.NewID(recordAt), id, "Lee"
			entries = append(entries, s)
		}
	}
	goal("reached", carenet.GoalEntry{Kind: carenet.GoalReached, Words: "well done"})
	goal("later")
	goal("old words", carenet.GoalEntry{Kind: carenet.GoalChanged, Words: "due", Review: day}, carenet.GoalEntry{Kind: carenet.GoalGoing, Words: "slow", Review: day})
	goal("again", carenet.GoalEntry{Kind: carenet.GoalDropped}, carenet.GoalEntry{Kind: carenet.GoalGoing, Review: day + 1})
	var said []string
	for _, g := range carenet.Goals(entries) {
		line := g.Words + " " + g.By
		if g.Due(day) {
			line += " due"
		}
		if g.Over() {
			line += " over"
		}
		if g.Newest != g.History[0].ID || g.ID != g.History[len(g.History)-1].ID {
			t.Errorf("%s: newest %v of %v", g.Words, g.Newest, g.History)
		}
		said = append(said, line)
	}
	if got, want := strings.Join(said, "|"), "due Lee due|again Dana|later Dana|reached Dana over"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

// TestWhatCannotBeKeptIsRefused, at the part of the form that is wrong.
func TestWhatCannotBeKeptIsRefused(t *testing.T) {
	day := carenet.LocalDay(recordAt, time.UTC)
	some := carenet.NewID(recordAt)
	for words, ok := range map[string]bool{" \r\n\x00": false, "x": true, strings.Repeat("é", carenet.MaxNote): true, strings.Repeat("e", carenet.MaxNote+1): false} {
		if _, err := (carenet.NewNote{Kind: carenet.NoteWritten, Words: words}).Clean(); (err == nil) != ok {
			t.Errorf("%.9q: %v", words, err)
		}
	}
	for _, n := range []carenet.NewNote{
		{Kind: carenet.NoteWritten, About: some, Words: "x"},
		{Kind: carenet.NoteCorrected, Words: "x"},
		{Kind: "erased", Words: "x"},
		{Kind: carenet.NoteWithdrawn, About: some, Words: strings.Repeat("x", carenet.MaxWhy+1)},
		{Kind: carenet.NoteWithdrawn, About: some},
	} {
		if _, err := n.Clean(); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%.60v: %v", n, err)
		}
	}
	for _, c := range []struct {
		n     carenet.NewGoal
		fault string
	}{
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk", Review: day + 1}, ""},
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk", Review: day + carenet.MaxReviewDays}, ""},
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk", Review: day + carenet.MaxReviewDays + 1}, carenet.FaultReview},
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk", Review: day}, carenet.FaultReview},
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Words: " ", Review: day + 1}, carenet.FaultWords},
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Words: strings.Repeat("x", carenet.MaxGoal+1), Review: day + 1}, carenet.FaultWords},
		{carenet.NewGoal{Kind: carenet.GoalAgreed, Goal: some, Words: "walk", Review: day + 1}, carenet.FaultWords},
		{carenet.NewGoal{Kind: carenet.GoalReached, Goal: some, After: some}, ""},
		{carenet.NewGoal{Kind: carenet.GoalReached, Goal: some}, carenet.FaultWords},
		{carenet.NewGoal{Kind: carenet.GoalGoing, Goal: some, After: some, Review: day + 1}, ""},
		{carenet.NewGoal{Kind: carenet.GoalGoing, Goal: some, After: some, Review: day + 1, Words: strings.Repeat("x", carenet.MaxWhy+1)}, carenet.FaultWords},
		{carenet.NewGoal{Kind: "won", Goal: some, After: some, Review: day + 1}, carenet.FaultWords},
	} {
		_, fault, err := c.n.Clean(day)
		if fault != c.fault || (err == nil) != (fault == "") {
			t.Errorf("%.80v: %q, %v", c.n, fault, err)
		}
	}
}
