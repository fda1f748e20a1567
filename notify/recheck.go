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

	Channel Channel // "": a text
	Number  Number

	// For an email.
	Unsubscribed bool // its reader wants none
	Removed      bool // the address is no longer theirs

	// For KindUpdate and KindDigest: what the consent allows now.
	View      carenet.View
	CheckIn   carenet.CheckIn
	Overtaken bool // a later check-in corrected this one

	Following  bool // for KindKindWord: its sender is still in the circle
	MayAnswer  bool // for KindProxy: the follower still may
	NightsHeld bool // for KindUpdate: its reader wants nothing at night
	Muted      bool // for KindUpdate and KindDigest: the follower wants to hear nothing now
	Nothing    bool // for KindDigest: there is nothing to tell that they may know

	// Unreachable: the patient whom it is for or about is in hospital, or has died.
	Unreachable bool

	QuestionOpen bool // for KindQuestion: nobody has answered it, and it is still asked
	JustAsked    bool // for KindQuestion and KindCircle: its reader did something a moment ago that it answers
	PromptOpen   bool // for KindPrompt: still unanswered
	LateAtNight  bool // for KindPrompt: see there
	PatientAsked bool // for KindPrompt: active and not paused
	AlertOpen    bool // for KindAlert: nobody has acknowledged it
	Unwanted     bool // for KindReview: they do not want to be told of it any more
	OnDuty       bool // for KindDutyOn: they still are
	Holds        bool // for KindDutyOff: they still have alerts, and are off duty
	CheckOpen    bool // for KindNumberCheck: the number has not said whether it is theirs
	Seen         bool // for KindTask: somebody has seen to it
	OfferOpen    bool // for KindCallOffer: they have not answered it, and it still stands
}

// Blocked says why nothing goes to the number on the candidate's channel now, empty
// when something may.
func (c Candidate) Blocked() string {
	switch c.Channel {
	case Voice:
		return c.Number.Calls(c.Audience)
	case Email, Page:
		return "" // no number is needed
	}
	return c.Number.Texts()
}

// HeldUntil says until when a delivery waits since it is night where its reader lives,
// the zero time when it does not wait. It was planned for the day; an outage of ours,
// a slow provider or a hold has made night of it.
func (c Candidate) HeldUntil(zone *time.Location) time.Time {
	if !c.canWait() {
		return time.Time{}
	}
	if at := carenet.InWakingHours(c.Now, zone); at.After(c.Now) {
		return at
	}
	return time.Time{}
}

// canWait says whether a delivery is neither urgent nor the answer to what its reader
// has just done. The time of a prompt is the patient's choice (see LateAtNight), and what
// a person of the clinic writes leaves when they write it.
func (c Candidate) canWait() bool {
	switch c.Kind {
	case KindKindWord, KindDigest, KindRhythm, KindNumberMoved, KindProxy, KindAnsweredFor:
		return true
	case KindUpdate:
		return c.NightsHeld
	case KindQuestion, KindCircle, KindNumberCheck:
		return !c.JustAsked
	}
	return false
}

// promptLateAtNight is how late a prompt may still leave once it has become night.
const promptLateAtNight = 2 * time.Hour

// LateAtNight says whether a prompt whose time was by day has been kept so long that it
// is night: it is not asked any more. In the morning the next one may be due.
func LateAtNight(slot, now time.Time, zone *time.Location) bool {
	byDay := func(t time.Time) bool { return carenet.InWakingHours(t, zone).Equal(t) }
	return now.Sub(slot) > promptLateAtNight && byDay(slot) && !byDay(now)
}

// Recheck says whether a delivery may leave now. If not, state and cause say
// how it ends. What was planned may no longer hold: a STOP, a withdrawn
// consent, an answer or an acknowledgement may have come since.
func Recheck(c Candidate) (ok bool, state State, cause string) {
	switch {
	case c.Now.After(c.ExpiresAt):
		return false, Expired, "its time passed"
	case c.Kind == KindReply && c.Reply == carenet.ReplyOptedOut && !c.Number.Wrong:
		// The one confirmation; a carrier that confirms itself has none planned.
		if !c.Number.Stopped {
			return false, Withdrawn, "the number was started again"
		}
		return true, Sending, ""
	}
	if cause := c.Blocked(); cause != "" {
		return false, Withdrawn, cause
	}
	switch {
	case c.Removed:
		return false, Withdrawn, "the address was removed"
	case c.Unsubscribed:
		return false, Withdrawn, causeUnsubscribed
	}
	if c.Unreachable && c.Kind.stopsWithReport() {
		return false, Withdrawn, "they are in hospital, or have died"
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
	case KindProxy:
		if !c.MayAnswer {
			return false, Withdrawn, "they may not answer for the patient any more"
		}
	case KindThanks, KindAnsweredFor:
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
		if c.LateAtNight {
			return false, Expired, "its time passed, and it is night"
		}
	case KindCallOffer:
		if !c.OfferOpen {
			return false, Withdrawn, "the offer of a call is over"
		}
	case KindNumberCheck:
		if !c.CheckOpen {
			return false, Withdrawn, "the number has said that it is theirs"
		}
	case KindQuestion:
		if !c.QuestionOpen {
			return false, Withdrawn, "it is no longer asked"
		}
	case KindReview:
		if c.Unwanted {
			return false, Withdrawn, "they want no summary of the week"
		}
	case KindDutyOn:
		if !c.OnDuty {
			return false, Withdrawn, "they are on duty no more"
		}
	case KindDutyOff:
		if !c.Holds {
			return false, Withdrawn, "they have no alert any more, or are on duty again"
		}
	case KindTask:
		if c.Seen {
			return false, Withdrawn, "somebody has seen to it"
		}
	case KindAlert:
		if !c.AlertOpen {
			return false, Withdrawn, "somebody has taken it"
		}
	}
	return true, Sending, ""
}

// stopsWithReport says whether such a text stops when somebody has said that its patient
// is in hospital, or has died: all that goes by itself to them or their circle. What
// they have just asked for themselves is answered, and staff hear all.
func (k Kind) stopsWithReport() bool {
	switch k {
	case KindPrompt, KindUpdate, KindDigest, KindKindWord, KindCircle, KindQuestion, KindCallOffer, KindRhythm, KindProxy, KindAnsweredFor:
		return true
	}
	return false
}
