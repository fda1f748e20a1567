package twilio

import (
	"errors"
	"net/url"
	"strings"
	"unicode/utf8"
)

// Pair is one parameter of a webhook, decoded.
type Pair struct{ Name, Value string }

// Why a form was refused. None of them quotes what was in it.
var (
	ErrDuplicateKey = errors.New("twilio: a parameter stands twice in the form")
	ErrBadEncoding  = errors.New("twilio: the form is not encoded as it should be")
	ErrTooLong      = errors.New("twilio: the form is too long")
)

const (
	maxForm  = 64 << 10 // a text of 1,600 characters, all escaped, with ten pictures stays below 20 KiB
	maxPairs = 200
)

// ParseForm reads the raw body of a webhook once, into the pairs that both the
// signature and the reading use. It refuses a name that stands twice: a form
// `From=A&From=B` is signed over one of the two, and what reads it may take
// the other.
func ParseForm(raw []byte) ([]Pair, error) {
	if len(raw) > maxForm {
		return nil, ErrTooLong
	}
	var pairs []Pair
	seen := make(map[string]bool)
	for part := range strings.SplitSeq(string(raw), "&") {
		if part == "" {
			continue
		}
		if len(pairs) == maxPairs {
			return nil, ErrTooLong
		}
		rawName, rawValue, _ := strings.Cut(part, "=")
		name, err := unescape(rawName)
		if err != nil || name == "" {
			return nil, ErrBadEncoding
		}
		value, err := unescape(rawValue)
		if err != nil {
			return nil, ErrBadEncoding
		}
		if seen[name] {
			return nil, ErrDuplicateKey
		}
		seen[name] = true
		pairs = append(pairs, Pair{name, value})
	}
	return pairs, nil
}

func unescape(s string) (string, error) {
	s, err := url.QueryUnescape(s)
	if err != nil || !utf8.ValidString(s) {
		return "", ErrBadEncoding
	}
	return s, nil
}
