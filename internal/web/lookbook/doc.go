// Package lookbook is tests alone. They show every page, full of people and in
// each of its states, to a real browser: to axe, to a ruler that finds sideways
// scrolling and, as pictures in the folder that HOWAREYOU_PICTURES names, to
// whoever looks. They also play with what the scripts add.
package lookbook
