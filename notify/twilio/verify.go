package twilio

import (
	"crypto/hmac"
	"crypto/sha1" //nolint:gosec // the algorithm is the provider's; an HMAC does not rest on collisions
	"encoding/base64"
	"net/url"
	"slices"
	"strings"
)

// Verifier decides whether a webhook came from the provider.
type Verifier struct {
	// PublicURL is our address as the provider's console has it. Nothing from
	// the request's headers takes its place: anybody can write those.
	PublicURL string
	// Tokens are the account's auth tokens, two during a rotation. An empty
	// one never verifies anything.
	Tokens []string
}

// Verify reports whether signature (the X-Twilio-Signature header) is right
// for a POST of params to pathAndQuery, which is the path and the query
// exactly as they stood in the request line. The time it takes does not depend
// on how much of the signature is right, nor on which token signed.
//
// Published at https://www.twilio.com/docs/usage/security: the full address,
// then each parameter's name and value in the order of the names with nothing
// between, HMAC-SHA1 with the auth token, base64.
func (v Verifier) Verify(pathAndQuery string, params []Pair, signature string) bool {
	if !strings.HasPrefix(pathAndQuery, "/") {
		return false
	}
	sorted := slices.Clone(params)
	slices.SortStableFunc(sorted, func(a, b Pair) int { return strings.Compare(a.Name, b.Name) })
	given := []byte(signature)
	right := 0
	for _, address := range v.addresses() {
		for _, token := range v.Tokens {
			if token == "" {
				continue
			}
			mac := hmac.New(sha1.New, []byte(token))
			mac.Write([]byte(address + pathAndQuery))
			for _, p := range sorted {
				mac.Write([]byte(p.Name))
				mac.Write([]byte(p.Value))
			}
			if hmac.Equal(given, []byte(base64.StdEncoding.EncodeToString(mac.Sum(nil)))) {
				right++
			}
		}
	}
	return right > 0
}

// addresses returns the address as it is configured and, where it names a
// port, also without: Twilio leaves the port of an https address out of some
// signatures. Both come from the configuration alone.
func (v Verifier) addresses() []string {
	address := strings.TrimRight(v.PublicURL, "/")
	u, err := url.Parse(address)
	if err != nil || u.Scheme != "https" || u.Port() == "" {
		return []string{address}
	}
	return []string{address, strings.Replace(address, ":"+u.Port(), "", 1)}
}
