package notify_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"howareyou/notify"
)

// codesOf finds what look like the provider's codes in files.
func codesOf(t *testing.T, pattern string) map[int]string {
	t.Helper()
	files, err := filepath.Glob(pattern)
	if err != nil || len(files) == 0 {
		t.Fatalf("no file fits %s: %v", pattern, err)
	}
	found := map[int]string{}
	code := regexp.MustCompile(`\b(20[0-9]{3}|21[2-7][0-9]{2}|30[0-9]{3})\b`)
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range code.FindAllString(string(text), -1) {
			n, _ := strconv.Atoi(m)
			found[n] = f
		}
	}
	return found
}

// Whatever the simulator can answer has a row, and so has what its and our own
// sources name: a code without a policy ends texts unexplained.
func TestNoCodeIsWithoutAPolicy(t *testing.T) {
	seen := 0
	for _, pattern := range []string{"twiliosim/*.go", "twilio/*.go", "../internal/web/hooks/*.go"} {
		for code, file := range codesOf(t, pattern) {
			seen++
			if _, known := notify.PolicyOf(code); !known && code != 30000 {
				t.Errorf("%s names the code %d, which has no policy", file, code)
			}
		}
	}
	if seen < 20 {
		t.Errorf("only %d codes were found: is this the package's folder?", seen)
	}
}

func TestEveryPolicySaysWhatItIs(t *testing.T) {
	last := 0
	for _, p := range notify.Policies {
		if p.Code <= last {
			t.Errorf("%d stands after %d", p.Code, last)
		}
		last = p.Code
		if p.Meaning == "" || p.Source != "https://www.twilio.com/docs/api/errors/"+strconv.Itoa(p.Code) {
			t.Errorf("%+v", p)
		}
		if p.Again == notify.Never && !p.Has(notify.TellStaff) {
			t.Errorf("%d ends a delivery and nobody hears of it", p.Code)
		}
		if p.Has(notify.Suppress) && p.Again != notify.Never {
			t.Errorf("%d suppresses a number and tries it again", p.Code)
		}
	}
	for _, code := range []int{0, 1, 99999} {
		if p, known := notify.PolicyOf(code); known || p.Again != notify.Never || !p.Has(notify.TellStaff) || !p.Has(notify.PageOperator) {
			t.Errorf("code %d is not in the table: %+v", code, p)
		}
	}
}

// Every end of a delivery by a code is put in front of somebody.
func TestEveryCodeThatEndsATextTellsSomebody(t *testing.T) {
	for _, p := range notify.Policies {
		sent := attempt(is(notify.AttemptSent, 1), past(notify.Past{Failed: 9, Lost: 9}))
		v := rules.AfterStatus(sent, notify.StatusReport{SID: "SM1", Status: "undelivered", Code: p.Code}, now)
		if v.Delivery == notify.Queued || !v.TellsStaff {
			t.Errorf("%d, after so many tries: %s, staff are told: %t", p.Code, v.Delivery, v.TellsStaff)
		}
		if v.Pages != p.Has(notify.PageOperator) || v.Suppresses != p.Has(notify.Suppress) || v.StopsOut != p.Has(notify.StopNumber) {
			t.Errorf("%d: its remedies are lost: %+v", p.Code, v)
		}
		if first := rules.AfterStatus(attempt(is(notify.AttemptSent, 1)), notify.StatusReport{SID: "SM1", Status: "undelivered", Code: p.Code}, now); (first.Delivery == notify.Queued) != (p.Again != notify.Never) {
			t.Errorf("%d the first time: %s, though its policy is %q", p.Code, first.Delivery, p.Again)
		}
	}
}

// docs/operations.md carries the table; UPDATE_DOCS=1 writes it.
func TestTheDocumentedTableIsCurrent(t *testing.T) {
	const path, begin, end = "../docs/operations.md", "<!-- policies: begin -->\n", "<!-- policies: end -->"
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(text), begin)
	was, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatalf("%s has no place for the table", path)
	}
	var b strings.Builder
	b.WriteString("| code | meaning | tried again | and |\n|---|---|---|---|\n")
	for _, p := range notify.Policies {
		var also []string
		for _, r := range p.Remedies {
			also = append(also, string(r))
		}
		b.WriteString("| [" + strconv.Itoa(p.Code) + "](" + p.Source + ") | " + p.Meaning + " | " + string(p.Again) + " | " + strings.Join(also, ", ") + " |\n")
	}
	if was == b.String() {
		return
	}
	if os.Getenv("UPDATE_DOCS") == "" {
		t.Fatalf("the table in %s is not the code's; write it with UPDATE_DOCS=1", path)
	}
	if err := os.WriteFile(path, []byte(head+begin+b.String()+end+tail), 0o600); err != nil {
		t.Fatal(err)
	}
}
