package carenet

import (
	"slices"
	"strings"
	"time"
	"unicode/utf8"
)

// MaxNote is the longest note, in characters: a page of it is still read.
const MaxNote = 2000

// MaxWhy is the longest reason for withdrawing a note, or word on a goal, in characters.
const MaxWhy = 300

// NoteKind says what an entry does.
type NoteKind string

// The kinds of entries. None replaces another: what was written stays beside it.
const (
	NoteWritten   NoteKind = "written"
	NoteCorrected NoteKind = "corrected"
	NoteWithdrawn NoteKind = "withdrawn"
)

// NoteEntry is one thing that staff wrote down about a patient.
type NoteEntry struct {
	ID    ID
	Kind  NoteKind
	About ID // the entry that it corrects or withdraws; NilID of a written one
	By    string
	ByID  ID
	Words string // of a withdrawn one: why
	At    time.Time
}

// Note is a note as it stands, with all that it was before.
type Note struct {
	NoteEntry             // the newest entry; its ID is what a correction is about
	Written   NoteEntry   // the first one
	Earlier   []NoteEntry // all but the newest, the newest of them first
}

// NewNote is what a form says.
type NewNote struct {
	Kind  NoteKind
	About ID
	Words string
	Key   ID // of the form: sending it twice writes once
}

// Clean makes the words fit to keep, and says what is wrong with them.
func (n NewNote) Clean() (NewNote, error) {
	const op = "write note"
	n.Words = CleanWords(n.Words)
	limit := MaxNote
	switch n.Kind {
	case NoteWritten, NoteCorrected:
	case NoteWithdrawn:
		limit = MaxWhy
	default:
		return n, Errorf(Invalid, op, "a note is written, corrected or withdrawn")
	}
	if (n.Kind == NoteWritten) != (n.About == NilID) {
		return n, Errorf(Invalid, op, "say which note is meant")
	}
	return n, checkWords(op, n.Words, limit)
}

// CleanWords takes what a browser adds to words, and what no column can hold, out of them.
func CleanWords(words string) string {
	words = strings.ReplaceAll(strings.ToValidUTF8(words, ""), "\r\n", "\n")
	return strings.TrimSpace(strings.ReplaceAll(words, "\x00", ""))
}

func checkWords(op, words string, limit int) error {
	switch {
	case words == "":
		return Errorf(Invalid, op, "write a few words")
	case utf8.RuneCountInString(words) > limit:
		return Errorf(Invalid, op, "at most %d characters", limit)
	}
	return nil
}

// Notes are the notes that entries, in the order of writing, amount to: the newest first,
// by when each was first written. An entry about what is not among them stands for itself.
func Notes(entries []NoteEntry) []Note {
	var notes []Note
	at := map[ID]int{} // which note an entry belongs to
	for _, e := range entries {
		if i, ok := at[e.About]; ok && e.About != NilID {
			n := &notes[i]
			n.Earlier = slices.Insert(n.Earlier, 0, n.NoteEntry)
			n.NoteEntry, at[e.ID] = e, i
			continue
		}
		at[e.ID] = len(notes)
		notes = append(notes, Note{NoteEntry: e, Written: e})
	}
	slices.Reverse(notes)
	return notes
}
