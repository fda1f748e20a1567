// Package rulebook is what an organisation does with its rules: packs that are
// proposed and kept, signed, tried on its own data, activated and taken back, and
// what each rule costs its staff in alerts.
//
// It decides and says why; storing and showing are others' work. The safety rules
// are in no pack (package alerts), so nothing here can touch them.
package rulebook
