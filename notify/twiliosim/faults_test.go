package twiliosim_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/twilio/twilio-go/client"
	twilio "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/notify/twiliosim"
)

// What a sender is told and what really happened, for each fault of a send.
func TestSendFaults(t *testing.T) {
	code := func(want int) func(error) bool {
		return func(err error) bool {
			var refusal *client.TwilioRestError
			return errors.As(err, &refusal) && refusal.Code == want
		}
	}
	other := func(err error) bool {
		var refusal *client.TwilioRestError
		return err != nil && !errors.As(err, &refusal)
	}
	for _, c := range []struct {
		fault    twiliosim.Fault
		told     func(error) bool
		accepted int
	}{
		{twiliosim.Fault{Kind: "accept_then_timeout"}, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }, 1},
		{twiliosim.Fault{Kind: "accept_then_timeout", Delay: time.Millisecond}, other, 1}, // hung up on
		{twiliosim.Fault{Kind: "error_500"}, code(20500), 0},
		{twiliosim.Fault{Kind: "error_500_after_accept"}, code(20500), 1},
		{twiliosim.Fault{Kind: "html_502"}, other, 0},
		{twiliosim.Fault{Kind: "truncated_201"}, other, 1},
		{twiliosim.Fault{Kind: "rate_429"}, code(20429), 0},
		{twiliosim.Fault{Kind: "opted_out_21610"}, code(21610), 0},
		{twiliosim.Fault{Kind: "slow", Delay: 20 * time.Millisecond}, func(err error) bool { return err == nil }, 1},
		{twiliosim.Fault{Kind: "slow"}, func(err error) bool { return errors.Is(err, context.DeadlineExceeded) }, 1},
	} {
		t.Run(c.fault.Kind+c.fault.Delay.String(), func(t *testing.T) {
			w := newWorld(t)
			w.http.Transport.(*toHost).patience = 300 * time.Millisecond
			c.fault.Count = 1
			w.fault(c.fault)
			before := time.Now()
			_, err := w.api.CreateMessage(w.text(mary, "Hello"))
			if !c.told(err) {
				t.Errorf("the sender was told: %v", err)
			}
			if c.fault.Kind == "slow" && time.Since(before) < min(c.fault.Delay, 300*time.Millisecond) {
				t.Error("it was not slow")
			}
			w.idle()
			accepted := 0
			for _, n := range w.Stats() {
				accepted += n.Accepted
			}
			if accepted != c.accepted || len(w.Messages(mary)) != c.accepted {
				t.Errorf("accepted %d, on the phone %d, want %d", accepted, len(w.Messages(mary)), c.accepted)
			}
			if got := w.FaultsFired()[c.fault.Kind]; got != 1 {
				t.Errorf("happened %d times", got)
			}
			w.send(mary, "Hello") // a count of one is used up
		})
	}
}

func TestRetryAfterIsInWholeSeconds(t *testing.T) {
	w := newWorld(t)
	for delay, want := range map[time.Duration]string{0: "1", 1500 * time.Millisecond: "2", 3 * time.Second: "3"} {
		w.fault(twiliosim.Fault{Kind: "rate_429", Count: 1, Delay: delay})
		req, err := http.NewRequest(http.MethodPost, w.server.URL+"/2010-04-01/Accounts/"+account+"/Messages.json",
			strings.NewReader("To=%2B447700900001&From=%2B447700900999&Body=x"))
		if err != nil {
			t.Fatal(err)
		}
		req.SetBasicAuth(account, token)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		res, err := w.http.Do(req)
		if err != nil {
			t.Fatal(err)
		}
		if got := res.Header.Get("Retry-After"); got != want || res.StatusCode != http.StatusTooManyRequests {
			t.Errorf("%s: %d, Retry-After %s", delay, res.StatusCode, got)
		}
	}
}

func TestCallbackFaults(t *testing.T) {
	for _, c := range []struct {
		fault twiliosim.Fault
		want  string
	}{
		{twiliosim.Fault{Kind: "drop_callback", Count: 2}, "sent delivered"},
		{twiliosim.Fault{Kind: "drop_callback", Rate: 1}, ""},
		{twiliosim.Fault{Kind: "duplicate_callback", Count: 1}, "queued queued sending sent delivered"},
		{twiliosim.Fault{Kind: "reorder_callback", Count: 1}, "sending queued sent delivered"},
		{twiliosim.Fault{Kind: "reorder_callback", Rate: 1, Delay: time.Millisecond}, "delivered queued sending sent"},
	} {
		w := newWorld(t)
		w.fault(c.fault)
		w.send(mary, "Hello")
		w.idle()
		if got := w.product.statuses("/status?m=1"); got != c.want {
			t.Errorf("%+v: %q, want %q", c.fault, got, c.want)
		}
		if w.bodies(mary) != "Hello" {
			t.Errorf("%+v kept the text from the phone", c.fault)
		}
	}
}

