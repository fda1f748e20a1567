package alerts

// The names of the trend rules.
const (
	RuleTrendEWMA     = "WB-TREND-EWMA"
	RuleBelowUsual3   = "WB-BELOW-USUAL-3"
	RuleDropConfirmed = "WB-DROP-CONFIRMED"
)

// Rule turns features into a finding.
type Rule struct {
	ID       string
	Version  int // raised whenever When changes, so that a finding names what fired
	Severity Severity
	Words    string // key of the message that tells staff the reason
	Source   string // where the rule comes from
	// Trend rules open an episode or add evidence to the open one; any other
	// rule raises findings of its own.
	Trend bool
	// Answers is how many of the last answers the reason shows.
	Answers int
	// OnSilence rules are tried when an asking went unanswered, all others when
	// an answer came.
	OnSilence bool
	// When says whether the rule fires. It must hold no state. It fails when it
	// reads a feature that is missing or costs too much: a Fault, not a "no".
	When func(*Features) (bool, error)
	// Limits says which values passed which limits. It is asked only when the
	// rule fired. The first of a trend rule is in the units of the scale and is
	// the one that the reason quotes.
	Limits func(*Features) ([]Limit, error)
	// Say is what staff read, by language, with {feature} where a value goes;
	// nil where Words names a message of the program's own.
	Say map[string]string
}

// Limit is a value that a rule compared, and what with.
type Limit struct {
	Feature string  `json:"feature"`
	Value   float64 `json:"value"`
	Limit   float64 `json:"limit"`
}

// Pack is a versioned list of rules; they are tried in its order.
type Pack struct {
	ID      string
	Version int
	Rules   []Rule
}

// DefaultPack is what an organisation starts with.
func DefaultPack() Pack {
	return Pack{ID: "wellbeing", Version: 1, Rules: []Rule{dropConfirmed()}}
}

// TrendPack holds all three trend rules.
func TrendPack() Pack {
	return Pack{ID: "wellbeing-trend", Version: 1, Rules: []Rule{trendEWMA(), belowUsual3(), dropConfirmed()}}
}

const trendZ = -2.4

// trendEWMA finds a slow decline: the moving average has left the baseline by
// more than chance explains.
func trendEWMA() Rule {
	return Rule{
		ID: RuleTrendEWMA, Version: 1, Severity: Amber, Words: "reason.trend_ewma",
		Source: "Lucas & Saccucci 1990, with an allowance for autocorrelation", Trend: true, Answers: 5,
		When: func(f *Features) (bool, error) {
			return f.BaselineReady && f.EWMAZ.Value <= trendZ, nil
		},
		Limits: func(f *Features) ([]Limit, error) {
			fall := f.BaseMean.Value - f.EWMA.Value
			return []Limit{
				{"ewma_drop", fall, fall * trendZ / f.EWMAZ.Value},
				{"ewma_z", f.EWMAZ.Value, trendZ},
			}, nil
		},
	}
}

const belowAnswers = 3

// belowLimit is how far below usual an answer must lie to count in
// Features.BelowStreak.
func belowLimit(level, sd float64) float64 { return max(1.25*level, 1.5*sd) }

// belowUsual3 finds a decline that persists, though no single answer is low
// enough to stand out.
func belowUsual3() Rule {
	return Rule{
		ID: RuleBelowUsual3, Version: 1, Severity: Amber, Words: "reason.below_usual_3",
		Source: "persistence of a worsening, as diaries of exacerbations define it", Trend: true, Answers: belowAnswers,
		When: func(f *Features) (bool, error) {
			return f.BaselineReady && f.BelowStreak.Value >= belowAnswers, nil
		},
		Limits: func(f *Features) ([]Limit, error) {
			return []Limit{
				{"drop", f.Drop.Value, belowLimit(f.Level, f.BaseSD.Value)},
				{"below_streak", f.BelowStreak.Value, belowAnswers},
			}, nil
		},
	}
}

const dropApartDays = 3

// Both answers of a confirmed drop are at least dropLimit below usual, and
// one of them at least deepLimit.
func dropLimit(level, sd float64) float64 { return max(1.5*level, 1.5*sd) }
func deepLimit(level, sd float64) float64 { return max(2*level, 2.25*sd) }

// dropConfirmed finds a sudden decline: a fall of two levels that the answer
// next to it confirms. Asking for two answers is what keeps single bad days
// from calling anybody.
func dropConfirmed() Rule {
	return Rule{
		ID: RuleDropConfirmed, Version: 1, Severity: AmberHigh, Words: "reason.drop_confirmed",
		Source: "two-point worsening of the STAR trial (Basch), with confirmation", Trend: true, Answers: 2,
		When: func(f *Features) (bool, error) {
			if !f.BaselineReady || !f.PrevDrop.Known || f.DaysSincePrev.Value > dropApartDays {
				return false, nil
			}
			sd := f.BaseSD.Value
			return min(f.Drop.Value, f.PrevDrop.Value) >= dropLimit(f.Level, sd) &&
				max(f.Drop.Value, f.PrevDrop.Value) >= deepLimit(f.Level, sd), nil
		},
		Limits: func(f *Features) ([]Limit, error) {
			sd := f.BaseSD.Value
			return []Limit{
				{"deepest_drop", max(f.Drop.Value, f.PrevDrop.Value), deepLimit(f.Level, sd)},
				{"drop", f.Drop.Value, dropLimit(f.Level, sd)},
				{"prev_drop", f.PrevDrop.Value, dropLimit(f.Level, sd)},
				{"days_since_prev", f.DaysSincePrev.Value, dropApartDays},
			}, nil
		},
	}
}
