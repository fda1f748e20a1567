package twiliosim_test

import (
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/twilio/twilio-go/client"
	twilio "github.com/twilio/twilio-go/rest/api/v2010"

	"howareyou/notify/twiliosim"
)

func slowly(o *twiliosim.Options)       { o.Step = time.Hour }
func withKeywords(o *twiliosim.Options) { o.Numbers[0].CarrierKeywords = true }

func TestAcceptedMessageAsTwilioShowsIt(t *testing.T) {
	w := newWorld(t, slowly)
	m := w.send(mary, "How are you?")
	date, segments, zero, usd := "Mon, 23 Nov 2026 08:00:00 +0000", "1", "0", "USD"
	direction, from, to, status, version, acc := "outbound-api", service, mary, "queued", "2010-04-01", account
	body := "How are you?"
	path := "/2010-04-01/Accounts/" + account + "/Messages/" + *m.Sid
	uri := path + ".json"
	want := &twilio.ApiV2010Message{
		Body: &body, NumSegments: &segments, Direction: &direction, From: &from, To: &to,
		DateUpdated: &date, DateCreated: &date, Uri: &uri, AccountSid: &acc, NumMedia: &zero,
		Status: &status, Sid: m.Sid, PriceUnit: &usd, ApiVersion: &version,
		SubresourceUris: &map[string]any{"media": path + "/Media.json", "feedback": path + "/Feedback.json"},
	}
	if diff := cmp.Diff(want, m); diff != "" { // DateSent, Price, ErrorCode stay null
		t.Error(diff)
	}
	if !strings.HasPrefix(*m.Sid, "SM") || len(*m.Sid) != 34 {
		t.Errorf("sid %s", *m.Sid)
	}
	if len(w.Messages(mary)) != 0 {
		t.Error("the phone shows a text that was not sent yet")
	}
}

func TestRefusals(t *testing.T) {
	w := newWorld(t, withKeywords)
	w.phoneTexts(sam, "stop")
	w.idle()
	base := func() *twilio.CreateMessageParams { return w.text(mary, "Hello") }
	none := ""
	for _, c := range []struct {
		name   string
		params *twilio.CreateMessageParams
		status int
		code   int
	}{
		{"nobody to send to", func() *twilio.CreateMessageParams { p := base(); p.To = &none; return p }(), 400, 21604},
		{"nobody to send from", func() *twilio.CreateMessageParams { p := base(); p.From = &none; return p }(), 400, 21603},
		{"nothing to say", base().SetBody(""), 400, 21602},
		{"too much to say", base().SetBody(strings.Repeat("é", 1601)), 400, 21617},
		{"not a number", base().SetTo("07700900001"), 400, 21211},
		{"sender not a number", base().SetFrom("Riverside"), 400, 21212},
		{"somebody else's sender", base().SetFrom(sam), 400, 21606},
		{"to itself", base().SetTo(service), 400, 21266},
		{"unknown service", new(twilio.CreateMessageParams).SetTo(mary).SetBody("x").SetMessagingServiceSid("MGx"), 400, 21701},
		{"bad callback", base().SetStatusCallback("nowhere"), 400, 21609},
		{"stopped at the carrier", base().SetTo(sam), 400, 21610},
		{"another account", base().SetPathAccountSid("AC" + strings.Repeat("1", 32)), 404, 20404},
	} {
		_, err := w.api.CreateMessage(c.params)
		var refusal *client.TwilioRestError
		if !errors.As(err, &refusal) {
			t.Errorf("%s: %v", c.name, err)
			continue
		}
		if refusal.Status != c.status || refusal.Code != c.code || refusal.Message == "" || refusal.MoreInfo == "" {
			t.Errorf("%s: %+v", c.name, refusal)
		}
	}
	_, err := w.as("wrong").CreateMessage(base())
	var refusal *client.TwilioRestError
	if !errors.As(err, &refusal) || refusal.Status != http.StatusUnauthorized || refusal.Code != 20003 {
		t.Errorf("wrong token: %v", err)
	}
	if got := w.Stats(); len(got) != 0 {
		t.Errorf("refused, yet counted: %v", got)
	}
}

