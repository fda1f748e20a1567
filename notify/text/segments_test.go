package text_test

import (
	"encoding/json"
	"os"
	"strconv"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"howareyou/notify/text"
)

// TestSegmentsAgreeWithTheCalculator compares with the figures of the
// calculator that Twilio publishes.
func TestSegmentsAgreeWithTheCalculator(t *testing.T) {
	raw, err := os.ReadFile("testdata/segments.tsv")
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(raw)), "\n")[1:]
	if len(lines) < 30 {
		t.Fatalf("only %d cases", len(lines))
	}
	for n, line := range lines {
		col := strings.SplitN(line, "\t", 3)
		var s string
		if err := json.Unmarshal([]byte(col[2]), &s); err != nil {
			t.Fatalf("line %d: %v", n+2, err)
		}
		want, err := strconv.Atoi(col[1])
		if err != nil {
			t.Fatalf("line %d: %v", n+2, err)
		}
		if enc, units, parts := text.Segments(s); string(enc) != col[0] || parts != max(want, 1) {
			t.Errorf("line %d: %s, %d units, %d parts; want %s, %d", n+2, enc, units, parts, col[0], want)
		}
	}
}

func TestSegmentUnits(t *testing.T) {
	for _, c := range []struct {
		s     string
		units int
	}{{"", 0}, {"abc", 3}, {"€", 2}, {"é", 1}, {"á", 1}, {"😀", 2}, {"a😀", 3}} {
		if _, units, _ := text.Segments(c.s); units != c.units {
			t.Errorf("%q: %d units, want %d", c.s, units, c.units)
		}
	}
}

// TestPlainKeepsEveryLetter: only marks are replaced, whatever they cost.
func TestPlainKeepsEveryLetter(t *testing.T) {
	if got := text.Plain("“María’s” – olé… ñ"); got != `"María's" - olé... ñ` {
		t.Errorf("got %q", got)
	}
	letters := func(s string) string {
		return strings.Map(func(c rune) rune {
			if unicode.IsLetter(c) || unicode.IsMark(c) || unicode.IsNumber(c) {
				return c
			}
			return -1
		}, s)
	}
	rapid.Check(t, func(t *rapid.T) {
		s := strings.ToValidUTF8(rapid.String().Draw(t, "text"), "")
		if got := text.Plain(s); letters(got) != letters(s) || text.Plain(got) != got {
			t.Fatalf("%q became %q", s, got)
		}
	})
}
