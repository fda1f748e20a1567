package text_test

import (
	"flag"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/notify"
	"howareyou/notify/text"
)

var rewrite = flag.Bool("update", false, "write the golden file anew")

// names are ordinary names; the first of each is in the golden file.
var names = map[string][]string{
	"en": {"Mary Okafor", "Bob Lee", "Siobhan O'Neill", "Christopher Brown"},
	"es": {"José García", "Carmen Núñez", "Begoña Ruiz", "Guillermo Peña"},
	"ar": {"أمينة حداد", "محمد علي", "فاطمة الزهراء"},
}

func compose(t *testing.T, d notify.Draft) string {
	t.Helper()
	if d.Further != "" { // as the reader's own language has it
		set, _ := ask.Shipped(d.Further)
		d.Further = set.Items[0].Asks(d.Language)
	}
	body, err := text.Composer{}.Compose(d)
	if err != nil {
		t.Fatal(err)
	}
	return body
}

// TestEveryTextAsItIsSent shows, for native readers, what phones receive.
func TestEveryTextAsItIsSent(t *testing.T) {
	var b strings.Builder
	all := drafts()
	for _, lang := range text.Languages {
		for _, name := range slices.Sorted(maps.Keys(all)) {
			d := all[name]
			d.Language, d.Patient = lang, names[lang][0]
			body := compose(t, d)
			enc, units, parts := text.Segments(body)
			fmt.Fprintf(&b, "%s | %s | %s %d/%d\n\t%s\n", lang, name, enc, units, parts, body)
		}
	}
	const golden = "testdata/texts.golden"
	if *rewrite {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if got := b.String(); got != string(want) {
		for i, line := range strings.Split(got, "\n") {
			if w := strings.Split(string(want), "\n"); i >= len(w) || w[i] != line {
				t.Fatalf("line %d: %s\n(go test ./notify/text -update writes the file anew)", i+1, line)
			}
		}
		t.Fatal("a text is gone")
	}
}

// longer are the texts that take more than one part, and why that is right.
var longer = map[string]string{
	"en circle: all that somebody sees":  "asked for by WHO: who sees what is said whole",
	"es circle: all that somebody sees":  "asked for by WHO: who sees what is said whole",
	"ar circle: all that somebody sees":  "asked for by WHO: who sees what is said whole",
	"ar question: ease, rare":            "a consent: that a sudden drop is mostly missed must be known before anybody agrees",
	"ar prompt with link":                "a link leaves no room in 70 characters",
	"ar alert: decline, with link":       "a link leaves no room in 70 characters",
	"ar sign in":                         "a link leaves no room in 70 characters",
	"ar reply: crisis":                   "the number, that it is read, and when: none may go",
	"ar reply: crisis, no hours":         "the number, that it is read, and when: none may go",
	"ar reply: help":                     "who we are, the number and STOP: none may go",
	"ar reply to clinician: help":        "who we are, the number and STOP: none may go",
	"ar reply to follower: help":         "who we are, the number and STOP: none may go",
	"ar reply: unknown_number":           "a telephone number leaves no room",
	"ar thanks, private":                 "a promise of privacy must say its limit",
	"ar thanks for words, private":       "a promise of privacy must say its limit",
	"ar correction, private":             "a promise of privacy must say its limit",
	"ar command: who":                    "a sentence for each follower, none left out",
	"ar command: asked":                  "the number, that it is read, and when: none may go",
	"ar command: asked, no hours":        "the number, that it is read, and when: none may go",
	"ar command: resolve, how":           "all the outcomes, or one cannot choose",
	"en question: enrol":                 consentSays,
	"es question: enrol":                 consentSays,
	"ar question: enrol":                 consentSays,
	"en question: enrol, by an operator": consentSays,
	"es question: enrol, by an operator": consentSays,
	"ar question: enrol, by an operator": consentSays,
	"en question: follow":                consentSays,
	"es question: follow":                consentSays,
	"ar question: follow":                consentSays,
	"ar question: enrol, again":          "a link leaves no room in 70 characters",
	"ar question: follow, again":         "a link leaves no room in 70 characters",
	"ar question: share":                 "what the follower gets stands in it, word for word",
	"ar circle: joined":                  "what the follower gets stands in it, word for word",
	"en report: in_hospital":             "a link to the patient",
	"es report: in_hospital":             "a link to the patient",
	"ar report: in_hospital":             "a link to the patient",
	"en report: died":                    "a link to the patient",
	"es report: died":                    "a link to the patient",
	"ar report: died":                    "a link to the patient",
	"en report: home":                    "a link to the patient",
	"es report: home":                    "a link to the patient",
	"ar report: home":                    "a link to the patient",
	"ar report: undone":                  "a link to the patient",
	"ar task":                            "a link leaves no room in 70 characters",
	"ar joining: add_how":                "an example with a telephone number",
	"ar joining: joined":                 "the number, STOP and where to ask: none may go",
	"ar joining: joined, not asked yet":  "the number, STOP and where to ask: none may go",
	"ar joining: following":              "the number, STOP and what to answer: none may go",
	"ar on duty now":                     "a link leaves no room in 70 characters",
	"ar on duty now, calm":               "a link leaves no room in 70 characters",
	"ar on duty now, handed":             "a link leaves no room in 70 characters",
	"ar the week":                        "a link leaves no room in 70 characters",
	"ar off duty":                        "a link leaves no room in 70 characters",
	"ar alert: decline":                  "the figures are what a clinician decides by",
	"ar command: a call":                 "the number, that it is read, and when: none may go",
	"ar proxy: who":                      "it grows with the circle: nobody may be left out",
	"ar command: a call, no hours":       "the number, that it is read, and when: none may go",
}

// consentSays is why a question takes more room: it is asked once.
const consentSays = "who asks, what happens, what it costs, how to end it and that nobody watches: a consent must know all of it"

// TestTextsFitOneSegment: for every ordinary name, in every language.
func TestTextsFitOneSegment(t *testing.T) {
	needed := map[string]bool{}
	for name, d := range drafts() {
		for lang, people := range names {
			for _, person := range people {
				d.Language, d.Patient = lang, person
				body := compose(t, d)
				enc, units, parts := text.Segments(body)
				if !strings.HasPrefix(body, "Riverside Care: ") {
					t.Errorf("%s %s does not begin with who speaks", lang, name)
				}
				if lang != "ar" && enc != text.GSM7 {
					t.Errorf("%s %s is not GSM-7: %s", lang, name, body)
				}
				if parts == 1 {
					continue
				}
				needed[lang+" "+name] = true
				if longer[lang+" "+name] == "" || parts > 3 {
					t.Errorf("%s %s takes %d parts (%s %d): %s", lang, name, parts, enc, units, body)
				}
			}
		}
	}
	for name := range longer {
		if !needed[name] {
			t.Errorf("%s fits; it is no exception", name)
		}
	}
}

// TestNamesKeepTheirAccents: a name may cost a second part, never a letter.
func TestNamesKeepTheirAccents(t *testing.T) {
	for name, d := range drafts() {
		d.Language, d.Patient = "es", "María Ibáñez"
		body := compose(t, d)
		_, _, parts := text.Segments(body)
		most := 3
		if strings.HasPrefix(name, "question: ") {
			most = 5 // see consentSays
		}
		if strings.Contains(body, "Maria") || parts > most {
			t.Errorf("%s takes %d parts: %s", name, parts, body)
		}
	}
}

// TestINV7_UpdatesSayNoMoreThanTheDraft: whatever the consent left in the draft
// is all that a follower can read; the family name never is.
func TestINV7_UpdatesSayNoMoreThanTheDraft(t *testing.T) {
	d := drafts()["update: score and words"]
	for _, lang := range text.Languages {
		d.Language, d.Patient = lang, "Mary Okafor"
		for _, c := range []struct {
			name         string
			update       carenet.Update
			score, words bool
		}{
			{"answered", carenet.Update{}, false, false},
			{"score", carenet.Update{Score: scored(2)}, true, false},
			{"words", carenet.Update{Words: "rough night"}, false, true},
			{"both", carenet.Update{Score: scored(2), Words: "rough night"}, true, true},
		} {
			d.Update = c.update
			body := compose(t, d)
			if strings.Contains(body, "2") != c.score || strings.Contains(body, "rough night") != c.words {
				t.Errorf("%s %s: %s", lang, c.name, body)
			}
			if strings.Contains(body, "Okafor") || !strings.Contains(body, "Mary") {
				t.Errorf("%s %s: the name is not the first name alone: %s", lang, c.name, body)
			}
		}
	}
}

// TestLongWordsAreCutBetweenWords: two parts at most, a link to the rest, and
// every word that is said is one that the patient said.
func TestLongWordsAreCutBetweenWords(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		d := drafts()["update: score and words"]
		d.Language, d.Patient = rapid.SampledFrom(text.Languages).Draw(t, "lang"), "Mary Okafor"
		d.Link = rapid.SampledFrom([]string{"", "https://care.example/follow"}).Draw(t, "link")
		alphabet := rapid.SampledFrom([]string{"abcde", "abcé", "سشصض", "ab😀"}).Draw(t, "alphabet")
		word := rapid.StringOfN(rapid.SampledFrom([]rune(alphabet)), 1, 12, -1)
		said := rapid.SliceOfN(word, 1, 80).Draw(t, "words")
		d.Update = carenet.Update{Score: scored(2), Words: strings.Join(said, " ")}
		body, err := text.Composer{}.Compose(d)
		if err != nil {
			t.Fatal(err)
		}
		if _, _, parts := text.Segments(body); parts > 2 {
			t.Fatalf("%d parts: %s", parts, body)
		}
		_, quoted, _ := strings.Cut(body, `"`)
		quoted, _, _ = strings.Cut(quoted, `"`)
		shown, cut := strings.CutSuffix(quoted, "...")
		if !slices.Equal(strings.Fields(shown), said[:len(strings.Fields(shown))]) {
			t.Fatalf("said %q of %q", shown, d.Update.Words)
		}
		if cut != (len(strings.Fields(shown)) < len(said)) || cut && d.Link != "" && !strings.HasSuffix(body, d.Link) {
			t.Fatalf("cut %t, link %q: %s", cut, d.Link, body)
		}
	})
}

