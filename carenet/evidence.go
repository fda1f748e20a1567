package carenet

// Evidence is why an alert stands: the rule, its version and the figures it
// judged, kept with the alert so that the reason can be said years later.
type Evidence struct {
	Rule      string    `json:"rule"`
	Version   int       `json:"version"`
	Usual     float64   `json:"usual"`           // mean of the person's own baseline, in points of the scale
	Spread    float64   `json:"spread"`          // its shrunken standard deviation, in points
	Days      int       `json:"days"`            // answers in the baseline
	Last      []float64 `json:"last"`            // the latest answers, oldest first
	Drop      float64   `json:"drop"`            // usual minus the latest answer, in points
	Threshold float64   `json:"threshold"`       // the drop that fires, in points
	Flags     []string  `json:"flags,omitempty"` // for words that flagged it, such as chest_pain
	Max       int       `json:"max,omitempty"`   // the scale's highest answer
	// Items are the answers to further questions that the rule saw, and Say its
	// sentence about them, by language.
	Items     map[string]float64 `json:"items,omitempty"`
	Say       map[string]string  `json:"say,omitempty"`
	OpenedDay Day                `json:"opened_day,omitzero"` // the episode's first day
}
