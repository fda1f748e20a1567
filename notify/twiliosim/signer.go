package twiliosim

import (
	"crypto/hmac"
	"crypto/sha1" // the algorithm Twilio prescribes for X-Twilio-Signature
	"encoding/base64"
	"net/url"
	"slices"
)

// signature computes X-Twilio-Signature for a form POST: the address exactly as
// configured, then every parameter's name and value without separators, names
// in ascending order, under HMAC-SHA1 keyed with the account's token, in base64.
// https://www.twilio.com/docs/usage/security#validating-requests
func signature(token, address string, params url.Values) string {
	names := make([]string, 0, len(params))
	for name := range params {
		names = append(names, name)
	}
	slices.Sort(names)

	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(address))
	for _, name := range names {
		for _, value := range params[name] {
			mac.Write([]byte(name))
			mac.Write([]byte(value))
		}
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}
