package pack

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"

	"gopkg.in/yaml.v3"

	"howareyou/alerts"
)

// file is a pack as it is written.
type file struct {
	Pack    string    `yaml:"pack"`
	Version int       `yaml:"version"`
	About   string    `yaml:"about"`
	SignOff signOff   `yaml:"signed_off"`
	Rules   yaml.Node `yaml:"rules"`
}

// signOff says who answers for the pack.
type signOff struct {
	By   string `yaml:"by"`
	Role string `yaml:"role"`
	On   string `yaml:"on"`
}

// rule is a rule as it is written.
type rule struct {
	ID       string            `yaml:"id"`
	Version  int               `yaml:"version"`
	Severity alerts.Severity   `yaml:"severity"`
	After    string            `yaml:"after"`
	When     string            `yaml:"when"`
	Limits   []limit           `yaml:"limits"`
	Show     int               `yaml:"show"`
	Words    map[string]string `yaml:"words"`
	Source   string            `yaml:"source"`
}

type limit struct {
	Name  string `yaml:"name"`
	Value string `yaml:"value"`
	Limit string `yaml:"limit"`
}

// Pack is a pack that was found in order.
type Pack struct {
	alerts.Pack
	About   string
	SignOff SignOff
	// conditions are what its rules judge by.
	conditions map[string]condition
}

// SignOff says who answers for a pack.
type SignOff struct{ By, Role, On string }

const (
	mostRules = 100
	// largest is the size of a file, far above what a hundred rules need.
	largest = 256 << 10
)

var (
	packID = regexp.MustCompile(`^[a-z][a-z0-9-]{1,39}$`)
	ruleID = regexp.MustCompile(`^[A-Z][A-Z0-9]*(-[A-Z0-9]+)+$`)
	day    = regexp.MustCompile(`^\d{4}-\d{2}-\d{2}$`)
)

// Parse reads a pack and refuses it with every mistake that it holds: the
// error is a Refusal.
func Parse(text []byte) (Pack, error) {
	var f file
	if len(text) > largest {
		return Pack{}, Refusal{{Why: "the file is larger than 256 KiB"}}
	}
	decoder := yaml.NewDecoder(bytes.NewReader(text))
	decoder.KnownFields(true)
	if err := decoder.Decode(&f); err != nil {
		if errors.Is(err, io.EOF) {
			return Pack{}, Refusal{{Why: "the file is empty"}}
		}
		return Pack{}, unreadable("", err)
	}
	if err := decoder.Decode(new(yaml.Node)); !errors.Is(err, io.EOF) {
		return Pack{}, Refusal{{Why: "the file holds more than one pack; write one file a pack"}}
	}
	var r Refusal
	p := Pack{
		Pack: alerts.Pack{ID: f.Pack, Version: f.Version}, About: f.About,
		SignOff: SignOff(f.SignOff), conditions: map[string]condition{},
	}
	r.checkHead(f)
	switch n := len(f.Rules.Content); {
	case f.Rules.Kind != yaml.SequenceNode || n == 0:
		r.add(Problem{Line: f.Rules.Line, Why: "rules: the pack holds no rules"})
	case n > mostRules:
		r.add(Problem{Line: f.Rules.Line, Why: fmt.Sprintf("rules: more than %d rules; every answer tries them all", mostRules)})
	default:
		seen := map[string]bool{}
		for _, node := range f.Rules.Content {
			if made, ok := r.readRule(node, seen); ok {
				p.Rules = append(p.Rules, made)
				id, c := conditionOf(node)
				p.conditions[id] = c
			}
		}
	}
	if len(r) > 0 {
		return Pack{}, r
	}
	return p, nil
}

func (r *Refusal) checkHead(f file) {
	if !packID.MatchString(f.Pack) {
		r.add(Problem{Why: `pack: give the pack a name of small letters, digits and dashes, such as "riverside-wellbeing"`})
	}
	if alerts.SafetyPack().ID == f.Pack {
		r.add(Problem{Why: `pack: the name "safety" belongs to the rules that nobody can change; choose another`})
	}
	if f.Version < 1 {
		r.add(Problem{Why: "version: number the versions of the pack 1, 2, 3, ..."})
	}
	if f.SignOff.By == "" || f.SignOff.Role == "" || !day.MatchString(f.SignOff.On) {
		r.add(Problem{Why: "signed_off: say who answers for the pack: by, role, and on (a date such as 2026-03-01)"})
	}
}

