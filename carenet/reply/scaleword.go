package reply

import "slices"

// faces are the emoji whose place on a scale of five nobody disputes.
var faces = map[string]int{
	"😭": 1,
	"🙁": 2, "☹": 2,
	"😐": 3, "😑": 3,
	"🙂": 4, "😊": 4,
	"😀": 5, "😃": 5, "😄": 5, "😁": 5,
}

// scaleWord reads an answer without a number: the words under the faces, or a
// face. They count only while a prompt is open ("good" alone may answer
// anything) and only when nothing else is said ("not good", "bad night").
func (r *reader) scaleWord() verdict {
	if !r.ctx.OpenPrompt || !r.ctx.Scale.fiveFaces() || len(r.tokens) == 0 {
		return verdict{}
	}
	if v, ok := r.scalePhrase(nil); ok {
		whole := verdict{kind: Answer, value: v, reason: "scale_word"}
		if r.is("scale", 0, len(r.tokens)) {
			whole.from, whole.to = r.tokens[0].from, r.tokens[len(r.tokens)-1].to
		}
		return whole
	}
	value := 0
	for _, t := range r.tokens {
		v, ok := faces[t.text]
		switch {
		case !ok && r.in("fillers", t.text):
			continue
		case !ok || value != 0 && v != value:
			return verdict{}
		}
		value = v
	}
	if value == 0 {
		return verdict{}
	}
	return verdict{
		kind: Answer, value: value, reason: "face",
		from: r.tokens[0].from, to: r.tokens[len(r.tokens)-1].to,
	}
}

// scalePhrase returns the value of the scale words when, besides them, there
// are only fillers and the tokens that skip allows.
func (r *reader) scalePhrase(skip func(token) bool) (int, bool) {
	var said []string
	for i := 0; i < len(r.tokens); i++ {
		t := r.tokens[i]
		// A phrase of the scale is kept whole even where a filler is part of it.
		if n := r.longest("scale", i); n > 0 {
			for k := range n {
				said = append(said, r.tokens[i+k].text)
			}
			i += n - 1
			continue
		}
		if n := r.longest("polite", i); n > 1 {
			i += n - 1
			continue
		}
		if t.kind == symbol || r.in("fillers", t.text) || skip != nil && skip(t) {
			continue
		}
		if t.kind != word || len(said) > maxScaleWords {
			return 0, false
		}
		said = append(said, t.text) // a slip of the finger, perhaps
	}
	for _, e := range r.l.words["scale"] {
		if slices.Equal(e.words, said) {
			return e.value, true
		}
	}
	for _, e := range r.l.words["scale"] {
		if slices.EqualFunc(said, e.words, func(w, listed string) bool { return w == listed || nearScaleWord(w, listed) }) {
			return e.value, true
		}
	}
	return 0, false
}

// nearScaleWord reports whether w is a scale word with one slip: "verry". With
// five letters there is no other word of the scale as near.
func nearScaleWord(w, listed string) bool {
	a, b := []rune(w), []rune(listed)
	return len(a) >= 5 && len(a) <= maxWord && len(b) >= 4 && a[0] == b[0] && slips(a, b) == 1
}

// maxScaleWords bounds how many words an answer in words has.
const maxScaleWords = 5

// contradicts reports whether the words say the opposite of the number, as
// from someone who takes the scale the other way round: "1 very good".
func (r *reader) contradicts(v verdict) bool {
	if !r.ctx.Scale.fiveFaces() {
		return false
	}
	said, ok := r.scalePhrase(func(t token) bool { return t.from >= v.from && t.to <= v.to })
	if ok && (said-v.value >= 2 || v.value-said >= 2) {
		return true
	}
	for _, t := range r.tokens {
		if face, is := faces[t.text]; is && (face-v.value >= 3 || v.value-face >= 3) {
			return true
		}
	}
	// At either end a strong word is enough: "1 excellent", "5 terrible".
	switch v.value {
	case r.ctx.Scale.Min:
		return r.feels("delighted") && !r.feels("wretched")
	case r.ctx.Scale.Max:
		return r.feels("wretched") && !r.feels("delighted")
	}
	return false
}

// feels reports whether a word of the section stands anywhere and is not denied.
func (r *reader) feels(section string) bool {
	for i, t := range r.tokens {
		if r.in(section, t.text) && !r.denies(i) {
			return true
		}
	}
	return false
}
