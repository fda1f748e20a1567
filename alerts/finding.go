package alerts

import "math"

// Part says what a finding does to the patient's episode.
type Part string

// The parts a finding can play.
const (
	PartOpens    Part = "opens"    // it opens an episode
	PartEvidence Part = "evidence" // it adds to the open episode
	PartHeld     Part = "held"     // a trend rule fired too soon after the last episode
	PartOwn      Part = "own"      // not a trend rule: it stands for itself
)

// Finding is a rule that fired on the day of an answer, with all that is
// needed to explain and to check it later.
type Finding struct {
	Rule        string   `json:"rule"`
	RuleVersion int      `json:"rule_version"`
	Pack        string   `json:"pack"`
	PackVersion int      `json:"pack_version"`
	Severity    Severity `json:"severity"`
	Words       string   `json:"words"`
	// Say is Rule.Say.
	Say  map[string]string `json:"say,omitempty"`
	Day  Day               `json:"day"`
	Part Part              `json:"part"`
	// Episode is the opening day of the episode it belongs to, where Part is
	// PartOpens or PartEvidence.
	Episode  Day      `json:"episode,omitzero"`
	Evidence Evidence `json:"evidence"`
}

// Evidence is what a rule saw. Scores in it are higher-is-better; Reason
// turns them back.
type Evidence struct {
	Scale    Scale    `json:"scale"`
	Features Features `json:"features"`
	Baseline Baseline `json:"baseline"`
	Limits   []Limit  `json:"limits"`
	Last     []Answer `json:"last"` // the last answers, oldest first
}

// Reason is a finding for humans: values for a message in the reader's
// language, on the scale as the patient knows it, rounded so that what is
// said stays true.
type Reason struct {
	Rule          string
	Words         string // key of the message
	Severity      Severity
	LowerIsBetter bool // say "rose" where it would otherwise be "fell"
	// Usual is the baseline's mean to the nearest half.
	Usual float64
	// Recent is the moving average to the nearest half.
	Recent float64
	// Last holds the last answers, oldest first, exactly as they were given.
	Last []float64
	// Days is how many days Last spans, its first and last day included.
	Days int
	// Drop is how much worse than usual, and Threshold what was needed for
	// the rule to fire: one decimal each, and never Threshold above Drop.
	Drop      float64
	Threshold float64
}

// Reason returns the finding in values fit for a sentence.
func (f Finding) Reason() Reason {
	e := f.Evidence
	r := Reason{
		Rule: f.Rule, Words: f.Words, Severity: f.Severity,
		LowerIsBetter: e.Scale.LowerIsBetter,
		Usual:         Rounded(e.Scale.Shown(e.Baseline.Mean)),
		Recent:        Rounded(e.Scale.Shown(e.Features.EWMA.Value)),
	}
	for _, a := range e.Last {
		r.Last = append(r.Last, e.Scale.Shown(a.Score))
	}
	if n := len(e.Last); n > 0 {
		r.Days = int(e.Last[n-1].Day-e.Last[0].Day) + 1
	}
	if len(e.Limits) > 0 {
		r.Drop = math.Round(e.Limits[0].Value*10) / 10
		// Down, so that rounding never says that the limit was not reached.
		r.Threshold = math.Floor(e.Limits[0].Limit*10) / 10
	}
	return r
}

// Rounded returns a usual score as people say it: to the nearest half.
func Rounded(x float64) float64 { return math.Round(x*2) / 2 }
