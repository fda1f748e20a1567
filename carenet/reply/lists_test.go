package reply

import (
	"slices"
	"strings"
	"testing"
)

// mayLack are the sections that a language can do without.
var mayLack = []string{"units_of_one", "plural_ending", "not_plural", "irregular_plurals", "determiners", "goes_on", "glued", "took", "pills"}

// TestEveryLanguageHasItsLists: an empty list would read its whole language wrong.
func TestEveryLanguageHasItsLists(t *testing.T) {
	for _, lang := range Languages {
		sections, err := readSections("words/" + lang + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, name := range sectionNames {
			if len(sections[name]) == 0 && !slices.Contains(mayLack, name) {
				t.Errorf("%s has nothing in [%s]", lang, name)
			}
		}
		crisis, err := readSections("words/" + lang + ".crisis.txt")
		if err != nil {
			t.Fatal(err)
		}
		for _, flag := range crisisFlags {
			if len(crisis[flag]) < 5 {
				t.Errorf("%s has %d phrases for %s", lang, len(crisis[flag]), flag)
			}
		}
	}
}

// TestCrisisPhrasesAreFound: each phrase of each list is found in a sentence of
// its language, with a few words where the phrase leaves room for them.
func TestCrisisPhrasesAreFound(t *testing.T) {
	for _, lang := range Languages {
		for _, groups := range byLanguage[lang].crisis {
			for _, g := range groups {
				for _, p := range g.phrases {
					text := strings.ReplaceAll(strings.Join(p.words, " "), gap, "zzz zzz")
					if !p.whole {
						text += " 2"
					}
					if r := Read(text, Context{Lang: lang, OpenPrompt: true}); r.Kind != Crisis || !r.Has(p.flag) {
						t.Errorf("%s: %q was read as %s", lang, text, Line(r))
					}
				}
			}
		}
	}
}
