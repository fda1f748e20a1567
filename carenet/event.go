package carenet

import "time"

// EventKind names a fact.
type EventKind string

// The facts that other parts of the house act on.
const (
	EventCheckIn       EventKind = "check_in.recorded"  // Subject: the check-in
	EventPrompt        EventKind = "prompt.due"         // Subject: the prompt
	EventReply         EventKind = "text.reply"         // Subject: the inbound text; Detail.Reply says what to answer
	EventStopped       EventKind = "number.stopped"     // Subject: the conversation
	EventStarted       EventKind = "number.started"     // Subject: the conversation
	EventSafety        EventKind = "safety.flagged"     // Subject: the inbound text; Detail.Flags
	EventAlertStep     EventKind = "alert.step"         // Subject: the alert; Detail.Roles: who is asked
	EventAlertTaken    EventKind = "alert.acknowledged" // Subject: the alert; Detail.Person: by whom
	EventAlertChanged  EventKind = "alert.changed"      // Subject: the alert; for open pages only
	EventSignIn        EventKind = "sign_in.requested"  // Detail.Person, Detail.Door
	EventPatientChange EventKind = "patient.changed"    // for open pages only
	EventDeliveryEnd   EventKind = "delivery.ended"     // for open pages only
)

// Reply says which automatic text answers an inbound one.
type Reply string

// The automatic answers.
const (
	ReplyOptedOut     Reply = "opted_out"
	ReplyOptedIn      Reply = "opted_in"
	ReplyHelp         Reply = "help"
	ReplyCrisis       Reply = "crisis"
	ReplyAskRange     Reply = "ask_again_range"
	ReplyAskAmbiguous Reply = "ask_again_ambiguous"
	ReplyAskWho       Reply = "ask_who"
	ReplyUnknown      Reply = "unknown_number"
	ReplyAckTaken     Reply = "ack_confirm"
	ReplyAckAlready   Reply = "ack_already"
	ReplyAckUnknown   Reply = "ack_unknown"
	ReplyAckWhich     Reply = "ack_which"
)

// Event is a fact that was committed together with its change.
type Event struct {
	ID      ID
	Org     ID
	Batch   ID // the committed batch it belongs to: what the bell rings for
	Kind    EventKind
	Patient ID // NilID for none
	Subject ID
	Detail  Detail
	At      time.Time
}

// Detail is what an event carries beside its ids: ids and words of ours, never
// a name, a number of a phone or a person's words.
type Detail struct {
	Reply        Reply    `json:"reply,omitempty"`
	Conversation ID       `json:"conversation,omitzero"`
	Sender       ID       `json:"sender,omitzero"`
	Person       ID       `json:"person,omitzero"`
	Audience     Audience `json:"audience,omitempty"`
	Alert        ID       `json:"alert,omitzero"`
	AlertNumber  int      `json:"alert_number,omitempty"`
	Roles        []string `json:"roles,omitempty"` // whom a step of an escalation asks
	Flags        []string `json:"flags,omitempty"`
	Door         string   `json:"door,omitempty"`
	NoThanks     bool     `json:"no_thanks,omitempty"` // the page has thanked already
}

// Audience says as what somebody is told something.
type Audience string

// The audiences.
const (
	ToPatient   Audience = "patient"
	ToFollower  Audience = "follower"
	ToClinician Audience = "clinician"
	ToUnknown   Audience = "unknown"
)

// Batch is what one transaction committed: the bell rings for its id.
type Batch struct {
	ID     ID
	Events []Event
}
