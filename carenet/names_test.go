package carenet_test

import (
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

func TestNameWords(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Mary Okafor", "mary okafor"},
		{"GARCÍA, José", "garcia jose"},
		{"jose\u0301 garci\u0301a", "jose garcia"},
		{"Seán O'Brien", "sean obrien"},
		{"O’Brien", "obrien"},
		{"Abdel-Rahman  El Sayed", "abdel rahman el sayed"},
		{"Łukasz Weiß", "lukasz weiss"},
		{"Søren Ærø", "soren aero"},
		{"İpek Işık", "ipek isik"},
		{"أمينة حدّاد", "امينه حداد"},
		{"امينه حداد", "امينه حداد"},
		{"آمنة ٱلهدى", "امنه الهدي"},
		{"محـــمد", "محمد"},
		{"مُحَمَّد", "محمد"},
		{"علی کریم", "علي كريم"},
		{"\u202bأحمد\u202c", "احمد"},
		{"किरण देवी", "किरण देवी"},
		{"Nguyễn Văn An", "nguyen van an"},
		{"Mary Mary", "mary"},
		{"M. Okafor (mum) 2", "m okafor mum 2"},
		{" ,.- ", ""},
		{"", ""},
	} {
		if got := strings.Join(carenet.NameWords(c.name), " "); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}

func TestNameWordsAreSettledAndFoundInAnyOrderAndCase(t *testing.T) {
	part := rapid.SampledFrom([]string{"José", "Ana-María", "O’Brien", "أمينة", "Łucja", "MCDONALD", "İpek", "한나", "Zoë"})
	rapid.Check(t, func(t *rapid.T) {
		parts := rapid.SliceOfN(part, 1, 4).Draw(t, "parts")
		words := carenet.NameWords(strings.Join(parts, " "))
		if again := carenet.NameWords(strings.Join(words, " ")); !slices.Equal(again, words) {
			t.Fatalf("%q became %q", words, again)
		}
		slices.Reverse(parts)
		turned := carenet.NameWords(strings.ToLower(strings.Join(parts, ", ")))
		slices.Sort(words)
		slices.Sort(turned)
		if !slices.Equal(words, turned) {
			t.Fatalf("%q and turned round %q", words, turned)
		}
	})
}

func TestFirstName(t *testing.T) {
	for _, c := range []struct{ name, want string }{
		{"Mary Okafor", "Mary"},
		{"  José   García ", "José"},
		{"García, José Luis", "José"},
		{"García,", "García"},
		{"Dr Lee", "Dr Lee"},
		{"Dr. Lee", "Dr. Lee"},
		{"Nurse Dana", "Nurse Dana"},
		{"Dr Sarah Lee", "Sarah"},
		{"Don", "Don"},
		{"Mary-Jane O'Neil", "Mary-Jane"},
		{"عبد الرحمن حداد", "عبد الرحمن"},
		{"أمينة حداد", "أمينة"},
		{"Ruth", "Ruth"},
		{" ", ""},
	} {
		if got := carenet.FirstName(c.name); got != c.want {
			t.Errorf("%q: %q, want %q", c.name, got, c.want)
		}
	}
}
