package carenet_test

import (
	"strings"
	"testing"

	"howareyou/carenet"
)

func TestParseEmail(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"mary@example.org", "mary@example.org"},
		{" Mary.Okafor+clinic@Example.ORG\n", "mary.okafor+clinic@example.org"},
		{"o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"},
		{"a@xn--bcher-kva.example", "a@xn--bcher-kva.example"},
		{strings.Repeat("a", 64) + "@example.org", strings.Repeat("a", 64) + "@example.org"},
	} {
		if got, err := carenet.ParseEmail(c.raw); err != nil || string(got) != c.want {
			t.Errorf("%q: %q, %v", c.raw, got, err)
		}
	}
	for _, c := range []struct{ raw, says string }{
		{"", "empty"},
		{"mary", "written like"},
		{"@example.org", "written like"},
		{"mary@", "written like"},
		{"mary@example", "host"},
		{"mary@example..org", "host"},
		{"mary@-example.org", "host"},
		{"mary@exam_ple.org", "host"},
		{"mary@127.0.0.1", "host"},
		{"mary@[127.0.0.1]", "host"},
		{"mary@bücher.example", "host"},
		{"mary@a@example.org", "host"},
		{"mary..o@example.org", "before the @"},
		{".mary@example.org", "before the @"},
		{"mary okafor@example.org", "before the @"},
		{`"mary"@example.org`, "before the @"},
		{"Mary <mary@example.org>", ""},
		{"mary\r\nbcc:x@example.org", "before the @"},
		{"mary@example.org\r\nBcc: x@example.org", "host"},
		{strings.Repeat("a", 65) + "@example.org", "too long"},
		{"a@" + strings.Repeat("abcdefghi.", 26) + "org", "too long"},
	} {
		got, err := carenet.ParseEmail(c.raw)
		if carenet.CodeOf(err) != carenet.Invalid || got != "" || !strings.Contains(carenet.MessageOf(err), c.says) {
			t.Errorf("%q: %q, %v", c.raw, got, err)
		}
	}
}
