package carenet

import "time"

// DayScore is one day's answer on a chart.
type DayScore struct {
	Day      Day
	Score    float64
	Reporter Reporter
}

// Usual is a patient's own baseline, in points of the scale.
type Usual struct {
	Known  bool
	Mean   float64
	Spread float64
	Days   int
}

// AlertView is an alert as staff see it.
type AlertView struct {
	ID         ID
	Number     int
	Patient    ID
	Severity   string
	Rule       string
	State      string // open, acknowledged, snoozed, resolved
	Evidence   Evidence
	OpenedAt   time.Time
	TakenBy    string // who has it; "" when nobody
	TakenByID  ID
	TakenAt    time.Time
	TakenUntil time.Time
	ResolvedAt time.Time
	Outcome    string
	Note       string // what staff wrote when they closed it or put it off, on the patient's page alone

	PutOffBy    string // who put it off; "" when it is not
	PutOffUntil time.Time
	MayPutOff   time.Duration // the longest that it may be put off; 0 not at all
	Useful      *bool         // whether staff found it useful; nil: nobody has said
}

// BoardRow is one patient on the board.
type BoardRow struct {
	Patient      ID
	Name         string
	Last         *Update // their newest answer
	Series       []DayScore
	Usual        Usual
	Silence      Cause // "" or Waiting when they are not silent
	SilenceSince time.Time
	InHospital   bool      // nothing is asked, and nothing is silence
	EasedAt      time.Time // since when they are asked less often, by agreement; zero: they are not
	MissedInRow  int       // prompts without answer in a row, of those that count
	Alerts       []AlertView
	Watch        []Watched // what rules found that calls nobody, the newest last
}

// Watched is something that a rule found and that nobody is called about: it is
// for the watch list or the weekly list.
type Watched struct {
	Severity string
	Since    Day // of its first finding
	Last     Day // of its latest
	Evidence Evidence
}

// Board is the list of an organisation's patients, by need.
type Board struct {
	Organisation string
	Today        Day // in the organisation's zone
	Zone         *time.Location
	Viewer       string
	Rows         []BoardRow
	LastCheckIn  time.Time
	Duty         DutyNow
	Attention    int // texts that wait for a human; -1: the viewer does not see to them
	Words        int // answers in words that no member of staff has marked as read
}

// Message is one text in a patient's thread.
type Message struct {
	At        time.Time
	In        bool
	From      string // who wrote it, or who it was for
	Body      string
	State     string // read, stored, unread; or the delivery's state
	Reason    string // why it was sent, or how it was read
	Cause     string // why it ended so
	Kind      string
	Channel   string // of a delivery: sms, voice, ...
	Automatic bool
	Audience  Audience
	CheckIn   ID
	Person    ID
	Author    string   // who wrote a text of ours, when a person did; who answered for the patient
	OnPage    bool     // an answer given on a page
	Score     *float64 // of an answer on a page
	Report    Report   // what somebody said of where the patient is; then it is no text
	Corrected bool     // a later answer counts instead
}

// PatientPage is one patient as staff see them.
type PatientPage struct {
	Organisation string
	Patient      ID
	Name         string
	Zone         *time.Location
	Today        Day
	Row          BoardRow
	Series       []DayScore // 90 days
	Alerts       []AlertView
	Thread       []Message
	Circle       []CirclePlace
	NextPrompt   time.Time
	Further      []FurtherAnswer // to further questions, newest first
	State        string
	Phone        string     // their first number; "" when none is known
	Stopped      bool       // it is stopped: call, do not text
	Suspect      bool       // the provider says that no text reaches it
	Reports      []Reported // the newest first
	MayUndo      bool       // the newest may be taken back
	Notes        []Note     // what staff wrote down, the newest first; for staff alone
	MoreNotes    bool       // there are older ones
	Goals        []Goal     // what the patient wants to reach, those that stand first
	Stamp        string     // changes with every change of what the page shows
	Rhythm       Rhythm
	// AskNow is whether they may be asked once more now, and AskNowAt until when not.
	AskNow   AskNowAnswer
	AskNowAt time.Time
}

// CirclePlace is who sees what of a patient.
type CirclePlace struct {
	Follower ID
	Person   ID // who the follower is
	Name     string
	Scope    Scope
	Proxy    Authority // whether they may answer for the patient
}

// Feed is what one follower sees.
type Feed struct {
	Organisation    string
	EmergencyNumber string
	Viewer          string
	Language        string
	Zone            *time.Location
	Patients        []FeedPatient
}

// FeedPatient is one patient whom a follower follows, newest update first, as
// the patient's consent lets this follower see it.
type FeedPatient struct {
	Patient ID
	Name    string
	Scope   Scope
	Updates []Update
	More    []FurtherAnswer // to further questions, newest first, where the patient shows them
	Hearing Hearing
	Answers bool // the follower may answer for them
	Where   bool // the follower may say where they are
}

// CheckInForm is what a patient's page asks and says.
type CheckInForm struct {
	Org             ID
	Organisation    string
	EmergencyNumber string
	ClinicNumber    string
	StaffedHours    string
	Patient         ID
	Name            string
	Language        string
	Zone            *time.Location
	Scale           Scale
	Circle          []CirclePlace
	Answered        *Update          // what this prompt was answered with
	Further         *FurtherQuestion // what is asked next; nil when nothing is
	Worrying        bool             // an answer calls for help: the page says where it is
	SeenByClinic    time.Time        // when staff opened it; zero: not yet
	// Offer is what became of the offer of a call that this answer led to; "" when
	// none was made.
	Offer     OfferState
	ExpiresAt time.Time
}

// FurtherAnswer is an answer to a further question, for staff.
type FurtherAnswer struct {
	Asking   ID // the prompt
	Item     string
	Name     map[string]string // what it is called, by language
	Kind     string            // scale, choice, yesno, number, words
	Words    string            // of words; "" when they had nothing to tell
	Min, Max int
	Unit     string
	Option   map[string]string // the words of the chosen answer, by language
	Value    float64
	OnPage   bool
	At       time.Time
}

// FurtherQuestion is one more question of the check-in, in the patient's language.
type FurtherQuestion struct {
	Item     string
	Question string
	Kind     string // scale, choice, yesno, number
	Min, Max int
	Unit     string
	Options  []FurtherOption // the words of a choice
	Number   int             // the how-manieth it is, from 1
}

// FurtherOption is one answer of a choice.
type FurtherOption struct {
	Value int
	Words string
}

// PageAnswer is what a patient sends from the page.
type PageAnswer struct {
	Score   *int
	Words   string
	Private bool
	Key     string // made with the form, so that sending it twice has one effect
}

// SignInPage is what the page behind a sign-in link says before it is used.
type SignInPage struct {
	Organisation string
	Name         string // first name of whoever the link is for
	Language     string
	Door         string
}

// SignedIn is who came in by a door.
type SignedIn struct {
	Actor
	Language string
	// Governs says that staff of this role see to texts, joining and rules: for what
	// a page offers. Each of those checks the role again.
	Governs bool
}
