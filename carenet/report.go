package carenet

import "time"

// Report is what somebody says of where a patient is.
type Report string

// The reports.
const (
	ReportHospital Report = "in_hospital"
	ReportDied     Report = "died"
	ReportHome     Report = "home"   // out of hospital
	ReportUndone   Report = "undone" // of the one before it
)

// UndoWithin is how long staff may take a report back: a mistake is found within a day,
// and what is older was acted upon.
const UndoWithin = 24 * time.Hour

// The states of a patient that a report knows.
const (
	stateActive   = "active"
	stateHospital = string(ReportHospital)
	stateDied     = string(ReportDied)
)

// Becomes is a patient's state after a report; false when the report says nothing new,
// or nothing that can be of somebody in that state.
func (r Report) Becomes(state string) (next string, ok bool) {
	switch {
	case r == ReportHospital && state == stateActive:
		return stateHospital, true
	case r == ReportHome && state == stateHospital:
		return stateActive, true
	case r == ReportDied && (state == stateActive || state == stateHospital):
		return stateDied, true
	}
	return state, false
}

// Reported is a report as staff see it.
type Reported struct {
	What   Report
	By     string
	ByID   ID
	Staff  bool
	At     time.Time
	Before string // the state that an undoing puts back
}

// WhereForm is the page on which a follower says where a patient is.
type WhereForm struct {
	Organisation    string
	EmergencyNumber string
	Language        string
	Zone            *time.Location
	Patient         ID
	Name            string
	State           string
	Own             *Reported // the newest report, when it is this follower's
	MayUndo         bool      // they may take it back
}

// MayUndo says whether the newest report may still be taken back.
func MayUndo(newest Reported, now time.Time) bool {
	return newest.What != "" && newest.What != ReportUndone && now.Sub(newest.At) < UndoWithin
}

// Reachable says whether automatic texts may go to a patient, or to their circle about
// them: neither to a ward nor into a house in mourning.
func Reachable(state string) bool { return state == stateActive || state == "invited" }
