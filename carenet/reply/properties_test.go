package reply_test

import (
	"slices"
	"strings"
	"testing"
	"unicode"

	"pgregory.net/rapid"

	"howareyou/carenet/reply"
)

var fixedWords = map[string]map[string]reply.Kind{
	"en": {
		"STOP": reply.OptOut, "STOPALL": reply.OptOut, "UNSUBSCRIBE": reply.OptOut, "CANCEL": reply.OptOut,
		"END": reply.OptOut, "QUIT": reply.OptOut, "REVOKE": reply.OptOut, "OPTOUT": reply.OptOut,
		"OPT-OUT": reply.OptOut, "REMOVE": reply.OptOut, "STOP ALL": reply.OptOut, "TD": reply.OptOut,
		"ARRET": reply.OptOut, "ARRETE": reply.OptOut, "ARRETT": reply.OptOut,
		"START": reply.OptIn, "YES": reply.OptIn, "UNSTOP": reply.OptIn,
		"HELP": reply.Help, "INFO": reply.Help, "AIDE": reply.Help,
	},
	"es": {"ALTO": reply.OptOut, "PARAR": reply.OptOut, "CANCELAR": reply.OptOut, "SÍ": reply.OptIn, "AYUDA": reply.Help},
	"ar": {"قف": reply.OptOut, "ايقاف": reply.OptOut, "إيقاف": reply.OptOut, "نعم": reply.OptIn, "مساعدة": reply.Help},
}

// TestFixedWordsAreNeverAScore: in any case, with any punctuation around them,
// on any scale, with or without a prompt, for every role and every language.
func TestFixedWordsAreNeverAScore(t *testing.T) {
	around := rapid.StringOfN(rapid.SampledFrom([]rune(" \n.,!'\"“”()«»¡…-")), 0, 4, -1)
	rapid.Check(t, func(t *rapid.T) {
		home := rapid.SampledFrom([]string{"en", "es", "ar"}).Draw(t, "home")
		lang := home
		if home == "en" { // the carriers' words hold in every language
			lang = rapid.SampledFrom([]string{"en", "es", "ar", "", "xx"}).Draw(t, "lang")
		}
		words := make([]string, 0, len(fixedWords[home]))
		for w := range fixedWords[home] {
			words = append(words, w)
		}
		word := rapid.SampledFrom(slices.Sorted(slices.Values(words))).Draw(t, "word")
		want := fixedWords[home][word]
		text := word
		if rapid.Bool().Draw(t, "lower") {
			text = strings.ToLower(text)
		}
		text = around.Draw(t, "before") + text + around.Draw(t, "after")
		r := reply.Read(text, drawContext(t, lang))
		if r.Kind != want || r.Score != nil {
			t.Fatalf("%q: %s, want %s", text, reply.Line(r), want)
		}
	})
}

// TestEveryDecimalDigitOfUnicode reads each digit of each script as its value.
func TestEveryDecimalDigitOfUnicode(t *testing.T) {
	ctx := reply.Context{Lang: "en", Scale: reply.Scale{Min: 0, Max: 9}, OpenPrompt: true}
	sets := 0
	check := func(lo, hi rune) {
		for c := lo; c <= hi; c++ {
			want := int(c-lo) % 10
			for _, text := range []string{string(c), string(c) + " rough night", "rough night, " + string(c)} {
				r := reply.Read(text, ctx)
				if r.Kind != reply.Answer || *r.Score != want {
					t.Errorf("%U %q: %s, want %d", c, text, reply.Line(r), want)
				}
			}
		}
		sets += int(hi-lo+1) / 10
	}
	for _, r := range unicode.Nd.R16 {
		check(rune(r.Lo), rune(r.Hi))
	}
	for _, r := range unicode.Nd.R32 {
		check(rune(r.Lo), rune(r.Hi))
	}
	if sets < 60 {
		t.Errorf("only %d sets of digits were seen", sets)
	}
}

