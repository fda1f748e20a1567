package pack

import (
	"errors"
	"fmt"
	"strings"
	"sync"

	"cel.dev/cel-go/cel"
	"cel.dev/cel-go/common/ast"
	"cel.dev/cel-go/common/cost"
	"cel.dev/cel-go/common/types"
	"cel.dev/cel-go/common/types/ref"
	"cel.dev/cel-go/ext"

	"howareyou/alerts"
)

const (
	// costLimit bounds the work of one condition, in the units of CEL: about one
	// for each name that is read and each operation. The longest rule of the
	// default pack costs under 60.
	costLimit = 500
	longest   = 2000 // characters of a condition
)

// environment is what every condition is compiled in. Without macros there are
// no loops. ClearMacros comes first: the mathematics that are added after it
// (math.greatest, math.least, math.abs and so on) are macros themselves.
var environment = sync.OnceValues(func() (*cel.Env, error) {
	options := []cel.EnvOption{cel.ClearMacros(), ext.Math(), cel.DefaultUTCTimeZone(true)}
	for n, known := range names {
		options = append(options, cel.Variable(n, known.kind))
	}
	return cel.NewEnv(options...)
})

// expression is a compiled condition or limit.
type expression struct {
	program cel.Program
	reads   []string // the features it names, as often as it does
	words   []string // the texts in it: names of items and flags
}

// compile reads a CEL expression of the wanted type.
func compile(text string, want *cel.Type) (expression, error) {
	if strings.TrimSpace(text) == "" {
		return expression{}, mistake{why: "is empty"}
	}
	if len(text) > longest {
		return expression{}, mistake{why: fmt.Sprintf("is longer than %d characters; split it into several rules", longest)}
	}
	env, err := environment()
	if err != nil {
		return expression{}, err
	}
	parsed, issues := env.Parse(text)
	if issues.Err() != nil {
		return expression{}, explain(issues)
	}
	allNumbersAlike(parsed)
	checked, issues := env.Check(parsed)
	if issues.Err() != nil {
		return expression{}, explain(issues)
	}
	if got := checked.OutputType(); !got.IsExactType(want) {
		return expression{}, mistake{why: fmt.Sprintf("gives %s, but must give %s", typeWord(got.String()), typeWord(want.String()))}
	}
	cost, err := env.EstimateCost(checked, sizes{})
	if err != nil {
		return expression{}, err
	}
	if cost.Min > costLimit {
		return expression{}, mistake{why: "takes too much work each time; make it simpler"}
	}
	options := []cel.ProgramOption{cel.EvalOptions(cel.OptOptimize)}
	if cost.Max > costLimit {
		// Counting costs time itself: only conditions whose work is not bounded by
		// their text alone are counted as they run.
		options = append(options, cel.CostLimit(costLimit))
	}
	program, err := env.Program(checked, options...)
	if err != nil {
		return expression{}, mistake{why: "cannot be run: " + err.Error()}
	}
	reads, words := namesIn(checked)
	return expression{program: program, reads: reads, words: words}, nil
}

// allNumbersAlike turns whole numbers into numbers with a decimal point: every
// feature is one, and whoever writes rules should not have to know that 2 and
// 2.0 are different to a computer.
func allNumbersAlike(parsed *cel.Ast) {
	factory := ast.NewExprFactory()
	ast.PostOrderVisit(parsed.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		if e.Kind() != ast.LiteralKind {
			return
		}
		switch n := e.AsLiteral().(type) {
		case types.Int:
			e.SetKindCase(factory.NewLiteral(e.ID(), types.Double(n)))
		case types.Uint:
			e.SetKindCase(factory.NewLiteral(e.ID(), types.Double(n)))
		}
	}))
}

// namesIn lists the features that a condition reads, and the texts in it.
func namesIn(checked *cel.Ast) (reads, words []string) {
	ast.PostOrderVisit(checked.NativeRep().Expr(), ast.NewExprVisitor(func(e ast.Expr) {
		switch e.Kind() {
		case ast.IdentKind:
			if _, ok := names[e.AsIdent()]; ok {
				reads = append(reads, e.AsIdent())
			}
		case ast.LiteralKind:
			if s, ok := e.AsLiteral().(types.String); ok {
				words = append(words, string(s))
			}
		}
	}))
	return reads, words
}

// sizes tells the estimate nothing of how large a list may be: a condition that
// goes through one is counted as it runs.
type sizes struct{}

// EstimateSize implements cost.Estimator.
func (sizes) EstimateSize(cost.AstNode) *cost.SizeEstimate { return nil }

// EstimateCallCost implements cost.Estimator.
func (sizes) EstimateCallCost(string, string, *cost.AstNode, []cost.AstNode) *cost.CallEstimate {
	return nil
}

// eval runs the expression. Its error says which feature was missing.
func (x expression) eval(f *alerts.Features) (ref.Val, error) {
	v, _, err := x.program.Eval((*activation)(f))
	if err != nil {
		return nil, x.fault(f, err)
	}
	return v, nil
}

func (x expression) bool(f *alerts.Features) (bool, error) {
	v, err := x.eval(f)
	if err != nil {
		return false, err
	}
	b, ok := v.(types.Bool)
	if !ok {
		return false, errors.New("gave no yes or no")
	}
	return bool(b), nil
}

func (x expression) number(f *alerts.Features) (float64, error) {
	v, err := x.eval(f)
	if err != nil {
		return 0, err
	}
	n, ok := v.(types.Double)
	if !ok {
		return 0, errors.New("gave no number")
	}
	return float64(n), nil
}

var errNoItem = errors.New("reads an item that was not answered")

// fault puts a failed evaluation into words.
func (x expression) fault(f *alerts.Features, err error) error {
	for _, n := range x.reads {
		if _, ok := names[n].get(f); !ok && strings.Contains(err.Error(), n) {
			return fmt.Errorf("reads %s, which is not known here", n)
		}
	}
	switch said := err.Error(); {
	case strings.Contains(said, "no such key"):
		return errNoItem
	case strings.Contains(said, "cost limit"):
		return errors.New("took too much work")
	}
	return fmt.Errorf("could not be worked out: %w", err)
}
