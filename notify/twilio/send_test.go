package twilio

import (
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"howareyou/notify"
)

func answer(status int, body string, headers ...string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		for i := 0; i < len(headers); i += 2 {
			w.Header().Set(headers[i], headers[i+1])
		}
		w.WriteHeader(status)
		io.WriteString(w, body)
	}
}

func refusal(status, code int) http.HandlerFunc {
	return answer(status, fmt.Sprintf(`{"code":%d,"message":"The number %s said no to '%s'","status":%d}`, code, patient, words, status))
}

// hangUp closes the connection after reading the request, without an answer.
func hangUp(w http.ResponseWriter, _ *http.Request) {
	conn, _, err := w.(http.Hijacker).Hijack()
	if err == nil {
		conn.Close()
	}
}

func TestSendClassifies(t *testing.T) {
	ok := `{"sid":"` + goodSID + `","status":"queued","error_code":null}`
	for name, c := range map[string]struct {
		handler http.HandlerFunc
		want    notify.SendOutcome
	}{
		"created":          {answer(201, ok), notify.SendOutcome{Class: notify.Accepted, SID: goodSID, Status: "queued"}},
		"created with 200": {answer(200, ok), notify.SendOutcome{Class: notify.Accepted, SID: goodSID, Status: "queued"}},
		"created, failed": {
			answer(201, `{"sid":"`+goodSID+`","status":"failed","error_code":30007}`),
			notify.SendOutcome{Class: notify.Accepted, SID: goodSID, Status: "failed", Code: 30007},
		},
		"truncated 201":        {answer(201, ok, "Content-Length", "500"), notify.SendOutcome{Class: notify.Unknown}},
		"half a body":          {answer(201, ok[:20]), notify.SendOutcome{Class: notify.Unknown}},
		"empty 201":            {answer(201, ""), notify.SendOutcome{Class: notify.Unknown}},
		"201 without SID":      {answer(201, `{"status":"queued"}`), notify.SendOutcome{Class: notify.Unknown}},
		"201 in HTML":          {answer(201, "<html>"), notify.SendOutcome{Class: notify.Unknown}},
		"202 null":             {answer(202, "null"), notify.SendOutcome{Class: notify.Unknown}},
		"redirect":             {answer(307, "", "Location", "/elsewhere"), notify.SendOutcome{Class: notify.Unknown}},
		"500":                  {answer(500, `{"code":20500}`), notify.SendOutcome{Class: notify.Unknown, Code: 20500}},
		"HTML 502":             {answer(502, "<html>bad gateway</html>"), notify.SendOutcome{Class: notify.Unknown}},
		"503 wait":             {answer(503, "", "Retry-After", "7"), notify.SendOutcome{Class: notify.Unknown, RetryAfter: 7 * time.Second}},
		"500 with 21211":       {refusal(500, 21211), notify.SendOutcome{Class: notify.Unknown, Code: 21211}},
		"connection closed":    {hangUp, notify.SendOutcome{Class: notify.Unknown}},
		"429":                  {refusal(429, 20429), notify.SendOutcome{Class: notify.Retry, Code: 20429}},
		"429 HTML":             {answer(429, "<html>"), notify.SendOutcome{Class: notify.Retry}},
		"429 in seconds":       {answer(429, "", "Retry-After", "3"), notify.SendOutcome{Class: notify.Retry, RetryAfter: 3 * time.Second}},
		"429 for ever":         {answer(429, "", "Retry-After", "99999999999"), notify.SendOutcome{Class: notify.Retry, RetryAfter: time.Hour}},
		"429 in the past":      {answer(429, "", "Retry-After", "-4"), notify.SendOutcome{Class: notify.Retry}},
		"429 until":            {answer(429, "", "Date", "Sun, 01 Mar 2026 09:00:00 GMT", "Retry-After", "Sun, 01 Mar 2026 09:00:20 GMT"), notify.SendOutcome{Class: notify.Retry, RetryAfter: 20 * time.Second}},
		"opted out":            {refusal(400, 21610), notify.SendOutcome{Class: notify.OptedOut, Code: 21610}},
		"no such number":       {refusal(400, 21211), notify.SendOutcome{Class: notify.Permanent, Code: 21211}},
		"not a mobile":         {refusal(400, 21614), notify.SendOutcome{Class: notify.Permanent, Code: 21614}},
		"another 4xx":          {refusal(404, 20404), notify.SendOutcome{Class: notify.Permanent, Code: 20404}},
		"a 4xx without JSON":   {answer(403, "<html>"), notify.SendOutcome{Class: notify.Permanent}},
		"queue full, a 400":    {refusal(400, 21611), notify.SendOutcome{Class: notify.Retry, Code: 21611}},
		"wrong token":          {refusal(401, 20003), notify.SendOutcome{Class: notify.Retry, Code: 20003}},
		"a proxy gave up, 408": {answer(408, ""), notify.SendOutcome{Class: notify.Unknown}},
	} {
		t.Run(name, func(t *testing.T) {
			client, _ := provider(t, Config{}, c.handler)
			got := client.Send(context.Background(), outbound())
			if diff := cmp.Diff(c.want, got, cmpopts.IgnoreFields(notify.SendOutcome{}, "Detail")); diff != "" {
				t.Error(diff)
			}
			if (got.Class == notify.Accepted) != (got.Detail == "") {
				t.Errorf("class %s with detail %q", got.Class, got.Detail)
			}
			mustNotTell(t, got.Detail)
		})
	}
}

