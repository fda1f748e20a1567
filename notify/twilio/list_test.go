package twilio

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"howareyou/carenet"
	"howareyou/notify"
)

var nine = time.Date(2026, 3, 1, 9, 0, 0, 0, time.UTC)

func entry(n int, created time.Time) map[string]any {
	return map[string]any{
		"sid": fmt.Sprintf("SM%032x", n), "from": sender, "to": patient, "body": words,
		"status": "queued", "error_code": nil, "date_sent": nil,
		"date_created": created.Format(time.RFC1123Z),
	}
}

// pages serves the list in pages, as Twilio links them.
func pages(t *testing.T, asked *int, pages ...[]map[string]any) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		*asked++
		q := r.URL.Query()
		for name := range q {
			if name != "To" && name != "PageSize" && name != "Page" && name != "PageToken" {
				t.Errorf("asked with %s", name)
			}
		}
		n := 0
		if s := q.Get("Page"); s != "" {
			if _, err := fmt.Sscan(s, &n); err != nil {
				t.Errorf("page %q: %v", s, err)
			}
			if q.Get("PageToken") != "PASM"+s {
				t.Errorf("page %d with token %q", n, q.Get("PageToken"))
			}
		}
		if q.Get("To") != patient {
			t.Errorf("page %d of the list to %q", n, q.Get("To"))
		}
		page := map[string]any{"messages": pages[n], "next_page_uri": nil}
		if n+1 < len(pages) {
			page["next_page_uri"] = fmt.Sprintf("%s?To=%%2B447700900001&Page=%d&PageToken=PASM%d", r.URL.Path, n+1, n+1)
		}
		json.NewEncoder(w).Encode(page)
	}
}

func TestListFindsTextsThatWereNotSentYet(t *testing.T) {
	var asked int
	client, _ := provider(t, Config{}, pages(t, &asked,
		[]map[string]any{entry(5, nine.Add(time.Minute)), entry(1, nine.Add(-time.Hour))},
		[]map[string]any{entry(4, nine)},
		[]map[string]any{entry(2, nine.Add(-2*time.Hour))}, // all older: the end
		[]map[string]any{entry(9, nine)},
	))
	// The provider's dates have no fraction: a text of 09:00:00.7 is listed at 09:00:00.
	got, err := client.List(context.Background(), patient, nine.Add(700*time.Millisecond))
	if err != nil {
		t.Fatal(err)
	}
	text := func(n int, at time.Time) notify.ListedText {
		return notify.ListedText{SID: fmt.Sprintf("SM%032x", n), From: sender, To: patient, Body: words, Status: "queued", CreatedAt: at}
	}
	if diff := cmp.Diff([]notify.ListedText{text(5, nine.Add(time.Minute)), text(4, nine)}, got); diff != "" {
		t.Error(diff)
	}
	if asked != 3 {
		t.Errorf("asked for %d pages", asked)
	}
}

func TestListFailsRatherThanFallShort(t *testing.T) {
	endless := make([][]map[string]any, maxPages+1)
	for i := range endless {
		endless[i] = []map[string]any{entry(i, nine)}
	}
	var asked int
	undated := entry(1, nine)
	delete(undated, "date_created")
	nameless := entry(1, nine)
	nameless["sid"] = ""
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    carenet.Code
	}{
		"no end":         {pages(t, &asked, endless...), carenet.Internal},
		"no date":        {pages(t, &asked, []map[string]any{undated}), carenet.Internal},
		"no SID":         {pages(t, &asked, []map[string]any{nameless}), carenet.Internal},
		"next is broken": {answer(200, `{"messages":[`+fmt.Sprintf(`{"sid":%q,"date_created":%q}`, goodSID, nine.Format(time.RFC1123Z))+`],"next_page_uri":"/x"}`), carenet.Internal},
		"half a page":    {answer(200, `{"messages":[`), carenet.Busy},
		"HTML 502":       {answer(502, "<html>"), carenet.Busy},
		"429":            {refusal(429, 20429), carenet.Busy},
		"hung up":        {hangUp, carenet.Busy},
		"wrong token":    {refusal(401, 20003), carenet.Internal},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := provider(t, Config{}, c.handler)
			got, err := client.List(context.Background(), patient, nine)
			if carenet.CodeOf(err) != c.want || got != nil {
				t.Fatalf("%d texts, %v", len(got), err)
			}
			mustNotTell(t, err.Error())
		})
	}
}

func TestFetch(t *testing.T) {
	failed := entry(1, nine)
	failed["sid"], failed["status"], failed["error_code"] = goodSID, "failed", 30003
	client, _ := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/2010-04-01/Accounts/"+account+"/Messages/"+goodSID+".json" {
			refusal(404, 20404)(w, r)
			return
		}
		json.NewEncoder(w).Encode(failed)
	}))
	got, err := client.Fetch(context.Background(), goodSID)
	want := notify.ListedText{SID: goodSID, From: sender, To: patient, Body: words, Status: "failed", Code: 30003, CreatedAt: nine}
	if diff := cmp.Diff(want, got); err != nil || diff != "" {
		t.Error(err, diff)
	}
	if _, err := client.Fetch(context.Background(), "SM"+goodSID[3:]+"0"); carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("a SID that is not there: %v", err)
	}
	if _, err := client.Fetch(context.Background(), "../Calls"); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("what is not a SID: %v", err)
	}
}

func TestNewNamesWhatIsWrong(t *testing.T) {
	good := Config{AccountSID: account, AuthTokens: []string{authToken}, PublicURL: "https://care.example/"}
	if _, err := New(good); err != nil {
		t.Fatal(err)
	}
	for name, change := range map[string]func(*Config){
		"account": func(c *Config) { c.AccountSID = "AC/../x" },
		"tokens":  func(c *Config) { c.AuthTokens = []string{" "} },
		"api":     func(c *Config) { c.APIURL = "ftp://5ecre7@host" },
		"public":  func(c *Config) { c.PublicURL = "care.example" },
	} {
		cfg := good
		change(&cfg)
		if _, err := New(cfg); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", name, err)
		} else {
			mustNotTell(t, err.Error())
		}
	}
}
