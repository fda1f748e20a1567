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

// List is the test list of a language.
func List(lang string) ([]Text, error) {
	raw, err := files.ReadFile(lang + ".tsv")
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
			return nil, fmt.Errorf("%s.tsv:%d: want two columns", lang, n+1)
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

// Measure reads the list of a language as its patients' texts.
func Measure(lang string) (Result, error) {
	res := Result{Of: map[string]int{}, FoundOf: map[string]int{}}
	list, err := List(lang)
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
