package notify

import (
	"slices"
	"strconv"
	"strings"
	"time"
)

// Heard is how much of a call somebody has heard.
type Heard string

// What was heard, from nothing on.
const (
	HeardNothing Heard = ""
	HeardMachine Heard = "machine" // an answering machine took the call
	HeardPart    Heard = "part"    // somebody answered
	HeardAll     Heard = "all"     // and was there when all was said
	HeardKey     Heard = "key"     // and pressed a key
)

var heardOrder = []Heard{HeardNothing, HeardMachine, HeardPart, HeardAll, HeardKey}

// more says whether more was heard than before: what was heard once stays heard.
func (h Heard) more(than Heard) bool {
	return slices.Index(heardOrder, h) > slices.Index(heardOrder, than)
}

// Told says whether a human has heard the call. An answering machine is none, and
// nor is somebody who hung up half-way.
func (h Heard) Told() bool { return h == HeardAll || h == HeardKey }

// The keys of a call about an alert. Any other has it said once more.
const (
	KeyTake   = "4"
	KeyPassOn = "6"
)

// callRank orders the provider's words for a call.
func callRank(status string) int {
	switch status {
	case "ringing":
		return 2
	case "in-progress":
		return 3
	case "completed", "busy", "no-answer", "failed", "canceled":
		return 4
	}
	return 1 // queued, initiated, and words that we do not know
}

// heardRank is above all words of the provider: a human was told, whatever the end
// of the call is called.
const heardRank = 5

// callNews decides what it means that a call has come so far. That it ended says
// little: only what was heard says that somebody was told.
func (r Rules) callNews(a Attempt, s StatusReport, now time.Time) Verdict {
	rank, heard := max(callRank(s.Status), a.Rank), a.Heard
	if s.Heard.more(heard) {
		heard = s.Heard
	}
	if heard.Told() {
		rank = heardRank
	}
	over := a.State == AttemptAbandoned && rank <= a.Rank
	if over || settled(a.State) && rank <= a.Rank && heard == a.Heard || a.State == AttemptDelivered || a.State == AttemptFailed {
		return Verdict{}
	}
	v := Verdict{SID: s.SID, Status: s.Status, Rank: rank, Heard: heard, Class: Accepted, Code: s.Code, Attempt: AttemptSent, Delivery: Sent}
	policy, known := PolicyOf(s.Code)
	switch {
	case heard.Told():
		v.Attempt, v.Delivery = AttemptDelivered, Delivered
	case s.Status == "canceled", s.Status == "failed" && known && policy.Again == Never:
		v = v.follow(policy)
		v.Attempt, v.Delivery, v.Class, v.TellsStaff = AttemptFailed, Failed, Permanent, true
		v.Cause = "the call could not be put through"
		if known {
			v.Cause += ": " + policy.Meaning
		}
	case s.Status == "failed":
		return r.callAgain(a, v, "the call could not be put through", now)
	case s.Status == "busy":
		return r.callAgain(a, v, "the line was busy", now)
	case s.Status == "no-answer":
		return r.callAgain(a, v, "nobody answered", now)
	case s.Status == "completed":
		return r.callAgain(a, v, unheard[heard], now)
	}
	return v
}

// unheard says why a call that ended told nobody.
var unheard = map[Heard]string{
	HeardNothing: "the call ended before anything was said",
	HeardMachine: "an answering machine took the call",
	HeardPart:    "somebody hung up before all was said",
}

// callAgain has them called once more after a while, a few times in all. Then it is
// another channel's turn, and staff's.
func (r Rules) callAgain(a Attempt, v Verdict, cause string, now time.Time) Verdict {
	calls := a.Past.Unclear + a.Past.Failed + 1
	v = r.again(a, v, callWait(a.Past.Failed), cause, now)
	if calls >= r.MaxCalls {
		v.Delivery, v.Cause, v.TellsStaff, v.NextTryAt = Failed, "called "+strconv.Itoa(calls)+" times: "+cause, true, time.Time{}
	}
	return v
}

// Script is what a call says next.
type Script struct {
	Language string
	Say      string
	Asks     bool // for a key; else the call ends after it
	Machine  bool // to an answering machine
}

// Point is where a call asks what to say.
type Point string

// The points of a call.
const (
	AtStart Point = "start"
	AtKey   Point = "key"
	AtEnd   Point = "end" // all was said, and no key pressed
)

// CallNews is what the provider tells, or asks, in the midst of a call.
type CallNews struct {
	StatusReport
	Point  Point
	Digits string
}

// Stage is what is said at a point of a call. What is wrong with whom is said only
// once a key was pressed: a telephone is picked up by others too.
type Stage string

// The stages.
const (
	StageHello    Stage = "hello"     // whose call it is and which keys there are
	StageAlert    Stage = "alert"     // the alert itself, and the keys
	StageTaken    Stage = "taken"     // they have it now, and what it is
	StagePassedOn Stage = "passed_on" // everybody is asked now
	StageTakenBy  Stage = "taken_by"  // somebody else has it
	StageClosed   Stage = "closed"    // it needs nobody any more
	StageMachine  Stage = "machine"   // to an answering machine: nothing about anybody
	StageEnd      Stage = "end"
)

// Asks says whether a key is waited for.
func (s Stage) Asks() bool { return s == StageHello || s == StageAlert }

// TellsOfPatient says whether the stage says who is unwell.
func (s Stage) TellsOfPatient() bool { return s == StageAlert || s == StageTaken }

// Standing is where the alert of a call stands for who was called.
type Standing string

// The standings.
const (
	AlertOpen   Standing = "open"
	AlertMine   Standing = "mine"
	AlertOthers Standing = "others"
	AlertOver   Standing = "over"
)

// AtPoint decides what a call does: which key has its effect now ("" for none), what
// is said next, and how much has been heard by then. pressed are the keys that had
// their effect in this call already.
func AtPoint(n CallNews, before Heard, pressed string, s Standing) (effect string, next Stage, heard Heard) {
	heard = n.Heard
	switch n.Point {
	case AtKey:
		heard = HeardKey
	case AtEnd:
		if before == HeardPart { // the provider took them for a human
			heard = HeardAll
		}
	}
	done := contains(pressed, n.Digits)
	switch {
	case n.Point == AtKey && n.Digits == KeyTake && s == AlertMine:
		return "", StageTaken, heard
	case n.Point == AtKey && n.Digits == KeyPassOn && done:
		return "", StagePassedOn, heard
	case s == AlertOver:
		return "", StageClosed, heard
	case s == AlertOthers, s == AlertMine && n.Digits != KeyPassOn:
		return "", StageTakenBy, heard
	case n.Point == AtStart && n.Heard == HeardMachine:
		return "", StageMachine, heard
	case n.Point == AtStart:
		return "", StageHello, heard
	case n.Point == AtEnd:
		return "", StageEnd, heard
	case n.Digits == KeyTake && !done:
		return KeyTake, StageTaken, heard
	case n.Digits == KeyPassOn:
		return KeyPassOn, StagePassedOn, heard
	}
	return "", StageAlert, heard
}

func contains(pressed, key string) bool { return key != "" && strings.Contains(pressed, key) }
