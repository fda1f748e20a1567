package pack

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"cel.dev/cel-go/cel"
)

// mistake is one thing that is wrong with an expression.
type mistake struct {
	line, character int // within the expression, from 1; 0 when it is all of it
	why             string
}

func (m mistake) Error() string { return m.why }

var (
	undeclared = regexp.MustCompile(`undeclared reference to '([^']*)'`)
	overload   = regexp.MustCompile(`found no matching overload for '([^']*)' applied to '\(?([^']*?)\)?'`)
	expected   = regexp.MustCompile(`expected type '([^']*)' but found '([^']*)'`)
	unexpected = regexp.MustCompile(`(?:mismatched|extraneous) input '([^']*)'|token recognition error at: '([^']*)'|no viable alternative at input '([^']*)'`)
)

// explain puts the first complaint of the compiler into words. The others
// mostly follow from the first.
func explain(issues *cel.Issues) error {
	e := issues.Errors()[0]
	m := mistake{line: e.Location.Line(), character: e.Location.Column() + 1}
	switch {
	case undeclared.MatchString(e.Message):
		m.why = unknownName(undeclared.FindStringSubmatch(e.Message)[1])
	case overload.MatchString(e.Message):
		found := overload.FindStringSubmatch(e.Message)
		kinds := strings.Split(strings.ReplaceAll(found[2], itemsKind, itemsWord), ", ")
		m.why = mismatch(found[1], kinds)
	case expected.MatchString(e.Message):
		found := expected.FindStringSubmatch(e.Message)
		m.why = fmt.Sprintf("wants %s here and gets %s", typeWord(found[1]), typeWord(found[2]))
		if found[1] == "bool" && found[2] == "double" {
			m.why += "; compare the number with something first, as in drop >= 2"
		}
	case strings.Contains(e.Message, "input '<EOF>'"), strings.Contains(e.Message, "at '<EOF>'"):
		m.why = "stops too early: something is missing at the end, perhaps a closing bracket"
	case unexpected.MatchString(e.Message):
		m.why = fmt.Sprintf("cannot be read from %q on; conditions look like: baseline_ready && drop >= 2",
			strings.Join(unexpected.FindStringSubmatch(e.Message)[1:], ""))
	case strings.Contains(e.Message, "Syntax error"):
		m.why = "cannot be read; conditions look like: baseline_ready && drop >= 2"
	default:
		m.why = e.Message
	}
	return m
}

// macros are names that CEL knows elsewhere and packs do without.
var macros = []string{"has", "all", "exists", "exists_one", "map", "filter"}

func unknownName(n string) string {
	switch {
	case n == "and" || n == "or" || n == "not":
		return fmt.Sprintf("uses the word %q; write && for and, || for or, ! for not", n)
	case slices.Contains(macros, n):
		return fmt.Sprintf("uses %s(), which packs do without; to ask whether an item was answered write \"pain\" in item", n)
	case n == "true" || n == "false":
		return fmt.Sprintf("%q must be written in small letters", n)
	}
	why := fmt.Sprintf("speaks of %q, which is not a feature", n)
	if near := nearest(n); near != "" {
		why += fmt.Sprintf("; did you mean %s?", near)
	}
	return why
}

// nearest is the feature that is spelled most like n, if any is close.
func nearest(n string) string {
	best, found := 1+len(n)/3, ""
	for known := range names {
		d := distance(strings.ToLower(n), known)
		if d < best || d == best && found != "" && known < found {
			best, found = d, known
		}
	}
	return found
}

// distance is Levenshtein's: how many letters to change, add or drop.
func distance(a, b string) int {
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}

var operators = map[string]string{
	"_&&_": "&&", "_||_": "||", "!_": "!", "_>_": ">", "_>=_": ">=", "_<_": "<", "_<=_": "<=", "_==_": "==", "_!=_": "!=",
	"_+_": "+", "_-_": "-", "-_": "-", "_*_": "*", "_/_": "/", "_%_": "%", "@in": "in", "_[_]": "[ ]", "_?_:_": "? :",
}

const (
	itemsKind = "map(string, double)"
	itemsWord = "the answers to all items"
)

func mismatch(operator string, kinds []string) string {
	sign, ok := operators[operator]
	if !ok {
		sign = operator
	}
	var words []string
	for _, k := range kinds {
		words = append(words, typeWord(k))
	}
	why := fmt.Sprintf("%s does not go with %s", sign, strings.Join(words, " and "))
	switch {
	case (sign == "&&" || sign == "||" || sign == "!") && slices.Contains(kinds, "double"):
		why += "; compare the number with something first, as in drop >= 2"
	case slices.Contains(kinds, itemsWord):
		why += `; name the item, as in item["pain"]`
	case slices.Contains(kinds, "bool") && slices.Contains(kinds, "double"):
		why += "; a yes-or-no feature stands alone, as in baseline_ready && ..."
	}
	return why
}

func typeWord(kind string) string {
	switch kind {
	case "bool":
		return "yes or no"
	case "double", "int", "uint":
		return "a number"
	case "string":
		return "a text"
	case itemsKind:
		return itemsWord
	case "list(string)":
		return "the list of flags"
	}
	return kind
}
