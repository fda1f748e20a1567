package reply

import (
	"slices"
	"testing"

	"howareyou/carenet"
)

// TestRelationsAreKnownInEveryLanguage: each relation that can be noted has its words,
// no word stands for two, and no file has a heading that nobody reads.
func TestRelationsAreKnownInEveryLanguage(t *testing.T) {
	for _, lang := range Languages {
		sections, err := readSections("words/" + lang + ".family.txt")
		if err != nil {
			t.Fatal(err)
		}
		of := map[string]string{}
		for _, r := range carenet.Relations {
			if len(sections[string(r)]) == 0 {
				t.Errorf("%s has no word for %s", lang, r)
			}
			for _, w := range sections[string(r)] {
				w = Normalise(w)
				if first, twice := of[w]; twice && first != string(r) {
					t.Errorf("%s: %q is %s and %s", lang, w, first, r)
				}
				of[w] = string(r)
			}
		}
		for name := range sections {
			if !slices.Contains([]string{"for", "my", "says"}, name) && !slices.Contains(carenet.Relations, carenet.Relation(name)) {
				t.Errorf("%s: nothing reads [%s]", lang, name)
			}
		}
	}
}

func TestCutRelation(t *testing.T) {
	for _, c := range []struct{ lang, text, relation, rest string }{
		{"en", "Mum 3", "mother", "3"},
		{"en", "for my mum: 3 slept badly", "mother", "3 slept badly"},
		{"en", "grandad 2", "grandfather", "2"},
		{"en", "mum", "", ""},
		{"en", "mumbles 3", "", ""},
		{"es", "por mi mamá 3", "mother", "3"},
		{"es", "Abuela 4", "grandmother", "4"},
		{"ar", "عن أمي ٣", "mother", "٣"},
		{"ar", "ماما 3", "mother", "3"},
	} {
		rest, _ := CutFor(c.text, c.lang)
		relation, after, ok := CutRelation(rest, c.lang)
		if ok != (c.relation != "") || relation != c.relation || ok && after != c.rest {
			t.Errorf("%s %q: %q, %q, %t", c.lang, c.text, relation, after, ok)
		}
	}
}

// TestReadFor: a number counts behind a name only when nothing says that it is about
// something else.
func TestReadFor(t *testing.T) {
	for _, c := range []struct {
		text   string
		score  int // 0: none
		before int
	}{
		{"3", 3, 0},
		{"3 slept badly", 3, 0},
		{"is about a 3 today", 3, 3},
		{"says 2", 2, 1},
		{"good", 4, 0},
		{"I rate your pie 5", 5, -1},
		{"kisses from the kids", 0, -1},
		{"see you at 3", 0, -1},
	} {
		r, before := ReadFor(c.text, Context{Lang: "en", OpenPrompt: true})
		score := 0
		if r.Score != nil {
			score = *r.Score
		}
		if before != c.before || score != c.score && before >= 0 {
			t.Errorf("%q: score %d behind %d words (%s, %s)", c.text, score, before, r.Kind, r.Reason)
		}
	}
}
