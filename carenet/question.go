package carenet

import "time"

// QuestionKind says what a person is asked to say yes or no to.
type QuestionKind string

// The kinds of question.
const (
	AskEnrol  QuestionKind = "enrol"  // a patient: to be asked how they are
	AskShare  QuestionKind = "share"  // a patient: that somebody may be shown this
	AskFollow QuestionKind = "follow" // a follower: to be told how the patient is
	AskDied   QuestionKind = "died"   // a follower: whether they mean that the patient has died
	AskEase   QuestionKind = "ease"   // a patient: whether to be asked less often; it has words of its own
)

// QuestionState says where such a question stands.
type QuestionState string

// The states of a question.
const (
	QuestionOpen      QuestionState = "open"
	QuestionYes       QuestionState = "yes"
	QuestionNo        QuestionState = "no"
	QuestionWithdrawn QuestionState = "withdrawn" // by whoever asked, or with the patient's own consent
	QuestionLapsed    QuestionState = "lapsed"    // asked twice, and nobody answered
)

// Question is something that a person is asked to say yes or no to.
type Question struct {
	ID       ID
	Org      ID
	Kind     QuestionKind
	Person   ID // who is asked
	Patient  ID // whom it is about
	Follower ID // the place in the circle; NilID for AskEnrol and AskEase
	Scope    Scope
	State    QuestionState
	AskedAt  time.Time
	Asked    int
}

// MaxInvitations is how many people a patient may be inviting at once: a phone in
// wrong hands must not write to half a town.
const MaxInvitations = 3

// How long a question waits before it is asked once more, and then before it is given
// up. What a patient says of their own invitation they say at once or not at all.
const (
	askAgainAfter = 2 * 24 * time.Hour
	giveUpAfter   = 5 * 24 * time.Hour
	shareWaits    = 24 * time.Hour
	easeWaits     = 7 * 24 * time.Hour
)

// NextAsk is when something happens to a question that was asked at for the n-th time:
// at a waking hour of whoever is asked it is asked again, or given up.
func (k QuestionKind) NextAsk(at time.Time, n int, zone *time.Location) time.Time {
	switch {
	case k == AskEase:
		return at.Add(easeWaits)
	case k.AskedOnce():
		return at.Add(shareWaits)
	case n == 1:
		return InWakingHours(at.Add(askAgainAfter), zone)
	}
	return at.Add(giveUpAfter)
}

// AskedOnce says whether the question is asked no second time.
func (k QuestionKind) AskedOnce() bool { return k == AskEase || k.Returned() }

// Returned says whether the question comes back at once to whoever has just texted what
// it is about.
func (k QuestionKind) Returned() bool { return k == AskShare || k == AskDied }

// Invitation is somebody who was asked, as staff or the patient see it.
type Invitation struct {
	Question
	Name      string // of whoever is asked
	About     string // of the patient
	AskedBy   string // a member of staff, or the patient
	Reached   bool   // the text is with their phone, as far as is known
	Stopped   bool   // the number is stopped
	ChangedAt time.Time
}

// AgreePage is the page behind the link of a question.
type AgreePage struct {
	Question
	Organisation    string
	EmergencyNumber string
	ClinicNumber    string
	StaffedHours    string
	Language        string
	Zone            *time.Location
	Name            string // of whoever is asked
	About           string // of the patient
	AskedBy         string
	PerWeek         int // AskEnrol: how often they will be asked
}

// JoiningPage is who was asked to join and has not.
type JoiningPage struct {
	Organisation    string
	EmergencyNumber string
	Language        string // the organisation's
	Zone            *time.Location
	Viewer          string
	MayEnrol        bool // the viewer may enrol people, and ask them again
	MayImport       bool // and a whole list of them
	Asked           []Invitation
}

// CirclePage is a patient's circle as they see it themselves.
type CirclePage struct {
	Organisation    string
	EmergencyNumber string
	Language        string
	Zone            *time.Location
	Name            string
	Places          []OwnPlace
	Rhythm          Rhythm
	Open            int    // invitations that wait for an answer
	Goals           []Goal // their own, those that stand first
}

// OwnPlace is somebody in the circle, or invited to it.
type OwnPlace struct {
	Follower ID
	Name     string
	Scope    Scope
	Active   bool
	Asked    bool // they were asked and have not answered
	AskedAt  time.Time
}

// Invite is somebody whom a patient wants in their circle.
type Invite struct {
	Name, Number string
	Scope        Scope
}

// Enrolment is a patient to be asked whether they want to join.
type Enrolment struct {
	Name, Phone, Language string
	RRule                 string // RFC 5545
	LocalTime             string // such as 09:00
}
