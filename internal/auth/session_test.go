package auth_test

import (
	"net/url"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/internal/auth"
)

func TestSessionCookie(t *testing.T) {
	for _, c := range []struct {
		door         auth.Door
		public, path string
		want         auth.Cookie
	}{
		{auth.PatientDoor, "https://care.example.org", "", auth.Cookie{Name: "__Host-howareyou_patient", Path: "/", Secure: true, HTTPOnly: true, SameSite: "Lax", MaxAge: 720 * time.Hour}},
		{auth.ClinicDoor, "https://care.example.org", "/", auth.Cookie{Name: "__Host-howareyou_clinic", Path: "/", Secure: true, HTTPOnly: true, SameSite: "Lax", MaxAge: 12 * time.Hour}},
		{auth.FollowerDoor, "http://127.0.0.1:8080", "/demo/as/sam/", auth.Cookie{Name: "howareyou_follower", Path: "/demo/as/sam/", HTTPOnly: true, SameSite: "Lax", MaxAge: 720 * time.Hour}},
		{auth.FollowerDoor, "https://demo.example.org", "/demo/as/sam/", auth.Cookie{Name: "__Secure-howareyou_follower", Path: "/demo/as/sam/", Secure: true, HTTPOnly: true, SameSite: "Lax", MaxAge: 720 * time.Hour}},
	} {
		public, err := url.Parse(c.public)
		if err != nil {
			t.Fatal(err)
		}
		if got := auth.SessionCookie(c.door, public, c.path); got != c.want {
			t.Errorf("%s at %s%s: %+v, want %+v", c.door, c.public, c.path, got, c.want)
		}
	}
}

func TestSessionsEndByIdlenessAndByAge(t *testing.T) {
	signedIn := time.Date(2026, 3, 9, 8, 0, 0, 0, time.UTC)
	for _, c := range []struct {
		why  string
		door auth.Door
		seen time.Duration
		want time.Duration
	}{
		{"a nurse who left the desk", auth.ClinicDoor, 0, 30 * time.Minute},
		{"a nurse at the end of the shift", auth.ClinicDoor, 11*time.Hour + 50*time.Minute, 12 * time.Hour},
		{"a follower who looks every day", auth.FollowerDoor, 29 * 24 * time.Hour, 30 * 24 * time.Hour},
		{"a patient who never came back", auth.PatientDoor, 0, 14 * 24 * time.Hour},
		{"no door", auth.Door("back"), time.Hour, 0},
	} {
		if got := auth.SessionExpiry(c.door, signedIn, signedIn.Add(c.seen)).Sub(signedIn); got != c.want {
			t.Errorf("%s: ends after %s, want %s", c.why, got, c.want)
		}
	}
	rapid.Check(t, func(t *rapid.T) {
		door := rapid.SampledFrom([]auth.Door{auth.PatientDoor, auth.FollowerDoor, auth.ClinicDoor}).Draw(t, "door")
		seen := signedIn
		for range rapid.IntRange(0, 200).Draw(t, "uses") {
			seen = seen.Add(time.Duration(rapid.IntRange(0, 600).Draw(t, "minutes")) * time.Minute)
		}
		end, terms := auth.SessionExpiry(door, signedIn, seen), auth.TermsFor(door)
		if end.After(signedIn.Add(terms.Max)) || end.After(seen.Add(terms.Idle)) {
			t.Fatalf("%s: ends at %s", door, end)
		}
	})
}
