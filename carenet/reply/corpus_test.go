package reply_test

import (
	"slices"
	"strconv"
	"strings"
	"testing"

	"howareyou/carenet/reply"
)

// corpusKinds are the kinds that a patient's reply can be, in order of precedence.
var corpusKinds = []string{
	"opt_out", "crisis", "help", "opt_in", "command", "question", "answer", "ambiguous", "out_of_range", "words", "unknown",
}

// corpusLine is one reply of the corpus with what it must be read as.
type corpusLine struct {
	line                     int
	kind, score, flags, text string
}

// corpus is the replies of one language. It was written apart from the lists of
// words and before the reader was changed to read it: a change of a list that
// makes a line of it wrong is a change of what patients can say.
func corpus(t *testing.T, lang string) []corpusLine {
	t.Helper()
	var out []corpusLine
	for n, line := range tableLines(t, "testdata/replies."+lang+".tsv") {
		if line == "" || strings.HasPrefix(line, "# ") {
			continue
		}
		f := strings.SplitN(line, "\t", 4)
		if len(f) != 4 {
			t.Fatalf("replies.%s.tsv:%d: want four columns", lang, n+1)
		}
		out = append(out, corpusLine{n + 1, f[0], f[1], f[2], f[3]})
	}
	return out
}

// TestTheCorpusIsWhole: a corpus that lost a kind, a language or its balance
// proves less than it says.
func TestTheCorpusIsWhole(t *testing.T) {
	total := 0
	for _, lang := range reply.Languages {
		seen, kinds := map[string]bool{}, map[string]int{}
		for _, c := range corpus(t, lang) {
			if seen[c.text] {
				t.Errorf("replies.%s.tsv:%d: %q stands there twice", lang, c.line, c.text)
			}
			seen[c.text] = true
			kinds[c.kind]++
			total++
			if !slices.Contains(corpusKinds, c.kind) {
				t.Errorf("replies.%s.tsv:%d: %q is no kind", lang, c.line, c.kind)
			}
			if _, err := strconv.Atoi(c.score); err != nil && c.score != "" || c.kind == "answer" && c.score == "" {
				t.Errorf("replies.%s.tsv:%d: score %q of kind %s", lang, c.line, c.score, c.kind)
			}
		}
		for _, k := range corpusKinds {
			if kinds[k] < 2 {
				t.Errorf("%s has %d replies of kind %s", lang, kinds[k], k)
			}
		}
	}
	if total < 590 {
		t.Errorf("the corpus has shrunk to %d replies", total)
	}
}

// TestTheCorpusIsRead: each reply is read as it was meant, and no score is ever
// another than the right one.
func TestTheCorpusIsRead(t *testing.T) {
	for _, lang := range reply.Languages {
		all := corpus(t, lang)
		right := 0
		for _, c := range all {
			r := reply.Read(c.text, reply.Context{Lang: lang, OpenPrompt: true})
			got := strings.Split(reply.Line(r), "\t")
			if got[0] == c.kind && got[1] == c.score && got[2] == c.flags {
				right++
				continue
			}
			t.Errorf("replies.%s.tsv:%d: %q\n got %s\nwant %s", lang, c.line, c.text, got[:4], []string{c.kind, c.score, c.flags})
		}
		t.Logf("%s: %d of %d", lang, right, len(all))
	}
}
