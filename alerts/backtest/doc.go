// Package backtest runs rules over past scores: what would have been found,
// when and why, and how often patients who were well would have been called.
//
// Run reads a file of scores in any order and keeps twelve bytes a value, so
// that years of a large organisation fit into memory. Synthetic draws patients
// from a published model, injects declines, and holds the rules to the targets
// of docs/rules.md. Both give the same results for the same input, whatever
// the number of workers.
package backtest
