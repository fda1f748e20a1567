package lookbook

import (
	"context"
	"time"

	"howareyou/carenet"
)

// notes are one that stands, one that was corrected and one that was withdrawn.
func (w *town) notes() []carenet.Note {
	first, second, third := carenet.NewID(now), carenet.NewID(now), carenet.NewID(now)
	return carenet.Notes([]carenet.NoteEntry{
		{ID: first, Kind: carenet.NoteWritten, By: w.words.lee, Words: w.words.good, At: now.AddDate(0, 0, -30)},
		{ID: second, Kind: carenet.NoteWritten, By: w.words.dana, Words: w.words.rough, At: now.AddDate(0, 0, -9)},
		{ID: third, Kind: carenet.NoteCorrected, About: second, By: w.words.dana, Words: w.words.rough + " " + w.words.good, At: now.AddDate(0, 0, -8)},
		{ID: carenet.NewID(now), Kind: carenet.NoteWithdrawn, About: first, By: w.words.dana, Words: w.words.good, At: now.AddDate(0, 0, -7)},
		{ID: carenet.NewID(now), Kind: carenet.NoteWritten, By: w.words.lee, Words: w.words.rough + "\n" + w.words.good, At: now.Add(-2 * time.Hour)},
	})
}

// goals are one that is due, one that is not, and two that are over.
func (w *town) goals() []carenet.Goal {
	goal := map[string]string{"en": "Walk to the shop twice a week", "ar": "أن أمشي إلى الدكان مرتين في الأسبوع"}[w.words.lang]
	var entries []carenet.GoalEntry
	for i, last := range []carenet.GoalEntry{
		{Kind: carenet.GoalGoing, Words: w.words.good, Review: today - 2},
		{Kind: carenet.GoalChanged, Words: goal, Review: today + 20},
		{Kind: carenet.GoalReached},
		{Kind: carenet.GoalDropped, Words: w.words.rough},
	} {
		id := carenet.NewID(now)
		entries = append(entries, carenet.GoalEntry{ID: id, Goal: id, Kind: carenet.GoalAgreed, By: w.words.dana, Words: goal, Review: today - 2, At: now.AddDate(0, 0, -30-i)})
		last.ID, last.Goal, last.By, last.At = carenet.NewID(now), id, w.words.lee, now.AddDate(0, 0, -8)
		entries = append(entries, last)
	}
	return carenet.Goals(entries)
}

// WriteNote refuses what cannot be kept.
func (w *town) WriteNote(_ context.Context, _ carenet.Actor, _ carenet.ID, n carenet.NewNote) (carenet.Batch, error) {
	_, err := n.Clean()
	return carenet.Batch{}, err
}

// KeepGoal refuses what cannot be kept.
func (w *town) KeepGoal(_ context.Context, _ carenet.Actor, _ carenet.ID, n carenet.NewGoal) (carenet.Batch, error) {
	_, _, err := n.Clean(today)
	return carenet.Batch{}, err
}
