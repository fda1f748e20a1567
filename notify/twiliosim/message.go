package twiliosim

import (
	"crypto/rand"
	"encoding/hex"
	"time"
)

// The statuses and directions of messages, in Twilio's words.
const (
	accepted    = "accepted" // a messaging service has it, no sender chosen yet
	queued      = "queued"
	sending     = "sending"
	sent        = "sent"
	delivered   = "delivered"
	undelivered = "undelivered"
	received    = "received"

	inbound       = "inbound"
	outboundAPI   = "outbound-api"
	outboundReply = "outbound-reply"
)

// What became of the announcement of an inbound text.
const (
	webhookPending = "pending"
	webhookOK      = "ok"
	webhookFailed  = "failed"
	webhookDropped = "dropped"
	webhookNone    = "none" // the number has no address
)

// message is a text in either direction, as it is kept in the journal.
type message struct {
	Seq       int64     `json:"seq"` // order of creation
	SID       string    `json:"sid"`
	Direction string    `json:"direction"`
	From      string    `json:"from"`
	To        string    `json:"to"`
	Body      string    `json:"body"`
	Status    string    `json:"status"`
	ErrorCode int       `json:"error_code,omitempty"`
	Service   string    `json:"service,omitempty"` // MG..., when sent through a messaging service
	Callback  string    `json:"callback,omitempty"`
	Fate      int       `json:"fate,omitempty"` // the code it will fail with; 0: it will arrive
	Created   time.Time `json:"created"`
	Updated   time.Time `json:"updated"`
	Sent      time.Time `json:"sent,omitzero"`

	// On the handset.
	Arrival int64     `json:"arrival,omitempty"` // order on all handsets; 0: not there
	At      time.Time `json:"at,omitzero"`

	// Inbound only.
	OptOutType string `json:"opt_out_type,omitempty"`
	Webhook    string `json:"webhook,omitempty"`

	hidden   bool          // missing from lists for a while (list_lag)
	calls    []statusCall  // callbacks to be made
	draining bool          // somebody is making them
	held     []statusCall  // callbacks that wait for their successor (reorder_callback)
	holdFor  time.Duration // and for how long after it
}

func (m *message) handset() string {
	if m.Direction == inbound {
		return m.From
	}
	return m.To
}

func (m *message) final() bool {
	return m.Status == delivered || m.Status == undelivered || m.Status == received
}

// Text is a message as its handset shows it.
type Text struct {
	SID       string    `json:"sid"`
	Direction string    `json:"direction"` // in or out, from the phone's view
	From      string    `json:"from"`
	To        string    `json:"to"`
	Body      string    `json:"body"`
	Status    string    `json:"status"`
	At        time.Time `json:"at"`
	Webhook   string    `json:"webhook,omitempty"` // out only: pending, ok, failed, dropped or none
}

func (m *message) text() Text {
	t := Text{SID: m.SID, Direction: "in", From: m.From, To: m.To, Body: m.Body, Status: m.Status, At: m.At}
	if m.Direction == inbound {
		t.Direction, t.Webhook = "out", m.Webhook
	}
	if t.At.IsZero() {
		t.At = m.Created
	}
	return t
}

// newSID makes an id that is unique across restarts: 128 random bits.
func newSID(prefix string) string {
	var b [16]byte
	_, _ = rand.Read(b[:]) // never fails: crypto/rand ends the process instead
	return prefix + hex.EncodeToString(b[:])
}
