package carenet

import (
	"slices"
	"time"
)

// MayManageMessages says whether staff of these roles see to texts that did not
// arrive: it shows every text of the organisation.
func MayManageMessages(roles []string) bool {
	return slices.Contains(roles, "admin") || slices.Contains(roles, "coordinator")
}

// TextRef names a text out: its event is a part of its key.
type TextRef struct{ Event, ID ID }

// TextOut is a text of ours as those who see to it read it.
type TextOut struct {
	Ref       TextRef
	Kind      string
	Channel   string // on which it goes: sms, voice, ...
	Audience  Audience
	To        string // a person's name; "" for a number that nobody has
	Patient   ID     // whom it is about
	About     string // their name
	Author    string // who wrote it, when a person did
	State     string
	Reason    string // why it was to be sent
	Cause     string // why it ended so, or waits
	Tries     int
	CreatedAt time.Time
	ChangedAt time.Time
	DueAt     time.Time
	ExpiresAt time.Time
	HandledAt time.Time // zero: nobody has seen to it
}

// TextTry is one attempt at handing a text over.
type TextTry struct {
	No        int
	State     string
	SID       string // the provider's id
	Provider  string // the provider's word for where it stands
	Class     string
	Code      int
	Detail    string
	StartedAt time.Time
	ChangedAt time.Time
}

// Handled is what somebody did about a text.
type Handled struct {
	Action string // retry, close
	By     string
	Note   string
	At     time.Time
}

// TextPage is the whole way of one text out.
type TextPage struct {
	Organisation string
	Zone         *time.Location
	TextOut
	Body     string
	Words    []TextTry
	Handled  []Handled
	Stopped  bool   // its number is stopped: call
	Phone    string // of whom it was for; "" when they are no patient
	MayRetry bool
	Waits    bool   // it waits for a human
	WhyNot   string // why it may not be tried again
}

// TextIn is a text that a human must read, or read.
type TextIn struct {
	ID         ID
	From       string // a person's name; "" for a number that nobody has
	Patient    ID
	Reason     string
	ReceivedAt time.Time
	HandledAt  time.Time
}

// InPage is one text in that a human must read.
type InPage struct {
	Organisation string
	Zone         *time.Location
	TextIn
	Body    string
	Number  string // that it came from, where nobody's name is known
	Handled []Handled
	Wrong   []PersonName // whose number it was; empty unless it is somebody else's now
	Moved   *PersonName  // whose number it was until another was written down; nil where the number was not told so
}

// DeadFact is a fact that could not be acted upon.
type DeadFact struct {
	ID      ID
	Kind    EventKind
	Patient ID
	About   string
	Tries   int
	At      time.Time
}

// TextFilter narrows the list of texts. The zero filter is all of them.
type TextFilter struct {
	State   string // a state, or "waiting" for all that has not left yet
	Kind    string
	Patient ID
	Before  TextRef // of an earlier page's last row
}

// PersonName is a person to choose from.
type PersonName struct {
	ID   ID
	Name string
}

// Desk is the texts of an organisation: what waits for a human, then the others.
type Desk struct {
	Organisation string
	Zone         *time.Location
	Viewer       string
	HeldSince    time.Time // zero: texts leave
	PerDay       int       // 0: no limit a day
	Planned      int       // for today
	Waiting      int       // texts that have not left
	Usage        []Usage   // this month and the last, the newer first
	Price        PartPrice // of a part
	Out          []TextOut // did not arrive, and nobody has seen to them
	In           []TextIn
	Facts        []DeadFact
	List         []TextOut
	Filter       TextFilter
	Next         TextRef // zero: there are no older ones
	Patients     []PersonName
}

// Attention is how many things wait for a human.
func (d Desk) Attention() int { return len(d.Out) + len(d.In) + len(d.Facts) }
