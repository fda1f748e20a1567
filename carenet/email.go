package carenet

import "strings"

// Email is an address of the form name@example.org, in lower case. Make one
// with ParseEmail.
type Email string

// The lengths of RFC 5321, sections 4.5.3.1.1 to 4.5.3.1.3, in octets.
const (
	maxEmail      = 254
	maxEmailLocal = 64
	maxHostLabel  = 63
)

// ParseEmail reads one plain address, without a display name, quotes or
// comments. Letters are made small: no service in use tells Mary@ from mary@,
// and a person who signs in writes it as the phone's keyboard likes. Errors
// are of code Invalid and never repeat the address.
func ParseEmail(raw string) (Email, error) {
	const op = "parse email"
	address := strings.ToLower(strings.TrimSpace(raw))
	local, domain, found := strings.Cut(address, "@")
	switch {
	case address == "":
		return "", Errorf(Invalid, op, "the email address is empty")
	case !found, local == "", domain == "":
		return "", Errorf(Invalid, op, "an email address is written like name@example.org")
	case len(address) > maxEmail, len(local) > maxEmailLocal:
		return "", Errorf(Invalid, op, "this email address is too long")
	case !isDotAtom(local):
		return "", Errorf(Invalid, op, "the part of this email address before the @ has a sign that cannot be there")
	case !isHost(domain):
		return "", Errorf(Invalid, op, "the part of this email address after the @ is not the name of a host")
	}
	return Email(address), nil
}

// isDotAtom is RFC 5322's dot-atom, section 3.2.3: the signs that need no quotes.
func isDotAtom(s string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" || strings.ContainsFunc(part, func(r rune) bool {
			return !isAlphanumeric(r) && !strings.ContainsRune("!#$%&'*+-/=?^_`{|}~", r)
		}) {
			return false
		}
	}
	return true
}

// isHost is a name of two labels or more as RFC 1123 has it, whose last label
// is not a number (that would be an address).
func isHost(s string) bool {
	last, count := "", 0
	for label := range strings.SplitSeq(s, ".") {
		if label == "" || len(label) > maxHostLabel || label[0] == '-' || label[len(label)-1] == '-' ||
			strings.ContainsFunc(label, func(r rune) bool { return !isAlphanumeric(r) && r != '-' }) {
			return false
		}
		last = label
		count++
	}
	return count >= 2 && strings.ContainsFunc(last, func(r rune) bool { return r < '0' || r > '9' })
}

// isAlphanumeric knows the small letters only: the address is in lower case by now.
func isAlphanumeric(r rune) bool { return 'a' <= r && r <= 'z' || '0' <= r && r <= '9' }
