package reply

import (
	"slices"
	"strings"
)

// family is how people of one language say for whom they answer. Each entry is the
// words of one wording.
type family struct {
	lead      [][]string // "for"
	own       [][]string // "my"
	says      [][]string // what may stand before the number
	relations map[string][][]string
}

// families holds, per language, its own words joined with English.
var families = mustLoadFamilies()

// mustLoadFamilies reads the embedded lists: see mustLoad.
func mustLoadFamilies() map[string]family {
	all := map[string]family{}
	for _, lang := range Languages {
		f := family{relations: map[string][][]string{}}
		for _, from := range slices.Compact([]string{lang, "en"}) {
			sections, err := readSections("words/" + from + ".family.txt")
			if err != nil {
				panic("reply: " + err.Error())
			}
			for section, lines := range sections {
				for _, line := range lines {
					words := splitWords(line)
					switch section {
					case "for":
						f.lead = append(f.lead, words)
					case "my":
						f.own = append(f.own, words)
					case "says":
						f.says = append(f.says, words)
					default:
						f.relations[section] = append(f.relations[section], words)
					}
				}
			}
		}
		all[lang] = f
	}
	return all
}

func familyOf(lang string) family {
	if f, ok := families[lang]; ok {
		return f
	}
	return families["en"]
}

// CutFor takes "for", "my" and the like off the front of a text. lead says that there
// was a word which makes the text an answer for somebody.
func CutFor(text, lang string) (rest string, lead bool) {
	f := familyOf(lang)
	rest, lead = cutWords(text, f.lead)
	rest, _ = cutWords(rest, f.own)
	return rest, lead
}

// CutRelation takes the word for a relation off the front of a text: "mum 3". What is
// left is never empty. A relation is named as its section in the lists.
func CutRelation(text, lang string) (relation, rest string, ok bool) {
	for name, wordings := range familyOf(lang).relations {
		if rest, ok := cutWords(text, wordings); ok {
			return name, rest, true
		}
	}
	return "", text, false
}

// cutWords takes the longest of the wordings off the front, with what stands between it
// and what is said.
func cutWords(text string, wordings [][]string) (rest string, ok bool) {
	said := strings.Fields(text)
	longest := 0
	for _, w := range wordings {
		if len(w) <= longest || len(w) >= len(said) {
			continue
		}
		same := true
		for i := range w {
			same = same && Normalise(strings.Trim(said[i], ".,:;،-")) == w[i]
		}
		if same {
			longest = len(w)
		}
	}
	if longest == 0 {
		return text, false
	}
	return strings.Join(said[longest:], " "), true
}

// ReadFor reads what somebody says of somebody else, once the name is off. before is
// how many words stand before the number, and -1 when there are others than those that
// lead to one ("is about a", "says"): then the number may be about anything.
func ReadFor(text string, ctx Context) (r Reading, before int) {
	r = Read(text, ctx)
	of := newReader(text, fold(text), ctx)
	if !slices.ContainsFunc(of.tokens, func(t token) bool { return t.kind == number }) {
		if r.Kind == Answer {
			return r, 0 // a face or a word of the scale, which the reader takes only when it is all
		}
		return r, -1
	}
	for i, t := range of.tokens {
		switch {
		case t.kind == number:
			return r, i
		case t.kind == word && (isWording(familyOf(ctx.Lang).says, t.text) || of.in("fillers", t.text) || of.in("cue_gap", t.text) || of.in("cues_before", t.text)):
		default:
			return r, -1
		}
	}
	return r, -1
}

func isWording(wordings [][]string, w string) bool {
	return slices.ContainsFunc(wordings, func(x []string) bool { return len(x) == 1 && x[0] == w })
}
