// Package carenet is the care network: people, circles, consent, check-ins and
// how each reads for whom, silence with its cause, and the events that tell
// the rest of the house. It decides and does no I/O: no driver, no clock.
package carenet
