// Package pack reads rules from data: YAML files whose conditions are written
// in CEL (Common Expression Language) over the features of package alerts.
//
// Reading a pack is where mistakes are found: Parse refuses unknown names,
// wrong types, conditions that could read a feature that is not known yet, and
// conditions that cost too much, each with the rule, the place and the reason
// in words for somebody who writes rules and not programs. What it accepts is
// an alerts.Pack, which the engine runs like the rules that are written in Go.
//
// The safety rules are not here and cannot be: they belong to the program
// (alerts.SafetyPack), and Parse refuses a rule that would call itself one.
package pack
