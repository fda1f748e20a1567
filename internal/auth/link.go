package auth

import (
	"net/http"
	"time"

	"howareyou/carenet"
)

const (
	// SignInLasts is how long a sign-in link works, once.
	SignInLasts = 15 * time.Minute
	// CheckInGrace is how long after the prompt's day its link still takes an
	// answer, so that whoever finds it in the morning can tell of the day before.
	CheckInGrace = 12 * time.Hour
	// AgreeLasts is how long the link of a question works: longer than it is asked.
	AgreeLasts = 14 * 24 * time.Hour
	// UnsubscribeLasts is how long the link in an email ends such emails: whoever finds
	// an old one must not be told to look for a newer.
	UnsubscribeLasts = 180 * 24 * time.Hour
)

// SignInExpiry returns when a sign-in link made at created stops working.
func SignInExpiry(created time.Time) time.Time { return created.Add(SignInLasts) }

// CheckInExpiry returns when the link of a prompt for this local day stops
// working: when the day is over where the patient lives, and the grace after.
func CheckInExpiry(day carenet.Day, zone *time.Location) time.Time {
	return (day + 1).Time(zone).Add(CheckInGrace)
}

// Link is what is known of a link when somebody follows it.
type Link struct {
	Purpose   Purpose
	ExpiresAt time.Time
	UsedAt    time.Time // zero while it was not used
}

// LinkUse is what a request may do with a link.
type LinkUse string

// The uses of a link.
const (
	ShowLink LinkUse = "show" // show the page with its button; change nothing
	UseLink  LinkUse = "use"  // do what the link is for
)

// Follow decides what a request with this method may do with the link at now.
// A GET only ever shows the page: phones, mail scanners and chat previews fetch
// links that nobody has opened. A sign-in link works once; the store must mark
// it used in the same statement that checks it is not, since two may come at
// once. A check-in link works until it expires, since a second answer is a
// correction. The error is of code Expired, or Invalid for other methods.
func (l Link) Follow(method string, now time.Time) (LinkUse, error) {
	const op = "follow link"
	if !now.Before(l.ExpiresAt) {
		return "", carenet.Errorf(carenet.Expired, op, "this link is past its time; ask for a new one")
	}
	if l.Purpose != ForCheckIn && !l.UsedAt.IsZero() {
		return "", carenet.Errorf(carenet.Expired, op, "this link was used already; ask for a new one")
	}
	switch method {
	case http.MethodGet, http.MethodHead:
		return ShowLink, nil
	case http.MethodPost:
		return UseLink, nil
	}
	return "", carenet.Errorf(carenet.Invalid, op, "a link is opened or its form is sent, nothing else")
}
