// Package ui is how the pages look: one token file, embedded styles, fonts and
// scripts, and templ components that take plain structs.
//
// No component holds a word of its own. Every text arrives translated, so one
// component serves every language; Page.Dir says which way it reads. Nothing
// here needs script, and nothing uses an inline script or style, so that CSP can
// forbid both.
package ui