// mustNotTell fails when what goes to staff and logs names a number, a text,
// the account or its token.
func mustNotTell(t *testing.T, s string) {
	t.Helper()
	for _, secret := range []string{patient[1:], sender[1:], "Mary", account, authToken} {
		if strings.Contains(s, secret) {
			t.Errorf("%q tells %q", s, secret)
		}
	}
}

func TestSendAsTheProviderSeesIt(t *testing.T) {
	t.Setenv("TWILIO_EDGE", "sydney") // the library's own setting must not move the host
	text := outbound()
	var got *http.Request
	var body []byte
	client, server := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		got = r
		body, _ = io.ReadAll(r.Body)
		answer(201, `{"sid":"`+goodSID+`","status":"queued"}`)(w, r)
	}))
	if out := client.Send(context.Background(), text); out.Class != notify.Accepted {
		t.Fatalf("%+v", out)
	}
	if got.Method != "POST" || got.URL.Path != "/2010-04-01/Accounts/"+account+"/Messages.json" || "http://"+got.Host != server.URL {
		t.Errorf("%s %s at %s", got.Method, got.URL, got.Host)
	}
	if user, pass, _ := got.BasicAuth(); user != account || pass != authToken {
		t.Error("not signed in with the account and its token")
	}
	form, err := url.ParseQuery(string(body))
	if err != nil {
		t.Fatal(err)
	}
	want := url.Values{
		"From": {sender}, "To": {patient}, "Body": {words},
		"StatusCallback": {"https://care.example/twilio/status?m=" + text.Attempt.String()},
	}
	if diff := cmp.Diff(want, form); diff != "" {
		t.Error(diff)
	}
}

func TestSendThroughAMessagingService(t *testing.T) {
	var form url.Values
	client, _ := provider(t, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if err := r.ParseForm(); err != nil {
			t.Error(err)
		}
		form = r.PostForm
		answer(201, `{"sid":"`+goodSID+`","status":"accepted"}`)(w, r)
	}))
	text := outbound()
	text.From, text.MessagingServiceSID = "", "MG0123456789abcdef0123456789abcdef"
	if out := client.Send(context.Background(), text); out.Class != notify.Accepted {
		t.Fatalf("%+v", out)
	}
	if form.Has("From") || form.Get("MessagingServiceSid") != text.MessagingServiceSID {
		t.Errorf("sent as %v", form)
	}
}

func TestSendRefusesBeforeCalling(t *testing.T) {
	client, _ := provider(t, Config{}, http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		t.Error("the provider was called")
	}))
	for name, change := range map[string]func(*notify.OutboundText){
		"no number": func(o *notify.OutboundText) { o.To = "Mary" },
		"no sender": func(o *notify.OutboundText) { o.From = "" },
		"no words":  func(o *notify.OutboundText) { o.Body = " \n" },
	} {
		text := outbound()
		change(&text)
		if out := client.Send(context.Background(), text); out.Class != notify.Permanent || out.Detail == "" {
			t.Errorf("%s: %+v", name, out)
		}
	}
}

func TestSendTriesTheNextTokenOnlyWhenTheFirstIsRefused(t *testing.T) {
	for name, c := range map[string]struct {
		valid string
		want  notify.SendClass
		tries []string
	}{
		"the first": {"old", notify.Accepted, []string{"old"}},
		"the next":  {"new", notify.Accepted, []string{"old", "new"}},
		"neither":   {"other", notify.Retry, []string{"old", "new"}},
	} {
		t.Run(name, func(t *testing.T) {
			var tries []string
			client, _ := provider(t, Config{AuthTokens: []string{"old", "", "new"}}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
				_, token, _ := r.BasicAuth()
				if tries = append(tries, token); token != c.valid {
					refusal(401, 20003)(w, r)
					return
				}
				answer(201, `{"sid":"`+goodSID+`"}`)(w, r)
			}))
			if out := client.Send(context.Background(), outbound()); out.Class != c.want {
				t.Errorf("%+v", out)
			}
			if diff := cmp.Diff(c.tries, tries); diff != "" {
				t.Error(diff)
			}
		})
	}
}

