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
		if !ok || value != 0 && v != value {
			return verdict{}
		}
		value = v
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
		if t.kind == symbol || r.in("fillers", t.text) || skip != nil && skip(t) {
			continue
		}
		return 0, false
	}
	for _, e := range r.l.words["scale"] {
		if slices.Equal(e.words, said) {
			return e.value, true
		}
	}
	return 0, false
}

// contradicts reports whether the words say the opposite of the number, as
// from someone who takes the scale the other way round: "1 very good".
func (r *reader) contradicts(v verdict) bool {
	if !r.ctx.Scale.fiveFaces() {
		return false
	}
	said, ok := r.scalePhrase(func(t token) bool { return t.from >= v.from && t.to <= v.to })
	return ok && (said-v.value >= 2 || v.value-said >= 2)
}
