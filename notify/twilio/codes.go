package twilio

import "howareyou/notify"

// Remedy is what should happen upon a code besides what its class says.
type Remedy string

// The remedies.
const (
	NoRemedy  Remedy = ""
	Later     Remedy = "later"     // the phone or the carrier is away; try again after a while
	OnceMore  Remedy = "once_more" // nobody knows why; one more try, then a human
	Voice     Remedy = "voice"     // the number takes no texts; offer a call
	Verify    Remedy = "verify"    // stop texting the number until somebody has checked it
	Operators Remedy = "operators" // a fault of the account or the sender: page who runs the service
)

// Code is one of the provider's error codes and what it means to us.
type Code struct {
	Number int
	// Class of an attempt that ends with it, "" for a code that is not in the
	// table.
	Class   notify.SendClass
	Remedy  Remedy
	Meaning string // our words, for staff
	Source  string // where the meaning is published
}

// LookUp returns what the table knows of a code, and whether it knows it.
// A code comes with the refusal of a send or, later, with a status callback.
func LookUp(number int) (Code, bool) {
	c, ok := byNumber[number]
	return c, ok
}

func lookUp(number int) Code {
	if c, ok := byNumber[number]; ok {
		return c
	}
	return Code{Number: number, Meaning: "not in our table"}
}

// Codes is the table. Twilio warns that the causes behind a code change; what
// is not listed is permanent when a send is refused with it.
var Codes = []Code{
	{20003, notify.Retry, Operators, "the account SID and the auth token do not match", source + "20003"},
	{20429, notify.Retry, Later, "too many requests at once", source + "20429"},
	{21211, notify.Permanent, Verify, "the recipient's number is not valid", source + "21211"},
	{21408, notify.Permanent, Operators, "the account may not text this country", source + "21408"},
	{21606, notify.Permanent, Operators, "the sender is not one of the account's, or cannot text", source + "21606"},
	{21608, notify.Permanent, Operators, "a trial account texts only verified numbers", source + "21608"},
	{21610, notify.OptedOut, Verify, "the number has stopped our texts, or belongs to somebody else now who has", source + "21610"},
	{21611, notify.Retry, Later, "the sender's queue is full", source + "21611"},
	{21612, notify.Permanent, Operators, "this sender cannot reach this number", source + "21612"},
	{21614, notify.Permanent, Voice, "the recipient's number is not a mobile", source + "21614"},
	{21617, notify.Permanent, Operators, "the text is longer than 1,600 characters", source + "21617"},
	{30001, notify.Retry, Later, "the provider's queue was full", source + "30001"},
	{30002, notify.Retry, Operators, "the account is suspended", source + "30002"},
	{30003, notify.Retry, Later, "the phone is off or out of reach", source + "30003"},
	{30004, notify.Permanent, Verify, "the phone or its carrier blocks us", source + "30004"},
	{30005, notify.Permanent, Verify, "the number is unknown or no longer in service", source + "30005"},
	{30006, notify.Permanent, Voice, "a landline, or a carrier that takes no texts", source + "30006"},
	{30007, notify.Permanent, Operators, "a carrier filtered the text", source + "30007"},
	{30008, notify.Retry, OnceMore, "lost for an unknown reason", source + "30008"},
	{30034, notify.Permanent, Operators, "the sender is not registered with the carriers", source + "30034"},
}

const source = "https://www.twilio.com/docs/api/errors/"

var byNumber = func() map[int]Code {
	m := make(map[int]Code, len(Codes))
	for _, c := range Codes {
		m[c.Number] = c
	}
	return m
}()
