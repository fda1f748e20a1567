package carenet

import (
	"slices"
	"strings"
)

// Part is one thing that a patient may let a follower see.
type Part string

// The parts, from least to most telling.
const (
	PartAnswered Part = "answered" // that I answered
	PartScore    Part = "score"    // how I am
	PartWords    Part = "words"    // my words
	PartTrend    Part = "trend"    // my trend
	PartAlerts   Part = "alerts"   // that the clinic was told
	PartMore     Part = "more"     // my pain and my weight, when I am asked
)

var allParts = []Part{PartAnswered, PartScore, PartWords, PartTrend, PartAlerts, PartMore}

// everything is a scope of all parts, the caller's own to change.
func everything() Scope { return slices.Clone(allParts) }

// Scope is what one follower may see of one patient.
type Scope []Part

// ParseScope reads a comma-separated list ("score,words"). Any part implies
// "answered"; the result is in the order of the parts.
func ParseScope(s string) (Scope, error) {
	var out Scope
	for _, f := range strings.Split(s, ",") {
		p := Part(strings.TrimSpace(strings.ToLower(f)))
		if p == "" {
			continue
		}
		if !slices.Contains(allParts, p) {
			return nil, Errorf(Invalid, "parse scope", "something in the list cannot be shared; choose from answered, score, words, trend, alerts, more")
		}
		out = append(out, p)
	}
	if len(out) == 0 {
		return nil, Errorf(Invalid, "parse scope", "say what to share: answered, score, words, trend, alerts, more")
	}
	return out.Normal(), nil
}

// Normal returns the scope in order, without doubles, with "answered" implied.
// What is not a part allows nothing, not even "answered".
func (s Scope) Normal() Scope {
	if !slices.ContainsFunc(s, func(p Part) bool { return slices.Contains(allParts, p) }) {
		return nil
	}
	out := Scope{}
	for _, p := range allParts {
		if p == PartAnswered || slices.Contains(s, p) {
			out = append(out, p)
		}
	}
	return out
}

// Has says whether the scope holds p. An empty scope holds nothing.
func (s Scope) Has(p Part) bool { return slices.Contains(s.Normal(), p) }

// Strings is the scope as plain words, for storage.
func (s Scope) Strings() []string {
	out := []string{}
	for _, p := range s.Normal() {
		out = append(out, string(p))
	}
	return out
}

// ScopeOf reads what Strings wrote.
func ScopeOf(words []string) Scope {
	var s Scope
	for _, w := range words {
		s = append(s, Part(w))
	}
	return s.Normal()
}
