package e2e

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// riverside is a pack with one rule: 4 or less calls staff.
const riverside = `pack: riverside
version: 1
signed_off: {by: Dr Lee, role: clinical lead, on: 2026-11-01}
rules:
  - id: RV-LOW
    version: 1
    severity: amber
    when: score <= 4
    limits: [{name: score, value: score, limit: 4}]
    words: {en: "Gave {score}, which is low here.", es: "Dio {score}.", ar: "أعطى {score}."}
    source: our own judgement
`

// A clinic writes a rule of its own on its pages: refused with what to mend, kept,
// signed, tried on what was, put in force, heard in the next answer, and taken back.
func TestAClinicPutsItsOwnRulesInForce(t *testing.T) {
	t.Parallel()
	m, leesPhone := newLife(t)
	lee, dana := leesPhone.SignsIn("clinic"), m.dana.SignsIn("clinic")
	lee.Opens("/clinic").Shows(http.StatusOK, "Rules")
	lee.Opens("/clinic/rules").Shows(http.StatusOK, "wellbeing, version 2: the rules that come with the program", "SAFE-SELFHARM", "None yet")
	lee.Opens("/clinic/rules/new").Shows(http.StatusOK, "pack: our-wellbeing", "version: 1")

	wrong := strings.Replace(riverside, "score <= 4\n    limits", "scor <= 4\n    limits", 1)
	lee.Posts("/clinic/rules/new", url.Values{"pack": {wrong}}).Shows(http.StatusUnprocessableEntity,
		"This pack cannot be taken yet", "1 thing to mend", `line 8, rule RV-LOW, character 1: when: speaks of "scor", which is not a feature; did you mean score?`,
		"our own judgement") // what was written is still there
	lee.Posts("/clinic/rules/new", url.Values{"pack": {strings.ReplaceAll(riverside, "RV-LOW", "SAFE-HELP")}}).Shows(http.StatusUnprocessableEntity, "belong to the program")
	kept := lee.Posts("/clinic/rules/new", url.Values{"pack": {strings.ReplaceAll(riverside, "\n", "\r\n")}}).Shows(http.StatusOK, "This version is kept", "Nobody has signed it yet", "It must be signed first", "Left out")
	pack := strings.TrimSuffix(kept.Find(`action="(/clinic/rules/[0-9a-f-]+/sign)"`), "/sign")

	dana.Opens(pack).Shows(http.StatusOK, "riverside, version 1", "Coordinators and administrators sign rules").Without("/sign\"")
	dana.Posts(pack+"/sign", url.Values{"as": {"nurse"}}).Shows(http.StatusForbidden)
	lee.Posts(pack+"/sign", url.Values{"as": {" "}}).Shows(http.StatusUnprocessableEntity, "Say what you sign as")
	lee.Posts(pack+"/sign", url.Values{"as": {"clinical lead"}}).Shows(http.StatusOK,
		"Signed by Dr Lee", "I have read these rules and answer for their use at Riverside Care. (clinical lead)", "It must be tried beside the rules in force first")
	lee.Posts(pack+"/activate", nil).Shows(http.StatusConflict, "It must be tried beside the rules in force first")

	today := m.clock.now().In(m.london)
	lee.Posts("/clinic/rules/tests", url.Values{"which": {"built-in"}, "from": {"tomorrow"}, "to": {""}}).Shows(http.StatusUnprocessableEntity, "Choose a first and a last day")
	started := lee.Posts("/clinic/rules/tests", url.Values{
		"which": {strings.TrimPrefix(pack, "/clinic/rules/")}, "from": {today.AddDate(0, 0, -40).Format(time.DateOnly)}, "to": {today.Format(time.DateOnly)},
	}).Shows(http.StatusOK, "Back-test", "riverside, version 1")
	test := "/clinic/rules/tests/" + lee.Opens("/clinic/rules/tests").Find(`href="/clinic/rules/tests/([0-9a-f-]+)"`)
	_ = started
	m.until("the back-test is done", func() bool { return strings.Contains(lee.Opens(test).words, "patient-weeks") })
	result := lee.Opens(test).Shows(http.StatusOK, "1 patients with answers", "Only the tried pack finds it", "Mary Okafor", "RV-LOW", "No alert was raised", "Put version 1 of riverside in force")
	activation := url.Values{"test": {result.Find(`name="test" value="([^"]+)"`)}, "note": {"we want to hear of fours"}}
	dana.Posts(pack+"/activate", activation).Shows(http.StatusForbidden)
	lee.Posts(pack+"/activate", activation).Shows(http.StatusOK, "These rules are in force now")
	lee.Posts(pack+"/activate", activation).Shows(http.StatusConflict, "It is in force")
	lee.Opens("/clinic/rules").Shows(http.StatusOK, "riverside, version 1, since today", "Put in force by Dr Lee", "we want to hear of fours")

	m.asked()
	m.mary.Texts("4")
	m.mary.Expects("noted 4 of 5")
	m.sam.Expects("4 of 5")
	m.ruth.Expects("4 of 5")
	alert, err := url.Parse(m.dana.Expects("Alert 1", "Mary O").Link())
	if err != nil {
		t.Fatal(err)
	}
	dana.Opens(alert.Path).Shows(http.StatusOK, "Alert 1", "RV-LOW", "riverside", "Gave 4, which is low here")

	// Back to what was, by the same result; the alert waits for somebody all the same.
	back := lee.Opens("/clinic/rules/built-in").Shows(http.StatusOK, "Go back to version 2 of wellbeing")
	lee.Posts("/clinic/rules/built-in/activate", url.Values{"test": {back.Find(`name="test" value="([^"]+)"`)}, "note": {"too many"}}).Shows(http.StatusOK, "These rules are in force now")
	lee.Opens("/clinic/rules").Shows(http.StatusOK, "the rules that come with the program", "Alerts whose rule is no longer in force", "Alert 1, RV-LOW", "too many")
	dana.Opens("/clinic").Shows(http.StatusOK, "Alert 1", "Gave 4, which is low here")
	id := dana.Opens("/clinic").Find(`action="(/clinic/alerts/[0-9a-f-]+)/acknowledge"`)
	dana.Posts(id+"/acknowledge", nil).Shows(http.StatusOK)
	dana.Posts(id+"/resolve", url.Values{"outcome": {"called"}}).Shows(http.StatusOK)
	m.asked()
	m.mary.Texts("4")
	m.mary.Expects("noted 4 of 5")
	m.sam.Expects("4 of 5")
	m.ruth.Expects("4 of 5")
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM alert"); n != 1 {
		t.Errorf("%d alerts, want 1", n)
	}

	// Operators propose and list; they can neither sign nor activate.
	next := strings.Replace(riverside, "version: 1", "version: 2", 1)
	file := filepath.Join(t.TempDir(), "pack.yaml")
	if err := os.WriteFile(file, []byte(next), 0o600); err != nil {
		t.Fatal(err)
	}
	second := m.admin("propose-pack", "--file", file)
	if got := m.admin("packs", "--print", second); got != strings.TrimSpace(next) {
		t.Errorf("printed %q", got)
	}
	list := m.admin("packs") // the command knows nothing of the test's clock, so their order may be any
	for _, want := range []string{"built-in\twellbeing\t2\tin force", second + "\triverside\t2\t-\tsigned by 0\t", "\triverside\t1\t-\tsigned by 1\t"} {
		if !strings.Contains(list, want) {
			t.Errorf("%q is not listed in %q", want, list)
		}
	}
}
