package carenet

import "time"

// EncouragementKind says what a follower sends back.
type EncouragementKind string

// The kinds of encouragement.
const (
	KindWord EncouragementKind = "words" // a kind word for the patient
	OnIt     EncouragementKind = "on_it" // the follower takes care of it
)

// Encouragement is a follower's word back to the patient.
type Encouragement struct {
	ID       ID
	Org      ID
	Patient  ID
	Follower ID // the place in the circle
	By       ID // the person
	Kind     EncouragementKind
	Words    string
	At       time.Time
}

// Nobody's phone rings for a kind word before WakingFrom or from WakingUntil on,
// in hours of the reader's own day.
const (
	WakingFrom  = 8
	WakingUntil = 21
)

// InWakingHours is at, or else the next moment at which a person of the zone may
// be disturbed for something that can wait.
func InWakingHours(at time.Time, zone *time.Location) time.Time {
	local := at.In(zone)
	switch {
	case local.Hour() < WakingFrom:
		return time.Date(local.Year(), local.Month(), local.Day(), WakingFrom, 0, 0, 0, zone).UTC()
	case local.Hour() >= WakingUntil:
		return time.Date(local.Year(), local.Month(), local.Day()+1, WakingFrom, 0, 0, 0, zone).UTC()
	}
	return at
}
