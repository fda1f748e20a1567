package email_test

import (
	"strings"
	"testing"

	"howareyou/notify/email"
)

func TestParseURL(t *testing.T) {
	for _, c := range []struct {
		raw  string
		want string // of the error; "" for none
		port int
		way  email.Security
	}{
		{"smtp://care:s3cret@mail.example.org?from=care@example.org", "", 587, email.StartTLS},
		{"smtps://care:s3cret@mail.example.org?from=care@example.org", "", 465, email.TLS},
		{"smtp://mail.example.org:2525?from=care@example.org&tls=none", "", 2525, email.Plain},
		{"smtp://localhost:25?from=care@example.org", "", 25, email.Plain},
		{"smtp://[::1]:25?from=care@example.org", "", 25, email.Plain},
		{"smtp://127.0.0.1:25?from=care@example.org&tls=starttls", "", 25, email.StartTLS},
		{"", "written like", 0, 0},
		{"http://mail.example.org?from=care@example.org", "written like", 0, 0},
		{"smtp://mail.example.org/x?from=care@example.org", "written like", 0, 0},
		{"smtp://care:s3cret@mail.example.org", "who writes", 0, 0},
		{"smtp://care:s3cret@mail.example.org?from=care", "who writes", 0, 0},
		{"smtp://care:s3cret@mail.example.org?from=care@localhost", "is none", 0, 0},
		{"smtp://care:s3cret@mail.example.org?from=care@example.org&starttls=no", "nothing else", 0, 0},
		{"smtp://care:s3cret@mail.example.org?from=care@example.org&tls=maybe", "starttls or none", 0, 0},
		{"smtp://care:s3cret@mail.example.org?from=care@example.org&tls=none", "without TLS", 0, 0},
		{"smtps://mail.example.org?from=care@example.org&tls=none", "TLS already", 0, 0},
		{"smtp://mail.example.org:99999?from=care@example.org", "port", 0, 0},
	} {
		got, err := email.ParseURL(c.raw)
		switch {
		case c.want == "" && (err != nil || got.Port != c.port || got.Security != c.way || got.From.Address != "care@example.org"):
			t.Errorf("%s: %+v, %v", c.raw, got, err)
		case c.want != "" && (err == nil || !strings.Contains(err.Error(), c.want)):
			t.Errorf("%s: %v, want %q", c.raw, err, c.want)
		}
		if err != nil && strings.Contains(err.Error(), "s3cret") {
			t.Errorf("INV-13: %v", err)
		}
	}
}
