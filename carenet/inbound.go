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
