package reply_test

import (
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet/reply"
)

var (
	pain   = reply.Item{Kind: reply.ItemScale, Scale: reply.Scale{Min: 0, Max: 10}}
	choice = reply.Item{Kind: reply.ItemChoice, Scale: reply.Scale{Min: 0, Max: 3}, Options: map[string]int{"not at all": 0, "several days": 1}}
	weight = reply.Item{Kind: reply.ItemNumber, Scale: reply.Scale{Min: 20, Max: 400}, Unit: "kg"}
	asked  = reply.Item{Kind: reply.ItemYesNo, Scale: reply.Scale{Min: 0, Max: 1}}
)

func TestEachAnswerIsReadAgainstItsOwnQuestion(t *testing.T) {
	for _, c := range []struct {
		q          reply.Item
		lang, text string
		kind       reply.Kind
		value      float64
	}{
		{pain, "en", "7", reply.Answer, 7},
		{pain, "en", "0", reply.Answer, 0},
		{pain, "en", "10", reply.Answer, 10},
		{pain, "en", "7/10", reply.Answer, 7},
		{pain, "en", "7 out of 10", reply.Answer, 7},
		{pain, "ar", "٧", reply.Answer, 7},
		{pain, "en", "seven", reply.Answer, 7},
		{pain, "en", "11", reply.OutOfRange, 0},
		{pain, "en", "3 of 5", reply.Ambiguous, 0}, // another scale is never stretched
		{pain, "en", "7 or 8", reply.Ambiguous, 0},
		{pain, "en", "good", reply.Words, 0}, // a word of the other scale
		{pain, "en", "🙂", reply.Words, 0},
		{pain, "en", "my knee hurts", reply.Words, 0},
		{choice, "en", "2", reply.Answer, 2},
		{choice, "en", "Several days", reply.Answer, 1},
		{choice, "en", "4", reply.OutOfRange, 0},
		{weight, "en", "72.5", reply.Answer, 72.5},
		{weight, "es", "72,5 kg", reply.Answer, 72.5},
		{weight, "en", "160 lbs", reply.Answer, 72.57},
		{weight, "ar", "٧٢ كغ", reply.Answer, 72},
		{weight, "en", "11 stone 4", reply.Ambiguous, 0},
		{weight, "en", "11 stone", reply.Ambiguous, 0},
		{weight, "en", "7", reply.OutOfRange, 0},
		{weight, "en", "1725", reply.OutOfRange, 0},
		{weight, "en", "about the same", reply.Words, 0},
		{asked, "en", "Yes", reply.Answer, 1},
		{asked, "en", "no.", reply.Answer, 0},
		{asked, "es", "Sí", reply.Answer, 1},
		{asked, "ar", "نعم", reply.Answer, 1},
		{asked, "ar", "لا", reply.Answer, 0},
		{asked, "en", "no idea", reply.Ambiguous, 0},
		{asked, "en", "yes but not today", reply.Ambiguous, 0},
		{asked, "en", "1", reply.Ambiguous, 0},
	} {
		c.q.Lang = c.lang
		got := reply.ReadItem(c.text, c.q)
		if got.Kind != c.kind || got.Value != c.value {
			t.Errorf("%s %q: %s %v (%s), want %s %v", c.q.Kind, c.text, got.Kind, got.Value, got.Reason, c.kind, c.value)
		}
	}
}

func TestNoAnswerIsOffItsScale(t *testing.T) {
	items := []reply.Item{pain, choice, weight, asked}
	rapid.Check(t, func(t *rapid.T) {
		q := rapid.SampledFrom(items).Draw(t, "question")
		q.Lang = rapid.SampledFrom([]string{"en", "es", "ar", ""}).Draw(t, "language")
		text := rapid.OneOf(rapid.String(), rapid.StringMatching(`-?[0-9]{1,4}([.,/ ][0-9]{1,3})?( ?(kg|lb|days))?`)).Draw(t, "text")
		r := reply.ReadItem(text, q)
		if r.Kind == reply.Answer && (r.Value < float64(q.Scale.Min) || r.Value > float64(q.Scale.Max)) {
			t.Fatalf("%q gives %v", text, r.Value)
		}
		if r.Kind != reply.Answer && r.Value != 0 {
			t.Fatalf("%q is %s with %v", text, r.Kind, r.Value)
		}
	})
}

func TestSeveralAnswersInOneText(t *testing.T) {
	for text, want := range map[string]string{
		"3 7 2": "[3 7 2]", "3, 7, 72.5": "[3 7 72.5]", "٣ ٧": "[3 7]", "3\n7": "[3 7]", "3/7": "[]",
		"3": "[]", "3 and 7": "[]", "3 7 tired": "[]", "07700 900123": "[]", "": "[]",
	} {
		if got := fmt.Sprint(reply.NumberList(text)); got != want {
			t.Errorf("%q: %s, want %s", text, got, want)
		}
	}
}

func TestAnAnswerIsCorrectedByItsName(t *testing.T) {
	names := []string{"pain", "dolor", "ألم"}
	for text, want := range map[string]string{"pain 6": "6", "Pain: 6": "6", "DOLOR 6": "6", "ألم ٦": "٦", "pain": "", "6 pain": "", "my pain 6": ""} {
		if got, _ := reply.CutNamed(text, names); got != want {
			t.Errorf("%q: %q, want %q", text, got, want)
		}
	}
}

func TestNothingToTell(t *testing.T) {
	for lang, words := range map[string][]string{
		"en": {"no", "No thanks", "nothing", "Nothing, thanks!", "None.", "n", "-", ""},
		"es": {"no", "nada", "Nada, gracias", "no gracias", "ninguna"},
		"ar": {"لا", "لا شيء", "لا شكرا", "no"},
	} {
		for _, w := range words {
			if !reply.NothingToTell(w, lang) {
				t.Errorf("%s: %q is something", lang, w)
			}
		}
	}
	for lang, words := range map[string][]string{
		"en": {"no milk left", "nothing tastes any more", "yes", "my daughter comes on Friday", "none of the pills are left"},
		"es": {"no duermo", "nada me sabe bien", "sí"}, "ar": {"لا أنام", "نعم"},
	} {
		for _, w := range words {
			if reply.NothingToTell(w, lang) {
				t.Errorf("%s: %q is nothing", lang, w)
			}
		}
	}
}
