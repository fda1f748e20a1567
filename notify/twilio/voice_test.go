package twilio

import (
	"context"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

const goodCall = "CA0123456789abcdef0123456789abcdef"

func TestACallSaysWhereItsWordsAre(t *testing.T) {
	var asked url.Values
	var path string
	client, _ := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		_ = r.ParseForm()
		asked, path = r.PostForm, r.URL.Path
		answer(201, `{"sid":"`+goodCall+`","status":"queued"}`)(w, r)
	}))
	text := outbound()
	got := client.Calls().Send(context.Background(), text)
	if got != (notify.SendOutcome{Class: notify.Accepted, SID: goodCall, Status: "queued"}) {
		t.Errorf("%+v", got)
	}
	m := text.Attempt.String()
	for name, want := range map[string]string{
		"To": patient, "From": sender, "Url": "https://care.example/twilio/voice?m=" + m, "StatusCallback": "https://care.example/twilio/voice/status?m=" + m,
		"MachineDetection": "Enable", "Timeout": "25", "TimeLimit": "180", "StatusCallbackEvent": "initiated,ringing,answered,completed",
	} {
		if have := strings.Join(asked[name], ","); have != want {
			t.Errorf("%s is %q, want %q", name, have, want)
		}
	}
	if path != "/2010-04-01/Accounts/"+account+"/Calls.json" || strings.Contains(asked.Encode(), "Mary") {
		t.Errorf("%s was asked %v", path, asked)
	}
}

func TestACallIsClassifiedLikeAText(t *testing.T) {
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    notify.SendClass
	}{
		"a message's SID": {answer(201, `{"sid":"`+goodSID+`","status":"queued"}`), notify.Unknown},
		"truncated 201":   {answer(201, `{"sid":"`+goodCall, "Content-Length", "500"), notify.Unknown},
		"500":             {refusal(500, 20500), notify.Unknown},
		"cut off":         {hangUp, notify.Unknown},
		"429":             {refusal(429, 20429), notify.Retry},
		"no such number":  {refusal(400, 21211), notify.Permanent},
	} {
		client, _ := provider(t, Config{}, c.handler)
		got := client.Calls().Send(context.Background(), outbound())
		if got.Class != c.want || got.SID != "" || strings.Contains(got.Detail, patient) {
			t.Errorf("%s: %+v", name, got)
		}
	}
	client, _ := provider(t, Config{}, answer(500, ""))
	text := outbound()
	text.From, text.MessagingServiceSID = "", "MG0123456789abcdef0123456789abcdef"
	if got := client.Calls().Send(context.Background(), text); got.Class != notify.Permanent {
		t.Errorf("a messaging service calls: %+v", got)
	}
}

func TestACallIsFetched(t *testing.T) {
	client, _ := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/2010-04-01/Accounts/"+account+"/Calls/"+goodCall+".json" {
			refusal(404, 20404)(w, r)
			return
		}
		answer(200, `{"sid":"`+goodCall+`","status":"no-answer","to":"`+patient+`","date_created":"`+nine.Format(time.RFC1123Z)+`"}`)(w, r)
	}))
	got, err := client.Calls().Fetch(context.Background(), goodCall)
	if want := (notify.ListedText{SID: goodCall, To: patient, Status: "no-answer", CreatedAt: nine}); err != nil || got != want {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := client.Calls().Fetch(context.Background(), goodCall[:33]+"0"); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("one that is not there: %v", err)
	}
	if _, err := client.Calls().Fetch(context.Background(), goodSID); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("a message's SID: %v", err)
	}
}

func TestCallsAreListed(t *testing.T) {
	const old = "CAffffffffffffffffffffffffffffffff"
	page := func(entry, next string) string {
		return `{"calls":[` + entry + `],"next_page_uri":` + next + `}`
	}
	entry := func(sid, date string) string {
		return `{"sid":"` + sid + `","from":"` + sender + `","to":"` + patient + `","status":"no-answer","date_created":"` + date + `"}`
	}
	client, _ := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Query().Get("To") != patient {
			t.Errorf("asked for %s", r.URL.RawQuery)
		}
		if r.URL.Query().Get("Page") == "1" {
			answer(200, page(entry(old, "Sun, 01 Mar 2026 08:00:00 +0000"), "null"))(w, r)
			return
		}
		answer(200, page(entry(goodCall, "Sun, 01 Mar 2026 09:00:00 +0000"), `"/2010-04-01/Accounts/x/Calls.json?Page=1&PageToken=PA1"`))(w, r)
	}))
	since := time.Date(2026, 3, 1, 8, 59, 0, 0, time.UTC)
	found, err := client.Calls().List(context.Background(), patient, since)
	want := notify.ListedText{SID: goodCall, From: sender, To: patient, Status: "no-answer", CreatedAt: time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)}
	if err != nil || len(found) != 1 || found[0] != want {
		t.Errorf("%+v, %v", found, err)
	}
	client, _ = provider(t, Config{}, answer(200, page(entry(goodCall, "yesterday"), "null")))
	if _, err := client.Calls().List(context.Background(), patient, since); err == nil {
		t.Error("an unreadable entry was passed over")
	}
}
