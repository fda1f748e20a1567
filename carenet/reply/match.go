package reply

// in reports whether the folded word is an entry of the section.
func (r *reader) in(section, w string) bool {
	_, ok := r.l.single[section][w]
	return ok
}

// longest returns how many tokens from i on, all in one clause, spell an entry
// of the section: the longest one, 0 for none.
func (r *reader) longest(section string, i int) int {
	best := 0
	if i >= len(r.tokens) {
		return 0
	}
	for _, e := range r.l.first[section][r.tokens[i].text] {
		n := len(e.words)
		if n > best && r.spells(e.words, i) && (n == 1 || r.sameClause(i, i+n-1)) {
			best = n
		}
	}
	return best
}

// after is longest for what follows token i-1 in its own clause.
func (r *reader) after(section string, i int) int {
	n := r.longest(section, i)
	if n > 0 && !r.sameClause(i-1, i+n-1) {
		return 0
	}
	return n
}

// spells reports whether the tokens from i on are these words.
func (r *reader) spells(words []string, i int) bool {
	if i < 0 || i+len(words) > len(r.tokens) {
		return false
	}
	for j, w := range words {
		if r.tokens[i+j].text != w {
			return false
		}
	}
	return true
}

// sameClause reports whether the tokens i and j stand in one part of the text,
// with no emoji between them.
func (r *reader) sameClause(i, j int) bool {
	if i < 0 || j >= len(r.tokens) || r.tokens[i].clause != r.tokens[j].clause {
		return false
	}
	for k := i; k <= j; k++ {
		if t := r.tokens[k]; t.kind == symbol && t.text != "/" {
			return false
		}
	}
	return true
}

// whole reports whether the tokens, but for polite words around them, are one
// entry of the section, said once or several times.
func (r *reader) whole(section string) bool {
	return r.is(section, r.lo, r.hi) || r.is(section, 0, len(r.tokens))
}

// is reports whether the tokens [lo, hi) are one entry of the section, said
// once or several times.
func (r *reader) is(section string, lo, hi int) bool {
	for hi > lo && r.tokens[hi-1].kind == symbol {
		hi--
	}
	if hi <= lo {
		return false
	}
	for _, e := range r.l.first[section][r.tokens[lo].text] {
		if r.repeats(e.words, lo, hi) {
			return true
		}
	}
	return false
}

func (r *reader) repeats(words []string, lo, hi int) bool {
	if (hi-lo)%len(words) != 0 {
		return false
	}
	for i := lo; i < hi; i += len(words) {
		if !r.spells(words, i) {
			return false
		}
	}
	return true
}

// trim moves lo and hi inwards past entries of the section.
func (r *reader) trim(section string, lo, hi int) (int, int) {
	for moved := true; moved && lo < hi; {
		moved = false
		for _, e := range r.l.words[section] {
			n := len(e.words)
			if lo+n <= hi && r.spells(e.words, lo) {
				lo, moved = lo+n, true
			}
			if hi-n >= lo && r.spells(e.words, hi-n) {
				hi, moved = hi-n, true
			}
		}
	}
	return lo, hi
}

// beginsClause reports whether token i begins a clause, or follows nothing but
// a number and words that lead in to a request ("2 could you please ...").
func (r *reader) beginsClause(i int) bool {
	for j := i - 1; j >= 0 && r.sameClause(j, i); j-- {
		if r.tokens[j].kind != number && !r.in("lead_in", r.tokens[j].text) {
			return false
		}
	}
	return true
}

// says reports whether a phrase of the section begins a clause.
func (r *reader) says(section string) bool {
	for i := range r.tokens {
		for _, e := range r.l.first[section][r.tokens[i].text] {
			if r.spells(e.words, i) && r.beginsClause(i) {
				return true
			}
		}
	}
	return false
}
