package command

import (
	"bytes"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// run runs the program with these arguments and no settings at all.
func run(t *testing.T, in string, args ...string) (code int, out, errOut string) {
	t.Helper()
	var o, e bytes.Buffer
	code = Run(t.Context(), args, nil, strings.NewReader(in), &o, &e)
	return code, o.String(), e.String()
}

func write(t *testing.T, name, text string) string {
	t.Helper()
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

const lows = "patient,at,score\nann,2026-01-02,2\nann,2026-01-01,1\nann,2026-01-03,seven\n"

func TestBacktestOfAFile(t *testing.T) {
	code, out, errOut := run(t, "", "backtest", "--scores", write(t, "scores.csv", lows))
	if code != exitOK {
		t.Errorf("exit %d", code)
	}
	if got := strings.Count(out, "\n"); got != 3 || !strings.HasPrefix(out, "patient,opened_at,closed_at,severity,rules,reason\nann,2026-01-01,,ask,WB-LOWEST-RECHECK,") ||
		!strings.Contains(out, "\nann,2026-01-02,,amber,WB-LOW-NO-BASELINE,") {
		t.Errorf("out:\n%s", out)
	}
	for _, want := range []string{
		"line 4: the score is not a number\n", "values: 2, of which unanswered: 0; lines that could not be used: 1\n", "patients: 1\n",
		"patient-weeks: 0.3\n", "episodes per 100 patient-weeks: 0.00\n", "findings of WB-LOW-NO-BASELINE: 1\n",
	} {
		if !strings.Contains(errOut, want) {
			t.Errorf("no %q in:\n%s", want, errOut)
		}
	}
	if code, again, _ := run(t, lows, "backtest", "--scores", "-"); code != exitOK || again != out {
		t.Errorf("standard input: exit %d\n%s", code, again)
	}
}

func TestBacktestOnAnotherScaleAndPack(t *testing.T) {
	own := `pack: own
version: 4
signed_off: {by: Dr Lee, role: clinical lead, on: 2026-03-01}
rules:
  - id: PAIN-BAD
    version: 2
    severity: amber
    when: low_streak >= 1
    words: {en: "Bad: {score}", es: "Mal: {score}", ar: "سيئ: {score}"}
    source: judgement
`
	// On a scale of pain 0 is the best: 9 is low.
	code, out, _ := run(t, "patient,at,score\nann,2026-01-01,9\nann,2026-01-02,1\n", "backtest", "--scores", "-", "--scale", "10-0", "--pack", write(t, "own.yaml", own))
	if want := "ann,2026-01-01,,amber,PAIN-BAD,Bad: 9 (PAIN-BAD version 2 of own 4)\n"; code != exitOK || strings.Count(out, "\n") != 2 || !strings.HasSuffix(out, want) {
		t.Errorf("exit %d\n%s", code, out)
	}
}

func TestBacktestRefuses(t *testing.T) {
	bad := write(t, "bad.yaml", "pack: own\nversion: 1\nsigned_off: {by: a, role: b, on: 2026-03-01}\nrules:\n  - id: SAFE-X\n")
	for _, c := range []struct {
		args []string
		want string
	}{
		{nil, "give --scores FILE.csv, or --synthetic N"},
		{[]string{"--scores", "/nowhere.csv"}, "the scores cannot be read"},
		{[]string{"--scores", "-", "--scale", "5"}, "--scale must be worst-best"},
		{[]string{"--scores", "-", "--tz", "Europe/Atlantis"}, "--tz must be a zone"},
		{[]string{"--scores", "-"}, "the file is empty"},
		{[]string{"--scores", "-", "--pack", bad}, "line 5, rule SAFE-X: id: rules whose names begin with SAFE belong to the program"},
		{[]string{"--synthetic", "0"}, "--synthetic must be from 100"},
	} {
		code, out, errOut := run(t, "", append([]string{"backtest"}, c.args...)...)
		if code != exitUsage || !strings.Contains(errOut, c.want) || out != "" {
			t.Errorf("%v: exit %d, %q", c.args, code, errOut)
		}
	}
}

func TestBacktestOfSyntheticPatients(t *testing.T) {
	never := write(t, "never.yaml", strings.ReplaceAll(`pack: never
version: 1
signed_off: {by: a, role: b, on: 2026-03-01}
rules:
  - id: WB-DROP-CONFIRMED
    version: 9
    severity: amber-high
    when: baseline_ready && drop >= 100
    words: {en: a, es: a, ar: a}
    source: judgement
`, "\t", ""))
	code, out, errOut := run(t, "", "backtest", "--synthetic", "100", "--seed", "7", "--pack", never)
	if code != exitFailed || !strings.Contains(errOut, "a target is missed") || !strings.Contains(out, "seed 7, pack never version 1\n") ||
		strings.Count(out, "NO\n") < 4 {
		t.Errorf("exit %d\n%s%s", code, out, errOut)
	}
}

// A rule that cannot be judged on some answers is shown and fails the run.
func TestBacktestShowsFaults(t *testing.T) {
	text := `pack: own
version: 1
signed_off: {by: a, role: b, on: 2026-03-01}
rules:
  - id: WB-X
    version: 1
    severity: amber
    when: low_streak >= 2 && mk_n >= 2 && drop >= 1
    words: {en: a, es: a, ar: a}
    source: judgement
`
	code, _, errOut := run(t, lows, "backtest", "--scores", "-", "--pack", write(t, "own.yaml", text))
	if code != exitFailed || !strings.Contains(errOut, "NOT JUDGED: rule WB-X version 1 reads drop, which is not known here: 1 times") {
		t.Errorf("exit %d: %s", code, errOut)
	}
}
