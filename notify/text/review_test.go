package text_test

import (
	"os"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/text"
)

// TestTheWeekAsItIsEmailed shows, for native readers, what staff receive.
func TestTheWeekAsItIsEmailed(t *testing.T) {
	const golden = "testdata/week.golden"
	why := func(en, es, ar string) []carenet.Evidence {
		return []carenet.Evidence{{Rule: "WB-DRIFT", Say: map[string]string{"en": en, "es": es, "ar": ar}}}
	}
	full := carenet.Review{
		Since: noon.AddDate(0, 0, -7), Until: noon, Standing: 2,
		Drift:  []carenet.ReviewPatient{{Name: "Mary Okafor", Why: why("At first 4.4, lately 3.2.", "Al principio 4,4, ahora 3,2.", "في البداية 4.4 والآن 3.2.")}},
		Watch:  []carenet.ReviewPatient{{Name: "John Lee", Why: why("Falling for three weeks.", "Baja desde hace tres semanas.", "انخفاض منذ ثلاثة أسابيع.")}},
		Silent: []carenet.ReviewPatient{{Name: "Sue Price", Cause: carenet.NoReply, Missed: 4}, {Name: "Gus Hill", Cause: carenet.Undelivered}},
		Goals:  []carenet.ReviewPatient{{Name: "Mary Okafor", Goals: 2}},
		Over:   []carenet.ReviewBudget{{Rule: "WB-TREND-EWMA", Week: 5, Month: 19, Budget: 3}},
		Rules:  []carenet.ReviewRule{{Rule: "WB-TREND-EWMA", Severity: "amber", Opened: 5, Closed: 3, FalseAlarm: 1, Useful: 2, NotUseful: 1}},
	}
	var b strings.Builder
	for _, lang := range text.Languages {
		for _, week := range []carenet.Review{full, {Since: full.Since, Until: noon}} {
			subject, body, err := text.Composer{}.Letter(notify.Draft{
				Kind: notify.KindReview, Audience: carenet.ToClinician, Language: lang, Zone: time.UTC, Now: noon, Organisation: "Riverside Care",
				EmergencyNumber: "999", Review: week, Link: "https://care.example/clinic/week",
			}, "")
			if err != nil {
				t.Fatal(err)
			}
			if strings.Contains(subject, "Mary") || strings.Contains(subject, "4") {
				t.Errorf("the subject tells %q", subject)
			}
			b.WriteString(lang + " | " + subject + "\n" + body + "\n\n")
		}
	}
	if *rewrite {
		if err := os.WriteFile(golden, []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if b.String() != string(want) {
		t.Errorf("not as in %s:\n%s", golden, b.String())
	}
}
