package pack

import (
	"errors"
	"fmt"
	"regexp"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"howareyou/carenet"
)

// Problem is one mistake in a pack, for whoever wrote it.
type Problem struct {
	Rule string // the rule's name; "" when the mistake is in the pack itself
	Line int    // of the file; 0 when the mistake is in all of it
	// ExprLine and Character say where in the condition, from 1; 0 when all of it.
	ExprLine, Character int
	Why                 string
}

func (p Problem) String() string {
	var b strings.Builder
	if p.Line > 0 {
		fmt.Fprintf(&b, "line %d", p.Line)
	}
	if p.Rule != "" {
		if b.Len() > 0 {
			b.WriteString(", ")
		}
		fmt.Fprintf(&b, "rule %s", p.Rule)
	}
	if p.Character > 0 {
		if p.ExprLine > 1 {
			fmt.Fprintf(&b, ", line %d of the condition", p.ExprLine)
		}
		fmt.Fprintf(&b, ", character %d", p.Character)
	}
	if b.Len() > 0 {
		b.WriteString(": ")
	}
	b.WriteString(p.Why)
	return b.String()
}

// Refusal is why a pack was not taken: every mistake that was found.
type Refusal []Problem

func (r Refusal) Error() string {
	lines := make([]string, len(r))
	for i, p := range r {
		lines[i] = p.String()
	}
	return strings.Join(lines, "\n")
}

// Unwrap gives the coded error.
func (r Refusal) Unwrap() error {
	return carenet.Errorf(carenet.Invalid, "read rule pack", "%s", r.Error())
}

func (r *Refusal) add(p Problem) { *r = append(*r, p) }

var (
	yamlLine    = regexp.MustCompile(`line (\d+): `)
	yamlUnknown = regexp.MustCompile(`field (\S+) not found in type \S+`)
	yamlTwice   = regexp.MustCompile(`(?:mapping key|field) "?([^" ]+)"? already (?:defined|set)`)
	yamlType    = regexp.MustCompile("cannot unmarshal \\S+ (?:`([^`]*)`)? ?into (\\S+)")
)

// unreadable puts what YAML says into words.
func unreadable(rule string, err error) Refusal {
	said := []string{err.Error()}
	var typed *yaml.TypeError
	if errors.As(err, &typed) {
		said = typed.Errors
	}
	var r Refusal
	for _, s := range said {
		p := Problem{Rule: rule}
		if m := yamlLine.FindStringSubmatch(s); m != nil {
			p.Line, _ = strconv.Atoi(m[1])
		}
		switch {
		case yamlUnknown.MatchString(s):
			p.Why = fmt.Sprintf("there is no field %q here", yamlUnknown.FindStringSubmatch(s)[1])
		case yamlTwice.MatchString(s):
			p.Why = fmt.Sprintf("%q is written twice", yamlTwice.FindStringSubmatch(s)[1])
		case yamlType.MatchString(s):
			m := yamlType.FindStringSubmatch(s)
			p.Why = fmt.Sprintf("%q cannot stand here: write %s", m[1], goWord(m[2]))
		default:
			p.Why = "the file is not YAML here (look at the spaces before the words): " + yamlLine.ReplaceAllString(strings.TrimPrefix(s, "yaml: "), "")
		}
		r.add(p)
	}
	return r
}

func goWord(kind string) string {
	switch {
	case kind == "int":
		return "a whole number"
	case strings.HasPrefix(kind, "map"):
		return "one line a language"
	case strings.HasPrefix(kind, "[]"):
		return "a list, each entry with a dash"
	case kind == "string", strings.HasSuffix(kind, "Severity"):
		return "a text"
	}
	return "fields, each on its own line"
}

// strictly decodes a node and refuses fields that are not there, which
// yaml.Node.Decode does not.
func strictly(node *yaml.Node, into any) error {
	if node.Kind != yaml.MappingNode {
		return fmt.Errorf("line %d: a rule is written as fields: id, version, severity, when, words, source", node.Line)
	}
	var unknown []string
	for i := 0; i+1 < len(node.Content); i += 2 {
		if f := node.Content[i]; !ruleFields[f.Value] {
			unknown = append(unknown, fmt.Sprintf("line %d: field %s not found in type rule", f.Line, f.Value))
		}
	}
	if len(unknown) > 0 {
		return &yaml.TypeError{Errors: unknown}
	}
	return node.Decode(into)
}

var ruleFields = map[string]bool{
	"id": true, "version": true, "severity": true, "after": true, "when": true, "limits": true, "show": true, "words": true, "source": true,
}

// nameOf is the id of a rule that cannot be read otherwise.
func nameOf(node *yaml.Node) string {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == "id" {
			return node.Content[i+1].Value
		}
	}
	return ""
}

// lineOf is where a field of a rule is written; the rule's own line when it is
// missing.
func lineOf(node *yaml.Node, field string) int {
	for i := 0; i+1 < len(node.Content); i += 2 {
		if node.Content[i].Value == field {
			return node.Content[i].Line
		}
	}
	return node.Line
}
