package reply_test

import (
	"strings"
	"testing"

	"howareyou/carenet/reply"
)

// A denial reaches what it means, and nothing behind that.
func TestINV10_ADenialDeniesNothingElse(t *testing.T) {
	for _, c := range []struct {
		lang, text string
		cries      bool
	}{
		{"en", "No I can't breathe", true},
		{"en", "no I fell", true},
		{"en", "no sleep chest pain all night", true},
		{"en", "not well chest pain", true},
		{"en", "no pain but bleeding", true},
		{"en", "not sure but chest pain", true},
		{"es", "no no puedo respirar", true},
		{"en", "took 5000mg paracetamol", true},
		{"en", "I have taken 8000 mg of it", true},
		{"en", "took 1000mg paracetamol", false},
		{"en", "No chest pain today", false},
		{"en", "please don't worry about calling me", false},
		{"en", "no need to call me", false},
		{"en", "I have not had a fall", false},
		{"en", "didn't fall", false},
		{"es", "no es necesario que me llamen", false},
		{"es", "no me he caído", false},
		{"en", "I have not had any chest pain", false},
		{"en", "no fever or chest pain", false},
		{"es", "sin fiebre ni dolor en el pecho", false},
		{"ar", "ليس عندي الم في الصدر", false},
	} {
		r := reply.Read(c.text, reply.Context{Lang: c.lang, Role: reply.Patient})
		if (r.Kind == reply.Crisis) != c.cries {
			t.Errorf("%q is %s %s", c.text, r.Kind, strings.Join(r.Flags, " "))
		}
	}
}

// STOP behind a number is a stop, and no part of a sentence is.
func TestStopBehindANumber(t *testing.T) {
	for text, stops := range map[string]bool{
		"4 stop": true, "3 stop now": true, "3. STOP": true, "2 please stop": true,
		"4 stop worrying": false, "3 the pain will not stop": false, "the bus did not stop": false,
	} {
		if r := reply.Read(text, reply.Context{Lang: "en", Role: reply.Patient}); (r.Kind == reply.OptOut) != stops {
			t.Errorf("%q is %s", text, r.Kind)
		}
	}
	if r := reply.Read("3 alto", reply.Context{Lang: "es", Role: reply.Patient}); r.Kind == reply.OptOut {
		t.Error("a high three stops the texts")
	}
}
