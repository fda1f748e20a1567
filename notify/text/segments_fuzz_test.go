package text_test

import (
	"testing"
	"unicode/utf16"

	"howareyou/notify/text"
)

// FuzzSegments holds the count to what must be true of any text: it fits into the
// parts that are charged and would not fit into one fewer by more than the units lost
// at their ends.
func FuzzSegments(f *testing.F) {
	for _, s := range []string{"", "abc", "€uro", "a😀b", "مرحبا", "\xff", "^{}[]~|\\", string(make([]rune, 200))} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		enc, units, parts := text.Segments(s)
		single, many := 160, 153
		if enc == text.UCS2 {
			single, many = 70, 67
			if want := len(utf16.Encode([]rune(s))); units != want {
				t.Fatalf("%q: %d units, want %d", s, units, want)
			}
		} else if n := len([]rune(s)); units < n || units > 2*n {
			t.Fatalf("%q: %d septets for %d characters", s, units, n)
		}
		switch {
		case units <= single && parts != 1, units > single && parts < 2, units > parts*many && parts > 1:
			t.Fatalf("%q: %s, %d units in %d parts", s, enc, units, parts)
		case parts > 1 && units <= (parts-1)*(many-1):
			t.Fatalf("%q: %s, %d units would do with fewer than %d parts", s, enc, units, parts)
		}
		if _, more, again := text.Segments(s + "a"); more <= units && enc == text.GSM7 || again < parts {
			t.Fatalf("%q: a letter more makes it %d units in %d parts", s, more, again)
		}
	})
}
