// Package e2e holds tests of the whole product as it is installed: the binary
// that ships, as processes, on a real PostgreSQL and a real Redis, with phones
// on a simulated provider. A test reads as a conversation between phones, and
// one that fails prints that conversation.
package e2e
