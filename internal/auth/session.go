package auth

import (
	"net/url"
	"time"
)

// Door is the way in that a session was opened for. A person who is follower
// and clinician has a session for each.
type Door string

// The doors.
const (
	PatientDoor  Door = "patient"
	FollowerDoor Door = "follower"
	ClinicDoor   Door = "clinic"
)

// SessionTerms says how long a session lasts.
type SessionTerms struct {
	Max  time.Duration // from signing in, whatever happens
	Idle time.Duration // since it was last used
}

// sessionTerms: on their own phones patients and followers stay signed in as
// long as NIST SP 800-63B (revision 3) allows at its first level (30 days, section 4.1.3).
// The clinic's computers are shared and show many patients, so there it is the
// second level (12 hours, 30 minutes, section 4.2.3).
var sessionTerms = map[Door]SessionTerms{
	PatientDoor:  {Max: 30 * 24 * time.Hour, Idle: 14 * 24 * time.Hour},
	FollowerDoor: {Max: 30 * 24 * time.Hour, Idle: 14 * 24 * time.Hour},
	ClinicDoor:   {Max: 12 * time.Hour, Idle: 30 * time.Minute},
}

// TermsFor returns the terms of a door; for one that does not exist a session
// lasts no time at all.
func TermsFor(door Door) SessionTerms { return sessionTerms[door] }

// SessionExpiry returns when a session ends that was opened at created and last
// used at seen. Each use may move the stored end on to it.
func SessionExpiry(door Door, created, seen time.Time) time.Time {
	terms := TermsFor(door)
	end, idle := created.Add(terms.Max), seen.Add(terms.Idle)
	if idle.Before(end) {
		return idle
	}
	return end
}

// Cookie is how a session cookie is to be set. It never has a Domain, so no
// other host gets it, and scripts never see it.
type Cookie struct {
	Name     string
	Path     string
	Secure   bool
	HTTPOnly bool
	SameSite string        // Lax or Strict
	MaxAge   time.Duration // the longest its session can last
}

// SessionCookie returns how the cookie of a door is set on pages under path of
// a service with this public address. On https its name carries the prefix
// that makes browsers insist on the rest (RFC 6265bis, section 4.1.3): __Host-
// at the root, __Secure- on a path of its own, as the demo uses to show several
// people side by side. Each door has its name, so that one person's two
// sessions do not end each other.
//
// SameSite is Lax: a link in a webmail must find its reader signed in, a GET
// changes nothing, and SameOrigin guards everything else.
func SessionCookie(door Door, public *url.URL, path string) Cookie {
	c := Cookie{
		Name: "howareyou_" + string(door), Path: path, Secure: public.Scheme == "https",
		HTTPOnly: true, SameSite: "Lax", MaxAge: TermsFor(door).Max,
	}
	if c.Path == "" {
		c.Path = "/"
	}
	switch {
	case c.Secure && c.Path == "/":
		c.Name = "__Host-" + c.Name
	case c.Secure:
		c.Name = "__Secure-" + c.Name
	}
	return c
}
