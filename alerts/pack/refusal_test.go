package pack

import (
	"errors"
	"strings"
	"testing"

	"howareyou/alerts"
	"howareyou/carenet"
)

const head = `pack: riverside
version: 3
signed_off: {by: Dr Lee, role: clinical lead, on: 2026-03-01}
rules:
`

// aRule is a rule in order, with some lines put in another way.
func aRule(changes ...string) string {
	fields := []string{
		"id: WB-LOW-TWICE", "version: 1", "severity: amber", "when: low_streak >= 2",
		"limits: [{name: low_streak, value: low_streak, limit: 2}]",
		"words: {en: Low {last}, es: Bajo {last}, ar: منخفض {last}}", "source: judgement",
	}
	fields[5] = `words: {en: "Low {last}", es: "Bajo {last}", ar: "منخفض {last}"}`
	for _, c := range changes {
		key, _, _ := strings.Cut(c, ":")
		found := false
		for i, f := range fields {
			if strings.HasPrefix(f, key+":") {
				fields[i], found = c, true
			}
		}
		if !found {
			fields = append(fields, c)
		}
	}
	return "  - " + strings.Join(fields, "\n    ") + "\n"
}

func TestARuleInOrderIsTaken(t *testing.T) {
	p, err := Parse([]byte(head + aRule()))
	if err != nil {
		t.Fatal(err)
	}
	if p.ID != "riverside" || p.Version != 3 || p.SignOff.By != "Dr Lee" || len(p.Rules) != 1 || p.Rules[0].Trend {
		t.Errorf("%+v", p)
	}
	r, err := alerts.Trend{Scale: alerts.OneToFive(), Pack: p.Pack}.Replay([]alerts.Answer{{Day: 1, Score: 2}, {Day: 2, Score: 1}}, 2)
	if err != nil || len(r.Faults) > 0 || len(r.Findings) != 1 {
		t.Fatalf("%+v, %v", r, err)
	}
	f := r.Findings[0]
	if f.Pack != "riverside" || f.PackVersion != 3 || f.Sentence("es") != "Bajo 2, 1" || f.Sentence("fr") != "Low 2, 1" ||
		len(f.Evidence.Limits) != 1 || f.Evidence.Limits[0] != (alerts.Limit{Feature: "low_streak", Value: 2, Limit: 2}) {
		t.Errorf("%+v, %q", f, f.Sentence("es"))
	}
}

