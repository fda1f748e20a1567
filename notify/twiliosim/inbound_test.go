package twiliosim_test

import (
	"context"
	"errors"
	"io"
	"net/http"
	"sync/atomic"
	"testing"
	"time"

	"howareyou/notify/twiliosim"
)

func TestInboundWebhookAsTwilioMakesIt(t *testing.T) {
	w := newWorld(t)
	id := w.phoneTexts(mary, "2 rough night & más")
	w.idle()
	got := w.product.got("/sms")
	if len(got) != 1 {
		t.Fatalf("%d webhooks", len(got))
	}
	for name, want := range map[string]string{
		"MessageSid": id, "SmsSid": id, "SmsMessageSid": id, "AccountSid": account, "From": mary, "To": service,
		"Body": "2 rough night & más", "NumMedia": "0", "NumSegments": "1", "ApiVersion": "2010-04-01",
		"SmsStatus": "received", "FromCountry": "GB", "ToCountry": "GB", "FromCity": "", "MessagingServiceSid": pool,
	} {
		if v := got[0].form[name]; len(v) != 1 || v[0] != want {
			t.Errorf("%s: %q, want %q", name, v, want)
		}
	}
	if got[0].form.Has("OptOutType") || got[0].header.Get("I-Twilio-Idempotency-Token") == "" {
		t.Errorf("form %v, header %v", got[0].form, got[0].header)
	}
	texts := w.Messages(mary)
	if len(texts) != 1 || texts[0].Direction != "out" || texts[0].Webhook != "ok" || !texts[0].At.Equal(start) {
		t.Errorf("the phone shows %+v", texts)
	}
}

func TestWebhookThatFails(t *testing.T) {
	status := func(code int) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) { w.WriteHeader(code) }
	}
	failFirst := func(n int32, how http.HandlerFunc) http.HandlerFunc {
		var seen atomic.Int32
		return func(w http.ResponseWriter, r *http.Request) {
			if seen.Add(1) <= n {
				how(w, r)
			}
		}
	}
	hangUp := func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }
	hang := func(_ http.ResponseWriter, r *http.Request) { <-r.Context().Done() }
	text := func(kind, body string) http.HandlerFunc {
		return func(w http.ResponseWriter, _ *http.Request) {
			w.Header().Set("Content-Type", kind)
			_, _ = io.WriteString(w, body)
		}
	}
	for _, c := range []struct {
		name           string
		answer         http.HandlerFunc
		main, fallback int
		webhook        string
	}{
		{"a 500 once", failFirst(1, status(500)), 2, 0, "ok"},
		{"a broken connection once", failFirst(1, hangUp), 2, 0, "ok"},
		{"no answer in time, once", failFirst(1, hang), 2, 0, "ok"},
		{"a 500 twice", failFirst(2, status(500)), 2, 1, "ok"},
		{"a 500 for ever", status(500), 2, 1, "failed"},
		{"a refusal is not repeated", failFirst(1, status(403)), 1, 1, "ok"},
		{"an answer that is no TwiML", failFirst(1, text("application/xml", "<Response><Mess")), 1, 1, "ok"},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(o *twiliosim.Options) { o.WebhookTimeout = 100 * time.Millisecond })
			w.product.answers(c.answer)
			id := w.phoneTexts(mary, "2")
			w.idle()
			first, second := w.product.got("/sms"), w.product.got("/fallback")
			if len(first) != c.main || len(second) != c.fallback {
				t.Fatalf("asked %d times, fallback %d", len(first), len(second))
			}
			for _, r := range append(first, second...) {
				if r.form.Get("MessageSid") != id {
					t.Error("a further try has another id")
				}
				if r.header.Get("I-Twilio-Idempotency-Token") != first[0].header.Get("I-Twilio-Idempotency-Token") {
					t.Error("a further try has another idempotency token")
				}
			}
			if c.fallback > 0 && second[0].form.Get("ErrorUrl") != w.product.URL+"/sms" {
				t.Errorf("fallback is not told what failed: %v", second[0].form)
			}
			if got := w.Messages(mary)[0].Webhook; got != c.webhook {
				t.Errorf("settled as %s", got)
			}
			if list, err := w.api.ListMessage(nil); err != nil || len(list) != 1 || *list[0].Sid != id {
				t.Errorf("the list does not have it: %v", err)
			}
		})
	}
}

func TestAnswersThatAreTexts(t *testing.T) {
	for _, c := range []struct{ kind, body, mary, sam string }{
		{"text/xml", `<?xml version="1.0"?><Response/>`, "", ""},
		{
			"text/xml", `<Response><Message>Thanks &amp; noted</Message><Message><Body>And more</Body></Message></Response>`,
			"And more|Thanks & noted", "",
		},
		{"application/xml; charset=utf-8", `<Response><Message to="` + sam + `">For Sam</Message></Response>`, "", "For Sam"},
		{"text/plain; charset=utf-8", "OK", "OK", ""}, // as the real one does: a trap for careless handlers
		{"text/plain", "", "", ""},
	} {
		w := newWorld(t)
		w.product.answers(func(out http.ResponseWriter, _ *http.Request) {
			out.Header().Set("Content-Type", c.kind)
			_, _ = io.WriteString(out, c.body)
		})
		w.phoneTexts(mary, "2")
		w.idle()
		if w.bodies(mary) != c.mary || w.bodies(sam) != c.sam {
			t.Errorf("%s %s: Mary got %q, Sam %q", c.kind, c.body, w.bodies(mary), w.bodies(sam))
		}
		if n := len(w.Stats()); n != 0 {
			t.Errorf("%d replies counted as sent through the API", n)
		}
	}
}

