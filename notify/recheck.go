package notify

import (
	"time"

	"howareyou/carenet"
)

// Candidate is a delivery about to leave, with the facts of this very moment.
type Candidate struct {
	Kind      Kind
	Audience  carenet.Audience
	Reply     carenet.Reply
	Now       time.Time
	ExpiresAt time.Time

	OptedOut    bool // the number is stopped
	WrongNumber bool
	Suspect     bool // texts cannot reach it, says the provider

	// For an email.
	Unsubscribed bool // its reader wants none
	Removed      bool // the address is no longer theirs

	// For KindUpdate and KindDigest: what the consent allows now.
	View      carenet.View
	CheckIn   carenet.CheckIn
	Overtaken bool // a later check-in corrected this one

	Following bool // for KindKindWord: its sender is still in the circle
	Muted     bool // for KindUpdate and KindDigest: the follower wants to hear nothing now
	Nothing   bool // for KindDigest: there is nothing to tell that they may know

	PromptOpen   bool // for KindPrompt: still unanswered
	PatientAsked bool // for KindPrompt: active and not paused
	AlertOpen    bool // for KindAlert: nobody has acknowledged it
}

// Recheck says whether a delivery may leave now. If not, state and cause say
// how it ends. What was planned may no longer hold: a STOP, a withdrawn
// consent, an answer or an acknowledgement may have come since.
func Recheck(c Candidate) (ok bool, state State, cause string) {
	switch {
	case c.Now.After(c.ExpiresAt):
		return false, Expired, "its time passed"
	case c.WrongNumber:
		return false, Withdrawn, "the number belongs to somebody else"
	case c.Kind == KindReply && c.Reply == carenet.ReplyOptedOut:
		// The one confirmation; a carrier that confirms itself has none planned.
		if !c.OptedOut {
			return false, Withdrawn, "the number was started again"
		}
		return true, Sending, ""
	case c.OptedOut:
		return false, Withdrawn, "the number is stopped"
	case c.Suspect:
		return false, Withdrawn, "texts do not reach the number; it must be checked"
	}
	switch {
	case c.Removed:
		return false, Withdrawn, "the address was removed"
	case c.Unsubscribed:
		return false, Withdrawn, "they unsubscribed from our emails"
	}
	switch c.Kind {
	case KindUpdate:
		if _, sees := c.CheckIn.For(c.View); !sees {
			return false, Withdrawn, "consent was withdrawn"
		}
		if c.Overtaken {
			return false, Withdrawn, "a later answer corrected it"
		}
		if c.Muted {
			return false, Withdrawn, "muted by the follower"
		}
	case KindDigest:
		switch {
		case !c.View.Sees():
			return false, Withdrawn, "consent was withdrawn"
		case c.Muted:
			return false, Withdrawn, "muted by the follower"
		case c.Nothing:
			return false, Withdrawn, "nothing happened that they may know"
		}
	case KindKindWord:
		if !c.Following {
			return false, Withdrawn, "its sender is no longer in the circle"
		}
	case KindThanks:
		if c.Overtaken {
			return false, Withdrawn, "a later answer corrected it"
		}
	case KindPrompt:
		if !c.PromptOpen {
			return false, Withdrawn, "already answered"
		}
		if !c.PatientAsked {
			return false, Withdrawn, "paused or no longer asked"
		}
	case KindAlert:
		if !c.AlertOpen {
			return false, Withdrawn, "somebody has taken it"
		}
	}
	return true, Sending, ""
}
