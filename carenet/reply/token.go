package reply

import (
	"regexp"
	"strconv"
	"strings"
	"unicode"
)

type tokenKind int

const (
	word   tokenKind = iota
	number           // one value, in token.value
	bound            // a number that measures, dates or names something
	odd              // a decimal, a negative, a range, a fraction: needs asking
	coded            // digits inside a code: 7#A#1#2
	symbol           // an emoji or a lone sign
)

// token is one word, number or sign of a text.
type token struct {
	kind     tokenKind
	text     string // folded
	from, to int    // bytes of the raw text
	value    int    // of a number
	spelled  bool   // the number was written as a word
	weak     bool   // and the word is an everyday one, such as "one"
	long     bool   // more digits than any scale or count has
	clause   int    // which part of the text, between punctuation
	sentence int
}

// reader is one text on its way to a Reading.
type reader struct {
	ctx       Context
	raw       string
	l         *lists
	tokens    []token
	lo, hi    int          // the tokens but for polite words around them
	questions map[int]bool // the sentences that end with a question mark
}

func newReader(raw string, f folded, ctx Context) *reader {
	r := &reader{ctx: ctx, raw: raw, l: listsFor(ctx.Lang), questions: map[int]bool{}}
	clause, sentence, start := 0, 0, -1
	piece := func(end int) {
		if start >= 0 {
			r.addPiece(f, start, end, clause, sentence)
			start = -1
		}
	}
	for i, c := range f.runes {
		var prev, next rune
		if i > 0 {
			prev = f.runes[i-1]
		}
		if i+1 < len(f.runes) {
			next = f.runes[i+1]
		}
		switch {
		case c == '\n':
			piece(i)
			clause, sentence = clause+1, sentence+1
		case isSpace(c):
			piece(i)
		case isSign(c):
			piece(i)
			start = i
			piece(i + 1)
		case !breaks(c, prev, next):
			if start < 0 {
				start = i
			}
		case (c == '-' || c == '/') && unicode.IsLetter(prev) && unicode.IsLetter(next):
			piece(i) // opt-out, so-so
		case c == '.' && isMeridiem(f.runes, i):
			// The points of "p.m." belong to the word before them.
			if start < 0 {
				start = i
			}
		case c == '/':
			piece(i)
			start = i
			piece(i + 1) // 3 / 5
		default:
			piece(i)
			clause++
			if strings.ContainsRune(".!?", c) {
				r.questions[sentence] = r.questions[sentence] || c == '?'
				sentence++
			}
		}
	}
	piece(len(f.runes))
	r.spellOut()
	r.lo, r.hi = r.trim("polite", 0, len(r.tokens))
	return r
}

// breaks reports whether c ends a piece of text, rather than being part of a
// number such as 2.5, 12:30, 3/5, -2 or 2-3.
func breaks(c, prev, next rune) bool {
	digits := isDigit(prev) && isDigit(next)
	switch c {
	case '.', ',', ':', '/':
		return !digits
	case '-':
		return !isDigit(next) // covid-19 is one word, -2 and 2-3 are numbers to ask about
	case ';', '!', '?', '(', ')', '"', '[', ']', '{', '}', '¿', '¡', '=', '|', '…', '*', '_', '•':
		return true
	}
	return false
}

// isMeridiem reports whether the point at i belongs to "a.m." or "p.m.".
func isMeridiem(c []rune, i int) bool {
	at := func(j int) rune {
		if j < 0 || j >= len(c) {
			return ' '
		}
		return c[j]
	}
	half := func(r rune) bool { return r == 'a' || r == 'p' }
	first := half(at(i-1)) && !unicode.IsLetter(at(i-2)) && at(i+1) == 'm' && !unicode.IsLetter(at(i+2))
	second := at(i-1) == 'm' && at(i-2) == '.' && half(at(i-3)) && !unicode.IsLetter(at(i-4))
	return first || second
}

// isSign reports whether c stands for itself: an emoji, but not a degree sign.
func isSign(c rune) bool {
	return c > unicode.MaxASCII && c != '°' && unicode.In(c, unicode.So, unicode.Sk)
}

func isDigit(c rune) bool { return c >= '0' && c <= '9' }

