package reply

import (
	"regexp"
	"slices"
	"strconv"
	"strings"
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
	if r.tookMany() || r.tookGrams() {
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
		pills := false
		for j := i + 1; j <= i+2; j++ {
			pills = pills || r.sameClause(i, j) && r.in("pills", r.tokens[j].text)
		}
		if pills && r.tookBefore(i) {
			return true
		}
	}
	return false
}

// tookBefore reports whether a word for taking stands shortly before token i in its clause.
func (r *reader) tookBefore(i int) bool {
	for j := max(0, i-3); j < i; j++ {
		if r.sameClause(j, i) && r.in("took", r.tokens[j].text) {
			return true
		}
	}
	return false
}

// manyMilligrams is an amount at once that nobody is told to take: the most paracetamol of
// a whole day (British National Formulary: 4 g in 24 hours).
const manyMilligrams = 4000

var reMilligrams = regexp.MustCompile(`^(\d{4,6})(mgs?)?$`)

// tookGrams reports whether somebody says that they took that much at once: "took 5000mg".
func (r *reader) tookGrams() bool {
	for i, t := range r.tokens {
		m := reMilligrams.FindStringSubmatch(t.text)
		if m == nil || m[2] == "" && (i+1 == len(r.tokens) || !strings.HasPrefix(r.tokens[i+1].text, "mg")) {
			continue
		}
		if amount, err := strconv.Atoi(m[1]); err == nil && amount > manyMilligrams && r.tookBefore(i) {
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

// denies reports whether a negation stands shortly before token i in its clause, and means
// what begins there: "no pain but bleeding" denies the pain, "no I can't breathe" answers
// something else, "no fever or chest pain" denies both.
func (r *reader) denies(i int) bool {
	if begins := r.tokens[i].text; r.in("negations", begins) || r.in("undeniable", begins) {
		return false
	}
	listed := i > 0 && r.in("denial_lists", r.tokens[i-1].text)
	for j := i - 1; j >= 0 && j >= i-denialReach && r.sameClause(j, i); j-- {
		if r.in("negations", r.tokens[j].text) {
			return true
		}
		if !listed && !r.in("denial_gap", r.tokens[j].text) {
			return false
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
