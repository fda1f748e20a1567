// Package notify decides who is told what, when and how. It holds the planner
// and the delivery's state machine, both pure; the channels live below it.
package notify
