// Package dialogue decides what a text means for the people on its number: a
// check-in, a correction, a command, a stop. It is pure: what is known goes in,
// what changes comes out, with a reason.
package dialogue

import (
	"slices"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

// A number gets at most MaxAnswers automatic answers within AnsweredWithin. A
// machine that answers our texts would otherwise be answered for ever.
const (
	MaxAnswers     = 5
	AnsweredWithin = time.Hour
)

// MovedFor is how long a person reads what comes from a number that was told that another
// is used: whoever has it may be the one it was taken from by mistake, or by somebody else.
const MovedFor = 14 * 24 * time.Hour

// Context is what is known when a text is read.
type Context struct {
	Org             carenet.ID
	Language        string // the organisation's, for numbers that nobody has
	Conversation    carenet.ID
	Sender          carenet.ID
	CarrierKeywords bool // the carrier answers STOP, START and HELP itself
	OptedOut        bool
	WrongNumber     bool // somebody there said that they are not who we write to
	Check           bool // it was asked whether it is still theirs, and has not said so
	Moved           bool // it was told within MovedFor that another number is used
	UnknownTold     bool // this number, which nobody has, was told once who we are
	Answered        int  // automatic answers to the number within the last AnsweredWithin
	People          []Person
	Questions       []Asked    // that wait for a yes or no of somebody on the number
	Wards           []Ward     // whom the people on the number follow
	Inbound         carenet.ID // the id under which the raw text is kept
	Batch           carenet.ID
	Now             time.Time
	// Said is when the text was sent, as far as we know: before Now when it waited on
	// the disk or was found in the provider's list. The zero time is Now.
	Said time.Time
	// StoppedAt is since when the number is stopped.
	StoppedAt time.Time
}

// said is when the text was sent.
func (c Context) said() time.Time {
	if c.Said.IsZero() || c.Said.After(c.Now) {
		return c.Now
	}
	return c.Said
}

// Person is somebody on the number.
type Person struct {
	ID        carenet.ID
	Name      string
	Language  string
	Zone      *time.Location
	Patient   *Patient // nil when they are not a patient
	Follower  bool
	Clinician bool
}

// Patient is what a reading must know of a patient on the number.
type Patient struct {
	Active bool       // their answers count: enrolled, not left, and with questions to answer
	Set    carenet.ID // the version of the question set in force
	Item   string
	Scale  carenet.Scale
	Open   *Prompt  // the newest prompt, while it has no answer
	Last   *Earlier // their newest self-reported check-in that still counts
	More   *Running // the further questions of the newest prompt; nil when it has none
	Offer  *Offer   // of a call, made within the last OfferFor
}

// asked says whether a prompt waits for the patient's answer now.
func (p *Patient) asked() bool { return p.Open != nil && !p.Open.Late }

// Prompt is an asking without an answer.
type Prompt struct {
	ID     carenet.ID
	SlotAt time.Time
	Late   bool // the time to answer is over; an answer still counts for it
	// AskedAgain: an answer was not understood, and we asked once more.
	AskedAgain bool
}

// Running is how far the newest prompt's check-in has come.
type Running struct {
	ask.Running
	Prompt  carenet.ID
	SlotAt  time.Time
	CheckIn carenet.ID  // NilID until the first question has its answer
	Day     carenet.Day // the local day that it counts for
	Over    bool        // the time to answer is over
	// LastItem was answered last, at LastAt.
	LastItem string
	LastAt   time.Time
	// Again is the one question whose answer was asked for once more.
	Again string
}

// Earlier is a check-in that a new one may correct.
type Earlier struct {
	ID      carenet.ID
	Prompt  carenet.ID
	Score   *float64
	Words   string
	Private bool
	Late    bool
	At      time.Time
}

// State says what became of an inbound text.
type State string

// The states of an inbound text.
const (
	Read   State = "read"   // understood and applied
	Stored State = "stored" // kept; there was nothing to apply
	Unread State = "unread" // a human must look: the reading failed, or we answered too often
)

// Outcome is what a text changes.
type Outcome struct {
	State   State
	Kind    string // the reading's kind
	Reason  string
	Flags   []string
	Person  carenet.ID // whose text it is; NilID when nobody's we know
	Patient carenet.ID // the patient it is about
	CheckIn *carenet.CheckIn
	OptOut  bool
	OptIn   bool
	// WrongNumber: somebody else has this number; nothing more goes there.
	WrongNumber bool
	Checked     bool // the number is theirs: what waits for that may leave
	TellOnce    bool // the unknown number was told who we are
	Ack         *Ack
	Order       *Order // a command to carry out where its rows are locked
	Offer       *OfferAnswer
	AskedAgain  carenet.ID // the prompt whose answer was asked for again
	Items       []carenet.ItemAnswer
	Said        []carenet.ID // who may have said words that are part of no answer
	ItemAgain   ItemAgain    // the further question whose answer was asked for again
	Events      []carenet.Event
}

// ToRead are the patients whose words, or whose circle's or phone's, no answer holds: a
// person reads the text. On a phone of several it is of each, since nobody is guessed.
func (o Outcome) ToRead() []carenet.ID {
	if o.State == Unread || o.CheckIn != nil && o.CheckIn.Words != "" || len(o.Items) > 0 {
		return nil // it waits as a text, or as that answer
	}
	of := slices.Clone(o.Said)
	for _, e := range o.Events {
		if e.Kind == carenet.EventSafety && e.Patient != carenet.NilID && !slices.Contains(of, e.Patient) {
			of = append(of, e.Patient)
		}
	}
	return of
}

// ItemAgain is a further question whose answer was asked for once more.
type ItemAgain struct {
	Prompt carenet.ID
	Item   string
}

// Ack is a clinician's wish to take an alert. Who wins is decided where the
// alert is locked.
type Ack struct {
	By     carenet.ID
	Number int // 0: the only one that is open; NoAlert: none has the number they gave
}