// readRule reads one rule; ok is false when it was refused.
func (r *Refusal) readRule(node *yaml.Node, seen map[string]bool) (made alerts.Rule, ok bool) {
	before := len(*r)
	var w rule
	if err := strictly(node, &w); err != nil {
		for _, p := range unreadable(nameOf(node), err) {
			if p.Line == 0 {
				p.Line = node.Line
			}
			r.add(p)
		}
		return made, false
	}
	say := func(field, format string, args ...any) {
		r.add(Problem{Rule: w.ID, Line: lineOf(node, field), Why: field + ": " + fmt.Sprintf(format, args...)})
	}
	switch {
	case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(w.ID)), strings.TrimSuffix(alerts.SafetyPrefix, "-")):
		say("id", "rules whose names begin with SAFE belong to the program; no pack can change, silence or replace them")
	case !ruleID.MatchString(w.ID):
		say("id", "name the rule in capital letters, digits and dashes, such as WB-LOW-TWICE")
	case seen[w.ID]:
		say("id", "another rule of the pack has this name")
	}
	seen[w.ID] = true
	if w.Version < 1 {
		say("version", "number the versions of the rule 1, 2, 3, ...; raise it whenever the condition changes")
	}
	switch {
	case w.Severity == alerts.Red:
		say("severity", "red calls somebody at any hour and is kept for the safety rules; use amber-high")
	case w.Severity.Rank() == 0:
		say("severity", "write amber-high, amber, ask, outreach, watch or digest")
	}
	if w.After == "" {
		w.After = afterAnswer
	}
	if w.After != afterAnswer && w.After != afterSilence {
		say("after", "write answer (the rule looks at each answer) or silence (at each question that stayed unanswered)")
	}
	if w.Source == "" {
		say("source", "say where the rule comes from: a paper, a guideline, or whose judgement it is")
	}
	if w.Show == 0 {
		w.Show = 3
	}
	if w.Show < 1 || w.Show > 5 {
		say("show", "staff can be shown the last 1 to 5 answers")
	}
	r.checkWords(w, say)
	when := r.compile(node, w, "when", w.When, boolType)
	if when.program != nil {
		r.checkKnown(node, w, "when", when, nil)
	}
	limits := r.readLimits(node, w, when)
	if len(*r) > before {
		return made, false
	}
	return alerts.Rule{
		ID: w.ID, Version: w.Version, Severity: w.Severity, Words: "reason.pack", Say: w.Words, Source: w.Source,
		Trend: opensEpisodes(w.ID), Answers: w.Show, OnSilence: w.After == afterSilence,
		When:   when.bool,
		Limits: limits,
	}, true
}

const (
	afterAnswer  = "answer"
	afterSilence = "silence"
)

// opensEpisodes: only the three trend rules open an episode, in whatever form a
// pack gives them.
func opensEpisodes(id string) bool {
	return id == alerts.RuleTrendEWMA || id == alerts.RuleBelowUsual3 || id == alerts.RuleDropConfirmed
}

// languages are those that staff read.
var languages = []string{"en", "es", "ar"}

func (r *Refusal) checkWords(w rule, say func(field, format string, args ...any)) {
	for _, lang := range languages {
		if strings.TrimSpace(w.Words[lang]) == "" {
			say("words", "write what staff read, in en, es and ar; %s is missing", lang)
		}
	}
	for lang, words := range w.Words {
		if len(words) > 300 {
			say("words", "%s is longer than 300 characters; staff read it on a phone", lang)
		}
		if bad := alerts.UnknownPlace(words); bad != "" {
			say("words", "%s has {%s}, which is no value that can be filled in", lang, bad)
		}
	}
}

func (r *Refusal) readLimits(node *yaml.Node, w rule, when expression) func(*alerts.Features) ([]alerts.Limit, error) {
	type pair struct {
		name         string
		value, limit expression
	}
	var pairs []pair
	for i, l := range w.Limits {
		at := fmt.Sprintf("limits, number %d", i+1)
		if l.Name == "" {
			r.add(Problem{Rule: w.ID, Line: lineOf(node, "limits"), Why: at + ": give it a name, such as drop"})
		}
		p := pair{l.Name, r.compile(node, w, at+", value", l.Value, doubleType), r.compile(node, w, at+", limit", l.Limit, doubleType)}
		if when.program != nil && p.value.program != nil && p.limit.program != nil {
			r.checkKnown(node, w, at, p.value, &when)
			r.checkKnown(node, w, at, p.limit, &when)
		}
		pairs = append(pairs, p)
	}
	return func(f *alerts.Features) ([]alerts.Limit, error) {
		out := make([]alerts.Limit, 0, len(pairs))
		for _, p := range pairs {
			v, err := p.value.number(f)
			if err != nil {
				return out, err
			}
			l, err := p.limit.number(f)
			if err != nil {
				return out, err
			}
			out = append(out, alerts.Limit{Feature: p.name, Value: v, Limit: l})
		}
		return out, nil
	}
}

func (r *Refusal) compile(node *yaml.Node, w rule, field, text string, want kind) expression {
	x, err := compile(text, want)
	if err == nil {
		return x
	}
	p := Problem{Rule: w.ID, Line: lineOf(node, firstWord(field)), Why: field + ": " + err.Error()}
	var m mistake
	if errors.As(err, &m) && m.line > 0 {
		p.ExprLine, p.Character = m.line, m.character
	}
	r.add(p)
	return expression{}
}
