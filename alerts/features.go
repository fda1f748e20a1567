package alerts

import (
	"bytes"
	"encoding/json"
)

// Number is a feature that may be missing. Missing is a state of its own: no
// rule may read it as zero. In JSON a missing number is null.
type Number struct {
	Value float64
	Known bool
}

// Num returns a known number.
func Num(v float64) Number { return Number{Value: v, Known: true} }

// MarshalJSON writes the value, or null when it is missing.
func (n Number) MarshalJSON() ([]byte, error) {
	if !n.Known {
		return []byte("null"), nil
	}
	return json.Marshal(n.Value)
}

// UnmarshalJSON reads what MarshalJSON wrote.
func (n *Number) UnmarshalJSON(b []byte) error {
	*n = Number{}
	if bytes.Equal(b, []byte("null")) {
		return nil
	}
	n.Known = true
	return json.Unmarshal(b, &n.Value)
}

// Features is what the rules may know about a patient on the day of an
// answer. Scores are higher-is-better and in the units of the scale. All but
// Score, Level, BaselineReady and DaysSincePrev are missing until there is a
// baseline.
type Features struct {
	// Score is the day's answer.
	Score float64 `json:"score"`
	// Level is one step of five on the scale (Scale.Level).
	Level float64 `json:"level"`
	// BaselineReady says whether it is known what is usual for this patient.
	BaselineReady bool `json:"baseline_ready"`
	// BaseMean, BaseSD and BaseN are the baseline's mean, its shrunk standard
	// deviation and the number of answers it was learned from.
	BaseMean Number `json:"base_mean"`
	BaseSD   Number `json:"base_sd"`
	BaseN    Number `json:"base_n"`
	// EWMA is the moving average with this answer in it; EWMAZ is its distance
	// from BaseMean in standard errors, negative when it is below.
	EWMA  Number `json:"ewma"`
	EWMAZ Number `json:"ewma_z"`
	// Drop is BaseMean minus Score. PrevDrop is the Drop of the answer before
	// this one, measured on its own day; missing when there was no baseline
	// on that day.
	Drop     Number `json:"drop"`
	PrevDrop Number `json:"prev_drop"`
	// DaysSincePrev counts the days since the answer before this one; missing
	// for the first answer.
	DaysSincePrev Number `json:"days_since_prev"`
	// BelowStreak counts the answers in a row, this one included, that are
	// clearly below usual (see belowLimit). It starts anew when an episode
	// closes.
	BelowStreak Number `json:"below_streak"`
}
