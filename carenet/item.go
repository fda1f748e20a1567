package carenet

import "time"

// ItemAnswer is the answer to one further question of a check-in. A later one to
// the same item corrects it; both are kept. It is for staff.
type ItemAnswer struct {
	ID      ID
	Org     ID
	Patient ID
	CheckIn ID
	Prompt  ID
	Set     ID // the question set's version that was asked
	Item    string
	Value   float64
	Worded  bool     // the question asks for words: Value says nothing
	Words   string   // "": they have nothing to tell
	Flags   []string // what the words were read as
	Channel Channel
	Inbound ID // NilID when it did not come by text
	Day     Day
	At      time.Time
}
