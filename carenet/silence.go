package carenet

import "time"

// Cause says why a prompt has no answer.
type Cause string

// The causes of silence. Only NoReply says something about the patient.
const (
	Waiting     Cause = "waiting"     // there is still time to answer
	OptedOut    Cause = "opted_out"   // the patient stopped our texts
	Paused      Cause = "paused"      // the patient is away by agreement
	OurOutage   Cause = "our_outage"  // we did not hand the prompt over in time
	Undelivered Cause = "undelivered" // the network did not deliver it
	NoReply     Cause = "no_reply"    // it was handed over in time and nobody answered
	Unsure      Cause = "unsure"      // it waited until the number has said that it is still theirs
	Replaced    Cause = "replaced"    // they were asked again before the time to answer was over
)

// Handing is what is known of a prompt's way to the patient.
type Handing string

// The states of a hand-over.
const (
	NotHanded Handing = "not_handed" // not yet, or nobody knows whether
	Handed    Handing = "handed"     // the provider has it, or the page shows it
	Confirmed Handing = "confirmed"  // the handset confirmed it
	Refused   Handing = "refused"    // the provider or the network said it will not arrive
)

// PromptFacts is what a silence is judged by. Zero times mean "never".
type PromptFacts struct {
	Slot       time.Time     // when the patient was to be asked
	Handing    Handing       // what is known of the prompt's way
	HandedAt   time.Time     // when the provider accepted it; zero until Handed
	OnTime     time.Duration // how late a hand-over may be and still count
	Grace      time.Duration // how long this audience lets the patient answer
	OptedOutAt time.Time     // the STOP in force at Now
	PausedAt   time.Time     // when the pause was agreed
	PausedTill time.Time     // when it ends
	Now        time.Time
}

// SilenceCause says why a prompt without an answer has none, and the reason in
// words for staff. Our own lateness never reads as the patient's silence
// (INV-14): without a hand-over that is known to have been in time the answer
// is never NoReply. A STOP or a pause counts when it came before the time to
// answer was over; later ones change nothing. While the facts but Now stay the
// same, a cause other than Waiting never changes.
func SilenceCause(f PromptFacts) (cause Cause, reason string) {
	latest := f.Slot.Add(f.OnTime)
	asked := f.HandedAt
	if asked.IsZero() {
		asked = f.Slot
	}
	deadline := asked.Add(f.Grace)
	handed := f.Handing == Handed || f.Handing == Confirmed
	switch {
	case !f.OptedOutAt.IsZero() && f.OptedOutAt.Before(deadline):
		return OptedOut, "the patient stopped our texts before the time to answer was over"
	case f.PausedTill.After(f.Slot) && f.PausedAt.Before(deadline):
		return Paused, "the patient was away by agreement"
	case f.Handing == Refused:
		return Undelivered, "the network refused the prompt or could not deliver it"
	case handed && !f.HandedAt.IsZero() && f.HandedAt.After(latest):
		return OurOutage, "we handed the prompt over too late for it to count"
	case !handed || f.HandedAt.IsZero():
		if !f.Now.After(latest) {
			return Waiting, "the prompt has not been handed over yet"
		}
		return OurOutage, "we did not hand the prompt over in time"
	case f.Now.Before(deadline):
		return Waiting, "there is still time to answer"
	case f.Handing == Confirmed:
		return NoReply, "the prompt was delivered and the time to answer is over"
	default:
		return NoReply, "the prompt was sent, its delivery never confirmed, and the time to answer is over"
	}
}
