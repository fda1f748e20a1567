package notify

import "time"

// MayRetry says whether a person may have a text tried once more, and if not, why.
// A try whose fate nobody knows, or that the provider has, must not be followed by
// another: its reader could get the text twice.
func MayRetry(state State, tries []AttemptState, stopped bool) (ok bool, why string) {
	switch state {
	case Failed, NeedsHuman, Expired:
	default:
		return false, "it has not come to its end without arriving"
	}
	if stopped {
		return false, "the number is stopped"
	}
	for _, t := range tries {
		switch t {
		case AttemptFailed, AttemptAbandoned:
		case AttemptSending, AttemptUncertain:
			return false, "nobody knows yet whether the provider took it"
		default:
			return false, "the provider has it"
		}
	}
	return true, ""
}

// Life is how long a text of this kind is of use.
func Life(k Kind) time.Duration {
	switch k {
	case KindPrompt:
		return promptLife
	case KindQuestion:
		return questionLife
	case KindReport, KindTask:
		return alertLife
	case KindUpdate, KindStaff, KindCircle, KindRhythm, KindNumberMoved, KindProxy, KindAnsweredFor:
		return updateLife
	case KindAlert:
		return alertLife
	case KindDigest:
		return digestLife
	case KindSignIn:
		return signInLife
	}
	return replyLife
}
