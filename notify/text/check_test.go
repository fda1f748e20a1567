package text

import (
	"strings"
	"testing"

	"github.com/nicksnyder/go-i18n/v2/i18n"
)

// TestEveryTextInEveryLanguage is what the service checks before it starts.
func TestEveryTextInEveryLanguage(t *testing.T) {
	if err := Check(); err != nil {
		t.Error(err)
	}
	if len(Keys()) < 200 {
		t.Errorf("only %d texts", len(Keys()))
	}
}

// TestCheckFindsWhatTranslatorsBreak breaks one thing at a time.
func TestCheckFindsWhatTranslatorsBreak(t *testing.T) {
	whole := func() map[Key]*i18n.Message {
		m := map[Key]*i18n.Message{}
		for k, s := range catalogue {
			text := "x"
			for _, f := range s.Fields {
				text += " {{." + f + "}}"
			}
			m[k] = &i18n.Message{ID: string(k), Other: text}
			if s.Plural {
				m[k].One = text
			}
		}
		return m
	}
	if faults := checkLanguage("en", whole()); len(faults) > 0 {
		t.Fatalf("a whole language has faults: %v", faults)
	}
	for name, c := range map[string]struct {
		spoil func(map[Key]*i18n.Message)
		want  string
	}{
		"a missing text":     {func(m map[Key]*i18n.Message) { delete(m, Prompt) }, "prompt is missing"},
		"a text nobody says": {func(m map[Key]*i18n.Message) { m["prompts"] = &i18n.Message{Other: "x"} }, "prompts is never said"},
		"a lost field":       {func(m map[Key]*i18n.Message) { m[Prompt].Other = "{{.Org}}" }, "has the fields [Org]"},
		"a misspelt field":   {func(m map[Key]*i18n.Message) { m[OptedIn].Other = "{{.Orgg}}" }, "has the fields [Orgg]"},
		"a template":         {func(m map[Key]*i18n.Message) { m[OptedIn].Other = "{{.Org}}{{if .Org}}x{{end}}" }, "nothing but fields"},
		"a lost plural":      {func(m map[Key]*i18n.Message) { m[TimeHours].One = "" }, "is a plural: false"},
	} {
		t.Run(name, func(t *testing.T) {
			m := whole()
			c.spoil(m)
			faults := checkLanguage("en", m)
			if len(faults) != 1 || !strings.Contains(faults[0].Error(), c.want) {
				t.Errorf("faults %v, want one with %q", faults, c.want)
			}
		})
	}
}

// TestRenderNeedsEveryField: a hole in a text is an error, never "<no value>".
func TestRenderNeedsEveryField(t *testing.T) {
	for _, key := range Keys() {
		for _, missing := range catalogue[key].Fields {
			data := Data{"Count": 3}
			for _, f := range catalogue[key].Fields {
				if f != "Count" {
					data[f] = "x"
				}
			}
			delete(data, missing)
			if s, err := Render("en", key, data); err == nil {
				t.Errorf("%s without %s said %q", key, missing, s)
			}
		}
	}
	if _, err := Render("en", "no.such.text", nil); err == nil {
		t.Error("a text that does not exist was said")
	}
	if _, err := Render("en", TimeHours, Data{"Count": "3"}); err == nil {
		t.Error("a plural took a count that is no number")
	}
}

func TestPlurals(t *testing.T) {
	for _, c := range []struct {
		lang string
		n    int
		want string
	}{
		{"en", 1, "1 day"},
		{"en", 0, "0 days"},
		{"en", 5, "5 days"},
		{"es", 1, "1 día"},
		{"es", 3, "3 días"},
		{"es", 1_000_000, "1000000 días"},
		{"ar", 0, "أقل من يوم"},
		{"ar", 1, "يوم واحد"},
		{"ar", 2, "يومان"},
		{"ar", 3, "3 أيام"},
		{"ar", 11, "11 يوما"},
		{"ar", 100, "100 يوم"},
	} {
		if got := For(c.lang).Say(TimeDays, Data{"Count": c.n}); got != c.want {
			t.Errorf("%s %d: %q, want %q", c.lang, c.n, got, c.want)
		}
	}
}

func TestForFindsALanguage(t *testing.T) {
	for in, want := range map[string]string{"en": "en", "es": "es", "es-MX": "es", "ar": "ar", "": "en", "fr": "en"} {
		if got := For(in).Lang(); got != want {
			t.Errorf("%q: %s, want %s", in, got, want)
		}
	}
	if For("ar").Dir() != "rtl" || For("es").Dir() != "ltr" {
		t.Error("a reading direction is wrong")
	}
	for score, want := range map[int]string{0: "", 1: "very bad", 3: "so-so", 5: "very good", 6: ""} {
		if got := For("en").Face(score); got != want {
			t.Errorf("face %d: %q, want %q", score, got, want)
		}
	}
}
