package dialogue_test

import (
	"slices"
	"testing"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
)

// Words that are part of no answer are for a person; what is an answer, a command, a machine's
// or no word at all is not.
func TestWordsThatNoAnswerHoldsAreForAPerson(t *testing.T) {
	two := both()
	for _, c := range []struct {
		name    string
		changes []change
		text    string
		of      []carenet.ID
	}{
		{"of one who is not asked", []change{inactive}, "my leg is so sore", []carenet.ID{mary}},
		{"beside a number", []change{inactive}, "2 my leg is so sore", []carenet.ID{mary}},
		{"kept private", []change{inactive}, "PRIVATE my leg is so sore", []carenet.ID{mary}},
		{"a number alone", []change{inactive}, "2", nil},
		{"a command", []change{inactive}, "WHEN", nil},
		{"a machine", []change{inactive}, "I am on holiday until Monday", nil},
		{"of one of two", []change{two}, "the garden was lovely", []carenet.ID{mary, john}},
		{"beside a number of one of two", []change{two}, "2 my leg is so sore", []carenet.ID{mary, john}},
		{"a question of one of two waits as a text", []change{two}, "when is the nurse coming", nil},
		{"beside a number off the scale", []change{asked(0)}, "8 my leg is swollen", []carenet.ID{mary}},
		{"beside two numbers", []change{asked(0)}, "2 or 3, dizzy all day", []carenet.ID{mary}},
		{"two numbers", []change{asked(0)}, "2 or 3", nil},
		{"asked once already: it waits as a text", []change{asked(0), askedAgain}, "8 my leg is swollen", nil},
		{"an answer holds them", []change{asked(0)}, "2 my leg is swollen", nil},
		{"a cry", []change{asked(0)}, "I want to die", []carenet.ID{mary}},
		{"a cry of one of two", []change{two}, "I want to die", []carenet.ID{mary, john}},
		{"a cry that an answer holds", []change{asked(0)}, "1 I want to die", nil},
	} {
		out := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: c.text, ReceivedAt: at}, contextOf(c.changes...))
		if got := out.ToRead(); !slices.Equal(got, c.of) {
			t.Errorf("%s: %q is for whoever reads of %v, want %v (%s, %s)", c.name, c.text, got, c.of, out.State, out.Reason)
		}
	}
}
