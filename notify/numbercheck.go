package notify

import (
	"encoding/binary"
	"time"

	"howareyou/carenet"
)

// KindNumberCheck asks a number whether it is still that of whoever signed up. It names
// nobody and says nothing of how anybody is.
const KindNumberCheck Kind = "number_check"

// NumberSilentFor is how long a number may be silent before it is asked that: carriers
// give numbers that are no longer used to other people.
const NumberSilentFor = 90 * 24 * time.Hour

// Numbers that came, or fell silent, on one day must not all be asked on one day: until
// they have said YES what is personal waits, and a whole clinic's circles would go dark
// at once. So each is asked up to checkEarly before its time; and those that were silent
// for long when a service began to ask, within checksSpread of that day. Which is whose
// is told by the number's id: by chance, the same at every look, without a count.
const (
	checkEarly   = 14 * 24 * time.Hour
	checksSpread = 28 * 24 * time.Hour
)

// SilentAtLeast is how long a number was silent that CheckDue must be asked about.
const SilentAtLeast = NumberSilentFor - checkEarly

// CheckDue is from when on a number that was last alive at the time is asked whose it is.
// from is when its service began to ask.
func CheckDue(number carenet.ID, alive, from time.Time) time.Time {
	// The end of an id is chance.
	chance := int64(binary.BigEndian.Uint16(number[14:]))
	part := func(of time.Duration) time.Duration { return time.Duration(chance * int64(of>>16)) }
	if due := alive.Add(NumberSilentFor - part(checkEarly)); !due.Before(from) {
		return due
	}
	return from.Add(part(checksSpread))
}

// How a check goes on: asked once more after two days, given up after five more. What
// waits for its answer is looked at again every few hours, until its own time has passed.
const (
	CheckAgainAfter = 2 * 24 * time.Hour
	CheckGiveUp     = 5 * 24 * time.Hour
	CheckLook       = 4 * time.Hour
)

// WaitCheck says why what is personal waits.
const WaitCheck = "the number is asked first whether it is still theirs"

// Personal says whether a delivery tells or names something that a stranger on the number
// must not read. What answers a text that came from the number is not held back by this:
// the reading of that text decides. Staff are reached whatever is known of their numbers.
func (c Candidate) Personal() bool {
	if c.Channel != SMS && c.Channel != "" || c.Audience != carenet.ToPatient && c.Audience != carenet.ToFollower {
		return false
	}
	switch c.Kind {
	case KindPrompt, KindUpdate, KindDigest, KindKindWord, KindStaff, KindQuestion, KindCircle, KindCallOffer, KindSignIn, KindRhythm, KindProxy, KindAnsweredFor:
		return true
	}
	return false
}

// KindNumberMoved tells a number that another is used instead: whoever lost a number
// without wanting to must hear of it. It names nobody, since staff may have written down
// that this one is a stranger's.
const KindNumberMoved Kind = "number_moved"

// numberMoved tells the number that is used no more, at a waking hour.
func (p *planner) numberMoved() {
	r := known(p.world.People, p.event.Detail.Person)
	r.Conversation, r.Contact = p.event.Detail.Conversation, Contact{}
	p.later(p.one(KindNumberMoved, p.event.Detail.Audience, r, PriorityReply, updateLife, "staff have written down another number"), updateLife)
}

// numberCheck asks at a waking hour.
func (p *planner) numberCheck() {
	r := known(p.world.People, p.event.Detail.Person)
	r.Conversation, r.Contact = p.event.Detail.Conversation, Contact{}
	d := p.one(KindNumberCheck, p.event.Detail.Audience, r, PriorityReply, CheckAgainAfter, "the number was silent for long, or is new")
	p.later(d, CheckAgainAfter)
}
