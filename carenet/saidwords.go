package carenet

import "time"

// SaidWords is what somebody said in words and no member of staff has marked as read.
type SaidWords struct {
	ID       ID
	Patient  ID
	Name     string
	By       string            // who said it for the patient; "" when the patient did
	Question map[string]string // what was asked, by language; nil for how they are
	Score    *float64          // said beside it; nil when there was none
	Words    string
	Private  bool     // kept from followers
	Flags    []string // of words that call staff
	Screened bool     // a list of such words exists in the patient's language
	At       time.Time
}

// WordsPage is what waits to be read, flagged words first, and of each rank what has
// waited longest.
type WordsPage struct {
	Organisation string
	Zone         *time.Location
	Waiting      int // how many wait, also those that are not listed
	List         []SaidWords
}