func TestUndeliverable(t *testing.T) {
	for _, code := range []int{30003, 30005, 30006, 30007, 30008} {
		w := newWorld(t)
		w.fault(twiliosim.Fault{Kind: fmt.Sprintf("undeliverable_%d", code), Count: 1})
		m := w.send(mary, "Hello")
		w.idle()
		if got := w.product.statuses("/status?m=1"); got != "queued sending sent undelivered" {
			t.Errorf("%d: %s", code, got)
		}
		if got := w.product.got("/status?m=1")[3].form.Get("ErrorCode"); got != fmt.Sprint(code) {
			t.Errorf("%d: callback says %s", code, got)
		}
		m, err := w.api.FetchMessage(*m.Sid, nil)
		if err != nil {
			t.Fatal(err)
		}
		if *m.Status != "undelivered" || *m.ErrorCode != code || *m.ErrorMessage == "" || len(w.Messages(mary)) != 0 {
			t.Errorf("%d: %s, code %v", code, *m.Status, m.ErrorCode)
		}
	}
}

func TestWebhookFaults(t *testing.T) {
	w := newWorld(t)
	w.fault(twiliosim.Fault{Kind: "drop_webhook", Count: 1})
	dropped := w.phoneTexts(mary, "1")
	w.idle()
	if n := len(w.product.got("/sms")) + len(w.product.got("/fallback")); n != 0 {
		t.Errorf("a dropped webhook came %d times", n)
	}
	if list, err := w.api.ListMessage(new(twilio.ListMessageParams).SetTo(service)); err != nil || len(list) != 1 || *list[0].Sid != dropped {
		t.Errorf("the list does not have it: %v", err)
	}
	w.fault(twiliosim.Fault{Kind: "duplicate_webhook", Count: 1})
	doubled := w.phoneTexts(mary, "2")
	w.idle()
	got := w.product.got("/sms")
	if len(got) != 2 || got[0].form.Get("MessageSid") != doubled || got[0].form.Encode() != got[1].form.Encode() {
		t.Errorf("a doubled webhook came as %v", got)
	}
}

func TestListLag(t *testing.T) {
	w := newWorld(t)
	w.fault(twiliosim.Fault{Kind: "list_lag", Count: 1, Delay: 300 * time.Millisecond})
	m := w.send(mary, "Hello")
	listed := func() int {
		list, err := w.api.ListMessage(new(twilio.ListMessageParams).SetTo(mary))
		if err != nil {
			t.Fatal(err)
		}
		return len(list)
	}
	if n := listed(); n != 0 {
		t.Errorf("listed %d at once", n)
	}
	if _, err := w.api.FetchMessage(*m.Sid, nil); err != nil {
		t.Errorf("by its id it is there: %v", err)
	}
	for deadline := time.Now().Add(5 * time.Second); listed() != 1; {
		if time.Now().After(deadline) {
			t.Fatal("never listed")
		}
	}
}

// A rate strikes the same sends again for the same seed, others for another,
// and about as often as it says.
func TestRatesAreRepeatable(t *testing.T) {
	run := func(seed uint64) string {
		w := newWorld(t)
		w.fault(twiliosim.Fault{Kind: "error_500", Rate: 0.3, Seed: seed})
		w.fault(twiliosim.Fault{Kind: "drop_callback", Rate: 0.5, Seed: seed})
		pattern := ""
		for range 200 {
			if _, err := w.api.CreateMessage(new(twilio.CreateMessageParams).SetFrom(service).SetTo(mary).SetBody("x")); err != nil {
				pattern += "x"
			} else {
				pattern += "."
			}
		}
		if n := w.FaultsFired()["error_500"]; n != strings.Count(pattern, "x") || n < 40 || n > 80 {
			t.Errorf("struck %d of 200 at a rate of 0.3", n)
		}
		w.ClearFaults()
		w.send(mary, "x")
		return pattern
	}
	first := run(7)
	if run(7) != first {
		t.Error("the same seed struck differently")
	}
	if run(8) == first {
		t.Error("another seed struck the same")
	}
}

func TestFaultsThatMakeNoSense(t *testing.T) {
	w := newWorld(t)
	for _, f := range []twiliosim.Fault{
		{Kind: "gremlins", Rate: 1},
		{Kind: "slow"},
		{Kind: "slow", Rate: 1.1},
		{Kind: "slow", Rate: -1, Count: 1},
		{Kind: "slow", Count: -1},
		{Kind: "slow", Count: 1, Delay: -time.Second},
		{Kind: "undeliverable_30004", Count: 1},
	} {
		if err := w.AddFault(f); err == nil {
			t.Errorf("%+v was taken", f)
		}
	}
}
