package twilio

import (
	"bytes"
	"crypto/sha1"
	"encoding/base64"
	"net/url"
	"slices"
	"testing"

	"pgregory.net/rapid"
)

// sign is a signer of its own: HMAC spelled out after RFC 2104 over plain
// SHA-1, names from a map. It shares nothing with the verifier, so that a
// mistake in one does not cancel out in the other.
func sign(token, address string, form url.Values) string {
	names := make([]string, 0, len(form))
	for name := range form {
		names = append(names, name)
	}
	slices.Sort(names)
	message := []byte(address)
	for _, name := range names {
		message = append(append(message, name...), form.Get(name)...)
	}
	key := []byte(token)
	if len(key) > 64 {
		long := sha1.Sum(key)
		key = long[:]
	}
	inner, outer := bytes.Repeat([]byte{0x36}, 64), bytes.Repeat([]byte{0x5c}, 64)
	for i, k := range key {
		inner[i] ^= k
		outer[i] ^= k
	}
	first := sha1.Sum(append(inner, message...))
	last := sha1.Sum(append(outer, first[:]...))
	return base64.StdEncoding.EncodeToString(last[:])
}

func pairsOf(form url.Values) []Pair {
	pairs, err := ParseForm([]byte(form.Encode()))
	if err != nil {
		panic(err)
	}
	return pairs
}

// The examples that Twilio publishes: the first in its security guide, the
// second in the tests of its helper libraries, the third in twilio-go's, where
// one name is the beginning of another.
func TestVerifyPublishedExamples(t *testing.T) {
	for want, form := range map[string]url.Values{
		"0/KCTR6DLpKmkAf8muzZqo1nDgQ=": {"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+12349013030"}, "Digits": {"1234"}, "From": {"+12349013030"}, "To": {"+18005551212"}},
		"RSOYDt4T1cUTdK1PDd93/VVr8B8=": {"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}},
		"vOEb5UThFn24KEfnOFLQY2AE5FY=": {"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675309"}, "Digits": {"1234"}, "From": {"+14158675309"}, "To": {"+18005551212"}, "Reason": {"Participant"}, "ReasonConferenceEnded": {"test"}},
	} {
		v := Verifier{PublicURL: "https://mycompany.com", Tokens: []string{"12345"}}
		if !v.Verify("/myapp.php?foo=1&bar=2", pairsOf(form), want) {
			t.Errorf("%s is refused", want)
		}
		if got := sign("12345", "https://mycompany.com/myapp.php?foo=1&bar=2", form); got != want {
			t.Errorf("the test's own signer gives %s", got)
		}
	}
}

func TestVerify(t *testing.T) {
	const path, home = "/twilio/sms?x=1", "https://care.example"
	form := url.Values{"From": {patient}, "Body": {"2 rough night"}}
	pairs := pairsOf(form)
	both := []string{"new", "old"}
	for name, c := range map[string]struct {
		v         Verifier
		path      string
		pairs     []Pair
		signature string
		want      bool
	}{
		"the first token":          {Verifier{home, both}, path, pairs, sign("new", home+path, form), true},
		"the second token":         {Verifier{home, both}, path, pairs, sign("old", home+path, form), true},
		"a slash after our name":   {Verifier{home + "/", both}, path, pairs, sign("new", home+path, form), true},
		"pairs in another order":   {Verifier{home, both}, path, []Pair{pairs[1], pairs[0]}, sign("new", home+path, form), true},
		"below a path":             {Verifier{home + "/app", both}, path, pairs, sign("new", home+"/app"+path, form), true},
		"a port, signed with":      {Verifier{home + ":8443", both}, path, pairs, sign("new", home+":8443"+path, form), true},
		"a port, signed without":   {Verifier{home + ":8443", both}, path, pairs, sign("new", home+path, form), true},
		"another token":            {Verifier{home, both}, path, pairs, sign("else", home+path, form), false},
		"no tokens":                {Verifier{home, nil}, path, pairs, sign("", home+path, form), false},
		"an empty token":           {Verifier{home, []string{""}}, path, pairs, sign("", home+path, form), false},
		"no signature":             {Verifier{home, both}, path, pairs, "", false},
		"another host":             {Verifier{home, both}, path, pairs, sign("new", "https://evil.example"+path, form), false},
		"another port":             {Verifier{home, both}, path, pairs, sign("new", home+":8443"+path, form), false},
		"another scheme":           {Verifier{home, both}, path, pairs, sign("new", "http://care.example"+path, form), false},
		"another query":            {Verifier{home, both}, "/twilio/sms?x=2", pairs, sign("new", home+path, form), false},
		"a path that moves us":     {Verifier{home, both}, ".evil.example/", pairs, sign("new", home+".evil.example/", form), false},
		"a pair too many":          {Verifier{home, both}, path, append(slices.Clone(pairs), Pair{"To", sender}), sign("new", home+path, form), false},
		"a pair too few":           {Verifier{home, both}, path, pairs[:1], sign("new", home+path, form), false},
		"a signature with a space": {Verifier{home, both}, path, pairs, sign("new", home+path, form) + " ", false},
	} {
		if got := c.v.Verify(c.path, c.pairs, c.signature); got != c.want {
			t.Errorf("%s: %v", name, got)
		}
	}
	if pairs[0].Name != "Body" {
		t.Error("the caller's pairs were sorted in place")
	}
}

func TestVerifyFollowsAnySignerAndNoForger(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		form := url.Values{}
		for name, value := range rapid.MapOfN(rapid.StringN(1, 20, -1), rapid.String(), 0, 12).Draw(t, "form") {
			form.Set(name, value)
		}
		token := rapid.StringN(1, 100, -1).Draw(t, "token")
		v := Verifier{"https://care.example", []string{token}}
		pairs := pairsOf(form)
		signature := sign(token, "https://care.example/twilio/sms", form)
		if !v.Verify("/twilio/sms", pairs, signature) {
			t.Fatal("a signed form is refused")
		}
		if len(pairs) == 0 {
			return
		}
		i := rapid.IntRange(0, len(pairs)-1).Draw(t, "changed")
		pairs[i].Value += "x"
		if v.Verify("/twilio/sms", pairs, signature) {
			t.Fatal("a changed form is accepted")
		}
	})
}