func TestStatusesAreAnnouncedInOrder(t *testing.T) {
	w := newWorld(t)
	m := w.send(mary, "How are you?")
	w.idle()
	if got := w.product.statuses("/status?m=1"); got != "queued sending sent delivered" {
		t.Fatalf("callbacks: %s", got)
	}
	form := w.product.got("/status?m=1")[3].form
	for name, want := range map[string]string{
		"MessageSid": *m.Sid, "SmsSid": *m.Sid, "MessageStatus": "delivered", "SmsStatus": "delivered",
		"To": mary, "From": service, "AccountSid": account, "ApiVersion": "2010-04-01", "RawDlrDoneDate": "2611230800",
	} {
		if got := form[name]; len(got) != 1 || got[0] != want {
			t.Errorf("%s: %q, want %q", name, got, want)
		}
	}
	if form.Has("ErrorCode") {
		t.Error("a delivered text has an error code")
	}
	fetched, err := w.api.FetchMessage(*m.Sid, nil)
	if err != nil {
		t.Fatal(err)
	}
	if *fetched.Status != "delivered" || *fetched.DateSent != "Mon, 23 Nov 2026 08:00:00 +0000" {
		t.Errorf("fetched: %s, sent %s", *fetched.Status, *fetched.DateSent)
	}
	if _, err := w.api.FetchMessage("SM"+strings.Repeat("0", 32), nil); err == nil {
		t.Error("an unknown message was found")
	}
}

func TestMessagingServiceChoosesTheSender(t *testing.T) {
	w := newWorld(t)
	m, err := w.api.CreateMessage(new(twilio.CreateMessageParams).SetTo(mary).SetBody("Hi").SetMessagingServiceSid(pool))
	if err != nil {
		t.Fatal(err)
	}
	if *m.Status != "accepted" || m.From != nil || *m.NumSegments != "0" || *m.MessagingServiceSid != pool {
		t.Errorf("at first: %s from %v, %s segments", *m.Status, m.From, *m.NumSegments)
	}
	w.idle()
	if m, err = w.api.FetchMessage(*m.Sid, nil); err != nil {
		t.Fatal(err)
	}
	if *m.Status != "delivered" || *m.From != service || *m.NumSegments != "1" {
		t.Errorf("at last: %s from %s, %s segments", *m.Status, *m.From, *m.NumSegments)
	}
}

func TestListIsNarrowedAndPaged(t *testing.T) {
	w := newWorld(t)
	for day := range 5 {
		for range 5 {
			w.send(mary, "day "+string(rune('1'+day)))
		}
		w.idle()
		w.clock.advance(24 * time.Hour)
	}
	w.send(sam, "to Sam")
	w.phoneTexts(mary, "4")
	w.idle()

	noon := func(day int) time.Time { return start.Add(time.Duration(day)*24*time.Hour + 4*time.Hour) }
	for _, c := range []struct {
		name   string
		params *twilio.ListMessageParams
		want   int
	}{
		{"all, over pages", new(twilio.ListMessageParams).SetPageSize(4), 27},
		{"at most ten", new(twilio.ListMessageParams).SetPageSize(4).SetLimit(10), 10},
		{"to Mary", new(twilio.ListMessageParams).SetTo(mary), 25},
		{"from Mary", new(twilio.ListMessageParams).SetFrom(mary), 1},
		{"from the service to Sam", new(twilio.ListMessageParams).SetFrom(service).SetTo(sam), 1},
		{"on the second day", new(twilio.ListMessageParams).SetDateSent(noon(1)), 5},
		{"after noon of the third", new(twilio.ListMessageParams).SetDateSentAfter(noon(2)), 12},
		{"before noon of the second", new(twilio.ListMessageParams).SetDateSentBefore(noon(1)), 10},
		{"between", new(twilio.ListMessageParams).SetDateSentAfter(noon(0)).SetDateSentBefore(noon(2)), 10},
	} {
		list, err := w.api.ListMessage(c.params)
		if err != nil {
			t.Fatalf("%s: %v", c.name, err)
		}
		seen := map[string]bool{}
		for _, m := range list {
			seen[*m.Sid] = true
		}
		if len(list) != c.want || len(seen) != c.want {
			t.Errorf("%s: %d messages, %d different, want %d", c.name, len(list), len(seen), c.want)
		}
	}
	newest, err := w.api.ListMessage(new(twilio.ListMessageParams).SetLimit(1))
	if err != nil || *newest[0].Direction != "inbound" || *newest[0].Status != "received" || *newest[0].Body != "4" {
		t.Errorf("newest first: %v", err)
	}
}

