// Package twilio speaks to Twilio, or to any server that speaks its API: it
// hands texts over and says what is known afterwards, reads the provider's
// list of messages, and checks and reads its webhooks.
//
// It is the only package that imports twilio-go. The library builds its
// requests without a context, leaves the body of a failed answer unread and
// open, and drops the status and the headers, so each call here runs through a
// client of its own (call.go), which keeps all four.
package twilio
