package carenet

import "time"

// RuleFigures is the head of the page of what became of alerts, rule by rule.
type RuleFigures struct {
	Organisation string
	Zone         *time.Location
	Since, Until time.Time
}

// OnDuty is somebody on duty, as staff see it.
type OnDuty struct {
	ID    ID
	Name  string
	From  time.Time
	Until time.Time
	For   string // whom they cover; "" for nobody
}

// Gap is a time in which the rota has nobody on duty.
type Gap struct{ From, Until time.Time }

// DutyNow is the head of the board.
type DutyNow struct {
	HasRota bool
	On      []OnDuty
}

// RotaShift is a shift as the rota's page lists it.
type RotaShift struct {
	ID      ID
	Name    string
	Weekly  bool
	Weekday time.Weekday
	First   Day
	Last    Day
	From    LocalTime
	Until   LocalTime
}

// RotaCover is a cover as the rota's page lists it; By is "" for nobody.
type RotaCover struct {
	ID          ID
	Away, By    string
	First, Last Day
}

// RotaPage is who is on duty, now and in the next two weeks.
type RotaPage struct {
	Organisation string
	Zone         *time.Location
	Today        Day
	MayEdit      bool
	Asked        bool // a step of some escalation asks who is on duty
	Now          []OnDuty
	Ahead        []OnDuty
	Gaps         []Gap
	Shifts       []RotaShift
	Covers       []RotaCover
	Staff        []PersonName
}

// PolicyPage is who is asked about alerts of a severity, as it stands.
type PolicyPage struct {
	Organisation string
	Zone         *time.Location
	MayEdit      bool
	Staff        []PersonName
	Version      map[string]int       // of the organisation's own, by severity
	Since        map[string]time.Time // from when on
}
