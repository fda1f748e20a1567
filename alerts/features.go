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

// Features is what the rules may know about a patient, on the day of an answer
// or when an asking went unanswered. Scores are higher-is-better and in the
// units of the scale. Each says when it is missing.
type Features struct {
	// Answered says whether there is an answer today. Without one, Score has no
	// meaning, and Drop and PrevDrop are missing.
	Answered bool `json:"answered"`
	// Score is the day's answer.
	Score float64 `json:"score"`
	// Level is one step of five on the scale (Scale.Level); ScaleMin and ScaleMax
	// are its worst and its best score.
	Level    float64 `json:"level"`
	ScaleMin float64 `json:"scale_min"`
	ScaleMax float64 `json:"scale_max"`
	// BaselineReady says whether it is known what is usual for this patient.
	BaselineReady bool `json:"baseline_ready"`
	// BaseMean, BaseSD and BaseN are the baseline's mean, its shrunk standard
	// deviation and the number of answers it was learned from. Missing until
	// BaselineReady.
	BaseMean Number `json:"base_mean"`
	BaseSD   Number `json:"base_sd"`
	BaseN    Number `json:"base_n"`
	// EWMA is the moving average with this answer in it; EWMAZ is its distance
	// from BaseMean in standard errors, negative when it is below. Missing until
	// BaselineReady.
	EWMA  Number `json:"ewma"`
	EWMAZ Number `json:"ewma_z"`
	// Drop is BaseMean minus Score, missing until BaselineReady. PrevDrop is the
	// Drop of the answer before this one, measured on its own day; missing when
	// there was no baseline on that day.
	Drop     Number `json:"drop"`
	PrevDrop Number `json:"prev_drop"`
	// DaysSincePrev counts the days since the answer before this one; missing
	// for the first answer.
	DaysSincePrev Number `json:"days_since_prev"`
	// BelowStreak counts the answers in a row, this one included, that are
	// clearly below usual (see belowLimit). It starts anew when an episode
	// closes. Missing until BaselineReady.
	BelowStreak Number `json:"below_streak"`
	// LowStreak counts the answers in a row, the last one included, that are
	// among the scale's lowest two of five. Never missing.
	LowStreak Number `json:"low_streak"`
	// SlopeWeek is Sen's slope of the answers of the last 21 days, in points a
	// week; missing with fewer than two. MKN is how many answers those are, and
	// MKP the one-sided p of Mann-Kendall that they do not fall, 1 where there is
	// nothing to compare. Neither is ever missing.
	SlopeWeek Number `json:"slope_week"`
	MKN       Number `json:"mk_n"`
	MKP       Number `json:"mk_p"`
	// AnchorMean is the mean of the answers of the first 28 days, and AnchorN how
	// many there are: how the patient was at enrolment. It does not move along
	// with a slow decline, as a baseline does. Recent28Mean and Recent28N are the
	// same of the last 28 days. A mean is missing where its count is 0.
	AnchorMean   Number `json:"anchor_mean"`
	AnchorN      Number `json:"anchor_n"`
	Recent28Mean Number `json:"recent28_mean"`
	Recent28N    Number `json:"recent28_n"`
	// MissedStreak counts the askings in a row that went unanswered, and MissedP
	// is how likely such a silence is at this patient's own rate of answering
	// (Prompts.SilenceP). Never missing; only askings that count are counted.
	MissedStreak Number `json:"missed_streak"`
	MissedP      Number `json:"missed_p"`
	// Item holds the day's answers to further questions by name, as they were
	// given. PrevItem is the answer before to each of them, BaseItem its mean over
	// the baseline's days (of at least three), Low3Item its lowest value on the
	// three days before. A name is absent where there is no such answer.
	Item     map[string]float64 `json:"item,omitempty"`
	PrevItem map[string]float64 `json:"prev_item,omitempty"`
	BaseItem map[string]float64 `json:"base_item,omitempty"`
	Low3Item map[string]float64 `json:"low3_item,omitempty"`
	// Flags is what was found in the words of the check-in.
	Flags []string `json:"flags,omitempty"`
}
