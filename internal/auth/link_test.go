package auth_test

import (
	"testing"
	"time"
	_ "time/tzdata" // the test must not depend on the machine's zones

	"howareyou/carenet"
	"howareyou/internal/auth"
)

func TestINV13_GetNeverConsumesALink(t *testing.T) {
	made := time.Date(2026, 3, 9, 9, 0, 0, 0, time.UTC)
	signIn := auth.Link{Purpose: auth.ForSignIn, ExpiresAt: auth.SignInExpiry(made)}
	used := signIn
	used.UsedAt = made.Add(time.Minute)
	checkIn := auth.Link{Purpose: auth.ForCheckIn, ExpiresAt: made.Add(24 * time.Hour)}
	answered := checkIn
	answered.UsedAt = made.Add(time.Minute)
	for _, c := range []struct {
		why    string
		link   auth.Link
		method string
		after  time.Duration
		want   auth.LinkUse
		code   carenet.Code
	}{
		{"a mail scanner looks", signIn, "GET", 0, auth.ShowLink, ""},
		{"a preview looks", signIn, "HEAD", 0, auth.ShowLink, ""},
		{"the button", signIn, "POST", 14*time.Minute + 59*time.Second, auth.UseLink, ""},
		{"past its time", signIn, "POST", 15 * time.Minute, "", carenet.Expired},
		{"past its time, only looking", signIn, "GET", 15 * time.Minute, "", carenet.Expired},
		{"a second time", used, "POST", 2 * time.Minute, "", carenet.Expired},
		{"a second look", used, "GET", 2 * time.Minute, "", carenet.Expired},
		{"answering", checkIn, "POST", time.Hour, auth.UseLink, ""},
		{"correcting", answered, "POST", time.Hour, auth.UseLink, ""},
		{"looking again", answered, "GET", time.Hour, auth.ShowLink, ""},
		{"the next day", answered, "POST", 24 * time.Hour, "", carenet.Expired},
		{"another method", signIn, "DELETE", 0, "", carenet.Invalid},
		{"no method", signIn, "", 0, "", carenet.Invalid},
		{"a small get", signIn, "get", 0, "", carenet.Invalid},
		{"no link", auth.Link{}, "GET", 0, "", carenet.Expired},
	} {
		got, err := c.link.Follow(c.method, made.Add(c.after))
		if got != c.want || carenet.CodeOf(err) != c.code {
			t.Errorf("%s: %q, %v; want %q %q", c.why, got, err, c.want, c.code)
		}
	}
}

func TestCheckInLinkLastsThroughThePatientsDay(t *testing.T) {
	for _, c := range []struct{ zone, day, want string }{
		{"Europe/London", "2026-03-09", "2026-03-10T12:00:00Z"},
		{"Europe/London", "2026-03-29", "2026-03-30T11:00:00Z"}, // a day of 23 hours
		{"America/New_York", "2026-03-09", "2026-03-10T16:00:00Z"},
		{"Africa/Cairo", "2026-04-23", "2026-04-24T10:00:00Z"}, // the next day begins at 01:00
		{"Pacific/Kiritimati", "2026-03-09", "2026-03-09T22:00:00Z"},
	} {
		zone, err := carenet.Zone(c.zone)
		if err != nil {
			t.Fatal(err)
		}
		day, err := carenet.ParseDay(c.day)
		if err != nil {
			t.Fatal(err)
		}
		if got := auth.CheckInExpiry(day, zone).Format(time.RFC3339); got != c.want {
			t.Errorf("%s in %s: %s, want %s", c.day, c.zone, got, c.want)
		}
	}
}
