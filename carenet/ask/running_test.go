package ask_test

import (
	"encoding/json"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

func shipped(t rapid.TB, code string) ask.Further {
	t.Helper()
	set, ok := ask.Shipped(code)
	if !ok {
		t.Fatalf("no set %s", code)
	}
	return ask.Further{ID: carenet.NewID(day(t, "2026-05-04").Time(time.UTC)), Set: set}
}

func TestShippedSetsSayWhereTheyComeFrom(t *testing.T) {
	if got := strings.Join(ask.ShippedCodes(), " "); got != "pain phq2 weight" {
		t.Errorf("shipped: %s", got)
	}
	for _, code := range ask.ShippedCodes() {
		set := shipped(t, code).Set
		for _, lang := range []string{"en", "es", "ar"} {
			if set.About.Title[lang] == "" {
				t.Errorf("%s has no title in %s", code, lang)
			}
		}
		if set.About.Source == "" || set.About.Licence == "" || set.About.Translation == "" || set.About.LOINC == "" {
			t.Errorf("%s: %+v", code, set.About)
		}
		doc, err := json.Marshal(set)
		if err != nil {
			t.Fatal(err)
		}
		back, err := ask.Parse(doc)
		if err != nil || !cmp.Equal(back, set) {
			t.Errorf("%s is not read as it was written: %v", code, err)
		}
	}
}

func TestThePHQ9IsOfferedOnThreeOrMore(t *testing.T) {
	r := ask.Running{Sets: []ask.Further{shipped(t, "phq2")}}
	answer := func(want string, value float64) {
		t.Helper()
		q, ok := r.Next()
		if !ok || q.Item.Code != want {
			t.Fatalf("asked %q, want %s", q.Item.Code, want)
		}
		r = r.With(want, value)
	}
	answer("phq_interest", 1)
	if _, known := r.Features()["phq2"]; known {
		t.Error("a total of one answer")
	}
	answer("phq_down", 1)
	if q, ok := r.Next(); ok || r.Features()["phq2"] != 2 {
		t.Fatalf("after a total of 2: %s", q.Item.Code)
	}
	r = r.With("phq_down", 2)
	answer("phq9_offer", 0)
	if q, ok := r.Next(); ok {
		t.Fatalf("after NO: %s", q.Item.Code)
	}
	r = r.With("phq9_offer", 1)
	for _, code := range []string{"phq_sleep", "phq_energy", "phq_appetite", "phq_failure", "phq_focus", "phq_moving"} {
		answer(code, 1)
	}
	if _, known := r.Features()["phq9"]; known {
		t.Error("a total without the last answer")
	}
	q, _ := r.Next()
	if q.Item.DangerAt != 1 || q.Item.Known() != "phq9_9" {
		t.Errorf("the ninth item: %+v", q.Item)
	}
	answer("phq_dead", 1)
	if got := r.Features()["phq9"]; got != 10 {
		t.Errorf("PHQ-9 total %v", got)
	}
}

// Whatever is answered, each question comes once, in order, and the end comes.
func TestEachQuestionIsAskedOnce(t *testing.T) {
	all := []ask.Further{shipped(t, "pain"), shipped(t, "weight"), shipped(t, "phq2")}
	rapid.Check(t, func(t *rapid.T) {
		r := ask.Running{Sets: all}
		seen := map[string]bool{}
		for range 20 {
			q, ok := r.Next()
			if !ok {
				if len(seen) < 4 {
					t.Fatalf("it ended after %v", seen)
				}
				return
			}
			if seen[q.Item.Code] {
				t.Fatalf("%s twice", q.Item.Code)
			}
			seen[q.Item.Code] = true
			v := float64(rapid.IntRange(q.Item.Min, q.Item.Max).Draw(t, q.Item.Code))
			if !q.Item.Holds(v) {
				t.Fatalf("%s does not hold %v", q.Item.Code, v)
			}
			r = r.With(q.Item.Code, v)
		}
		t.Fatal("it never ends")
	})
}

func TestOnWhichDaysASetIsAsked(t *testing.T) {
	start := day(t, "2026-05-04") // a Monday
	for _, c := range []struct {
		rule, day string
		want      bool
	}{
		{ask.Daily, "2026-05-04", true},
		{ask.Daily, "2026-05-03", false},
		{"FREQ=WEEKLY;BYDAY=MO", "2026-05-11", true},
		{"FREQ=WEEKLY;BYDAY=MO", "2026-05-12", false},
		{"FREQ=WEEKLY;INTERVAL=2;BYDAY=MO", "2026-05-11", false},
		{"nonsense", "2026-05-04", false},
	} {
		if got := ask.On(c.rule, start, day(t, c.day)); got != c.want {
			t.Errorf("%s on %s: %v", c.rule, c.day, got)
		}
	}
}

func TestSetsOfAnOrganisationThatAreRefused(t *testing.T) {
	doc, err := json.Marshal(shipped(t, "phq2").Set)
	if err != nil {
		t.Fatal(err)
	}
	for says, change := range map[string]func(string) string{
		"cannot be read":           func(s string) string { return strings.Replace(s, `"items"`, `"itmes"`, 1) },
		"more than one":            func(s string) string { return s + s },
		"unknown kind":             func(s string) string { return strings.Replace(s, `"kind":"yesno"`, `"kind":"essay"`, 1) },
		"code of its own":          func(s string) string { return strings.Replace(s, `"phq_down"`, `"phq_interest"`, 1) },
		"not asked before":         func(s string) string { return strings.Replace(s, `"of":"phq9_offer"`, `"of":"nothing"`, 1) },
		"option for each value":    func(s string) string { return strings.Replace(s, `"max":3`, `"max":4`, 1) },
		"two options of one value": func(s string) string { return strings.Replace(s, `{"value":1`, `{"value":0`, 1) },
		"0 for no":                 func(s string) string { return strings.Replace(s, `"min":0,"max":1,`, `"min":0,"max":2,`, 1) },
		"has no words in es":       func(s string) string { return strings.Replace(s, `"es":"En las`, `"fr":"En las`, 1) },
		"short name in ar":         func(s string) string { return strings.Replace(s, `"ar":"اهتمام"`, `"fr":"x"`, 1) },
		"source and its licence":   func(s string) string { return strings.Replace(s, `"licence":"`, `"translation":"`, 1) },
		"which is no question": func(s string) string {
			return strings.Replace(s, `"feature":"phq9","of":["phq_interest"`, `"feature":"phq9","of":["phq_sorrow"`, 1)
		},
		"not on its scale":  func(s string) string { return strings.Replace(s, `"danger_at":1`, `"danger_at":9`, 1) },
		"a name of its own": func(s string) string { return strings.Replace(s, `"feature":"phq9",`, `"feature":"",`, 1) },
		"a version from 1":  func(s string) string { return strings.Replace(s, `"version":1`, `"version":0`, 1) },
		"characters long in en": func(s string) string {
			return strings.Replace(s, `"en":"In the`, `"en":"`+strings.Repeat("very ", 40)+`In the`, 1)
		},
		"has no words in es or two": func(s string) string { return strings.Replace(s, `"es":"nunca"`, `"es":""`, 1) },
	} {
		changed := change(string(doc))
		if changed == string(doc) {
			t.Errorf("%s: nothing was changed", says)
		}
		_, err := ask.Parse([]byte(changed))
		if says == "has no words in es or two" {
			says = "has no words in es"
		}
		if carenet.CodeOf(err) != carenet.Invalid || !strings.Contains(carenet.MessageOf(err), says) {
			t.Errorf("%s: %v", says, err)
		}
	}
}
