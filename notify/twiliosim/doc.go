// Package twiliosim is a Twilio to test and demonstrate against: the REST API
// for messages and calls, signed webhooks and status callbacks, phones that
// people can text from, faults that can be switched on, and a web page that
// shows it all.
//
// It shares no code with the rest of the service, so that a mistake in how we
// sign, parse or count cannot hide behind the same mistake here.
//
// The handsets' side is JSON:
//
//	GET    /sim/phones                   number, name and role of each
//	GET    /sim/phones/{e164}/messages   what it shows, oldest first; ?after=SID&wait=5s, ?all=1
//	POST   /sim/phones/{e164}/messages   {"body","to"?} texts the service: 201 {"sid"}
//	GET    /sim/phones/{e164}/calls      the calls to it, oldest first, with what each said
//	POST   /sim/phones/{e164}/calls      {"answer","digits"?}: how it answers from now on; {} lets it ring
//	POST   /sim/calls/{sid}              {"answer","digits"?} answers one that rings: human, machine, busy,
//	                                     no-answer, decline, hangup
//	GET    /sim/faults                   {"active","fired"}
//	POST   /sim/faults                   {"kind","rate"|"count","delay"?,"seed"?,"to"?}, see the kinds in faults.go
//	DELETE /sim/faults                   ends them all
//	GET    /sim/stats                    [{"number","body_hash","accepted"}]
//	GET    /sim/numbers, POST            {"number","sms_url"?,"fallback_url"?,"carrier_keywords"?}
//	GET    /sim/events                   server-sent events: which phone changed
//	GET    /sim/clock, POST              passed on to the demo's clock; also {"next":"09:00"}
//
// Two clocks are at work. Dates on messages come from Options.Now, which may
// jump forward; pauses (between two statuses, or asked for by a fault) are real
// time, because they imitate a network and not a calendar.
package twiliosim
