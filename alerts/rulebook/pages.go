package rulebook

import (
	"time"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/carenet"
)

// Spec is what is to be tried: text that was pasted, or a version that is kept, or for
// NilID the program's own pack.
type Spec struct {
	Version carenet.ID
	Text    string
	Period
}

// longestPeriod is ten years.
const longestPeriod = 3660

// Check says what is wrong with the period, of code Invalid.
func (s Spec) Check(today alerts.Day) error {
	const op = "start back-test"
	switch {
	case s.From > s.To:
		return carenet.Errorf(carenet.Invalid, op, "the first day must not come after the last")
	case s.To > today:
		return carenet.Errorf(carenet.Invalid, op, "the last day must not lie in the future")
	case s.Days() > longestPeriod:
		return carenet.Errorf(carenet.Invalid, op, "at most ten years can be tried at once")
	}
	return nil
}

// Head is what every page of an organisation's rules says.
type Head struct {
	Organisation string
	Zone         *time.Location
	Today        alerts.Day
	Viewer       string
	MayGovern    bool
	InForce      Name
}

// Page is the overview of an organisation's rules.
type Page struct {
	Head
	Pack       pack.Pack // the one in force
	Unreadable bool      // it cannot be read any more: the program's own judge meanwhile
	Costs      []Cost    // of the rules in force, of those that raised alerts of late, and of the safety rules
	// Trial is the newest back-test that the pack in force was a part of, and how often
	// each of its rules called staff in it.
	Trial       Backtest
	TrialCalls  map[string]int
	Versions    []Version
	Activations []Activation // the newest first
	Backtests   []Backtest   // the newest first
	// Leftover are alerts that stand upon rules which are no longer in force.
	Leftover []Leftover
}

// Leftover is an alert whose rule is no longer in force. It waits for a human.
type Leftover struct {
	Alert   carenet.ID
	Number  int
	Rule    string
	Patient carenet.ID
	Name    string
}

// VersionPage is one pack.
type VersionPage struct {
	Head
	Version
	Text        string
	Pack        pack.Pack
	Refused     string // why this version of the program cannot read it; ""
	Differences []pack.Difference
	Signed      bool // by the viewer
	// Backtest is the newest of this pack beside the one in force, in either order.
	Backtest Backtest
	Why      Why // it cannot be put in force; "" when it can
	Before   int // how often it was in force before
}

// Found is a match with the person whom it is about, for those who may see them.
type Found struct {
	Match
	Patient carenet.ID
	Name    string
	Alert   carenet.ID // that there was in fact; NilID: there was none
	Number  int
}

// Tally is what a back-test found of one rule.
type Tally struct {
	Rule    string
	Count   map[Kind]int
	Calls   int // how often the tried pack would call staff
	Called  int // how often the pack in force does on the same data
	InFact  int // alerts that there were in the period
	HasFact bool
}

// Filter narrows the matches that a page lists.
type Filter struct {
	Kind  Kind
	Rule  string
	After carenet.ID
}

// BacktestPage is a back-test and what it found.
type BacktestPage struct {
	Head
	Backtest
	Filter  Filter
	Tallies []Tally
	Found   []Found
	Next    carenet.ID // NilID: there are no more
	Why     Why        // its pack cannot be put in force by this result; "" when it can
	// Target is the pack that this result can put in force: the tried one, or, where
	// that is in force already, the one that it was tried beside.
	Target Version
	Usable bool // it compares with what is in force
}
