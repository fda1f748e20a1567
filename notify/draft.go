package notify

import (
	"time"

	"howareyou/carenet"
)

// Draft is all that a text may say, already cut to what its reader may know.
type Draft struct {
	Kind     Kind
	Audience carenet.Audience
	Reply    carenet.Reply
	Language string
	Zone     *time.Location

	Organisation    string
	EmergencyNumber string
	ClinicNumber    string
	StaffedHours    string

	Patient   string // the patient's name; texts use the first word
	Recipient string
	Update    carenet.Update
	Scope     carenet.Scope // what the follower gets
	Scale     carenet.Scale
	HasWords  bool
	Private   bool

	AlertNumber int
	Severity    string
	Evidence    carenet.Evidence
	TakenBy     string
	TakenAt     time.Time
	Now         time.Time

	Link string // an address on the public site; "" for none
}

// Composer writes the text of a draft in the reader's language.
type Composer interface {
	Compose(d Draft) (string, error)
}