var (
	reCode     = regexp.MustCompile(`^#?(\d+)$`)
	reUnit     = regexp.MustCompile(`^(\d+(?:[.,:]\d+|-\d+)?)([\p{L}]+)$`)
	reClock    = regexp.MustCompile(`^\d{1,2}:\d{2}(:\d{2})?$`)
	reDate     = regexp.MustCompile(`^\d{1,4}[/.-]\d{1,2}[/.-]\d{1,4}$`)
	reMeasured = regexp.MustCompile(`^(?:[£$€¥]\d[\d.,]*|\d[\d.,]*(?:[£$€¥%]|°[cf]?))$`)
	reOdd      = regexp.MustCompile(`^(?:-\d+(?:[.,]\d+)?|\d+[.,]\d+|\d+-\d+|\d+/\d+|\+\d{1,2}|\d{1,2}\+|\p{L}+-\d)$`)
	rePressure = regexp.MustCompile(`^(?:[6-9]\d|[12]\d\d)/\d{2,3}$`)
	reJoined   = regexp.MustCompile(`^(\d{1,3})(\p{L}+)$`)
	reAnd      = regexp.MustCompile(`^[وبف](\d{1,3})$`)
	reFraction = regexp.MustCompile(`^(\d{1,3})/(\d{1,3})$`)
)

// addPiece turns the folded runes [start, end) into a token.
func (r *reader) addPiece(f folded, start, end, clause, sentence int) {
	text := strings.ReplaceAll(string(f.runes[start:end]), ".m.", "m")
	if m := strings.TrimSuffix(text, "."); strings.HasSuffix(m, "a.m") || strings.HasSuffix(m, "p.m") {
		text = strings.ReplaceAll(m, ".", "")
	}
	t := token{text: r.l.unstretched(text), from: f.from[start], to: f.to[end-1], clause: clause, sentence: sentence}
	if m := reAnd.FindStringSubmatch(text); m != nil {
		// Arabic writes "and" and "with" as a letter in front of the next word.
		r.addPiece(f, start, start+1, clause, sentence)
		start, text = start+1, m[1]
		t.text, t.from = text, f.from[start]
	}
	switch {
	case !strings.ContainsAny(text, "0123456789"):
		if !strings.ContainsFunc(text, unicode.IsLetter) {
			t.kind = symbol
		}
	case reCode.MatchString(text):
		t.setDigits(strings.TrimPrefix(text, "#"))
	case rePressure.MatchString(text):
		t.kind = bound
	case reFraction.MatchString(text):
		t.setFraction(text, r.ctx.Scale)
	case reClock.MatchString(text), reDate.MatchString(text), reMeasured.MatchString(text):
		t.kind = bound
	case reOdd.MatchString(text):
		t.kind = odd
		if name, _, ok := strings.Cut(text, "-"); ok && r.in("labels", name) {
			t.kind = word
		}
	case reUnit.MatchString(text) && r.in("units", reUnit.FindStringSubmatch(text)[2]):
		t.kind = bound
	case reJoined.MatchString(text):
		r.addJoined(f, start, t)
		return
	case text == "<3": // a heart
	case strings.ContainsFunc(text, func(c rune) bool { return !unicode.IsLetter(c) && !isDigit(c) && c != '-' }):
		t.kind = coded
	}
	r.tokens = append(r.tokens, t)
}

// addJoined reads a number that ran into the next word: "3today" and "4xx" are
// an answer, "2day" and "4ever" are words, and "3ish" is to be asked about.
func (r *reader) addJoined(f folded, start int, t token) {
	m := reJoined.FindStringSubmatch(t.text)
	letters := len([]rune(m[2]))
	switch {
	case r.in("glued", t.text):
	case m[2] == strings.Repeat("x", letters), letters >= 4, letters == 3 && m[2] != "ish":
		digits := t
		digits.text, digits.to = m[1], f.to[start+len(m[1])-1]
		digits.setDigits(m[1])
		t.text, t.from = m[2], f.from[start+len(m[1])]
		r.tokens = append(r.tokens, digits)
	default:
		t.kind = odd
	}
	r.tokens = append(r.tokens, t)
}

// setDigits makes t the number that its digits spell.
func (t *token) setDigits(digits string) {
	t.kind = number
	if len(digits) > 4 {
		t.long, t.value = true, 1<<30
		return
	}
	t.value, _ = strconv.Atoi(digits) // at most four ASCII digits
	if len(digits) > 1 && digits[0] == '0' {
		t.kind = odd
	}
}

// setFraction reads "3/5" as 3 when 5 is the top of the scale.
func (t *token) setFraction(text string, scale Scale) {
	m := reFraction.FindStringSubmatch(text)
	top, _ := strconv.Atoi(m[2]) // at most three ASCII digits
	if t.kind = odd; top == scale.Max {
		t.setDigits(m[1])
	}
}

// spellOut turns number words into numbers.
func (r *reader) spellOut() {
	for i := range r.tokens {
		t := &r.tokens[i]
		if t.kind != word {
			continue
		}
		if v, ok := r.l.single["numbers"][t.text]; ok {
			t.kind, t.value, t.spelled = number, v, true
			_, t.weak = r.l.single["weak_numbers"][t.text]
		}
	}
}
