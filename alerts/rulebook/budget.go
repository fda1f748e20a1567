package rulebook

import (
	"math"
	"slices"
)

// budgetWeeks is how many weeks a rule's alerts are counted over: one bad week is
// no reason to change a rule.
const budgetWeeks = 4

// Cost is what a rule costs staff.
type Cost struct {
	Rule      string
	Severity  string
	LastWeek  int // alerts of the last seven days
	LastMonth int // and of the last four weeks
	Budget    int
	HasBudget bool
	// Proposal is what would keep it within its budget; zero where it is within.
	Proposal Proposal
}

// PerWeek is the alerts a week over the last four.
func (c Cost) PerWeek() float64 { return float64(c.LastMonth) / budgetWeeks }

// Over says whether the rule raised more than its budget over the last four weeks.
func (c Cost) Over() bool { return c.HasBudget && c.LastMonth > c.Budget*budgetWeeks }

// Value is what one alert of a rule was raised upon: a value and what it was held
// against.
type Value struct {
	Name         string
	Value, Limit float64
}

// Proposal is a limit that would have kept a rule's alerts within its budget.
type Proposal struct {
	Kind  ProposalKind
	Name  string  // of the value
	Was   float64 // the limit of the latest alert
	Limit float64
	Kept  int // alerts of the last four weeks that would have stayed
}

// ProposalKind says what is proposed.
type ProposalKind string

// The kinds: another limit; or, where no limit tells the alerts apart, to look at the
// rule itself.
const (
	ProposeNothing ProposalKind = ""
	ProposeLimit   ProposalKind = "limit"
	ProposeRule    ProposalKind = "rule"
)

// Propose finds what would have kept the alerts within a budget: the values of each,
// the latest last. It changes nothing: somebody must write it into a pack, try it and
// sign it.
func Propose(alerts [][]Value, budget int) Proposal {
	room := budget * budgetWeeks
	if len(alerts) <= room {
		return Proposal{}
	}
	for _, v := range alerts[len(alerts)-1] {
		if p, ok := proposeLimit(alerts, v.Name, room); ok {
			return p
		}
	}
	return Proposal{Kind: ProposeRule}
}

// proposeLimit: the limit of one value that as many alerts as there is room for
// would have passed.
func proposeLimit(alerts [][]Value, name string, room int) (Proposal, bool) {
	var far []float64 // how far beyond the limit each went
	var last Value
	sign := 0.0
	for i, values := range alerts {
		j := slices.IndexFunc(values, func(v Value) bool { return v.Name == name })
		if j < 0 {
			return Proposal{}, false
		}
		v := values[j]
		over := v.Value - v.Limit
		if sign == 0 && over != 0 {
			sign = math.Copysign(1, over)
		}
		// A limit that differs from patient to patient is no number to write down.
		if over*sign < 0 || math.IsNaN(over) || math.IsInf(over, 0) || i > 0 && v.Limit != last.Limit {
			return Proposal{}, false
		}
		far, last = append(far, math.Abs(over)), v
	}
	slices.Sort(far)
	slices.Reverse(far)
	if room == 0 || far[0] == far[len(far)-1] {
		return Proposal{}, false
	}
	// The least that keeps within the room: ties go together.
	need, kept := far[room-1], 0
	for _, f := range far {
		if f >= need {
			kept++
		}
	}
	for i := room - 1; kept > room && i >= 0; i-- {
		if far[i] > need {
			need, kept = far[i], i+1
		}
	}
	if kept > room || need == 0 {
		return Proposal{}, false
	}
	return Proposal{Kind: ProposeLimit, Name: name, Was: last.Limit, Limit: last.Limit + sign*need, Kept: kept}, true
}
