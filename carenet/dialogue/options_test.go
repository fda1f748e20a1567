package dialogue_test

import (
	"strings"
	"testing"
	"time"

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
	for _, words := range [][2]string{{"more", "bien"}, {"stop", "bien"}, {"help", "bien"}, {"good", "menos"}, {"pause", "bien"}} {
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

// "أبدا" (never) is written like the word that starts texts again.
func TestNeverIsAnAnswerInArabic(t *testing.T) {
	set, ok := ask.Shipped("phq2")
	if !ok {
		t.Fatal("no phq2")
	}
	c := contextOf(language("ar"))
	c.People[0].Patient.More = &dialogue.Running{
		Running: ask.Running{Sets: []ask.Further{{ID: id(70), Set: set}}}, Prompt: prompt, CheckIn: earlier, SlotAt: at.Add(-time.Hour), LastAt: at.Add(-time.Minute),
	}
	out := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "أبدا", ReceivedAt: at}, c)
	if len(out.Items) != 1 || out.Items[0].Value != 0 || out.OptIn {
		t.Errorf("read as %+v", out)
	}
	c.OptedOut = true
	if out := dialogue.Decide(carenet.InboundText{SID: "SM1", Body: "ابدأ", ReceivedAt: at}, c); !out.OptIn || len(out.Items) > 0 {
		t.Errorf("while stopped: %+v", out)
	}
}
