package carenet

import "time"

// InboundText is a text as the provider handed it to us, before anybody has
// read it.
type InboundText struct {
	SID        string // the provider's id; at most one effect each (INV-2)
	From       string // E.164
	To         string // E.164: our sender, or a number of our messaging service
	Service    string // the provider's id of the messaging service that it came to, "" for none
	Body       string
	OptOutType string // STOP, START or HELP where the carrier already answered
	NumMedia   int    // pictures and the like; the text is kept, media is not fetched
	ReceivedAt time.Time
}

// FromPhone says whether the text came from a telephone. Advertisers and carriers
// write from short codes and from names, which nobody can answer.
func (t InboundText) FromPhone() bool {
	if len(t.From) < 8 || len(t.From) > 16 || t.From[0] != '+' || t.From[1] == '0' {
		return false
	}
	for _, r := range t.From[1:] {
		if r < '0' || r > '9' {
			return false
		}
	}
	return true
}

// InboundList is a sender whose texts are to be looked up in the provider's own list.
type InboundList struct {
	Org     ID
	Sender  ID
	Number  string // E.164; "" for a service whose numbers only the provider knows
	Service string
	Since   time.Time // the list was read whole up to here
}
