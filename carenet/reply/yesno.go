package reply

import "strings"

// Said is an answer to a question that wants yes or no.
type Said string

// The answers. The zero Said is neither.
const (
	Yes Said = "yes"
	No  Said = "no"
)

// YesNo reads an answer to a question that wants yes or no, and the name that may
// stand behind it: "yes", "Yes please", "no thank you", "YES MARY". Anything more is
// no answer to such a question: "yes but not to Sam" is for a human.
func YesNo(text, lang string) (said Said, name string) {
	base, _, _ := strings.Cut(strings.ToLower(lang), "-")
	r := newReader(text, fold(text), Context{Lang: base})
	for _, of := range []Said{Yes, No} {
		if r.whole(string(of)) {
			return of, ""
		}
		n := r.longest(string(of), 0)
		if n > 0 && r.isName(n) && !r.in("polite", r.tokens[n].text) {
			return of, r.rest(n)
		}
	}
	return "", ""
}
