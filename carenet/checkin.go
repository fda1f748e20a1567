package carenet

import (
	"strings"
	"time"
)

// Reporter says whose answer a check-in is. The three make separate series:
// patients and those around them often judge differently.
type Reporter string

// The reporters.
const (
	ReporterSelf  Reporter = "self"
	ReporterProxy Reporter = "proxy"
	ReporterStaff Reporter = "staff"
)

// Channel says how something came in or goes out.
type Channel string

// The channels.
const (
	ChannelSMS   Channel = "sms"
	ChannelPage  Channel = "page"
	ChannelStaff Channel = "staff"
)

// CorrectWithin is how long after a check-in a second score corrects it
// instead of standing beside it.
const CorrectWithin = 60 * time.Minute

// SameTextWithin is how long after a check-in the same score and words are the
// same text once more (a phone that sent twice), and change nothing.
const SameTextWithin = 2 * time.Minute

// CutWords is what is kept of somebody's words: no more than MaxWords.
func CutWords(words string) string { return cutWords(strings.TrimSpace(words), MaxWords) }

// MaxWords is the longest text beside a score that is kept, in bytes: ten
// concatenated texts. The raw inbound text is kept whole in any case.
const MaxWords = 1600

// CheckIn is one answer, self, proxy or staff reported.
type CheckIn struct {
	ID         ID
	Org        ID
	Patient    ID
	Prompt     ID // NilID when nothing was asked
	Reporter   Reporter
	ReporterID ID
	Channel    Channel
	Private    bool // kept from followers; it still answers its prompt
	Late       bool // came after its prompt was closed or overtaken
	Corrects   ID   // NilID when it corrects nothing
	// OvertakenBy is the newer answer that counts instead: this one was on its way
	// while that one came.
	OvertakenBy ID
	Inbound     ID // NilID when it did not come by text
	Key         string
	Set         ID       // the question set's version that was asked
	Item        string   // the item answered
	Score       *float64 // nil when only words were said
	Words       string
	// Flags are what the words were read as, and Repeats that what this one takes the place of
	// said them already: both for those who read them, and kept nowhere else.
	Flags   []string
	Repeats bool
	Day     Day // the patient's local day
	At      time.Time
}

// Scale is the answers that a question allows, as the patient sees them.
type Scale struct {
	Min, Max       int
	HigherIsBetter bool
}

// WellbeingScale is the scale of the wellbeing question: 1 very bad to 5 very good.
var WellbeingScale = Scale{Min: 1, Max: 5, HigherIsBetter: true}

// NewCheckIn checks a check-in before it is kept: a whole number of the scale,
// or words that are more than spaces, or both. Words are cut at MaxWords.
func NewCheckIn(c CheckIn, scale Scale) (CheckIn, error) {
	const op = "check in"
	c.Words = CutWords(c.Words)
	if c.Score == nil && c.Words == "" {
		return c, Errorf(Invalid, op, "choose how you are, or write a few words")
	}
	if c.Score != nil {
		s := *c.Score
		if s != float64(int(s)) || int(s) < scale.Min || int(s) > scale.Max {
			return c, Errorf(Invalid, op, "choose a number from %d to %d", scale.Min, scale.Max)
		}
	}
	return c, nil
}

// cutWords cuts at a rune's edge: what is beyond stays in the raw text.
func cutWords(s string, limit int) string {
	if len(s) <= limit {
		return s
	}
	for limit > 0 && s[limit]&0xc0 == 0x80 {
		limit--
	}
	return s[:limit]
}
