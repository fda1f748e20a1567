package notify

import (
	"strconv"
	"time"

	"howareyou/carenet"
)

// State is where a delivery stands.
type State string

// The states of a delivery. A delivery is planned and queued in one step, so
// "planned" is only seen while its batch is being decided.
const (
	Queued    State = "queued"
	Sending   State = "sending"
	Uncertain State = "uncertain"
	Sent      State = "sent"
	// Unconfirmed is the end of what was sent and never heard of again. Most
	// carriers that confirm nothing deliver all the same.
	Unconfirmed State = "unconfirmed"
	Delivered   State = "delivered"
	Failed      State = "failed"
	Expired     State = "expired"
	Withdrawn   State = "withdrawn"
	NeedsHuman  State = "needs_human"
)

// AttemptState is where one try stands.
type AttemptState string

// The states of an attempt.
const (
	AttemptSending   AttemptState = "sending"
	AttemptUncertain AttemptState = "uncertain"
	AttemptSent      AttemptState = "sent"
	AttemptDelivered AttemptState = "delivered"
	AttemptFailed    AttemptState = "failed"
	AttemptAbandoned AttemptState = "abandoned" // it did not arrive, as far as is known; a new attempt may follow
)

// Rules of the send protocol. Lease is how long an attempt may be in flight
// before its outcome is looked for; no try begins or ends after it. Skew is how
// far apart the clocks of two workers may be, so that one does not end the lease
// of another early. Grace is how long an accepted text may take to show in the
// provider's list: only that long after the lease, for a text may be accepted at
// its very end, may one that is not there be sent again. An alert is sent again
// AlertGrace after the attempt began: a double beats silence there.
type Rules struct {
	Lease       time.Duration
	Skew        time.Duration
	Grace       time.Duration
	AlertGrace  time.Duration
	LookEvery   time.Duration
	MaxAttempts int // tries that may have reached the carrier, or may have got lost; of alerts there is no end
	MaxCalls    int // that nobody heard, before another channel is tried
}

// DefaultRules are the rules in force.
var DefaultRules = Rules{
	Lease:       2500 * time.Millisecond,
	Skew:        500 * time.Millisecond,
	Grace:       30 * time.Second,
	AlertGrace:  10 * time.Second,
	LookEvery:   2 * time.Second,
	MaxAttempts: 6,
	MaxCalls:    3,
}

// Past is how the earlier tries of a delivery ended.
type Past struct {
	Refused int // surely not accepted by the provider
	Unclear int // nobody ever found out
	Failed  int // accepted, and given back by a carrier for now
	Lost    int // those of Failed whose code is worth one more try and no second
}

// Attempt is one try as the state machine sees it.
type Attempt struct {
	ID        carenet.ID
	No        int
	State     AttemptState
	Rank      int
	SID       string
	Kind      Kind
	Channel   Channel // "": a text
	Heard     Heard   // of a call
	StartedAt time.Time
	ExpiresAt time.Time // of the delivery
	Past      Past
}

// Verdict is a decided change of an attempt and its delivery. The zero Verdict
// (Attempt == "") changes nothing.
type Verdict struct {
	Attempt   AttemptState
	Delivery  State
	SID       string
	Status    string
	Rank      int
	Heard     Heard // of a call
	Class     SendClass
	Code      int
	Detail    string
	Cause     string    // why the delivery ended or waits
	NextTryAt time.Time // with Queued: when to try again
	LookAt    time.Time // with Uncertain: when to look for it again

	StopsOut   bool // the carrier says that this number opted out
	Suppresses bool // nothing goes to the number until it has been checked
	TellsStaff bool // the delivery's end waits for a human who deals with it
	Pages      bool // a fault that who runs the service must mend
}

// Settles says whether the verdict makes the attempt's outcome known.
func (v Verdict) Settles() bool { return v.Attempt != "" && settled(v.Attempt) }

