package carenet

import (
	"slices"
	"strings"
	"unicode"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// NameWords splits a name into the words by which it can be found: letter case
// folded, accents removed, the spellings of one Arabic letter made the same,
// apostrophes dropped, parted at everything that is neither letter nor digit;
// each word once, in the order of the name. Whoever searches goes through the
// same function, so "Jose garcia" finds "GARCÍA, José".
func NameWords(name string) []string {
	var plain strings.Builder
	for _, r := range norm.NFKD.String(cases.Fold().String(name)) {
		switch {
		case isAccent(r), unicode.Is(unicode.Cf, r), strings.ContainsRune("'’‘ʼʻ`´ـ", r):
			// The last is the tatweel, which only stretches Arabic words.
		case letterForms[r] != "":
			plain.WriteString(letterForms[r])
		case unicode.IsLetter(r), unicode.IsMark(r), unicode.IsNumber(r):
			plain.WriteRune(r)
		default:
			plain.WriteByte(' ')
		}
	}
	var words []string
	for word := range strings.FieldsSeq(plain.String()) {
		if word = norm.NFC.String(word); !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return words
}

// isAccent finds the marks that people leave out: the accents shared by the
// European scripts, the short vowels of Arabic and the points of Hebrew. The
// vowel signs of Indic scripts are marks as well, but part of the spelling.
func isAccent(r rune) bool {
	return unicode.Is(unicode.Mn, r) && unicode.In(r, unicode.Inherited, unicode.Arabic, unicode.Hebrew)
}

// letterForms are the letters that decomposition leaves alone and that people
// write in more than one way.
var letterForms = map[rune]string{
	'ł': "l", 'ø': "o", 'đ': "d", 'ð': "d", 'þ': "th", 'æ': "ae", 'œ': "oe", 'ı': "i", 'ħ': "h",
	'ٱ': "ا", // alef wasla; the alefs with hamza and madda decompose to alef
	'ى': "ي", // alef maqsura
	'ی': "ي", // Persian ya
	'ة': "ه", // ta marbuta
	'ک': "ك", // Persian kaf
}

// titles stand before a name; a title with one word after it is how that
// person is addressed ("Dr Lee").
var titles = map[string]bool{
	"mr": true, "mrs": true, "ms": true, "miss": true, "mx": true, "dr": true, "prof": true, "sir": true,
	"nurse": true, "sr": true, "sra": true, "don": true, "doña": true, "السيد": true, "السيدة": true, "د": true,
}

// compounds begin an Arabic given name of two words: Abd, Abu, Umm.
var compounds = map[string]bool{"عبد": true, "أبو": true, "ابو": true, "أم": true, "ام": true}

// FirstName returns what a person is called in a text: the first given name as
// it was written. It is "" only for a blank name.
func FirstName(name string) string {
	if _, given, found := strings.Cut(name, ","); found && strings.TrimSpace(given) != "" {
		name = given // "García, José"
	}
	words := strings.Fields(name)
	if len(words) > 1 && titles[strings.ToLower(strings.TrimSuffix(words[0], "."))] {
		if len(words) == 2 {
			return words[0] + " " + words[1]
		}
		words = words[1:]
	}
	switch {
	case len(words) == 0:
		return ""
	case len(words) > 1 && compounds[words[0]]:
		return words[0] + " " + words[1]
	}
	return strings.TrimSuffix(words[0], ",")
}
