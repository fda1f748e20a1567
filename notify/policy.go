package notify

import (
	"slices"
	"strconv"
)

// Again says whether a text that ended with a code is tried again.
type Again string

// Whether and when it is tried again. What was surely not accepted is tried
// until the delivery's own time has passed; what the carrier gave back, at most
// Rules.MaxAttempts times.
const (
	Never    Again = "never"
	Soon     Again = "soon"      // with growing waits, never before the provider's Retry-After
	Later    Again = "later"     // in a quarter of an hour, then twice as long each time: the phone is away
	OnceMore Again = "once more" // nobody knows why; a second time of the same is an end
)

// Remedy is what else a code asks for.
type Remedy string

// The remedies.
const (
	// StopNumber: the number has told the carrier STOP. As if it had texted us.
	StopNumber Remedy = "stop the number"
	// Suppress: nothing goes to the number until it texts us or somebody has
	// checked it. Whoever else can be told is told.
	Suppress Remedy = "suppress the number"
	// OtherChannel: texts do not reach this number; a call or another number may.
	OtherChannel Remedy = "other channel"
	// TellStaff: the end of the delivery stands in front of staff until one of
	// them has dealt with it.
	TellStaff Remedy = "tell staff"
	// PageOperator: a fault of the account, the sender or this program: logged as
	// an error, counted, and named by doctor.
	PageOperator Remedy = "page the operator"
)

// Policy is what one of the provider's error codes means and leads to. A code
// comes with the refusal of a send or, later, with a status callback.
type Policy struct {
	Code     int
	Again    Again
	Remedies []Remedy
	Meaning  string // our words, for staff and operators
	Source   string // where the meaning is published
}

// Has says whether the policy asks for a remedy.
func (p Policy) Has(r Remedy) bool { return slices.Contains(p.Remedies, r) }

// Refusal is the class of a send that was refused with this code.
func (p Policy) Refusal() SendClass {
	switch {
	case p.Has(StopNumber):
		return OptedOut
	case p.Again == Never:
		return Permanent
	}
	return Retry
}

// PolicyOf is the policy of a code, and whether the table has it. What it does
// not have is not tried again, and both staff and the operator hear of it: the
// provider warns that codes and their causes change.
func PolicyOf(code int) (p Policy, known bool) {
	if p, known = byCode[code]; known {
		return p, true
	}
	p = Policy{Code: code, Again: Never, Remedies: []Remedy{TellStaff, PageOperator}, Meaning: "not in our table"}
	if code == 0 {
		p.Meaning = "no reason was given"
	}
	return p, false
}

const codeDocs = "https://www.twilio.com/docs/api/errors/"

