package pack

import (
	"fmt"
	"maps"
	"strings"

	"gopkg.in/yaml.v3"

	"howareyou/alerts"
)

// LargestOwn is the size of a pack of an organisation's own. A hundred rules of
// usual length are a third of it.
const LargestOwn = 96 << 10

// Propose reads a pack that an organisation wants to keep, beside those that it
// keeps already. Besides what Parse refuses it refuses what would make two things
// of one name: a version that is taken, and a rule whose condition was changed
// without raising its version. A finding names rule, version and pack, and must be
// explained by them years later.
func Propose(text []byte, kept []Pack) (Pack, error) {
	if len(text) > LargestOwn {
		return Pack{}, Refusal{{Why: fmt.Sprintf("the file is larger than %d KiB", LargestOwn>>10)}}
	}
	p, err := Parse(text)
	if err != nil {
		return Pack{}, err
	}
	var r Refusal
	if p.ID == Default().ID {
		r.add(Problem{Why: fmt.Sprintf("pack: the name %q belongs to the rules that the program comes with; choose another, such as \"our-%[1]s\"", p.ID)})
	}
	newest := 0
	for _, k := range kept {
		if k.ID == p.ID {
			newest = max(newest, k.Version)
		}
	}
	if p.Version <= newest {
		r.add(Problem{Why: fmt.Sprintf("version: version %d of %s is kept already, and what is kept never changes; number this one %d", newest, p.ID, newest+1)})
	}
	for _, made := range p.Rules {
		r.checkRaised(p, made.ID, append([]Pack{Default()}, kept...))
	}
	if len(r) > 0 {
		return Pack{}, r
	}
	return p, nil
}

// Outline reads of a pack that was found in order before what Propose compares with:
// its name and what its rules judge by. It compiles nothing and runs nothing.
func Outline(text []byte) (Pack, error) {
	var f file
	if err := yaml.Unmarshal(text, &f); err != nil {
		return Pack{}, unreadable("", err)
	}
	p := Pack{Pack: alerts.Pack{ID: f.Pack, Version: f.Version}, conditions: map[string]condition{}}
	for _, node := range f.Rules.Content {
		id, c := conditionOf(node)
		p.conditions[id] = c
	}
	return p, nil
}

// checkRaised refuses a rule that judges otherwise than a kept one of the same name
// and version.
func (r *Refusal) checkRaised(p Pack, id string, kept []Pack) {
	mine, newest := p.conditions[id], 0
	for _, k := range kept {
		newest = max(newest, k.conditions[id].version)
	}
	for _, k := range kept {
		if old, ok := k.conditions[id]; ok && old.version == mine.version && old.judges != mine.judges {
			r.add(Problem{Rule: id, Line: mine.line, Why: fmt.Sprintf(
				"version: version %d of this rule in %s %d judges otherwise; number this one %d, so that an alert says which of the two fired", old.version, k.ID, k.Version, newest+1)})
			return
		}
	}
}

// condition is what a rule judges by.
type condition struct {
	version, line int
	judges        string
}

func conditionOf(node *yaml.Node) (id string, c condition) {
	var w rule
	_ = node.Decode(&w) // it has been read before
	if w.After == "" {
		w.After = afterAnswer
	}
	var b strings.Builder
	part := func(s string) { b.WriteString(strings.Join(strings.Fields(s), " ") + "\n") }
	part(string(w.Severity))
	part(w.After)
	part(w.When)
	return w.ID, condition{version: w.Version, line: lineOf(node, "version"), judges: b.String()}
}

// Difference is how a rule of one pack stands to another pack.
type Difference struct {
	Rule string
	// Kind is "added", "removed", "changed" (it judges otherwise) or "worded" (its
	// words or its number differ).
	Kind     string
	Was, Now string // the severities, where they differ
}

// Differences are the rules in which a pack differs from another, those that are
// gone last.
func Differences(p, from Pack) (all []Difference) {
	before := map[string]alerts.Rule{}
	for _, old := range from.Rules {
		before[old.ID] = old
	}
	for _, made := range p.Rules {
		old, had := before[made.ID]
		d := Difference{Rule: made.ID}
		switch {
		case !had:
			d.Kind, d.Now = "added", string(made.Severity)
		case from.conditions[made.ID].judges != p.conditions[made.ID].judges:
			d.Kind = "changed"
			if old.Severity != made.Severity {
				d.Was, d.Now = string(old.Severity), string(made.Severity)
			}
		case old.Version != made.Version || !maps.Equal(old.Say, made.Say):
			d.Kind = "worded"
		default:
			continue
		}
		all = append(all, d)
	}
	for _, old := range from.Rules {
		if _, has := p.conditions[old.ID]; !has {
			all = append(all, Difference{Rule: old.ID, Kind: "removed", Was: string(old.Severity)})
		}
	}
	return all
}