func TestSendWhereNobodyListensIsARetry(t *testing.T) {
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	address := "http://" + l.Addr().String()
	l.Close()
	out := clientOf(t, Config{}, address).Send(context.Background(), outbound())
	if out.Class != notify.Retry || out.Detail != "connection refused" {
		t.Errorf("%+v", out)
	}
	cancelled, cancel := context.WithCancel(context.Background())
	cancel()
	if out := clientOf(t, Config{}, address).Send(cancelled, outbound()); out.Class != notify.Retry {
		t.Errorf("cancelled before it began: %+v", out)
	}
}

// An idle connection that the provider has dropped by now must make neither a
// second sending nor a needless "unknown" out of the next text.
func TestSendOverAConnectionThatWasDropped(t *testing.T) {
	idle := make(chan struct{}, 1)
	var posts atomic.Int64
	server := httptest.NewUnstartedServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		posts.Add(1)
		answer(201, `{"sid":"`+goodSID+`"}`)(w, r)
	}))
	server.Config.ConnState = func(_ net.Conn, s http.ConnState) {
		if s == http.StateIdle {
			idle <- struct{}{}
		}
	}
	server.Start()
	defer server.Close()
	client := clientOf(t, Config{}, server.URL)
	for i := range 20 {
		if out := client.Send(context.Background(), outbound()); out.Class != notify.Accepted && out.Class != notify.Unknown {
			t.Fatalf("%d: %+v", i, out)
		} else if out.Class == notify.Accepted {
			<-idle
		}
		server.CloseClientConnections()
	}
	if n := posts.Load(); n > 20 {
		t.Errorf("20 texts were handed over %d times", n)
	}
}

func TestSendEndsInTime(t *testing.T) {
	release := make(chan struct{})
	defer close(release)
	client, _ := provider(t, Config{Timeout: 50 * time.Millisecond}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		select {
		case <-r.Context().Done():
		case <-release:
		}
	}))
	if out := client.Send(context.Background(), outbound()); out.Class != notify.Unknown || out.Detail != "timeout" {
		t.Errorf("%+v", out)
	}
}

func TestSendIsCancelledWithItsContext(t *testing.T) {
	arrived, gone := make(chan struct{}), make(chan struct{})
	client, _ := provider(t, Config{Timeout: time.Minute}, http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		close(arrived)
		<-r.Context().Done() // the server sees the connection go
		close(gone)
	}))
	ctx, cancel := context.WithCancel(context.Background())
	result := make(chan notify.SendOutcome)
	go func() { result <- client.Send(ctx, outbound()) }()
	<-arrived
	cancel()
	if out := <-result; out.Class != notify.Unknown || out.Detail != "cancelled by us" {
		t.Errorf("%+v", out)
	}
	<-gone
}

// A failed answer must be read and closed, or each one costs a connection.
func TestManyBadGatewaysLeaveNothingOpen(t *testing.T) {
	var mu sync.Mutex
	open, opened, most := map[net.Conn]bool{}, 0, 0
	server := httptest.NewUnstartedServer(answer(502, strings.Repeat("<p>bad gateway</p>", 100)))
	server.Config.ConnState = func(c net.Conn, s http.ConnState) {
		mu.Lock()
		defer mu.Unlock()
		switch s {
		case http.StateNew:
			open[c] = true
			opened++
			most = max(most, len(open))
		case http.StateClosed:
			delete(open, c)
		}
	}
	server.Start()
	defer server.Close()
	client := clientOf(t, Config{}, server.URL)
	var wg sync.WaitGroup
	const lanes, texts = 4, 10_000
	for range lanes {
		wg.Go(func() {
			for range texts / lanes {
				if out := client.Send(context.Background(), outbound()); out.Class != notify.Unknown {
					t.Errorf("%+v", out)
				}
			}
		})
	}
	wg.Wait()
	mu.Lock()
	defer mu.Unlock()
	// A dial may lose the race against a connection that falls idle, the more often the
	// busier the machine; one a text is what must not be.
	if most > 4*lanes || opened > texts/100 {
		t.Errorf("%d bad gateways over %d lanes opened %d connections, %d at once", texts, lanes, opened, most)
	}
}

func BenchmarkSend(b *testing.B) {
	body := `{"sid":"` + goodSID + `","status":"queued"}`
	client, _ := provider(b, Config{}, http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		io.Copy(io.Discard, r.Body)
		answer(201, body)(w, r)
	}))
	b.SetParallelism(16)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		for pb.Next() {
			if out := client.Send(context.Background(), outbound()); out.Class != notify.Accepted {
				b.Errorf("%+v", out)
			}
		}
	})
	b.ReportMetric(float64(b.N)/b.Elapsed().Seconds(), "sends/s")
}