// TestAnyTextKeepsThePromises: whatever comes, the score is on the scale, and
// only where the kind allows one.
func TestAnyTextKeepsThePromises(t *testing.T) {
	piece := rapid.OneOf(
		rapid.String(),
		rapid.SampledFrom([]string{
			"1", "2", "5", "7", "0", "-2", "2.5", "3/5", "3/10", "out of", "of", "5", "three", "one", "tres", "ثلاثة", "٣",
			"feel", "slept", "hours", "pills", "at", "4pm", "private", "stop", "not", "good", "very bad", "mal", "🙂",
			"chest pain", "want to die", "call me", "?", ".", ",", "-", "\n", "can I", "ack", "pause", "tell", "ok", "م",
		}),
	)
	rapid.Check(t, func(t *rapid.T) {
		text := strings.Join(rapid.SliceOfN(piece, 0, 8).Draw(t, "pieces"), rapid.SampledFrom([]string{" ", ""}).Draw(t, "glue"))
		ctx := drawContext(t, rapid.SampledFrom([]string{"en", "es", "ar"}).Draw(t, "lang"))
		promises(t, text, ctx)
	})
}

// FuzzRead looks for a text that panics or breaks a promise.
func FuzzRead(f *testing.F) {
	for _, s := range []string{"2 rough night", "PRIVATE 2", "7#A#1#2", "٣ من ٥", "p.m.", "3️⃣", "\xff3", "stop 2", "-", "a.m"} {
		f.Add(s, uint8(0))
	}
	f.Fuzz(func(t *testing.T, text string, pick uint8) {
		langs := []string{"en", "es", "ar"}
		roles := []reply.Role{reply.Patient, reply.Follower, reply.Clinician}
		promises(t, text, reply.Context{
			Lang: langs[pick%3], Role: roles[pick/3%3], OpenPrompt: pick&64 != 0,
			Scale: []reply.Scale{{Min: 1, Max: 5}, {Min: 0, Max: 10}}[pick>>7],
		})
	})
}

type failer interface{ Fatalf(string, ...any) }

func promises(t failer, text string, ctx reply.Context) {
	r := reply.Read(text, ctx)
	min, max := ctx.Scale.Min, ctx.Scale.Max
	if (ctx.Scale == reply.Scale{}) {
		min, max = 1, 5
	}
	switch {
	case r.Score != nil && (*r.Score < min || *r.Score > max):
		t.Fatalf("%q: the score %d is off the scale", text, *r.Score)
	case r.Score == nil && r.Kind == reply.Answer:
		t.Fatalf("%q: an answer without a score", text)
	case r.Score != nil && (r.Asks() || r.Kind == reply.OptOut || r.Kind == reply.OptIn || r.Kind == reply.Help):
		t.Fatalf("%q: %s with a score", text, r.Kind)
	case r.Score != nil && (ctx.Role == reply.Follower || ctx.Role == reply.Clinician):
		t.Fatalf("%q: a score from a %s", text, ctx.Role)
	case r.Kind == "" || r.Reason == "":
		t.Fatalf("%q: no kind or no reason", text)
	case (r.Command != "") != (r.Kind == reply.Command):
		t.Fatalf("%q: command %q for kind %s", text, r.Command, r.Kind)
	case strings.Count(reply.Line(r), "\t") != 4 || strings.ContainsAny(reply.Line(r), "\r\n"):
		t.Fatalf("%q: not one line of five columns", text)
	case reply.Normalise(r.Normalised) != r.Normalised:
		t.Fatalf("%q: folding %q again gives %q", text, r.Normalised, reply.Normalise(r.Normalised))
	}
}

func drawContext(t *rapid.T, lang string) reply.Context {
	return reply.Context{
		Lang:       lang,
		Scale:      rapid.SampledFrom([]reply.Scale{{}, {Min: 1, Max: 5}, {Min: 0, Max: 10}}).Draw(t, "scale"),
		OpenPrompt: rapid.Bool().Draw(t, "open"),
		Role:       rapid.SampledFrom([]reply.Role{reply.Patient, reply.Follower, reply.Clinician}).Draw(t, "role"),
	}
}
