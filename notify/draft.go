package notify

import (
	"time"

	"howareyou/carenet"
)

// Draft is all that a text may say, already cut to what its reader may know.
type Draft struct {
	Kind     Kind
	Stage    Stage // of a call, "" for a text
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
	Further     string // a further question, in the reader's language
	Now         time.Time

	About  string    // somebody else whom the text names
	At     time.Time // a time that it says
	Names  []string  // several people
	See    []SeenBy  // who sees the patient's answers
	From   string    // of a kind word: who sent it; of an answer: who gave it for the patient; of a change: who of staff noted it
	Said   string    // and what they said; "" that they take care of it
	Author string    // KindStaff: who wrote it
	Words  string    // KindStaff: what they wrote

	Digest []carenet.Update // KindDigest: what the follower may know, the oldest first
	Review carenet.Review   // KindReview
	Weekly bool             // it tells of a week, not of a day

	Question carenet.QuestionKind // KindQuestion
	Again    bool                 // it was asked before
	PerWeek  int                  // how often a patient is to be asked
	Change   carenet.Change       // KindCircle
	Report   carenet.Report       // KindReport

	Until time.Time // KindDutyOn, or who is on duty: until when
	Gap   bool      // the rota has nobody on duty now
	Open  int       // KindDutyOn: alerts that nobody has
	Red   int       // and how many of them are red
	Held  []HeldBy  // alerts that people who are off duty still have

	Link string // an address on the public site; "" for none
}

// SeenBy is one follower with what they see.
type SeenBy struct {
	Name    string
	Scope   carenet.Scope
	Answers bool // they may answer for the patient
}

// HeldBy is somebody with the numbers of the alerts that they have.
type HeldBy struct {
	Name    string
	Numbers []int
}

// CountsParts says as how many parts a text is charged. A Composer that is one has its
// texts counted.
type CountsParts interface {
	Parts(body string) int
}

// ConsentWords is implemented by a composer that can say in which words people are
// asked for their consent, and which version of them that is.
type ConsentWords interface {
	ConsentWords(kind carenet.QuestionKind, language string) (version, words string)
}

// CircleAct is what a patient does on the page of their circle.
type CircleAct string

// What they do there. Each is a consent, or the end of one.
const (
	CircleInvite   CircleAct = "invite"
	CircleShow     CircleAct = "show"
	CircleDrop     CircleAct = "drop"
	CircleProxy    CircleAct = "proxy"
	CircleProxyEnd CircleAct = "proxy_end"
)

// PageWords is implemented by a composer that can say beside which words of the page of
// their circle a patient pressed the button, and which version of them that is.
type PageWords interface {
	PageWords(act CircleAct, language string) (version, words string)
}

// Composer writes the text of a draft in the reader's language.
type Composer interface {
	Compose(d Draft) (string, error)
}