func TestTextsOfOnePhoneKeepTheirOrder(t *testing.T) {
	w := newWorld(t)
	for _, body := range []string{"1", "2", "3", "4", "5", "1", "2", "3"} {
		w.phoneTexts(mary, body)
	}
	w.idle()
	got := ""
	for _, r := range w.product.got("/sms") {
		got += r.form.Get("Body")
	}
	if got != "12345123" {
		t.Errorf("arrived as %s", got)
	}
}

func TestSendFromAPhone(t *testing.T) {
	w := newWorld(t)
	for _, c := range []struct {
		from, to, body string
		want           error
	}{
		{"hello", "", "2", twiliosim.ErrNotANumber},
		{mary, "hello", "2", twiliosim.ErrNotANumber},
		{mary, sam, "2", twiliosim.ErrNoSender},
		{mary, "", "", twiliosim.ErrBody},
	} {
		if _, err := w.Send(c.from, c.to, c.body); !errors.Is(err, c.want) {
			t.Errorf("%+v: %v", c, err)
		}
	}
	if _, err := w.Send("+447700900555", service, "who is this"); err != nil {
		t.Fatal(err)
	}
	if list := w.Phones(); len(list) != 3 || list[2].Number != "+447700900555" {
		t.Errorf("a new number did not become a phone: %v", list)
	}
}

// With two senders, a phone answers the one that texted it last.
func TestReplyGoesToWhoTextedLast(t *testing.T) {
	const other = "+447700900998"
	w := newWorld(t, func(o *twiliosim.Options) {
		o.Numbers = append(o.Numbers, twiliosim.Number{E164: other, SMSURL: o.Numbers[0].SMSURL})
	})
	if _, err := w.api.CreateMessage(w.text(mary, "Hello").SetFrom(other)); err != nil {
		t.Fatal(err)
	}
	w.idle()
	w.phoneTexts(mary, "2")
	w.phoneTexts(sam, "2")
	w.idle()
	to := map[string]string{}
	for _, r := range w.product.got("/sms") {
		to[r.form.Get("From")] = r.form.Get("To")
	}
	if to[mary] != other || to[sam] != service {
		t.Errorf("texted %v", to)
	}
}

func TestCarrierKeywords(t *testing.T) {
	type step struct{ says, optOutType, answer, refused string }
	const stopped, started = "You have successfully been unsubscribed", "You have successfully been re-subscribed"
	for _, c := range []struct {
		name    string
		carrier bool
		steps   []step
	}{
		{"on", true, []step{
			{"yes", "", "", ""},
			{"HELP", "HELP", "Reply STOP to unsubscribe", ""},
			{" stop ", "STOP", stopped, "refused"},
			{"STOP", "STOP", "", "refused"},
			{"help", "HELP", "", "refused"},
			{"2", "", "", "refused"},
			{"Yes", "START", started, ""},
			{"stop please", "", "", ""},
			{"OptOut", "STOP", stopped, "refused"},
			{"UNSTOP", "START", started, ""},
			{"start", "START", started, ""},
		}},
		{"off", false, []step{{"STOP", "", "", ""}, {"HELP", "", "", ""}, {"START", "", "", ""}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			w := newWorld(t, func(o *twiliosim.Options) { o.Numbers[0].CarrierKeywords = c.carrier })
			for _, s := range c.steps {
				before := len(w.Messages(mary))
				w.phoneTexts(mary, s.says)
				w.idle()
				hooks := w.product.got("/sms")
				if got := hooks[len(hooks)-1].form; got.Get("Body") != s.says || got.Get("OptOutType") != s.optOutType {
					t.Errorf("%q: webhook %v", s.says, got)
				}
				after := w.Messages(mary)[before+1:]
				if (s.answer == "") != (len(after) == 0) || (len(after) > 0 && after[0].Body[:len(s.answer)] != s.answer) {
					t.Errorf("%q: the carrier answered %v", s.says, after)
				}
				_, err := w.api.CreateMessage(w.text(mary, "Hello"))
				if (err != nil) != (s.refused != "") {
					t.Errorf("%q: then a send: %v", s.says, err)
				}
				w.idle()
			}
			if _, err := w.api.CreateMessage(w.text(sam, "Hello")); err != nil {
				t.Errorf("Mary's STOP stopped Sam: %v", err)
			}
		})
	}
}

func TestWaitFor(t *testing.T) {
	w := newWorld(t)
	type result struct {
		text twiliosim.Text
		err  error
	}
	found := make(chan result, 1)
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	go func() {
		text, err := w.WaitFor(ctx, mary, func(m twiliosim.Text) bool { return m.Body == "second" })
		found <- result{text, err}
	}()
	w.send(mary, "first")
	sent := w.send(mary, "second")
	if got := <-found; got.err != nil || got.text.SID != *sent.Sid || got.text.Direction != "in" || got.text.Status != "delivered" {
		t.Errorf("waited for %+v", got)
	}
	ended, end := context.WithCancel(context.Background())
	end()
	if _, err := w.WaitFor(ended, mary, func(twiliosim.Text) bool { return false }); !errors.Is(err, context.Canceled) {
		t.Errorf("a cancelled wait: %v", err)
	}
}
