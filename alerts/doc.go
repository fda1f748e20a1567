// Package alerts watches a patient's own answers for a decline in reported
// scores and looks after the human process that follows.
//
// The first half is statistics: a daily series of answers gives features
// (what is usual for this patient, how far below it today is), features make
// rules fire, and the findings of the trend rules join into episodes. All of
// it is a pure function of the answers (INV-11): Trend.Step takes them one by
// one as they arrive, Trend.Replay takes a whole history, and both give the
// same results to the last bit.
//
// The second half is people: an Alert is opened upon a finding or an episode,
// somebody acknowledges it, somebody records an outcome, and until then an
// Escalation says who is asked next (INV-9). Neither half touches the other:
// resolving an alert does not alter its episode, and the end of an episode
// does not resolve its alert.
//
// Nothing here reads a clock, logs or does I/O.
package alerts
