package reply

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"
)

// folded is a text made comparable, with the way back to what was typed.
type folded struct {
	runes []rune
	from  []int // byte offset in the raw text where the rune's source begins
	to    []int // and where it ends, marks that were dropped included
}

// fold lowers case, drops accents, marks, apostrophes and invisible characters,
// makes every decimal digit of Unicode ASCII, and unifies the Arabic letters
// that people type in place of one another.
func fold(raw string) folded {
	f := folded{
		runes: make([]rune, 0, len(raw)),
		from:  make([]int, 0, len(raw)),
		to:    make([]int, 0, len(raw)),
	}
	for i := 0; i < len(raw); {
		c, size := utf8.DecodeRuneInString(raw[i:])
		out := foldRune(c)
		if out == "" && len(f.to) > 0 && !isSpace(f.runes[len(f.runes)-1]) {
			f.to[len(f.to)-1] = i + size // a mark belongs to the rune before it
		}
		for _, r := range out {
			f.runes = append(f.runes, r)
			f.from = append(f.from, i)
			f.to = append(f.to, i+size)
		}
		i += size
	}
	return f
}

// Normalise is the folded text with single spaces. Folding it again changes
// nothing.
func Normalise(text string) string { return fold(text).String() }

// String is the folded text with single spaces.
func (f folded) String() string {
	return strings.Join(strings.Fields(string(f.runes)), " ")
}

func foldRune(c rune) string {
	switch {
	case c == '\n' || c == '\r' || c == '\u2028' || c == '\u2029':
		return "\n"
	case c == ' ' || c >= 'a' && c <= 'z' || c >= '0' && c <= '9':
		return string(c)
	case c >= 'A' && c <= 'Z':
		return string(c + 'a' - 'A')
	case c == utf8.RuneError:
		return " "
	}
	if d, ok := digit(c); ok {
		return string('0' + rune(d))
	}
	if s, ok := alike[c]; ok {
		return s
	}
	// Decomposing may uncover capitals, and lowering may uncover marks.
	s := norm.NFKD.String(strings.ToLower(norm.NFKD.String(string(c))))
	var b strings.Builder
	for _, r := range s {
		switch {
		case unicode.In(r, unicode.Mn, unicode.Me, unicode.Mc, unicode.Cf):
		case unicode.IsSpace(r), unicode.IsControl(r):
			b.WriteByte(' ')
		default:
			if d, ok := digit(r); ok {
				r = '0' + rune(d)
			}
			if t, ok := alike[r]; ok {
				b.WriteString(t)
			} else {
				b.WriteRune(r)
			}
		}
	}
	return b.String()
}

// alike maps characters that stand for another one in a text message.
var alike = map[rune]string{
	'\'': "", '’': "", '‘': "", '`': "", '´': "", 'ʼ': "", '′': "", '\u02bb': "",
	'"': `"`, '“': `"`, '”': `"`, '„': `"`, '«': `"`, '»': `"`,
	'–': "-", '—': "-", '−': "-", '‐': "-", '‑': "-", '‒': "-",
	'⁄': "/", '∕': "/", '~': " ", '≈': " ", '\\': " ", '&': " ",
	'،': ",", '؛': ";", '؟': "?", '٫': ".", '٬': ",", '٪': "%", '。': ".", '、': ",",
	'ـ': "", // Arabic lengthening
	'ى': "ي", 'ی': "ي", 'ک': "ك", 'ة': "ه", 'ٱ': "ا",
}

// digit returns the value of any decimal digit of Unicode (category Nd).
// Every range of the table is made of whole sets of ten that start at zero.
func digit(c rune) (int, bool) {
	if c < utf8.RuneSelf {
		return int(c - '0'), c >= '0' && c <= '9'
	}
	for _, r := range unicode.Nd.R16 {
		if c >= rune(r.Lo) && c <= rune(r.Hi) {
			return int(c-rune(r.Lo)) % 10, true
		}
	}
	for _, r := range unicode.Nd.R32 {
		if c >= rune(r.Lo) && c <= rune(r.Hi) {
			return int(c-rune(r.Lo)) % 10, true
		}
	}
	return 0, false
}

func isSpace(c rune) bool { return c == ' ' || c == '\n' || c == '\t' }
