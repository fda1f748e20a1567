package e2e

import (
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// The provider repeats a webhook that it got no answer to, and may do so while
// the first is still under way.
func TestINV2_SameWebhookFiveTimesInParallel(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	w := f.textWebhook(f.mary.number, "2 rough night")
	var all sync.WaitGroup
	for range 5 {
		all.Go(func() {
			if status := w.deliver(t.Context()); status != http.StatusOK {
				t.Errorf("the webhook was answered with %d", status)
			}
		})
	}
	all.Wait()
	f.mary.Expects("noted 2 of 5")
	f.sam.Expects("2 of 5", "rough night")
	f.ruth.Expects("2 of 5").Without("rough")
	f.nobodyElse()
	if n := f.count("SELECT count(*) FROM check_in"); n != 1 {
		t.Errorf("%d check-ins, want 1", n)
	}
	// And once more, long after.
	if status := w.deliver(t.Context()); status != http.StatusOK {
		t.Errorf("the webhook was answered with %d", status)
	}
	f.nobodyElse()
}

const sqlRowsOfTexts = `SELECT (SELECT count(*) FROM inbound_seen) + (SELECT count(*) FROM inbound_message)
	+ (SELECT count(*) FROM inbound_unrouted) + (SELECT count(*) FROM event) + (SELECT count(*) FROM check_in) + (SELECT count(*) FROM delivery)`

func TestARequestThatTheProviderDidNotSignLeavesNothing(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	f.start(1)
	good := f.textWebhook(f.mary.number, "2 rough night")
	body, signature := good.form.Encode(), good.sign(authToken)
	status := webhook{
		"http://" + f.web + "/twilio/status?m=018f0000-0000-7000-8000-000000000001",
		url.Values{"MessageSid": {good.form.Get("MessageSid")}, "MessageStatus": {"delivered"}},
	}
	elsewhere := good
	elsewhere.url += "?to=here"
	cases := map[string]struct {
		hook            webhook
		body, signature string
	}{
		"no signature":        {good, body, ""},
		"another's token":     {good, body, good.sign("a guess")},
		"a changed body":      {good, strings.Replace(body, "2+rough", "5+rough", 1), signature},
		"a key more":          {good, body + "&OptOutType=STOP", signature},
		"a key fewer":         {good, strings.Replace(body, "&NumMedia=0", "", 1), signature},
		"a doubled key":       {good, body + "&From=%2B447700900002", signature},
		"a doubled key, same": {good, body + "&Body=" + url.QueryEscape(good.form.Get("Body")), signature},
		"another address":     {elsewhere, body, signature},
		"a forged status":     {status, status.form.Encode(), status.sign("a guess")},
	}
	// A key that stands twice is refused even when the provider's own key signs both.
	twice := webhook{good.url, url.Values{}}
	for k, v := range good.form {
		twice.form[k] = v
	}
	twice.form["From"] = []string{f.mary.number, "+447700900002"}
	cases["a doubled key, signed"] = struct {
		hook            webhook
		body, signature string
	}{twice, twice.form.Encode(), twice.sign(authToken)}

	for name, tc := range cases {
		if got := tc.hook.post(t.Context(), tc.body, tc.signature); got != http.StatusForbidden {
			t.Errorf("%s is answered with %d, want 403", name, got)
		}
	}
	f.nobodyElse()
	if n := f.count(sqlRowsOfTexts); n != 0 {
		t.Errorf("%d rows were stored", n)
	}
	if n := f.counted(`howareyou_webhooks_total{hook="sms",outcome="refused"}`) +
		f.counted(`howareyou_webhooks_total{hook="status",outcome="refused"}`); n != len(cases) {
		t.Errorf("%d refusals are counted, want %d", n, len(cases))
	}
	// The same webhook as it was is taken.
	if got := good.deliver(t.Context()); got != http.StatusOK {
		t.Fatalf("the provider's own webhook is answered with %d", got)
	}
	f.mary.Expects("noted 2 of 5")
}

// counted is the value of a counter of the web process; 0 when it is not there.
func (c *clinic) counted(series string) int {
	c.t.Helper()
	status, text := c.get("http://" + c.counts + "/metrics")
	if status != http.StatusOK {
		c.t.Fatalf("the metrics are answered with %d", status)
	}
	for line := range strings.Lines(text) {
		if value, ok := strings.CutPrefix(strings.TrimSpace(line), series+" "); ok {
			n, err := strconv.ParseFloat(value, 64)
			if err != nil {
				c.t.Fatal(err)
			}
			return int(n)
		}
	}
	return 0
}