// TestRefusals has every kind of mistake, and what its writer reads.
func TestRefusals(t *testing.T) {
	rule := func(changes ...string) string { return head + aRule(changes...) }
	for _, c := range []struct{ name, text, want string }{
		{"nothing", "", "the file is empty"},
		{"not YAML", head + "  - id: [", "line 5: the file is not YAML here (look at the spaces before the words): did not find expected node content"},
		{"a list", "- 1\n", `line 1: "" cannot stand here: write fields, each on its own line`},
		{"two packs", head + aRule() + "---\npack: b\n", "the file holds more than one pack; write one file a pack"},
		{"no rules", "pack: riverside\nversion: 1\nsigned_off: {by: a, role: b, on: 2026-03-01}\nrules: []\n", "line 4: rules: the pack holds no rules"},
		{
			"no name", strings.Replace(head, "riverside", "Riverside Care", 1) + aRule(),
			`pack: give the pack a name of small letters, digits and dashes, such as "riverside-wellbeing"`,
		},
		{"another's name", strings.Replace(head, "riverside", "safety", 1) + aRule(), `pack: the name "safety" belongs to the rules that nobody can change; choose another`},
		{"no version", strings.Replace(head, "3", "0", 1) + aRule(), "version: number the versions of the pack 1, 2, 3, ..."},
		{
			"no sign-off", strings.Replace(head, "Dr Lee", `""`, 1) + aRule(),
			"signed_off: say who answers for the pack: by, role, and on (a date such as 2026-03-01)",
		},
		{"a field that is not there", rule("colour: red"), `line 12, rule WB-LOW-TWICE: there is no field "colour" here`},
		{"a field of the pack that is not there", "packs: a\n", `line 1: there is no field "packs" here`},
		{"a field twice", rule() + "    source: again\n", `line 12, rule WB-LOW-TWICE: "source" is written twice`},
		{"a text for a number", rule("version: first"), `line 6, rule WB-LOW-TWICE: "first" cannot stand here: write a whole number`},
		{"no name of the rule", rule("id: low twice"), "line 5, rule low twice: id: name the rule in capital letters, digits and dashes, such as WB-LOW-TWICE"},
		{"the same name", rule() + aRule(), "line 12, rule WB-LOW-TWICE: id: another rule of the pack has this name"},
		{
			"no version of the rule", rule("version: 0"),
			"line 6, rule WB-LOW-TWICE: version: number the versions of the rule 1, 2, 3, ...; raise it whenever the condition changes",
		},
		{"severity", rule("severity: urgent"), "line 7, rule WB-LOW-TWICE: severity: write amber-high, amber, ask, outreach, watch or digest"},
		{"red", rule("severity: red"), "line 7, rule WB-LOW-TWICE: severity: red calls somebody at any hour and is kept for the safety rules; use amber-high"},
		{"after", rule("after: lunch"), "line 12, rule WB-LOW-TWICE: after: write answer (the rule looks at each answer) or silence (at each question that stayed unanswered)"},
		{"source", rule(`source: ""`), "line 11, rule WB-LOW-TWICE: source: say where the rule comes from: a paper, a guideline, or whose judgement it is"},
		{"show", rule("show: 9"), "line 12, rule WB-LOW-TWICE: show: staff can be shown the last 1 to 5 answers"},
		{"a language is missing", rule("words: {en: Low, es: Bajo}"), "line 10, rule WB-LOW-TWICE: words: write what staff read, in en, es and ar; ar is missing"},
		{
			"a place that nothing fills", rule(`words: {en: "Low {name}", es: Bajo, ar: منخفض}`),
			"line 10, rule WB-LOW-TWICE: words: en has {name}, which is no value that can be filled in",
		},
		{"no condition", rule("when:"), "line 8, rule WB-LOW-TWICE: when: is empty"},
		{
			"a name that is nearly right", rule("when: low_streek >= 2"),
			`line 8, rule WB-LOW-TWICE, character 1: when: speaks of "low_streek", which is not a feature; did you mean low_streak?`,
		},
		{"a name that is nothing", rule("when: temperature > 38"), `line 8, rule WB-LOW-TWICE, character 1: when: speaks of "temperature", which is not a feature`},
		{
			"words for signs", rule("when: low_streak >= 2 and drop >= 2"),
			`line 8, rule WB-LOW-TWICE, character 17: when: cannot be read from "and" on; conditions look like: baseline_ready && drop >= 2`,
		},
		{
			"one equals sign", rule("when: low_streak = 2"),
			`line 8, rule WB-LOW-TWICE, character 12: when: cannot be read from "= " on; conditions look like: baseline_ready && drop >= 2`,
		},
		{"a bracket", rule(`when: "(low_streak >= 2"`), "line 8, rule WB-LOW-TWICE, character 17: when: stops too early: something is missing at the end, perhaps a closing bracket"},
		{"a number for yes or no", rule("when: low_streak"), "line 8, rule WB-LOW-TWICE: when: gives a number, but must give yes or no"},
		{
			"a number beside &&", rule("when: low_streak && answered"),
			"line 8, rule WB-LOW-TWICE, character 1: when: wants yes or no here and gets a number; compare the number with something first, as in drop >= 2",
		},
		{
			"yes or no compared", rule("when: answered >= 1"),
			"line 8, rule WB-LOW-TWICE, character 10: when: >= does not go with yes or no and a number; a yes-or-no feature stands alone, as in baseline_ready && ...",
		},
		{"a number and a text", rule(`when: low_streak > "two"`), "line 8, rule WB-LOW-TWICE, character 12: when: > does not go with a number and a text"},
		{
			"all items", rule("when: item >= 2"),
			`line 8, rule WB-LOW-TWICE, character 6: when: >= does not go with the answers to all items and a number; name the item, as in item["pain"]`,
		},
		{
			"a loop", rule("when: flags.exists(f, f == 'fall')"),
			`line 8, rule WB-LOW-TWICE, character 13: when: uses exists(), which packs do without; to ask whether an item was answered write "pain" in item`,
		},
		{"has", rule("when: has(item.pain)"), `line 8, rule WB-LOW-TWICE, character 4: when: uses has(), which packs do without; to ask whether an item was answered write "pain" in item`},
		{
			"no baseline yet", rule("when: drop >= 2"),
			"line 8, rule WB-LOW-TWICE: when: reads drop, which is not known here: on a patient's first answer; ask first, as in: baseline_ready (or prev_ready, mk_n >= 2, anchor_n > 0) && ...",
		},
		{
			"no answer before", rule("when: baseline_ready && prev_drop >= 2"),
			"line 8, rule WB-LOW-TWICE: when: reads prev_drop, which is not known here: on the first day with a baseline; ask first, as in: prev_ready && ...",
		},
		{
			"an item that was not asked about", rule(`when: item["pain"] >= 7`),
			"line 8, rule WB-LOW-TWICE: when: reads an item that was not answered: on a patient's first answer; ask first, as in: " +
				`"pain" in item (and in prev_item, base_item or low3_item, where one of them is read) && ...`,
		},
		{
			"an item without a value before", rule(`when: '"pain" in item && item["pain"] - prev_item["pain"] >= 2'`),
			"line 8, rule WB-LOW-TWICE: when: reads an item that was not answered: on a patient's first answer; ask first, as in: " +
				`"pain" in item (and in prev_item, base_item or low3_item, where one of them is read) && ...`,
		},
		{
			"a score in silence", rule("after: silence", "when: score <= 2"),
			"line 8, rule WB-LOW-TWICE: when: reads score, which is not known here: when the patient has never answered; ask first, as in: anchor_n > 0 (score is never known after silence) && ...",
		},
		{"a limit without a name", rule("limits: [{value: low_streak, limit: 2}]"), "line 9, rule WB-LOW-TWICE: limits, number 1: give it a name, such as drop"},
		{
			"a limit that is no number", rule("limits: [{name: a, value: answered, limit: 2}]"),
			"line 9, rule WB-LOW-TWICE: limits, number 1, value: gives yes or no, but must give a number",
		},
		{
			"a limit that is not known", rule("limits: [{name: a, value: drop, limit: 2}]"),
			"line 9, rule WB-LOW-TWICE: limits, number 1: reads drop, which is not known here: on a patient's first answer; ask first, as in: baseline_ready (or prev_ready, mk_n >= 2, anchor_n > 0) && ...",
		},
		{
			"too long", rule("when: " + strings.Repeat("answered && ", 200) + "answered"),
			"line 8, rule WB-LOW-TWICE: when: is longer than 2000 characters; split it into several rules",
		},
		{
			"a safety rule", rule("id: SAFE-SELFHARM"),
			"line 5, rule SAFE-SELFHARM: id: rules whose names begin with SAFE belong to the program; no pack can change, silence or replace them",
		},
		{
			"one of another name", rule("id: safe-new"),
			"line 5, rule safe-new: id: rules whose names begin with SAFE belong to the program; no pack can change, silence or replace them",
		},
	} {
		_, err := Parse([]byte(c.text))
		var r Refusal
		if !errors.As(err, &r) || carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if got := r[0].String(); got != c.want {
			t.Errorf("%s:\n got %s\nwant %s", c.name, got, c.want)
		}
	}
}

