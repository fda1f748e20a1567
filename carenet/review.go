package carenet

import "time"

// Review is an organisation's week, for its staff.
type Review struct {
	Organisation string
	Zone         *time.Location
	Since, Until time.Time
	Drift        []ReviewPatient // a slow change since they enrolled
	Watch        []ReviewPatient // the watch list
	Silent       []ReviewPatient // no reply, or we cannot reach them
	Rules        []ReviewRule    // what became of the week's alerts
	Goals        []ReviewPatient // whose goals are to be looked at
	Over         []ReviewBudget  // rules over their alert budget
	Standing     int             // alerts that are not closed, whenever they opened
	Wanted       bool            // its reader wants to be told of it each week
}

// ReviewPatient is one patient of a list, with what the rules say.
type ReviewPatient struct {
	ID     ID
	Name   string
	Why    []Evidence
	Cause  Cause // of a silence
	Missed int
	Goals  int // that are to be looked at
}

// ReviewRule is what became of the alerts of one rule in the week.
type ReviewRule struct {
	Rule                       string
	Severity                   string
	Opened, Closed, FalseAlarm int
	Useful, NotUseful          int
}

// ReviewBudget is a rule that raises more than staff have said they can look into.
type ReviewBudget struct {
	Rule        string
	Week, Month int // alerts of the last seven days, and of the last four weeks
	Budget      int // a week
}

// Empty says whether there is nothing to tell.
func (r Review) Empty() bool {
	return len(r.Drift)+len(r.Watch)+len(r.Silent)+len(r.Goals)+len(r.Over)+len(r.Rules)+r.Standing == 0
}

// reviewTime is when the week's summary comes, on Monday.
const reviewTime LocalTime = 8 * 60

// ReviewLife is for how long it is of use: what an outage has held up longer is not
// sent any more, and stands on the page.
const ReviewLife = 72 * time.Hour

// ReviewDue is when the newest summary at or before an instant was due, and the day
// that names its week.
func ReviewDue(at time.Time, zone *time.Location) (due time.Time, week Day) {
	for day := LocalDay(at, zone); ; day-- {
		if due, _ := day.At(reviewTime, zone); day.Weekday() == time.Monday && !due.After(at) {
			return due, day
		}
	}
}

// NextReview is when the first summary after an instant is due.
func NextReview(after time.Time, zone *time.Location) time.Time {
	_, week := ReviewDue(after, zone)
	due, _ := (week + 7).At(reviewTime, zone)
	return due
}