// A page token holds its place while new messages arrive.
func TestNextPageRepeatsNothing(t *testing.T) {
	w := newWorld(t)
	for range 4 {
		w.send(mary, "before")
	}
	w.idle()
	var first, second twilio.ListMessageResponse
	w.page("/2010-04-01/Accounts/"+account+"/Messages.json?To=%2B447700900001&PageSize=3", &first)
	w.send(mary, "meanwhile")
	w.idle()
	w.page(*first.NextPageUri, &second)
	if len(first.Messages) != 3 || len(second.Messages) != 1 || second.NextPageUri != nil {
		t.Fatalf("pages of %d and %d", len(first.Messages), len(second.Messages))
	}
	if *second.Messages[0].Body != "before" || *second.Messages[0].Sid == *first.Messages[2].Sid {
		t.Error("the second page repeats the first")
	}
}

// An accepted message that was not sent has no date, so a filter by date misses it.
func TestUnsentMessageHasNoDateToFilterBy(t *testing.T) {
	w := newWorld(t, slowly)
	w.send(mary, "waiting")
	byDate, err := w.api.ListMessage(new(twilio.ListMessageParams).SetTo(mary).SetDateSentAfter(start.Add(-time.Hour)))
	if err != nil || len(byDate) != 0 {
		t.Errorf("by date: %d, %v", len(byDate), err)
	}
	byTo, err := w.api.ListMessage(new(twilio.ListMessageParams).SetTo(mary))
	if err != nil || len(byTo) != 1 || byTo[0].DateSent != nil {
		t.Errorf("by number: %d, %v", len(byTo), err)
	}
}

func TestCallsRingAndAreNotAnswered(t *testing.T) {
	w := newWorld(t)
	c, err := w.api.CreateCall(new(twilio.CreateCallParams).SetFrom(service).SetTo(mary).
		SetTwiml("<Response><Say>Hello</Say></Response>").SetStatusCallback(w.product.URL + "/call"))
	if err != nil || *c.Status != "queued" {
		t.Fatalf("placed: %v", err)
	}
	w.idle()
	if c, err = w.api.FetchCall(*c.Sid, nil); err != nil || *c.Status != "no-answer" {
		t.Fatalf("at the end: %v", err)
	}
	if got := w.product.got("/call"); len(got) != 1 || got[0].form.Get("CallStatus") != "no-answer" {
		t.Errorf("callbacks: %v", got)
	}
	list, err := w.api.ListCall(new(twilio.ListCallParams).SetTo(mary))
	if err != nil || len(list) != 1 || len(w.Calls()) != 1 {
		t.Errorf("listed %d: %v", len(list), err)
	}
	if _, err := w.api.CreateCall(new(twilio.CreateCallParams).SetFrom(service).SetTo("x").SetTwiml("<Response/>")); err == nil {
		t.Error("a call to nowhere was placed")
	}
}

func (w *world) page(path string, into *twilio.ListMessageResponse) {
	w.t.Helper()
	req, err := http.NewRequest(http.MethodGet, w.server.URL+path, nil)
	if err != nil {
		w.t.Fatal(err)
	}
	req.SetBasicAuth(account, token)
	w.decode(req, into)
}
