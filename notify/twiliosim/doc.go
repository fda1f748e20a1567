// Package twiliosim is a Twilio to test and demonstrate against: the REST API
// for messages and calls, signed webhooks and status callbacks, phones that
// people can text from, faults that can be switched on, and a web page that
// shows it all.
//
// It shares no code with the rest of the service, so that a mistake in how we
// sign, parse or count cannot hide behind the same mistake here.
//
// Two clocks are at work. Dates on messages come from Options.Now, which may
// jump forward; pauses (between two statuses, or asked for by a fault) are real
// time, because they imitate a network and not a calendar.
package twiliosim