// settled says whether an attempt's outcome is known.
func settled(s AttemptState) bool { return s != AttemptSending && s != AttemptUncertain }

// follow takes over what the policy of a code asks for beside another try.
func (v Verdict) follow(p Policy) Verdict {
	v.StopsOut, v.Suppresses, v.Pages = p.Has(StopNumber), p.Has(Suppress), p.Has(PageOperator)
	v.TellsStaff = p.Has(TellStaff)
	return v
}

// AfterSend decides what the answer to a try means.
func (r Rules) AfterSend(a Attempt, out SendOutcome, now time.Time) Verdict {
	v := Verdict{SID: out.SID, Status: out.Status, Class: out.Class, Code: out.Code, Detail: out.Detail, Rank: a.Rank, Heard: a.Heard}
	switch {
	case out.Class == Accepted:
		return r.news(a, StatusReport{SID: out.SID, Status: out.Status, Code: out.Code}, now)
	case settled(a.State):
		// A callback was faster than the answer; it knew better.
		return Verdict{}
	}
	policy, known := PolicyOf(out.Code)
	switch out.Class {
	case Retry:
		v.Pages = known && policy.Has(PageOperator)
		return r.again(a, v, afterRefusal(a, out.RetryAfter), "the provider was not ready", now)
	case OptedOut:
		v = v.follow(policy)
		v.Attempt, v.Delivery, v.Cause, v.StopsOut = AttemptFailed, Failed, "opted out at the carrier", true
	case Permanent:
		v = v.follow(policy)
		v.Attempt, v.Delivery, v.Cause = AttemptFailed, Failed, "refused by the provider: "+policy.Meaning
	default:
		v.Class = Unknown
		v.Attempt, v.Delivery, v.LookAt = AttemptUncertain, Uncertain, now.Add(r.LookEvery)
		v.Cause = "no clear answer from the provider"
	}
	return v
}

// again ends this try and queues the next, or gives up in front of a human. What
// was surely not accepted is tried until the delivery's own time has passed,
// however often: an outage of the provider is no reason to give anybody up. What
// may have got through counts, and so does what a carrier gave back.
func (r Rules) again(a Attempt, v Verdict, wait time.Duration, cause string, now time.Time) Verdict {
	v.Attempt, v.Delivery, v.Cause, v.NextTryAt = AttemptAbandoned, Queued, cause, now.Add(wait)
	counts := v.Class == Unknown || v.Rank > 0
	if v.Class != Unknown {
		v.Class = Retry
	}
	switch tries := a.Past.Unclear + a.Past.Failed + 1; {
	case counts && tries >= r.MaxAttempts && a.Kind != KindAlert:
		v.Delivery, v.Cause, v.TellsStaff = NeedsHuman, "tried "+strconv.Itoa(tries)+" times: "+cause, true
	case v.NextTryAt.After(a.ExpiresAt):
		v.Delivery, v.Cause, v.TellsStaff = Expired, "its time passed: "+cause, true
	default:
		v.TellsStaff = false // not the end yet
	}
	return v
}

// AfterStatus decides what a status callback means. News is monotonic: what
// ranks no higher than what is known changes nothing.
func (r Rules) AfterStatus(a Attempt, s StatusReport, now time.Time) Verdict {
	return r.news(a, s, now)
}