// Policies is the table, by code. The state machine, the client of the provider,
// doctor and docs/operations.md all read this one.
var Policies = []Policy{
	row(20001, "a parameter of the request is not readable", Never, TellStaff, PageOperator),
	row(20003, "the account and the auth token do not match", Soon, PageOperator),
	row(20404, "the provider does not know the account or the address", Never, TellStaff, PageOperator),
	row(20429, "too many requests at once", Soon),
	row(20500, "the provider failed", Soon),
	row(20503, "the provider is not available", Soon),
	row(21201, "there is no recipient of the call", Never, TellStaff, PageOperator),
	row(21205, "the address of the call's script is not valid", Never, TellStaff, PageOperator),
	row(21210, "the caller's number is not one of the account's", Never, TellStaff, PageOperator),
	row(21211, "the recipient's number is not valid", Never, Suppress, TellStaff),
	row(21212, "the sender's number is not valid", Never, TellStaff, PageOperator),
	row(21213, "there is no caller's number in the call", Never, TellStaff, PageOperator),
	row(21217, "the recipient's number does not seem to be one", Never, Suppress, TellStaff),
	row(21265, "the recipient's number is a short code", Never, Suppress, TellStaff),
	row(21266, "the recipient's number is the sender's", Never, Suppress, TellStaff),
	row(21408, "the account may not text this country", Never, OtherChannel, TellStaff, PageOperator),
	row(21601, "the sender cannot text", Never, TellStaff, PageOperator),
	row(21602, "the text is empty", Never, TellStaff, PageOperator),
	row(21603, "there is no sender in the request", Never, TellStaff, PageOperator),
	row(21604, "there is no recipient in the request", Never, TellStaff, PageOperator),
	row(21606, "the sender is not one of the account's, or cannot text", Never, TellStaff, PageOperator),
	row(21608, "a trial account texts only verified numbers", Never, TellStaff, PageOperator),
	row(21609, "the address of the callback is not valid", Never, TellStaff, PageOperator),
	row(21610, "the number has stopped our texts, or belongs to somebody else now who has", Never, StopNumber, TellStaff),
	row(21611, "the sender's queue is full", Soon),
	row(21612, "this sender cannot reach this number", Never, OtherChannel, TellStaff, PageOperator),
	row(21614, "the recipient's number is not a mobile", Never, Suppress, OtherChannel, TellStaff),
	row(21617, "the text is longer than 1,600 characters", Never, TellStaff, PageOperator),
	row(21635, "the recipient's number is a landline", Never, Suppress, OtherChannel, TellStaff),
	row(21659, "the sender is not one of the provider's numbers", Never, TellStaff, PageOperator),
	row(21660, "the sender is not one of the account's numbers", Never, TellStaff, PageOperator),
	row(21661, "the sender cannot text", Never, TellStaff, PageOperator),
	row(21701, "there is no such messaging service", Never, TellStaff, PageOperator),
	row(21703, "the messaging service has no numbers", Never, TellStaff, PageOperator),
	row(30001, "the provider's queue was full", Later, TellStaff),
	row(30002, "the account is suspended", Later, TellStaff, PageOperator),
	row(30003, "the phone is off or out of reach", Later, TellStaff),
	row(30004, "the phone or its carrier blocks us", Never, Suppress, OtherChannel, TellStaff),
	row(30005, "the number is unknown or no longer in service", Never, Suppress, OtherChannel, TellStaff),
	row(30006, "a landline, or a carrier that takes no texts", Never, Suppress, OtherChannel, TellStaff),
	row(30007, "a carrier filtered the text", Never, OtherChannel, TellStaff, PageOperator),
	row(30008, "lost for an unknown reason", OnceMore, TellStaff),
	row(30010, "the text costs more than the account's limit", Never, TellStaff, PageOperator),
	row(30017, "the carrier is congested", Later, TellStaff),
	row(30018, "the country wants the sender registered first", Never, OtherChannel, TellStaff, PageOperator),
	row(30022, "the sender's rate at the carrier was exceeded", Later, TellStaff, PageOperator),
	row(30023, "the day's quota at the carrier is used up", Later, TellStaff, PageOperator),
	row(30024, "the carrier does not know the sender", Never, OtherChannel, TellStaff, PageOperator),
	row(30032, "the toll-free sender is not verified", Never, TellStaff, PageOperator),
	row(30034, "the sender is not registered with the carriers", Never, TellStaff, PageOperator),
	row(30036, "the text waited longer than the provider keeps one", OnceMore, TellStaff),
	row(30410, "the carrier did not answer the provider in time", OnceMore, TellStaff),
	row(30450, "the provider took the text for abuse", Never, TellStaff, PageOperator),
}

func row(code int, meaning string, again Again, remedies ...Remedy) Policy {
	return Policy{Code: code, Again: again, Remedies: remedies, Meaning: meaning, Source: codeDocs + strconv.Itoa(code)}
}

var byCode = func() map[int]Policy {
	m := make(map[int]Policy, len(Policies))
	for _, p := range Policies {
		m[p.Code] = p
	}
	return m
}()

// CodesThat are the codes of the table whose policy fits.
func CodesThat(fits func(Policy) bool) []int {
	var codes []int
	for _, p := range Policies {
		if fits(p) {
			codes = append(codes, p.Code)
		}
	}
	return codes
}
