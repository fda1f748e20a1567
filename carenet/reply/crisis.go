package reply

import "slices"

// crisisFlags are the sections of a crisis list, in the order of the flags.
var crisisFlags = []string{FlagSelfHarm, FlagChestPain, FlagBreathless, FlagFall, FlagWantsContact}

// denialReach is how many words before a phrase can deny it: "I have not had
// any chest pain".
const denialReach = 3

// crisis returns the flags of the concepts that the text names, and the flags
// of those it only denies. Denial is never believed for self-harm.
func (r *reader) crisis() (found, denied []string) {
	said, no := map[string]bool{}, map[string]bool{}
	for i, t := range r.tokens {
		for _, p := range r.l.crisis[t.text] {
			switch {
			case !r.stands(p, i):
			case p.flag != FlagSelfHarm && r.denies(i):
				no[p.flag] = true
			default:
				said[p.flag] = true
			}
		}
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

// stands reports whether the phrase stands at token i, where it may.
func (r *reader) stands(p phrase, i int) bool {
	if !r.spells(p.words, i) {
		return false
	}
	next := i + len(p.words)
	switch {
	case p.whole:
		return i == r.lo && next == r.hi
	case p.begins && !r.beginsClause(i):
		return false
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
