package auth_test

import (
	"testing"

	"howareyou/internal/auth"
)

func TestSameOrigin(t *testing.T) {
	const ours = "https://care.example.org"
	for _, c := range []struct {
		why, method, site, origin string
		want                      bool
	}{
		{"looking from anywhere", "GET", "cross-site", "https://evil.example", true},
		{"looking", "HEAD", "", "", true},
		{"a preflight", "OPTIONS", "cross-site", "https://evil.example", true},
		{"our form", "POST", "same-origin", ours, true},
		{"our form, referrer off", "POST", "same-origin", "null", true},
		{"a bookmarked post", "POST", "none", "", true},
		{"their form", "POST", "cross-site", "https://evil.example", false},
		{"their form that claims our origin", "POST", "cross-site", ours, false},
		{"a neighbour's form", "POST", "same-site", "https://blog.example.org", false},
		{"a word we do not know", "POST", "SAME-ORIGIN", ours, false},
		{"older browser, our form", "POST", "", ours, true},
		{"older browser, their form", "POST", "", "https://evil.example", false},
		{"older browser, sandboxed frame", "POST", "", "null", false},
		{"our name in front", "POST", "", ours + ".evil.example", false},
		{"our host without encryption", "POST", "", "http://care.example.org", false},
		{"our host, another port", "POST", "", ours + ":8443", false},
		{"no header at all", "POST", "", "", false},
		{"deleting from elsewhere", "DELETE", "cross-site", "", false},
		{"a small get is no get", "get", "cross-site", "", false},
	} {
		got, reason := auth.SameOrigin(c.method, c.site, c.origin, ours)
		if got != c.want || reason == "" {
			t.Errorf("%s: %v (%s)", c.why, got, reason)
		}
	}
	if ok, reason := auth.SameOrigin("POST", "", "", ""); ok {
		t.Errorf("no origin of ours and none of theirs: %s", reason)
	}
}

func TestOriginIsWhatBrowsersSend(t *testing.T) {
	for public, want := range map[string]string{
		"https://care.example.org":             "https://care.example.org",
		"https://Care.Example.org/base/":       "https://care.example.org",
		"HTTPS://care.example.org:443":         "https://care.example.org",
		"https://care.example.org:8443/x":      "https://care.example.org:8443",
		"http://127.0.0.1:8080":                "http://127.0.0.1:8080",
		"http://[::1]:8080":                    "http://[::1]:8080",
		"http://localhost:80":                  "http://localhost",
		"":                                     "",
		"care.example.org":                     "",
		"ftp://care.example.org":               "",
		"https://":                             "",
		"https://care example.org":             "",
		"https://user:secret@care.example.org": "https://care.example.org",
	} {
		got, err := auth.Origin(public)
		if got != want || (err == nil) != (want != "") {
			t.Errorf("%q: %q, %v; want %q", public, got, err, want)
		}
	}
}
