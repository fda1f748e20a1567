package notify

import (
	"slices"

	"howareyou/carenet"
)

// Channel is a way on which a person is told something.
type Channel string

// The channels.
const (
	SMS   Channel = "sms"
	Voice Channel = "voice"
	Email Channel = "email"
	Page  Channel = "page"
)

// Channels are those on which a kind of message may reach an audience, the first to
// be tried first. What the rest of a conversation is about stays where it was begun.
func Channels(k Kind, to carenet.Audience) []Channel {
	switch {
	case k == KindAlert && to == carenet.ToClinician:
		return []Channel{SMS, Voice, Email}
	case k == KindUpdate, k == KindDigest, k == KindSignIn, k == KindReview, k == KindAlertTaken && to == carenet.ToClinician:
		return []Channel{SMS, Email}
	}
	return []Channel{SMS}
}

// Ways are the channels that a person has, each with why it is of no use now; empty
// when it is of use.
type Ways map[Channel]string

// open says whether the person can be told on the channel now.
func (w Ways) open(c Channel) bool {
	why, has := w[c]
	return has && why == ""
}

// Number is what is known of a person's telephone number.
type Number struct {
	None        bool // none is known
	Stopped     bool // it has told us, or its carrier, STOP
	Wrong       bool // it is somebody else's
	Suspect     bool // the provider says that texts do not reach it
	SuspectCode int  // and with which code it said so
}

// Why no text goes to a number, and no call.
const (
	causeNoNumber = "no number is known"
	causeStopped  = "the number is stopped"
	causeWrong    = "the number belongs to somebody else"
	causeSuspect  = "texts do not reach the number; it must be checked"
	causeNoCalls  = "the number cannot be called either"
)

// Texts says why no text goes to the number, empty when one may.
func (n Number) Texts() string {
	switch {
	case n.None:
		return causeNoNumber
	case n.Wrong:
		return causeWrong
	case n.Stopped:
		return causeStopped
	case n.Suspect:
		return causeSuspect
	}
	return ""
}

// Calls says why no call goes to the number, empty when one may. A STOP is about
// texts: staff are called in spite of it, since an alert must find them. Of a patient
// or a follower it is a wish to be left alone, which a call does not get round.
func (n Number) Calls(to carenet.Audience) string {
	policy, known := PolicyOf(n.SuspectCode)
	switch {
	case n.None:
		return causeNoNumber
	case n.Wrong:
		return causeWrong
	case n.Stopped && to != carenet.ToClinician:
		return causeStopped
	case n.Suspect && known && !policy.Has(OtherChannel):
		return causeNoCalls
	}
	return ""
}

// Contact is how a person can be told something. The zero Contact has a telephone
// that gets texts and no calls.
type Contact struct {
	Number Number
	Called bool // we have a number that can call, and the means
	Email  bool // an address is known, and we have the means
}

// Ways are the person's channels, as one of an audience.
func (c Contact) Ways(to carenet.Audience) Ways {
	w := Ways{SMS: c.Number.Texts()}
	if c.Called {
		w[Voice] = c.Number.Calls(to)
	}
	if c.Email {
		w[Email] = ""
	}
	return w
}

// Tried is how a delivery ended that did not arrive. Withdrawn is only given for one
// that was not sent because of its number.
type Tried struct {
	Channel  Channel
	State    State
	Code     int // the provider's, of its last try
	Cause    string
	StopsOut bool // the person stopped our texts
}

// NextChannel says on which channel a person is told what did not reach them on
// another, and why; no channel, and why not, when they are not. before are all the
// channels on which they were to be told of it already, the failed one too.
func NextChannel(k Kind, to carenet.Audience, ways Ways, failed Tried, before []Channel) (next Channel, reason string) {
	if ok, why := failed.another(k, to); !ok {
		return "", why
	}
	reason = "no other channel reaches them"
	for _, c := range Channels(k, to) {
		switch why, has := ways[c]; {
		case c == failed.Channel || slices.Contains(before, c):
		case !has:
		case why != "":
			reason = "no other channel reaches them: " + why
		default:
			return c, failed.name() + " could not be delivered: " + failed.Cause
		}
	}
	return "", reason
}

// another says whether another channel may help, and if not, why.
func (t Tried) another(k Kind, to carenet.Audience) (ok bool, why string) {
	policy, _ := PolicyOf(t.Code)
	switch {
	case !slices.Contains([]State{Failed, Expired, NeedsHuman, Withdrawn}, t.State):
		return false, "it has not come to its end without arriving"
	case t.StopsOut && to != carenet.ToClinician && k != KindSignIn:
		return false, "they stopped our texts, and no other channel gets round that"
	case k == KindAlert:
		return true, "" // an alert may come twice and must not be lost
	case t.State == Expired:
		return false, "its time has passed on every channel"
	case t.State == Failed && !policy.Has(OtherChannel) && !policy.Has(Suppress) && !t.StopsOut:
		return false, "another channel would not mend it"
	}
	return true, ""
}

// name is what a delivery of the channel is called.
func (t Tried) name() string {
	switch t.Channel {
	case Voice:
		return "the call"
	case Email:
		return "the email"
	case Page:
		return "the notice"
	}
	return "the text"
}

// FirstChannel is where a person is told first: on the first channel that is open
// now. When it is not the first of its kind, reason says why. Only what cannot wait
// goes elsewhere at once: a START may yet come before a text is due.
func FirstChannel(k Kind, to carenet.Audience, ways Ways) (first Channel, reason string) {
	all := Channels(k, to)
	if k != KindAlert || ways.open(all[0]) {
		return all[0], ""
	}
	for _, c := range all[1:] {
		if ways.open(c) {
			return c, "no text can reach them: " + ways[all[0]]
		}
	}
	return all[0], ""
}
