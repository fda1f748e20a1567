package reply_test

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"howareyou/carenet/reply"
)

// contexts says in which situation the sentences of each table were texted.
var contexts = map[string]reply.Context{
	"en.patient":    {Lang: "en", OpenPrompt: true, Role: reply.Patient},
	"es.patient":    {Lang: "es", OpenPrompt: true, Role: reply.Patient},
	"ar.patient":    {Lang: "ar", OpenPrompt: true, Role: reply.Patient},
	"en.unprompted": {Lang: "en", Role: reply.Patient},
	"en.ten":        {Lang: "en", Scale: reply.Scale{Min: 0, Max: 10}, OpenPrompt: true},
	"en.clinician":  {Lang: "en", Role: reply.Clinician},
	"en.follower":   {Lang: "en", Role: reply.Follower},
}

// TestReadTables reads every sentence of testdata: kind, score, flags, text.
func TestReadTables(t *testing.T) {
	paths, err := filepath.Glob("testdata/*.tsv")
	paths = slices.DeleteFunc(paths, func(p string) bool {
		return strings.HasPrefix(p, "testdata/replies.")
	}) // the corpus
	if err != nil || len(paths) != len(contexts) {
		t.Fatalf("%d tables for %d contexts: %v", len(paths), len(contexts), err)
	}
	cases := 0
	for _, path := range paths {
		name := strings.TrimSuffix(filepath.Base(path), ".tsv")
		ctx, ok := contexts[name]
		if !ok {
			t.Fatalf("%s has no context", path)
		}
		t.Run(name, func(t *testing.T) {
			for n, line := range tableLines(t, path) {
				if strings.HasPrefix(line, "#") || line == "" {
					continue
				}
				want := strings.SplitN(line, "\t", 4)
				if len(want) != 4 {
					t.Fatalf("%s:%d: want four columns", path, n+1)
				}
				cases++
				r := reply.Read(want[3], ctx)
				got := strings.Split(reply.Line(r), "\t")
				if got[0] != want[0] || got[1] != want[1] || got[2] != want[2] {
					t.Errorf("%s:%d: %q\n got %s\nwant %s", path, n+1, want[3], got[:4], want[:3])
				}
			}
		})
	}
	if cases < 250 {
		t.Errorf("only %d sentences were read", cases)
	}
}

func tableLines(t *testing.T, path string) []string {
	t.Helper()
	raw, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n")
}

// TestWordsBesideTheScore checks what is passed on to people who may see it.
func TestWordsBesideTheScore(t *testing.T) {
	patient := reply.Context{Lang: "en", OpenPrompt: true}
	for _, c := range []struct{ text, words string }{
		{"2 Rough night, Didn't sleep.", "Rough night, Didn't sleep."},
		{"tired, 3 I think", "tired, I think"},
		{"rough night - 2", "rough night"},
		{"3/5 better", "better"},
		{"3 out of 5, better", "better"},
		{"3️⃣ ok", "ok"},
		{"3 🙂", "🙂"},
		{"3", ""},
		{"'3'.", ""},
		{"good", ""},
		{"PRIVATE 2 rough night", "rough night"},
		{"2 rough night, private please", "rough night"},
		{"2 private", ""},
		{"PRIVATE", ""},
		{"feel 3, Sam came", "feel, Sam came"},
		{"just words", "just words"},
		{"7 too high", "7 too high"},
	} {
		if got := reply.Read(c.text, patient); got.Words != c.words {
			t.Errorf("%q: words %q, want %q", c.text, got.Words, c.words)
		}
	}
}

// TestCommandArguments checks what each command carries.
func TestCommandArguments(t *testing.T) {
	for _, c := range []struct {
		role               reply.Role
		text               string
		command, arg, rest string
	}{
		{reply.Clinician, "ACK 4821", reply.CommandAck, "4821", ""},
		{reply.Clinician, "ack ٤٨٢١", reply.CommandAck, "4821", ""},
		{reply.Clinician, "ACK#12", reply.CommandAck, "12", ""},
		{reply.Clinician, "a", reply.CommandAck, "", ""},
		{reply.Clinician, "ack 1234567 on my way", reply.CommandAck, "1234567", "on my way"},
		{reply.Clinician, "Resolve 12 Called, fine", reply.CommandResolve, "12", "Called, fine"},
		{reply.Clinician, "escalate 12", reply.CommandEscalate, "12", ""},
		{reply.Clinician, "Useful 12", reply.CommandUseful, "12", ""},
		{reply.Clinician, "useful.", reply.CommandUseful, "", ""},
		{reply.Clinician, "NOT USEFUL #12", reply.CommandNotUseful, "12", ""},
		{reply.Clinician, "not useful", reply.CommandNotUseful, "", ""},
		{reply.Patient, "drop Sam", reply.CommandDrop, "Sam", ""},
		{reply.Patient, "pause 7", reply.CommandPause, "7", ""},
		{reply.Patient, "pause", reply.CommandPause, "", ""},
		{reply.Patient, "AWAY UNTIL 12 May", reply.CommandAway, "12 May", ""},
		{reply.Follower, "MUTE 8H", reply.CommandMute, "8H", ""},
		{reply.Follower, "Tell Well done", reply.CommandTell, "", "Well done"},
		{reply.Follower, "On it", reply.CommandOnIt, "", ""},
	} {
		r := reply.Read(c.text, reply.Context{Lang: "en", Role: c.role})
		if r.Kind != reply.Command || r.Command != c.command || r.Arg != c.arg {
			t.Errorf("%s %q: %s %s %q, want %s %q", c.role, c.text, r.Kind, r.Command, r.Arg, c.command, c.arg)
		}
		if c.rest != "" && r.Words != c.rest {
			t.Errorf("%s %q: words %q, want %q", c.role, c.text, r.Words, c.rest)
		}
	}
}

// TestLineIsOneLine keeps the output of a text with line ends on one line.
func TestLineIsOneLine(t *testing.T) {
	got := reply.Line(reply.Read("2\trough\nnight\r\n", reply.Context{OpenPrompt: true}))
	if want := "answer\t2\t\tnumber\t2 rough night  "; got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}
