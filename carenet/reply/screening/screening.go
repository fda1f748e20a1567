// Package screening measures how many texts that somebody must see at once the
// crisis words find, on lists that were written apart from the phrases.
package screening

import (
	"embed"
	"fmt"
	"strings"

	"howareyou/carenet/reply"
)

//go:embed *.tsv
var files embed.FS

// Text is one line of a list: what a human should see in it, "" for nothing.
type Text struct{ Flag, Body string }

// The lists of each language, in the order in which they were written. Each was
// read once before the phrases learned from it; docs/reading.md states what that
// first reading found, which is what to expect of texts that nobody has thought
// of. What the lists find now shows only that nothing got lost.
const (
	First  = ""
	Second = "second."
	Third  = "third." // worded to be unlike the phrases
)

// Lists are all of them.
var Lists = []string{First, Second, Third}

// List is a test list of a language.
func List(which, lang string) ([]Text, error) {
	raw, err := files.ReadFile(which + lang + ".tsv")
	if err != nil {
		return nil, err
	}
	var out []Text
	for n, line := range strings.Split(strings.TrimSuffix(string(raw), "\n"), "\n") {
		if strings.HasPrefix(line, "#") {
			continue
		}
		flag, body, ok := strings.Cut(line, "\t")
		if !ok {
			return nil, fmt.Errorf("%s%s.tsv:%d: want two columns", which, lang, n+1)
		}
		out = append(out, Text{flag, body})
	}
	return out, nil
}

// Result counts the texts of one list. A text is found when it is read as a
// crisis, for whatever reason: a human then reads all of it.
type Result struct {
	Calls, Found int            // texts that somebody must see, and those of them that were found
	Plain, False int            // ordinary texts, and those of them that raised a false alarm
	Of, FoundOf  map[string]int // Calls and Found by flag
	Missed       []Text
	Alarms       []Text
}

// Recall is the share of the texts that somebody must see that was found.
func (r Result) Recall() float64 { return float64(r.Found) / float64(r.Calls) }

// Precision is the share of the texts found that somebody must see.
func (r Result) Precision() float64 { return float64(r.Found) / float64(r.Found+r.False) }

// Measure reads a list of a language as its patients' texts.
func Measure(which, lang string) (Result, error) {
	res := Result{Of: map[string]int{}, FoundOf: map[string]int{}}
	list, err := List(which, lang)
	for _, t := range list {
		crisis := reply.Read(t.Body, reply.Context{Lang: lang, OpenPrompt: true}).Kind == reply.Crisis
		switch {
		case t.Flag != "":
			res.Calls++
			res.Of[t.Flag]++
			if crisis {
				res.Found++
				res.FoundOf[t.Flag]++
			} else {
				res.Missed = append(res.Missed, t)
			}
		default:
			res.Plain++
			if crisis {
				res.False++
				res.Alarms = append(res.Alarms, t)
			}
		}
	}
	return res, err
}
