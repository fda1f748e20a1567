package notify

import (
	"errors"
	"time"

	"howareyou/carenet"
)

// OutboundText is one text to hand to the provider.
type OutboundText struct {
	Channel             Channel
	From                string // E.164; empty when MessagingServiceSID is set
	MessagingServiceSID string
	To                  string // E.164
	Body                string
	Attempt             carenet.ID // goes into the callback address, so that a callback finds its attempt
}

// SendClass says what an answer, or the lack of one, means for an attempt.
type SendClass string

// The classes of a send.
const (
	Accepted  SendClass = "accepted"  // the provider has it and gave a SID
	Retry     SendClass = "retry"     // surely not accepted; try again later
	Permanent SendClass = "permanent" // surely not accepted; never will be
	OptedOut  SendClass = "opted_out" // refused: the number is stopped at the carrier
	Unknown   SendClass = "unknown"   // it may have been accepted; find out before any resend
)

// SendOutcome is what is known after handing a text over.
type SendOutcome struct {
	Class      SendClass
	SID        string        // set when Class is Accepted
	Status     string        // the provider's word: queued, sent, ...
	Code       int           // the provider's error code, 0 for none
	RetryAfter time.Duration // what the provider asked for, 0 for none
	Detail     string        // for staff and logs: never a number or a text
}

// StatusReport is a status callback: news of one attempt.
type StatusReport struct {
	Attempt carenet.ID
	SID     string
	Status  string // queued, sending, sent, delivered, undelivered, failed
	Heard   Heard  // of a call: what is known of it by now
	Code    int    // 0 for none
	At      time.Time
}

// ErrListTooLong says that a list has more entries than are read at once: ask for less
// of it.
var ErrListTooLong = errors.New("the list is too long to be read at once")

// ListedText is a text in the provider's list, used to settle attempts whose
// outcome is unknown.
type ListedText struct {
	SID       string
	From, To  string
	Body      string
	Status    string
	Code      int
	CreatedAt time.Time
}
