package reply

import (
	"slices"
	"strings"
	"unicode/utf8"
)

// typoOf reports whether w may be the listed word with a slip of the finger: a
// letter too many, too few, wrong or changed with its neighbour. The first
// letter must be right, short words are taken as they stand ("diet" is not
// "die"), and long ones may hold two slips.
func (l *lists) typoOf(w, listed string) bool {
	n, m := utf8.RuneCountInString(w), utf8.RuneCountInString(listed)
	allowed := 0
	switch {
	case m >= 9:
		allowed = 2
	case m >= 5:
		allowed = 1
	}
	if n < 3 || m < 4 || n > maxWord || m > maxWord || n-m > 2 || m-n > 2 {
		return false
	}
	x, _ := utf8.DecodeRuneInString(w)
	y, _ := utf8.DecodeRuneInString(listed)
	if x != y {
		return false
	}
	if _, is := l.single["no_typos"][w]; is {
		return false // an ordinary word that happens to be near
	}
	var one, two [maxWord]rune
	a, b := runesOf(w, &one), runesOf(listed, &two)
	switch {
	case sameUndoubled(a, b): // "kil myself"
		return true
	case m == 4 && n == 4: // "chest pian", but not "diet"
		return slips(a, b) == 1 && sameLetters(a, b)
	}
	return n >= 4 && slips(a, b) <= allowed
}

// maxWord bounds the letters of words that are looked at for slips.
const maxWord = 24

func runesOf(s string, into *[maxWord]rune) []rune {
	n := 0
	for _, c := range s {
		into[n] = c
		n++
	}
	return into[:n]
}

// sameLetters reports whether b holds the letters of a in another order.
func sameLetters(a, b []rune) bool {
	for _, c := range a {
		if !slices.Contains(b, c) {
			return false
		}
	}
	return len(a) == len(b)
}

// sameUndoubled reports whether the words differ only in letters that stand
// twice in a row in one of them.
func sameUndoubled(a, b []rune) bool {
	i, j := 0, 0
	for i < len(a) && j < len(b) {
		if a[i] != b[j] {
			return false
		}
		c := a[i]
		for ; i < len(a) && a[i] == c; i++ {
		}
		for ; j < len(b) && b[j] == c; j++ {
		}
	}
	return i == len(a) && j == len(b)
}

// slips is the number of letters to add, drop, change or swap with their
// neighbour to make b of a (optimal string alignment). Neither has more than
// maxWord letters.
func slips(a, b []rune) int {
	var rows [3][maxWord + 1]int
	prev2, prev, cur := &rows[0], &rows[1], &rows[2]
	for j := range len(b) + 1 {
		prev[j] = j
	}
	for i := 1; i <= len(a); i++ {
		cur[0] = i
		for j := 1; j <= len(b); j++ {
			cost := 1
			if a[i-1] == b[j-1] {
				cost = 0
			}
			cur[j] = min(prev[j]+1, cur[j-1]+1, prev[j-1]+cost)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				cur[j] = min(cur[j], prev2[j-2]+1)
			}
		}
		prev2, prev, cur = prev, cur, prev2
	}
	return prev[len(b)]
}

// maxGap is how many words a "..." of a phrase may stand for.
const maxGap = 5

// fits returns the token after the phrase's words from w on, when they stand
// from token i on; 0 when they do not. Spaces may be missing or too many
// ("killmyself", "my self"); words may hold slips where the phrase allows it;
// "..." stands for up to five words of the same clause.
func (r *reader) fits(p phrase, w, i, slipped int) int {
	for w < len(p.words) {
		want := p.words[w]
		if want == gap {
			for k := i; k <= i+maxGap && k < len(r.tokens); k++ {
				if k > i && !r.sameClause(i-1, k) {
					break
				}
				if end := r.fits(p, w+1, k, slipped); end > 0 {
					return end
				}
			}
			return 0
		}
		if i >= len(r.tokens) {
			return 0
		}
		have := r.tokens[i].text
		switch {
		case have == want:
		case i+1 < len(r.tokens) && len(want) > 3 && have+r.tokens[i+1].text == want && r.sameClause(i, i+1):
			i++ // "my self"
		case w+1 < len(p.words) && p.words[w+1] != gap && strings.HasPrefix(have, want) && len(have) > len(want):
			return r.glued(p, w, i, slipped)
		case p.loose && slipped < 2 && r.tokens[i].kind == word && r.l.typoOf(have, want):
			slipped++
		default:
			return 0
		}
		w, i = w+1, i+1
	}
	return i
}

// glued goes on within token i, in which several words of the phrase stand
// without the spaces between them.
func (r *reader) glued(p phrase, w, i, slipped int) int {
	rest := r.tokens[i].text
	for w < len(p.words) && p.words[w] != gap && strings.HasPrefix(rest, p.words[w]) {
		rest, w = rest[len(p.words[w]):], w+1
	}
	if rest != "" {
		return 0
	}
	if w == len(p.words) {
		return i + 1
	}
	return r.fits(p, w, i+1, slipped)
}

// unstretched is w with letters that were held down let go: "goood" is "good",
// "baaad" is "bad", when the lists know the shorter word.
func (l *lists) unstretched(w string) string {
	two, one := squeeze(w, 2), squeeze(w, 1)
	if two == w {
		return w
	}
	for _, s := range []string{two, one} {
		if _, ok := l.known[s]; ok {
			return s
		}
	}
	return w
}

// squeeze shortens each run of three or more of a letter to n.
func squeeze(w string, n int) string {
	c := []rune(w)
	var b strings.Builder
	for i := 0; i < len(c); {
		j := i
		for j < len(c) && c[j] == c[i] {
			j++
		}
		k := j - i
		if k >= 3 {
			k = n
		}
		for range k {
			b.WriteRune(c[i])
		}
		i = j
	}
	return b.String()
}
