package carenet_test

import (
	"math"
	"strings"
	"testing"
	"unicode/utf8"

	"howareyou/carenet"
)

func TestNewCheckIn(t *testing.T) {
	score := func(v float64) *float64 { return &v }
	for _, c := range []struct {
		what  string
		score *float64
		words string
		ok    bool
	}{
		{"score", score(1), "", true},
		{"top", score(5), "", true},
		{"words", nil, "rough night", true},
		{"both", score(2), "rough night", true},
		{"nothing", nil, "", false},
		{"only space", nil, " \n\t ", false},
		{"below", score(0), "", false},
		{"above", score(6), "", false},
		{"half", score(2.5), "", false},
		{"not a number", score(math.NaN()), "", false},
		{"endless", score(math.Inf(1)), "words do not save it", false},
		{"huge", score(1e300), "", false},
	} {
		got, err := carenet.NewCheckIn(carenet.CheckIn{Score: c.score, Words: c.words}, carenet.WellbeingScale)
		if (err == nil) != c.ok || err != nil && carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", c.what, err)
		}
		if err == nil && (got.Words != c.words || got.Score != c.score) {
			t.Errorf("%s: became %+v", c.what, got)
		}
	}
}

func TestWordsAreCutBetweenLetters(t *testing.T) {
	for _, letter := range []string{"a", "é", "ق", "😀"} {
		got, err := carenet.NewCheckIn(carenet.CheckIn{Words: "x" + strings.Repeat(letter, carenet.MaxWords)}, carenet.WellbeingScale)
		if err != nil || !utf8.ValidString(got.Words) || len(got.Words) > carenet.MaxWords || len(got.Words) <= carenet.MaxWords-len(letter) {
			t.Errorf("%s: %d bytes, %v", letter, len(got.Words), err)
		}
	}
}
