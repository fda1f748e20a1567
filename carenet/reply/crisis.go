package reply

import (
	"slices"
	"unicode/utf8"
)

// crisisFlags are the sections of a crisis list, in the order of the flags.
var crisisFlags = []string{FlagSelfHarm, FlagChestPain, FlagBreathless, FlagStroke, FlagBleeding, FlagFall, FlagWantsContact}

// slipsAllowed are the flags whose phrases are found with slips of the finger.
// "I fell" is too near to "I feel", and "call" to "fall", to allow any there.
var slipsAllowed = []string{FlagSelfHarm, FlagChestPain, FlagBreathless, FlagStroke, FlagBleeding}

// denialReach is how many words before a phrase can deny it: "I have not had
// any chest pain".
const denialReach = 3

// crisis returns the flags of the concepts that the text names, and the flags
// of those it only denies. Denial is never believed for self-harm.
func (r *reader) crisis() (found, denied []string) {
	said, no := map[string]bool{}, map[string]bool{}
	for i, t := range r.tokens {
		first, _ := utf8.DecodeRuneInString(t.text)
		for _, g := range r.l.crisis[first] {
			if !r.l.mayBegin(t.text, g) {
				continue
			}
			for _, p := range g.phrases {
				switch {
				case said[p.flag] || !r.stands(p, i):
				case p.flag != FlagSelfHarm && r.denies(i):
					no[p.flag] = true
				default:
					said[p.flag] = true
				}
			}
		}
	}
	if r.tookMany() {
		said[FlagSelfHarm] = true
	}
	for _, flag := range crisisFlags {
		if said[flag] {
			found = append(found, flag)
		} else if no[flag] {
			denied = append(denied, flag+"_denied")
		}
	}
	return found, denied
}

// manyPills is how many at once nobody is told to take.
const manyPills = 10

// tookMany reports whether somebody says that they took that many pills: a
// method and an amount tell more than the word suicide does.
func (r *reader) tookMany() bool {
	for i, t := range r.tokens {
		if t.kind != number || t.value < manyPills || t.long {
			continue
		}
		took, pills := false, false
		for j := max(0, i-3); j < i; j++ {
			took = took || r.sameClause(j, i) && r.in("took", r.tokens[j].text)
		}
		for j := i + 1; j <= i+2; j++ {
			pills = pills || r.sameClause(i, j) && r.in("pills", r.tokens[j].text)
		}
		if took && pills {
			return true
		}
	}
	return false
}

// stands reports whether the phrase stands at token i, where it may.
func (r *reader) stands(p phrase, i int) bool {
	if p.begins && !r.beginsClause(i) || p.whole && i != r.lo && i != 0 {
		return false
	}
	next := r.fits(p, 0, i, 0)
	switch {
	case next == 0:
		return false
	case p.whole:
		return next == r.hi || next == len(r.tokens)
	}
	return next >= len(r.tokens) || !slices.Contains(p.without, r.tokens[next].text)
}

// denies reports whether a negation stands shortly before token i in its clause.
func (r *reader) denies(i int) bool {
	for j := i - 1; j >= 0 && j >= i-denialReach && r.sameClause(j, i); j-- {
		if r.in("negations", r.tokens[j].text) {
			return true
		}
	}
	return false
}

// mentions reports whether a phrase of the section stands anywhere, wherever
// the clauses end.
func (r *reader) mentions(section string) bool {
	for i, t := range r.tokens {
		for _, p := range r.l.phrases[section][t.text] {
			if r.stands(p, i) {
				return true
			}
		}
	}
	return false
}
