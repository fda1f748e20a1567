// Package stats holds the statistics of a series of scores: whether it falls,
// how fast, and the control charts that the literature compares such rules by.
//
// Each function names its formula and where it was published, and is held to
// figures that somebody else computed. Nothing here knows patients, days of a
// calendar or rules; nothing keeps state that is not in its arguments.
package stats
