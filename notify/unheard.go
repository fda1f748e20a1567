package notify

import (
	"time"

	"howareyou/carenet"
)

// Unheard is a try that the provider took and of which no end is known.
type Unheard struct {
	Org     carenet.ID
	Attempt carenet.ID
	Channel Channel
	SID     string
}

const (
	// A text whose callback is still not there after askText has lost it: most carriers
	// confirm within a minute, and a phone that is off is worth waiting for.
	askText = 15 * time.Minute
	// No call lasts longer, its ringing included.
	askCall = 4 * time.Minute
	// askMost is how old a try is when it is asked for the last time; the provider does
	// not change its mind after that.
	askMost = 36 * time.Hour
)

// AskAt is when the provider is to be asked what became of a try that began at begun
// and of which the last news is of now: after a while, and then again each time it is
// twice as old. The zero time when it is asked no more.
func AskAt(c Channel, begun, now time.Time) time.Time {
	first := askText
	switch c {
	case Voice:
		first = askCall
	case Email, Page:
		return time.Time{} // nobody can be asked
	}
	age := now.Sub(begun)
	if age > askMost {
		return time.Time{}
	}
	return now.Add(max(first, age))
}
