package carenet

// Evidence is why an alert stands: the rule, its version and the figures it
// judged, kept with the alert so that the reason can be said years later.
type Evidence struct {
	Rule        string    `json:"rule"`
	Version     int       `json:"version"`
	Pack        string    `json:"pack,omitempty"` // the rule's pack and its version
	PackVersion int       `json:"pack_version,omitempty"`
	Usual       float64   `json:"usual"`               // mean of the person's own baseline, in points of the scale
	Spread      float64   `json:"spread"`              // its shrunken standard deviation, in points
	Days        int       `json:"days"`                // answers in the baseline
	Last        []float64 `json:"last"`                // the latest answers, oldest first
	Drop        float64   `json:"drop"`                // usual minus the latest answer, in points
	Threshold   float64   `json:"threshold"`           // the drop that fires, in points
	Flags       []string  `json:"flags,omitempty"`     // for words that flagged it, such as chest_pain
	Max         int       `json:"max,omitempty"`       // the scale's highest answer
	OpenedDay   Day       `json:"opened_day,omitzero"` // the episode's first day
	Limits      []Limit   `json:"limits,omitempty"`    // every value that passed its limit
	Missed      int       `json:"missed,omitempty"`    // questions in a row without answer, where the rule is about silence
	Silent      bool      `json:"silent,omitempty"`    // the rule is about silence
	// Items are the answers to further questions that the rule saw.
	Items map[string]float64 `json:"items,omitempty"`
	// Say is the rule's own sentence, by language, with the values filled in.
	Say map[string]string `json:"say,omitempty"`
	// Offer is how the patient answered the offer of a call that the rule made.
	Offer OfferState `json:"offer,omitempty"`
	// Unheard is why the patient could not be asked; with OfferUnasked.
	Unheard Unheard `json:"unheard,omitempty"`
}

// Limit is a value that a rule compared, and what with.
type Limit struct {
	Name  string  `json:"name"`
	Value float64 `json:"value"`
	Limit float64 `json:"limit"`
}

// OfferState is what became of an offer of a call.
type OfferState string

// The states of an offer. One that nobody answers in time ends as NoAnswer, and
// a YES or CALL after that is still heard.
const (
	OfferOpen      OfferState = "open"
	OfferYes       OfferState = "yes"
	OfferNo        OfferState = "no"
	OfferNoAnswer  OfferState = "no_answer"
	OfferWithdrawn OfferState = "withdrawn" // a corrected answer undid what it was made for
	OfferUnasked   OfferState = "unasked"   // of evidence alone: they could not have heard it
)

// Unheard says why a patient could not hear what we would have asked.
type Unheard string

// The reasons.
const (
	UnheardHospital Unheard = "in_hospital" // nothing automatic goes there
	UnheardStopped  Unheard = "stopped"     // their number takes no texts of ours
	UnheardLost     Unheard = "lost"        // the text did not arrive
)

// RuleUnread is the rule of the alert that an organisation's own rules cannot be opened:
// it is about no patient.
const RuleUnread = "PACK"
