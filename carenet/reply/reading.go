// Package reply reads what people text back. It is pure: a text and what is
// known about the sender go in, a Reading with its reason comes out. It
// forgives the format of an answer and never guesses its meaning: a number
// that is not certain is asked for again, never clamped or rounded.
package reply

import (
	"slices"
	"strconv"
	"strings"
)

// Kind says what a text is. The order of the constants is the order of
// precedence: a text that is two of them is the earlier one.
type Kind string

// The kinds of reading.
const (
	OptOut     Kind = "opt_out"      // wants no more texts
	Crisis     Kind = "crisis"       // words that a human must see now; Flags name them
	Help       Kind = "help"         // the fixed word HELP
	OptIn      Kind = "opt_in"       // the fixed words START and YES
	Command    Kind = "command"      // Reading.Command says which
	Question   Kind = "question"     // a question to the clinic
	Answer     Kind = "answer"       // a score within the scale, in Score
	Ambiguous  Kind = "ambiguous"    // a number that may mean several things: ask again
	OutOfRange Kind = "out_of_range" // one number, off the scale: ask again
	Words      Kind = "words"        // no number, something said
	Unknown    Kind = "unknown"      // nothing that can be read
)

// The flags of a reading. The crisis flags make a text of kind Crisis; denied
// ones ("no chest pain") are kept for the people who read, with the suffix
// "_denied", and change nothing else.
const (
	FlagSelfHarm     = "self_harm"
	FlagChestPain    = "chest_pain"
	FlagBreathless   = "breathless_severe"
	FlagStroke       = "stroke"
	FlagBleeding     = "bleeding"
	FlagFall         = "fall"
	FlagWantsContact = "wants_contact"
	FlagWrongNumber  = "wrong_number" // the sender does not know who we are writing to
	FlagAutoReply    = "auto_reply"   // a machine answered: nothing in it is an answer, and it gets none
	FlagNotScreened  = "not_screened" // no list of crisis words in the sender's language: a human must read it
	FlagPrivate      = "private"      // keep this one from followers
	FlagAsk          = "ask"          // the private answer's number is unclear: ask again
	FlagUnprompted   = "unprompted"   // an answer while no prompt was open
)

// The commands a text can give, in Reading.Command.
const (
	CommandPrivate  = "private"  // patient: keep this one from followers
	CommandWho      = "who"      // patient: who sees my updates; clinician: who is on call
	CommandWhen     = "when"     // patient: when is the next prompt
	CommandWeb      = "web"      // patient: a fresh link
	CommandPause    = "pause"    // patient: Arg is the number of days, empty for the usual one
	CommandAway     = "away"     // patient: Arg is the day as written
	CommandResume   = "resume"   // patient: end a pause
	CommandLess     = "less"     // patient: ask me less often
	CommandMore     = "more"     // patient: and more often, as before
	CommandDrop     = "drop"     // patient: Arg is the follower's name
	CommandAdd      = "add"      // patient: Arg is a name, a number and what to share
	CommandAllow    = "allow"    // patient: Arg is the name of a follower who may answer for them
	CommandDisallow = "disallow" // patient: and who may no more
	CommandOnIt     = "on_it"    // follower: I am taking care of this
	CommandTell     = "tell"     // follower: Words go to the patient
	CommandMute     = "mute"     // follower: Arg is a duration such as "8h", empty for the usual one
	CommandHospital = "hospital" // follower: the patient is in hospital; Arg is a name, or empty
	CommandHome     = "home"     // follower: they are out of it; Arg as for hospital
	CommandDied     = "died"     // follower: the patient has died; Arg as for hospital
	CommandDaily    = "daily"    // follower: one summary a day
	CommandWeekly   = "weekly"   // follower: one summary a week
	CommandAtOnce   = "at_once"  // follower: each update when it comes
	CommandUnmute   = "unmute"   // follower: end it
	CommandAck      = "ack"      // clinician: Arg is the alert's number, empty for "the one that is open"
	CommandResolve  = "resolve"  // clinician: Arg as for ack, Words the outcome and a note
	CommandEscalate = "escalate" // clinician: Arg as for ack
	CommandSnooze   = "snooze"   // clinician: Words which alert, for how long and why
	// Clinician, of a closed alert: Arg as for ack, empty for "the one I closed".
	CommandUseful    = "useful"
	CommandNotUseful = "not_useful"
)

