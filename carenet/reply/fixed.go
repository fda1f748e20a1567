package reply

import (
	"strings"
	"unicode/utf8"
)

// optOut reports whether the text asks for no more texts, and how it says so.
// Carriers act on the single word only; any reasonable wording counts
// (47 CFR 64.1200(a)(10)), so the phrases are ours to catch.
func (r *reader) optOut() (reason string, ok bool) {
	switch {
	case r.whole("stop"), r.spaced("stop"):
		return "fixed_word", true
	case r.stopLeads():
		return "fixed_word_first", true
	case r.stopEnds():
		return "fixed_word_last", true
	case r.says("stop_phrases"):
		return "opt_out_wording", true
	}
	return "", false
}

// stopLeads reports whether an unmistakable stop word is the whole first
// clause, or is followed by nothing but numbers: "Stop. I am fine", "STOP 2".
func (r *reader) stopLeads() bool {
	first := 0
	for first < len(r.tokens) && r.in("polite", r.tokens[first].text) {
		first++
	}
	if first == len(r.tokens) || !r.in("stop_lead", r.tokens[first].text) {
		return false
	}
	if first+1 == len(r.tokens) || !r.sameClause(first, first+1) {
		return true
	}
	for _, t := range r.tokens[first+1:] {
		if t.kind == word {
			return false
		}
	}
	return true
}

// stopEnds reports whether nothing but numbers stands before an unmistakable stop word:
// "4 stop", "3. STOP now".
func (r *reader) stopEnds() bool {
	last := len(r.tokens) - 1
	for last >= 0 && r.in("polite", r.tokens[last].text) {
		last--
	}
	// "3 alto" may be a high three.
	if last < 1 || !r.in("stop_lead", r.tokens[last].text) || r.tokens[last].text == "alto" {
		return false
	}
	for _, t := range r.tokens[:last] {
		if t.kind == word && !r.in("polite", t.text) {
			return false
		}
	}
	return true
}

// question reports whether a sentence that ends with a question mark begins one
// of its clauses with a word that asks, or a clause can only be a question.
func (r *reader) question() bool {
	for i, t := range r.tokens {
		if r.asks(i) && r.questions[t.sentence] || r.asksPlainly(i) {
			return true
		}
	}
	return false
}

// asksPlainly reports whether a wording that can only be a question begins a
// clause at token i: many people do not write question marks.
func (r *reader) asksPlainly(i int) bool {
	for _, p := range r.l.phrases["question_phrases"][r.tokens[i].text] {
		if r.fits(p, 0, i, 0) > 0 {
			return r.beginsClause(i)
		}
	}
	return false
}

// spaced reports whether the text is one word of the section with a space after
// each letter: "S T O P".
func (r *reader) spaced(section string) bool {
	var word strings.Builder
	for _, t := range r.tokens[r.lo:r.hi] {
		if utf8.RuneCountInString(t.text) != 1 {
			return false
		}
		word.WriteString(t.text)
	}
	return r.hi-r.lo > 1 && r.in(section, word.String())
}

// asks reports whether token i begins a clause with a word that asks and goes
// on: "can I ...", not a lone "what?".
func (r *reader) asks(i int) bool {
	begins := i == 0 || r.tokens[i-1].clause != r.tokens[i].clause
	return begins && r.in("question_starts", r.tokens[i].text) &&
		i+1 < len(r.tokens) && r.tokens[i+1].sentence == r.tokens[i].sentence
}