// TestOneEndlessWordStillLeaves: words without a space cannot hold a text up.
func TestOneEndlessWordStillLeaves(t *testing.T) {
	d := drafts()["update: score and words"]
	d.Patient, d.Link = "Mary Okafor", "https://care.example/follow"
	d.Update.Words = strings.Repeat("a", 1600)
	if body, want := compose(t, d), `Riverside Care: Mary: 2 of 5 (bad). "..." More: https://care.example/follow`; body != want {
		t.Errorf("got %s", body)
	}
}

// TestComposeRefusesHoles: a text with a hole in it is not sent, and the error
// names no person.
func TestComposeRefusesHoles(t *testing.T) {
	all := drafts()
	for _, c := range []struct {
		name  string
		spoil func(*notify.Draft)
	}{
		{"prompt", func(d *notify.Draft) { d.Patient = "" }},
		{"thanks", func(d *notify.Draft) { d.Organisation = " " }},
		{"update: score", func(d *notify.Draft) { d.Patient = "" }},
		{"alert taken", func(d *notify.Draft) { d.TakenBy = "" }},
		{"sign in", func(d *notify.Draft) { d.Link = "" }},
		{"reply: help", func(d *notify.Draft) { d.Reply = "nonsense" }},
		{"prompt", func(d *notify.Draft) { d.Kind = "nonsense" }},
	} {
		d := all[c.name]
		d.Patient = "Mary Okafor"
		c.spoil(&d)
		body, err := text.Composer{}.Compose(d)
		if err == nil {
			t.Errorf("%s was sent with a hole: %s", c.name, body)
		} else if strings.Contains(err.Error(), "Mary") || strings.Contains(err.Error(), "Dana") {
			t.Errorf("%s: the error names somebody: %v", c.name, err)
		}
	}
}

