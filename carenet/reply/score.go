package reply

import "strings"

// verdict is what the numbers of a text came to.
type verdict struct {
	kind   Kind // Answer, Ambiguous, OutOfRange, or "" when there was no number
	value  int
	from   int // the score's place in the raw text, to be left out of the words
	to     int
	reason string
}

// certainty is how sure one number is to be the score.
type certainty int

const (
	ignored certainty = iota // it measures, dates or names something
	unsure                   // it may be the score or may not: ask
	certain
)

// score finds the one number that is how they feel. Any second number that
// does not carry its own unit, time or date makes the text one to ask about.
func (r *reader) score() verdict {
	var v verdict
	sure, doubt, reason := 0, false, ""
	for i := 0; i < len(r.tokens); i++ {
		t := r.tokens[i]
		switch t.kind {
		case coded:
			doubt, reason = true, "number_in_code"
			continue
		case odd:
			if !r.measures(i) {
				doubt, reason = true, "not_a_whole_number"
			}
			continue
		case number:
			if r.sameClause(i, i+1) && r.tokens[i+1].kind == number && r.tokens[i+1].value == t.value {
				continue // "3 3 3": the last one speaks for them
			}
		default:
			continue
		}
		if end, top, ok := r.outOf(i); ok {
			if r.measures(i) {
				i = end // "bp 135 over 80"
				continue
			}
			if top != r.ctx.Scale.Max {
				return verdict{kind: Ambiguous, reason: "other_scale"}
			}
			t.to, t.weak = r.tokens[end].to, false
			i = end
			v, sure = r.take(v, sure, t, "number_of_top"), sure+1
			continue
		}
		switch c, why := r.weigh(i); c {
		case unsure:
			doubt, reason = true, why
		case certain:
			v, sure = r.take(v, sure, t, why), sure+1
		}
	}
	switch {
	case v.reason == "several_numbers", doubt && sure > 0:
		return verdict{kind: Ambiguous, reason: "several_numbers"}
	case doubt && reason == "number_in_code" && !r.hasWords():
		return verdict{reason: reason}
	case doubt:
		return verdict{kind: Ambiguous, reason: reason}
	case sure == 0:
		return r.scaleWord()
	case v.value < r.ctx.Scale.Min || v.value > r.ctx.Scale.Max:
		return verdict{kind: OutOfRange, reason: "off_the_scale"}
	case r.contradicts(v):
		return verdict{kind: Ambiguous, reason: "number_and_words_differ"}
	}
	v.kind = Answer
	return v
}

// take adds one certain number to what was found. The same number said twice
// ("3 (three)") is still one.
func (r *reader) take(v verdict, sure int, t token, why string) verdict {
	if sure > 0 {
		if v.value != t.value {
			v.reason = "several_numbers"
		}
		return v
	}
	return verdict{value: t.value, from: t.from, to: t.to, reason: why}
}

// outOf reads "3 out of 5": the index of the last token and the scale's top.
func (r *reader) outOf(i int) (end, top int, ok bool) {
	n := r.after("of", i+1)
	end = i + 1 + n
	if n == 0 || end >= len(r.tokens) || !r.sameClause(i, end) || r.tokens[end].kind != number {
		return 0, 0, false
	}
	return end, r.tokens[end].value, true
}

// measures reports whether token i, a number of any form, has its own unit,
// label, time or date.
func (r *reader) measures(i int) bool {
	t := r.tokens[i]
	if r.sameClause(i, i+1) {
		next := r.tokens[i+1].text
		n := r.after("units", i+1)
		// A lone letter is a unit only when it touches the number: "3 a bit".
		if n > 1 || n == 1 && !(len(next) == 1) {
			return true
		}
		if t.value == 1 && r.in("units_of_one", next) {
			return true
		}
	}
	j := i - 1
	for ; r.sameClause(j, i) && r.in("measure_gap", r.tokens[j].text) && !r.in("labels", r.tokens[j].text); j-- {
	}
	if r.sameClause(j, i) && r.in("labels", r.tokens[j].text) {
		return true
	}
	// "5 foot 2": what follows a measure goes on with it.
	return r.sameClause(i-2, i) && r.tokens[i-2].kind == number && r.in("units", r.tokens[i-1].text) &&
		r.in("goes_on", r.tokens[i-1].text)
}

// elsewhere reports whether the number at i is about something else than how
// they are: a pain, somebody else's age, or what it is not.
func (r *reader) elsewhere(i int) bool {
	for j := i - 1; j >= 0 && j >= i-aboutReach && r.sameClause(j, i); j-- {
		w := r.tokens[j].text
		switch {
		case r.in("other_measures", w), r.in("others", w):
			return true
		case r.in("negations", w) && j >= i-3 && r.onlyBetween(j+1, i):
			return true
		case r.in("own", w):
			return false
		}
	}
	return false
}