// news decides what it means that the provider has the text and calls it this.
// Also of an attempt that was abandoned because nobody could find it: if its
// delivery still waits for the next try, that try must not come.
func (r Rules) news(a Attempt, s StatusReport, now time.Time) Verdict {
	if a.Channel == Voice {
		return r.callNews(a, s, now)
	}
	// A word that we do not know still says that the provider has it.
	rank := max(rankOf(s.Status), 1)
	if settled(a.State) && rank <= a.Rank || a.State == AttemptDelivered || a.State == AttemptFailed {
		return Verdict{}
	}
	v := Verdict{SID: s.SID, Status: s.Status, Rank: rank, Class: Accepted, Code: s.Code, Attempt: AttemptSent, Delivery: Sent}
	switch s.Status {
	case "delivered", "read":
		v.Attempt, v.Delivery = AttemptDelivered, Delivered
	case "undelivered", "failed", "canceled":
		p, _ := PolicyOf(s.Code)
		v = v.follow(p)
		v.Attempt, v.Delivery, v.Class, v.Cause = AttemptFailed, Failed, Permanent, "not delivered: "+p.Meaning
		switch {
		case v.StopsOut:
			v.Class, v.Cause = OptedOut, "opted out at the carrier"
		case p.Again == Soon || p.Again == Later:
			return r.again(a, v, laterWait(a.Past.Failed), v.Cause, now)
		case p.Again == OnceMore && a.Past.Lost == 0:
			return r.again(a, v, onceMoreWait, v.Cause, now)
		}
	}
	return v
}

// AfterListing decides about an attempt whose outcome was looked for in the
// provider's list: found is nil when it is not there. now is when the list was
// asked for, since it says nothing of what came later.
func (r Rules) AfterListing(a Attempt, found *ListedText, now time.Time) Verdict {
	if settled(a.State) {
		return Verdict{}
	}
	if found != nil {
		return r.news(a, StatusReport{SID: found.SID, Status: found.Status, Code: found.Code}, now)
	}
	again := a.StartedAt.Add(r.Lease + r.Skew + r.Grace)
	if a.Kind == KindAlert {
		again = a.StartedAt.Add(r.AlertGrace)
	}
	v := Verdict{Class: Unknown, Rank: a.Rank, Heard: a.Heard, Detail: "not in the provider's list"}
	if !now.Before(again) {
		wait := time.Duration(0)
		if n := a.Past.Unclear; n > 0 {
			// A list that never shows anything must not become a flood.
			wait = spread(a.ID, RetryWait(a.Kind, n))
		}
		return r.again(a, v, wait, "the provider never had it", now)
	}
	v.Attempt, v.Delivery, v.LookAt, v.Cause = AttemptUncertain, Uncertain, now.Add(r.LookEvery), "looking for it in the provider's list"
	if v.LookAt.After(again) {
		v.LookAt = again
	}
	return v
}

// rankOf orders the provider's words: news never goes back.
func rankOf(status string) int {
	switch status {
	case "accepted", "scheduled", "queued":
		return 1
	case "sending":
		return 2
	case "sent":
		return 3
	case "delivered", "undelivered", "failed", "canceled":
		return 4
	case "read":
		return 5
	}
	return 0
}

// Claim is an attempt that may be handed to the provider now.
type Claim struct {
	Org, Event, Delivery carenet.ID
	Sender               carenet.ID
	Lane                 Priority
	EventAt              time.Time // when what it tells of was committed
	Text                 OutboundText
	Attempt              Attempt
}

// Outcome is what came of handing one claim over.
type Outcome struct {
	Claim   Claim
	Outcome SendOutcome
}

// Unsettled is an attempt that must be looked for in the provider's list.
type Unsettled struct {
	Org, Event, Attempt carenet.ID
	Channel             Channel
	From, To, Body      string
	StartedAt           time.Time
	LookedAt            time.Time // when the looking for it began
}

// Find looks for the attempt among what the provider lists for its recipient: a
// text with the same words and, where known, the same sender, made since the
// attempt began, that belongs to no other attempt. skew is how far the
// provider's clock may be behind ours. A call has no words in the list.
func (u Unsettled) Find(listed []ListedText, bound map[string]bool, skew time.Duration) *ListedText {
	for i, l := range listed {
		if l.To != u.To || l.Body != u.Body && u.Channel != Voice || bound[l.SID] || (u.From != "" && l.From != u.From) {
			continue
		}
		if l.CreatedAt.Before(u.StartedAt.Add(-skew)) {
			continue
		}
		return &listed[i]
	}
	return nil
}