func TestStaffTellPatientsApart(t *testing.T) {
	d := drafts()["alert taken"]
	for name, want := range map[string]string{
		"Mary Okafor": "Mary O", "Mary": "Mary", "Okafor, Mary": "Mary O", "أمينة حداد": "أمينة ح", "Mrs Mary Jane Okafor": "Mary O",
	} {
		d.Patient = name
		if body := compose(t, d); !strings.Contains(body, want+". You") && !strings.Contains(body, want+" You") {
			t.Errorf("%q: %s, want %s", name, body, want)
		}
	}
}

func TestReasonInWords(t *testing.T) {
	last := []float64{4, 2, 2}
	for _, c := range []struct {
		e    carenet.Evidence
		want string
	}{
		{carenet.Evidence{Rule: "WB-DROP-CONFIRMED", Usual: 4.5, Last: last}, "Worse than usual, twice in a row. Usually 4.5; last answers 4, 2, 2."},
		{carenet.Evidence{Rule: "WB-TREND-EWMA", Usual: 4, Last: last}, "Slowly getting worse. Usually 4; last answers 4, 2, 2."},
		{carenet.Evidence{Rule: "SAFE-HELP", Flags: []string{"fall"}}, "Words that someone must read now."},
		{carenet.Evidence{Rule: "SOMETHING-NEW", Usual: 4, Last: last}, "Someone should look."},
	} {
		if got := text.For("en").Reason(c.e); got != c.want {
			t.Errorf("%s: %q, want %q", c.e.Rule, got, c.want)
		}
	}
}
