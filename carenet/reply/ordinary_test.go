package reply_test

import (
	"math/rand/v2"
	"strconv"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet/reply"
)

// ordinary are pieces of which everyday texts are made; "|" parts the choices.
var ordinary = map[string][]string{
	"en": {
		"|hello dear,|morning,|well,|hi there,|oh,",
		"I|we|my daughter|the neighbour|our Tom|the dog|Margaret from church|my sister|the carer|his wife",
		"went to|had a look at|walked round|talked about|could not find|was glad of|cooked for|rang about|waited for|got tired of|stopped at|ended up at|cancelled|picked up|forgot|dropped",
		"the garden|the shops|a cup of tea|the bus stop|the new kettle|the hospital appointment|some soup|the church fete|the washing|the television|a crossword|the tablets from the chemist|the football|my knitting|lunch",
		"|again|today|this morning|all afternoon|with Joan|before the rain|in the end|and it was nice|but my knees ache|and slept a bit|though the weather is cold|so all in all not too bad|, cant complain|which was lovely",
	},
	"es": {
		"|hola hija,|buenos días,|pues|bueno,",
		"yo|mi hija|la vecina|mi hermano|el perro|nosotros|la señora del tercero|mi nieta",
		"fue a|miró|paseó por|habló de|no encontró|cocinó|esperó|se cansó de|terminó en|canceló|olvidó|compró",
		"el jardín|la compra|un café|la parada del autobús|la cita del médico|una sopa|la misa|la ropa|la televisión|las pastillas de la farmacia|el partido|la comida",
		"|otra vez|hoy|esta mañana|toda la tarde|con Carmen|antes de la lluvia|al final|y fue bonito|aunque me duelen las rodillas|y dormí un poco|pero hace frío|sin quejas",
	},
	"ar": {
		"|مرحبا،|صباح الخير،|والله",
		"أنا|ابنتي|الجارة|أخي|نحن|حفيدتي|صديقتي",
		"ذهبت إلى|نظرت إلى|مشيت في|تكلمت عن|لم أجد|طبخت|انتظرت|تعبت من|وصلت إلى|ألغيت|نسيت|اشتريت",
		"الحديقة|السوق|فنجان قهوة|موقف الباص|موعد الطبيب|الشوربة|الصلاة|الغسيل|التلفاز|الدواء من الصيدلية|المباراة|الغداء",
		"|مرة أخرى|اليوم|هذا الصباح|طول النهار|مع سعاد|قبل المطر|في النهاية|وكان جميلا|لكن ركبتي تؤلمني|ونمت قليلا|والجو بارد|والحمد لله",
	},
}

// ordinaryTexts are n everyday texts of a language, always the same ones.
func ordinaryTexts(lang string, n int) []string {
	random := rand.New(rand.NewPCG(7, uint64(len(lang)+int(lang[0]))))
	out := make([]string, 0, n)
	for range n {
		var parts []string
		for _, slot := range ordinary[lang] {
			choices := strings.Split(slot, "|")
			parts = append(parts, choices[random.IntN(len(choices))])
		}
		text := strings.Join(strings.Fields(strings.Join(parts, " ")), " ")
		switch random.IntN(6) {
		case 0:
			text = strings.ToUpper(text)
		case 1:
			text = slip(random, text)
		}
		out = append(out, text)
	}
	return out
}

// slip swaps two letters somewhere, as thumbs do.
func slip(random *rand.Rand, text string) string {
	c := []rune(text)
	i := random.IntN(len(c) - 1)
	c[i], c[i+1] = c[i+1], c[i]
	return string(c)
}

// maxFalseAlarms is how many of a thousand ordinary texts may be taken for a
// crisis. Each costs a nurse a look.
const maxFalseAlarms = 2

// TestOrdinaryTextsRaiseNoAlarm: five thousand everyday texts, none of which
// stops our texts or becomes a score, and hardly any of which calls staff.
func TestOrdinaryTextsRaiseNoAlarm(t *testing.T) {
	total, alarms := 0, 0
	for lang, n := range map[string]int{"en": 2400, "es": 1400, "ar": 1200} {
		for _, text := range ordinaryTexts(lang, n) {
			total++
			r := reply.Read(text, reply.Context{Lang: lang, OpenPrompt: true})
			switch {
			case r.Kind == reply.OptOut:
				t.Errorf("%q was taken for an opt-out (%s)", text, r.Reason)
			case r.Score != nil:
				t.Errorf("%q was taken for the score %d", text, *r.Score)
			case r.Kind == reply.OptIn, r.Kind == reply.Help, r.Kind == reply.Command:
				t.Errorf("%q was taken for %s", text, r.Kind)
			case r.Kind == reply.Crisis:
				alarms++
				t.Logf("false alarm: %q %v", text, r.Flags)
			case r.Has(reply.FlagWrongNumber), r.Has(reply.FlagAutoReply):
				t.Errorf("%q was flagged %v", text, r.Flags)
			}
		}
	}
	if total < 5000 || alarms*1000 > maxFalseAlarms*total {
		t.Errorf("%d false alarms in %d texts, want at most %d in a thousand", alarms, total, maxFalseAlarms)
	}
}

// TestOneDigitIsThatScoreOrAsked: whatever ordinary text stands around a single
// digit, the score is that digit, or none.
func TestOneDigitIsThatScoreOrAsked(t *testing.T) {
	texts := map[string][]string{}
	for _, lang := range reply.Languages {
		texts[lang] = ordinaryTexts(lang, 400)
	}
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom(reply.Languages).Draw(t, "lang")
		digit := rapid.IntRange(0, 9).Draw(t, "digit")
		words := strings.Fields(rapid.SampledFrom(texts[lang]).Draw(t, "text"))
		at := rapid.IntRange(0, len(words)).Draw(t, "at")
		text := strings.Join(words[:at], " ") + " " + strconv.Itoa(digit) + " " + strings.Join(words[at:], " ")
		r := reply.Read(text, reply.Context{Lang: lang, OpenPrompt: true})
		if r.Score != nil && *r.Score != digit {
			t.Fatalf("%q: %s", text, reply.Line(r))
		}
		if r.Kind == reply.OptOut || r.Kind == reply.OptIn || r.Kind == reply.Help {
			t.Fatalf("%q: %s", text, reply.Line(r))
		}
	})
}

// TestTwoNumbersAreNeverPickedFrom: of two different bare numbers none
// is picked.
func TestTwoNumbersAreNeverPickedFrom(t *testing.T) {
	or := map[string][]string{"en": {" or ", " and ", ", ", " ", "/", "-", " to "}, "es": {" o ", " y ", ", ", "/"}, "ar": {" أو ", " و", "، "}}
	rapid.Check(t, func(t *rapid.T) {
		lang := rapid.SampledFrom(reply.Languages).Draw(t, "lang")
		a, b := rapid.IntRange(1, 5).Draw(t, "a"), rapid.IntRange(1, 4).Draw(t, "b")
		if a == b {
			return
		}
		text := strconv.Itoa(a) + rapid.SampledFrom(or[lang]).Draw(t, "between") + strconv.Itoa(b)
		if r := reply.Read(text, reply.Context{Lang: lang, OpenPrompt: true}); r.Score != nil || !r.Asks() {
			t.Fatalf("%q: %s", text, reply.Line(r))
		}
	})
}
