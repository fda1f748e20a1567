package dialogue

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// partWords are how people name what is shared, in all languages at once. Folded as
// reply.Normalise does.
var partWords = map[carenet.Part][]string{
	carenet.PartAnswered: {"answered", "answer", "answers", "only", "respuesta", "respuestas", "اجابه", "ردي"},
	carenet.PartScore:    {"score", "number", "how", "cifra", "numero", "estado", "رقم", "حالي"},
	carenet.PartWords:    {"words", "word", "text", "palabras", "palabra", "كلام", "كلامي", "كلمات"},
	carenet.PartTrend:    {"trend", "chart", "tendencia", "grafico", "اتجاه", "مسار"},
	carenet.PartMore:     {"pain", "weight", "more", "dolor", "peso", "الم", "المي", "وزن", "وزني"},
	carenet.PartAlerts:   {"alerts", "alert", "alertas", "avisos", "alerta", "تنبيهات", "تنبيه"},
}

// wholeWords stand for all that can be shared, but the other answers: what a set of
// questions asks later is not known today, so they are named for themselves.
var wholeWords = []string{"all", "everything", "todo", "كل", "الكل"}

// usualScope is what ADD shares when it does not say.
var usualScope = carenet.Scope{carenet.PartScore}

// ParseInvite reads "Sam 07700 900123", and what may stand behind it: "words trend".
// ok is false when a name or a number is missing, or something is not understood:
// nobody is shown what was not said.
func ParseInvite(arg string) (in carenet.Invite, ok bool) {
	at := strings.IndexFunc(arg, func(r rune) bool { return unicode.IsDigit(r) || r == '+' })
	if at < 0 {
		return in, false
	}
	if at > 0 && arg[at-1] == '(' {
		at--
	}
	in.Name = asName(strings.Trim(strings.TrimSpace(arg[:at]), ".,:;-"))
	rest := arg[at:]
	end := strings.IndexFunc(rest, func(r rune) bool {
		return !unicode.IsDigit(r) && !unicode.IsSpace(r) && !strings.ContainsRune("+()-./", r) && !unicode.Is(unicode.Cf, r)
	})
	if end < 0 {
		end = len(rest)
	}
	in.Number = strings.TrimRight(strings.TrimSpace(rest[:end]), ".,-")
	if in.Name == "" || len(strings.Fields(in.Name)) > 3 || !strings.ContainsFunc(in.Name, unicode.IsLetter) {
		return in, false
	}
	for _, w := range strings.FieldsFunc(reply.Normalise(rest[end:]), func(r rune) bool { return unicode.IsSpace(r) || strings.ContainsRune(",;.&+", r) }) {
		switch part := partNamed(w); {
		case part != "":
			in.Scope = append(in.Scope, part)
		case isOneOf(w, wholeWords):
			in.Scope = append(in.Scope, carenet.PartAnswered, carenet.PartScore, carenet.PartWords, carenet.PartTrend, carenet.PartAlerts)
		case isOneOf(w, []string{"and", "y", "و", "my", "mis", "mi"}):
		default:
			return in, false
		}
	}
	if len(in.Scope) == 0 {
		in.Scope = usualScope
	}
	in.Scope = in.Scope.Normal()
	return in, true
}

// asName writes "SAM OKAFOR" and "sam" as names are written: who shouts a command, or
// types without the shift key, does not mean the letters.
func asName(typed string) string {
	if typed != strings.ToUpper(typed) && typed != strings.ToLower(typed) {
		return typed
	}
	words := strings.Fields(strings.ToLower(typed))
	for i, w := range words {
		first, n := utf8.DecodeRuneInString(w)
		words[i] = string(unicode.ToUpper(first)) + w[n:]
	}
	return strings.Join(words, " ")
}

func partNamed(w string) carenet.Part {
	for part, words := range partWords {
		if isOneOf(w, words) {
			return part
		}
	}
	return ""
}

func isOneOf(w string, words []string) bool {
	for _, x := range words {
		if reply.Normalise(x) == w {
			return true
		}
	}
	return false
}
