package notify

import (
	"time"

	"howareyou/carenet"
)

// KindNumberCheck asks a number whether it is still that of whoever signed up. It names
// nobody and says nothing of how anybody is.
const KindNumberCheck Kind = "number_check"

// NumberSilentFor is how long a number may be silent before it is asked that: carriers
// give numbers that are no longer used to other people.
const NumberSilentFor = 90 * 24 * time.Hour

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
	case KindPrompt, KindUpdate, KindDigest, KindKindWord, KindStaff, KindQuestion, KindCircle, KindCallOffer, KindSignIn, KindProxy, KindAnsweredFor:
		return true
	}
	return false
}

// numberCheck asks at a waking hour.
func (p *planner) numberCheck() {
	r := known(p.world.People, p.event.Detail.Person)
	r.Conversation, r.Contact = p.event.Detail.Conversation, Contact{}
	d := p.one(KindNumberCheck, p.event.Detail.Audience, r, PriorityReply, CheckAgainAfter, "the number was silent for long, or is new")
	p.later(d, CheckAgainAfter)
}
