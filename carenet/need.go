package carenet

import (
	"cmp"
	"slices"
)

// Concern is why a patient stands where they stand on the board.
type Concern string

// The concerns, most urgent first.
const (
	ConcernAlert  Concern = "alert"  // an alert that is not resolved
	ConcernLow    Concern = "low"    // the newest answer is one of the two lowest
	ConcernSilent Concern = "silent" // no reply, or we cannot reach them
	ConcernWatch  Concern = "watch"  // a rule would have somebody keep an eye on them
	ConcernNone   Concern = "none"
)

var concernOrder = []Concern{ConcernAlert, ConcernLow, ConcernSilent, ConcernWatch, ConcernNone}

// lowest two of five: the answers that a nurse looks at without a rule.
const lowScore = 2

// Concern says why the patient needs a look.
func (r BoardRow) Concern(today Day) Concern {
	switch {
	case len(r.Alerts) > 0:
		return ConcernAlert
	case r.lowNow(today):
		return ConcernLow
	case r.Silence == NoReply, r.Silence == Undelivered:
		return ConcernSilent
	case len(r.Watch) > 0:
		return ConcernWatch
	}
	return ConcernNone
}

func (r BoardRow) lowNow(today Day) bool {
	if len(r.Series) == 0 {
		return false
	}
	last := r.Series[len(r.Series)-1]
	return last.Score <= lowScore && today.Sub(last.Day) <= 2
}

// SortByNeed puts those who need somebody first: by the gravest alert that is not
// put off, one that nobody has before one that is taken, then by age; then low
// answers, then silence, then by name. So somebody in danger stands on top also
// while a colleague is with them: whoever opens the board must not have to look for
// them. Each row's alerts are in that order too. The order is total, so that the list
// does not jump between two looks.
func SortByNeed(rows []BoardRow, today Day) {
	for i := range rows {
		slices.SortStableFunc(rows[i].Alerts, compareAlert)
	}
	slices.SortFunc(rows, func(a, b BoardRow) int {
		ca, cb := a.Concern(today), b.Concern(today)
		return cmp.Or(
			cmp.Compare(slices.Index(concernOrder, ca), slices.Index(concernOrder, cb)),
			compareAlerts(a.Alerts, b.Alerts),
			cmp.Compare(b.MissedInRow*silentWeight(cb), a.MissedInRow*silentWeight(ca)),
			cmp.Compare(a.Name, b.Name),
			slices.Compare(a.Patient[:], b.Patient[:]),
		)
	})
}

func silentWeight(c Concern) int {
	if c == ConcernSilent {
		return 1
	}
	return 0
}

var severityOrder = []string{"red", "amber-high", "amber", "outreach", "watch", "digest"}

func compareAlerts(a, b []AlertView) int {
	if len(a) == 0 || len(b) == 0 {
		return 0
	}
	return compareAlert(slices.MinFunc(a, compareAlert), slices.MinFunc(b, compareAlert))
}

// compareAlert orders alerts by need: one that is put off comes last, then severity
// counts (one that we do not know is the gravest), then that nobody has it, then age.
func compareAlert(x, y AlertView) int {
	return cmp.Or(
		cmp.Compare(rank(x.State == "snoozed"), rank(y.State == "snoozed")),
		cmp.Compare(slices.Index(severityOrder, x.Severity), slices.Index(severityOrder, y.Severity)),
		cmp.Compare(rank(x.State != "open"), rank(y.State != "open")),
		x.OpenedAt.Compare(y.OpenedAt),
		slices.Compare(x.ID[:], y.ID[:]),
	)
}

func rank(later bool) int {
	if later {
		return 1
	}
	return 0
}
