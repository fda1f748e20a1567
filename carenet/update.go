package carenet

import "time"

// Update is how a check-in reads for one audience.
type Update struct {
	CheckIn   ID
	Patient   ID
	At        time.Time
	Corrected bool     // it corrects an earlier one
	Score     *float64 // nil when not answered or not for these eyes
	Words     string   // "" when none or not for these eyes
	Private   bool     // only shown to those who may see private ones
	Reporter  Reporter
	By        string // who answered, when it was somebody else; only where it may be said
	Channel   Channel
	Late      bool
	Asked     bool // it answers a question of ours
}

// For returns how the check-in reads under view, and false when it is not for
// these eyes at all.
func (c CheckIn) For(view View) (Update, bool) {
	if !view.Sees() || (c.Private && !view.Private) {
		return Update{}, false
	}
	u := Update{
		CheckIn: c.ID, Patient: c.Patient, At: c.At, Corrected: c.Corrects != NilID,
		Private: c.Private, Reporter: c.Reporter, Channel: c.Channel, Late: c.Late, Asked: c.Prompt != NilID,
	}
	if view.Parts.Has(PartScore) {
		u.Score = c.Score
	}
	if view.Parts.Has(PartWords) {
		u.Words = c.Words
	}
	return u, true
}
