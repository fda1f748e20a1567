package dialogue_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
)

func TestAnOptionThatMeansSomethingElseIsRefused(t *testing.T) {
	set := func(en, es string) ask.QuestionSet {
		return ask.QuestionSet{Code: "sleep", Items: []ask.Item{{Code: "sleep", Kind: ask.KindChoice, Options: []ask.Option{
			{Value: 1, Words: map[string]string{"en": "bad", "es": "mal", "ar": "سيئ"}}, {Value: 2, Words: map[string]string{"en": en, "es": es, "ar": "جيد"}},
		}}}}
	}
	for _, words := range [][2]string{{"more", "bien"}, {"stop", "bien"}, {"help", "bien"}, {"good", "menos"}, {"pause", "bien"}, {"yes", "bien"}} {
		err := dialogue.CheckOptions(set(words[0], words[1]))
		if carenet.CodeOf(err) != carenet.Invalid || !strings.Contains(carenet.MessageOf(err), "option 2 of question sleep") {
			t.Errorf("%q: %v", words, err)
		}
	}
	if err := dialogue.CheckOptions(set("good", "bien")); err != nil {
		t.Error(err)
	}
	for _, code := range ask.ShippedCodes() {
		q, _ := ask.Shipped(code)
		if err := dialogue.CheckOptions(q); err != nil {
			t.Errorf("%s: %v", code, err)
		}
	}
}