// aboutReach is how many words before a number may say what it is about.
const aboutReach = 5

// onlyBetween reports whether nothing but small words stand in [from, to): "not
// a 3", "no es un 3".
func (r *reader) onlyBetween(from, to int) bool {
	for _, t := range r.tokens[from:to] {
		if !r.in("cue_gap", t.text) && !r.in("cues_before", t.text) {
			return false
		}
	}
	return true
}

// weigh says how sure the number at i is to be the score, and why.
func (r *reader) weigh(i int) (certainty, string) {
	t := r.tokens[i]
	before, after := "", ""
	if r.sameClause(i-1, i) {
		before = r.tokens[i-1].text
	}
	if r.sameClause(i, i+1) {
		after = r.tokens[i+1].text
	}
	reason := "number"
	if t.spelled {
		reason = "number_word"
	}
	switch {
	case r.measures(i), (t.long || isYear(t.value)) && len(r.tokens) > 1, r.inQuestion(i), r.inPlainQuestion(i):
		return ignored, ""
	case t.weak && !r.aloneInClause(i):
		return ignored, ""
	case r.after("unsure_after", i+1) > 0 || r.in("unsure_after", before):
		return unsure, "unclear_number"
	case r.elsewhere(i):
		return unsure, "number_of_something_else"
	case r.cued(i):
		return certain, reason
	case r.in("unsure_before", before):
		if t.spelled {
			return ignored, ""
		}
		return unsure, "unclear_number"
	case after != "" && t.value != 1 && r.counts(i):
		return unsure, "may_count_something"
	case after == "", r.leads(i), r.in("cues_after", after):
		return certain, reason
	case t.spelled:
		return ignored, ""
	}
	return unsure, "number_inside_sentence"
}

func isYear(n int) bool { return n >= 1900 && n < 2100 }

// cued reports whether a feeling word leads to the number: "I feel about a 3".
func (r *reader) cued(i int) bool {
	j := i - 1
	for ; r.sameClause(j, i) && r.in("cue_gap", r.tokens[j].text); j-- {
	}
	return r.sameClause(j, i) && r.in("cues_before", r.tokens[j].text)
}

// leads reports whether nothing but a greeting stands before the number.
func (r *reader) leads(i int) bool {
	for _, t := range r.tokens[:i] {
		same := t.kind == number && t.value == r.tokens[i].value
		if !same && t.kind != symbol && !r.in("fillers", t.text) && !r.in("polite", t.text) {
			return false
		}
	}
	return true
}

// aloneInClause reports whether the clause of token i says nothing but the
// number: "one", "I feel one today".
func (r *reader) aloneInClause(i int) bool {
	for j, t := range r.tokens {
		if j != i && t.clause == r.tokens[i].clause && t.kind != symbol && !r.in("fillers", t.text) {
			return false
		}
	}
	return true
}

// counts reports whether the number may count what follows: "2 dogs barked",
// "2 bad nights".
func (r *reader) counts(i int) bool {
	next := r.tokens[i+1].text
	if r.isPlural(next) {
		return true
	}
	return r.sameClause(i, i+2) && !r.in("determiners", next) && !r.in("cues_after", next) && r.isPlural(r.tokens[i+2].text)
}

func (r *reader) isPlural(w string) bool {
	if r.in("irregular_plurals", w) {
		return true
	}
	plural := false
	for _, p := range r.l.plural {
		if _, no := p.except[w]; no {
			return false
		}
		plural = plural || len(w) > 3 && strings.HasSuffix(w, p.ending) && !singularLooking(w)
	}
	return plural
}

// singularLooking keeps words such as "breathless" and "anxious" from passing
// for plurals.
func singularLooking(w string) bool {
	for _, s := range []string{"ss", "us", "is", "ys"} {
		if strings.HasSuffix(w, s) {
			return true
		}
	}
	return false
}

// inQuestion reports whether the number stands in a question: "can I take 2?"
func (r *reader) inQuestion(i int) bool {
	if !r.questions[r.tokens[i].sentence] {
		return false
	}
	j := i
	for j > 0 && r.tokens[j-1].clause == r.tokens[i].clause {
		j--
	}
	return r.asks(j)
}

// inPlainQuestion is inQuestion for those who do not write question marks.
func (r *reader) inPlainQuestion(i int) bool {
	for j := i - 1; j >= 0 && r.tokens[j].clause == r.tokens[i].clause; j-- {
		if r.asksPlainly(j) {
			return true
		}
	}
	return false
}

func (r *reader) hasWords() bool {
	for _, t := range r.tokens {
		if t.kind == word || t.kind == bound {
			return true
		}
	}
	return false
}