// Role is what the sender is to us; it decides which commands exist and
// whether a number can be a score at all.
type Role string

// The roles. The zero Role reads as a patient.
const (
	Patient   Role = "patient"
	Follower  Role = "follower"
	Clinician Role = "clinician"
)

// Scale is the inclusive range of a score. The zero Scale is 1 to 5.
type Scale struct{ Min, Max int }

// fiveFaces reports whether the scale is the one the face words belong to.
func (s Scale) fiveFaces() bool { return s == Scale{1, 5} }

// Context is what is known before a text is read.
type Context struct {
	Lang       string // en, es or ar; English is always read as well
	Scale      Scale
	OpenPrompt bool // a prompt waits for an answer: only then do words alone ("good") answer it
	Role       Role
}

// Reading is what was understood of one text.
type Reading struct {
	Kind       Kind
	Score      *int     // set whenever a score was read with certainty, also for crisis, command and question
	Private    bool     // the sender asked to keep this one from followers
	Command    string   // set when Kind is Command
	Arg        string   // the command's argument
	Words      string   // what was said besides the score, as it was typed
	Flags      []string // sorted in the order of the constants
	Reason     string   // why, in a fixed vocabulary: never words of the sender
	Confidence Confidence
	Normalised string // the folded text that was compared with the lists
	Text       string // the text as it came
}

// Confidence is how sure a reading is.
type Confidence string

// The confidences. A score is only ever certain or likely; what is unsure is
// asked about or left to a human.
const (
	Certain Confidence = "certain" // said in a form that has one meaning
	Likely  Confidence = "likely"  // understood from the words around it
	Unsure  Confidence = "unsure"  // not understood
)

// confidence follows from what was read and why.
func confidence(r Reading) Confidence {
	switch {
	case r.Asks(), r.Kind == Words, r.Kind == Unknown:
		return Unsure
	case r.Kind == Question && r.Reason != "fixed_word", r.Kind == Crisis:
		return Likely
	case r.Kind == Answer && r.Words != "":
		return Likely
	}
	return Certain
}

// Has reports whether the reading carries the flag.
func (r Reading) Has(flag string) bool {
	for _, f := range r.Flags {
		if f == flag {
			return true
		}
	}
	return false
}

// CallsForHelp reports whether words were found that a human must see now,
// whatever else the text is.
func (r Reading) CallsForHelp() bool { return slices.ContainsFunc(crisisFlags, r.Has) }

// Alarms are the flags of words that a human must see now.
func (r Reading) Alarms() (flags []string) {
	for _, f := range crisisFlags {
		if r.Has(f) {
			flags = append(flags, f)
		}
	}
	return flags
}

// CallsForMore reports whether words of alarm were found besides those of a flag.
func (r Reading) CallsForMore(than string) bool {
	return slices.ContainsFunc(crisisFlags, func(flag string) bool { return flag != than && r.Has(flag) })
}

// Asks reports whether the sender should be asked for the number again.
func (r Reading) Asks() bool {
	return r.Kind == Ambiguous || r.Kind == OutOfRange || r.Has(FlagAsk)
}

// Line renders a reading as kind, score, flags, reason and text, separated by
// tabs; tabs and line ends inside the text become spaces.
func Line(r Reading) string {
	score := ""
	if r.Score != nil {
		score = strconv.Itoa(*r.Score)
	}
	text := strings.Map(func(c rune) rune {
		if c == '\t' || c == '\n' || c == '\r' {
			return ' '
		}
		return c
	}, r.Text)
	return strings.Join([]string{string(r.Kind), score, strings.Join(r.Flags, ","), r.Reason, text}, "\t")
}
