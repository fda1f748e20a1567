package e2e

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
)

// webhook is one request that the provider makes: an address and a form. This
// file signs it after Twilio's description alone, with code of neither the
// product nor the simulator, so that no mistake can cancel itself out.
type webhook struct {
	url  string
	form url.Values
}

var sids atomic.Int64

// textWebhook is what the provider posts when somebody texts the service.
func (c *clinic) textWebhook(from, body string) webhook {
	return webhook{"http://" + c.web + "/twilio/sms", url.Values{
		"MessageSid": {fmt.Sprintf("SM%032x", sids.Add(1))}, "AccountSid": {accountSID},
		"From": {from}, "To": {service}, "Body": {body}, "NumMedia": {"0"}, "FromCity": {""}, "NumSegments": {"1"},
	}}
}

// sign is X-Twilio-Signature: the address as it is called, then every name and
// value of the form in the order of the names, under HMAC-SHA1 with the
// account's token, in base64.
func (w webhook) sign(token string) string {
	text := w.url
	names := make([]string, 0, len(w.form))
	for name := range w.form {
		names = append(names, name)
	}
	slices.Sort(names)
	for _, name := range names {
		text += name + strings.Join(w.form[name], "")
	}
	mac := hmac.New(sha1.New, []byte(token))
	mac.Write([]byte(text))
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

// post makes the request with any body and any signature, and returns the
// status; 0 when there was no answer.
func (w webhook) post(ctx context.Context, body, signature string) int {
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, w.url, bytes.NewBufferString(body))
	if err != nil {
		return 0
	}
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded; charset=utf-8")
	req.Header.Set("X-Twilio-Signature", signature)
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0
	}
	_ = res.Body.Close()
	return res.StatusCode
}

// deliver makes the request as the provider does.
func (w webhook) deliver(ctx context.Context) int {
	return w.post(ctx, w.form.Encode(), w.sign(authToken))
}

// The example that Twilio publishes, so that the signer itself is checked.
// https://www.twilio.com/docs/usage/security#explore-the-algorithm-yourself
func TestTheSignerAgreesWithTwiliosExample(t *testing.T) {
	t.Parallel()
	w := webhook{"https://example.com/myapp.php?foo=1&bar=2", url.Values{
		"CallSid": {"CA1234567890ABCDE"}, "Caller": {"+14158675310"}, "Digits": {"1234"},
		"From": {"+14158675310"}, "To": {"+18005551212"},
	}}
	if got, want := w.sign("12345"), "L/OH5YylLD5NRKLltdqwSvS0BnU="; got != want {
		t.Errorf("signed %s, want %s", got, want)
	}
}