// Several mistakes are told at once.
func TestEveryMistakeIsTold(t *testing.T) {
	_, err := Parse([]byte(head + aRule("severity: urgent", "when: drop") + aRule("id: WB-B", "source:")))
	var r Refusal
	if !errors.As(err, &r) || len(r) != 3 || r[0].Rule != "WB-LOW-TWICE" || r[2].Rule != "WB-B" {
		t.Errorf("%v", err)
	}
}

// A feature that is missing when a rule runs, or work that grows beyond the
// limit, is a fault and never a "no".
func TestFaultsAtRunTime(t *testing.T) {
	for _, c := range []struct {
		when string
		f    alerts.Features
		want string
	}{
		{"baseline_ready && drop >= 2", alerts.Features{BaselineReady: true}, "reads drop, which is not known here"},
		{`"a" in item && item["b"] > 1`, alerts.Features{Item: map[string]float64{"a": 1}}, "reads an item that was not answered"},
		{`"x" in flags || "y" in flags`, alerts.Features{Flags: make([]string, 400)}, "took too much work"},
	} {
		x, err := compile(c.when, boolType)
		if err != nil {
			t.Fatalf("%s: %v", c.when, err)
		}
		if fires, err := x.bool(&c.f); err == nil || err.Error() != c.want || fires {
			t.Errorf("%s: %v, %v; want %q", c.when, fires, err, c.want)
		}
	}
	// What decides without the missing feature is no fault.
	x, err := compile("drop >= 2 || answered", boolType)
	if err != nil {
		t.Fatal(err)
	}
	if fires, err := x.bool(&alerts.Features{Answered: true}); err != nil || !fires {
		t.Errorf("%v, %v", fires, err)
	}
}

func TestNames(t *testing.T) {
	for _, n := range strings.Fields(`score baseline_ready base_mean base_sd base_n ewma ewma_z drop prev_drop days_since_prev
		below_streak low_streak slope_week mk_p mk_n anchor_mean anchor_n recent28_mean recent28_n missed_streak missed_p
		item prev_item base_item flags`) {
		if _, ok := names[n]; !ok {
			t.Errorf("%s is not a feature", n)
		}
	}
}
