package twiliosim

import (
	"net/url"
	"testing"
)

// Both are Twilio's own: the example in its documentation of request
// security, and the one in the tests of its helper libraries.
func TestSignatureMatchesTwiliosPublishedExamples(t *testing.T) {
	const address = "https://mycompany.com/myapp.php?foo=1&bar=2"
	call := func(caller string) url.Values {
		return url.Values{
			"CallSid": {"CA1234567890ABCDE"}, "Caller": {caller}, "Digits": {"1234"}, "From": {caller}, "To": {"+18005551212"},
		}
	}
	for _, c := range []struct {
		name, token, address string
		params               url.Values
		want                 string
	}{
		{"library tests", "12345", address, call("+14158675309"), "RSOYDt4T1cUTdK1PDd93/VVr8B8="},
		{"documentation", "12345", address, call("+12349013030"), "0/KCTR6DLpKmkAf8muzZqo1nDgQ="},
	} {
		if got := signature(c.token, c.address, c.params); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
	if signature("12346", address, call("+14158675309")) == signature("12345", address, call("+14158675309")) {
		t.Error("the token makes no difference")
	}
}
