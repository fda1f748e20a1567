// Package archtest holds the laws of the house as tests: which package may
// import which and why, where each driver library lives, what the shipped
// binary must never contain, who may read the clock, and how migrations are
// numbered. Every failure says which law was broken and what to do instead.
package archtest
