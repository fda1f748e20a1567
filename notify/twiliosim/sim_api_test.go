package twiliosim_test

import (
	"bufio"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"howareyou/notify/twiliosim"
)

type text struct{ SID, Direction, From, To, Body, Status, At string }

func TestHandsetsOverHTTP(t *testing.T) {
	w := newWorld(t)
	var phones []map[string]any
	w.call("GET", "/sim/phones", nil, &phones)
	if phones[0]["number"] != mary || phones[0]["name"] != "Mary Okafor" || phones[0]["role"] != "patient" {
		t.Errorf("phones: %v", phones)
	}
	w.send(mary, "How are you?")
	w.idle()
	w.clock.advance(time.Minute)

	for _, path := range []string{"+447700900001", "%2B447700900001", "447700900001"} {
		var posted struct{ SID string }
		if res := w.call("POST", "/sim/phones/"+path+"/messages", map[string]string{"body": "2"}, &posted); res.StatusCode != http.StatusCreated {
			t.Fatalf("%s: %d", path, res.StatusCode)
		}
		w.idle()
		var texts []text
		w.call("GET", "/sim/phones/"+path+"/messages", nil, &texts)
		last := texts[len(texts)-1]
		want := text{posted.SID, "out", mary, service, "2", "received", "2026-11-23T08:01:00Z"}
		if diff := cmp.Diff(want, last); diff != "" {
			t.Error(diff)
		}
		first := text{texts[0].SID, "in", service, mary, "How are you?", "delivered", "2026-11-23T08:00:00Z"}
		if diff := cmp.Diff(first, texts[0]); diff != "" {
			t.Error(diff)
		}
	}

	var none []text
	w.call("GET", "/sim/phones/+447700900555/messages", nil, &none)
	if none == nil || len(none) != 0 {
		t.Errorf("a phone without texts: %v", none)
	}
	for path, body := range map[string]any{
		"/sim/phones/mary/messages":          map[string]string{"body": "2"},
		"/sim/phones/+447700900001/messages": map[string]string{"body": ""},
		"/sim/phones/+447700900002/messages": map[string]string{"body": "2", "to": sam},
		"/sim/phones/+447700900003/messages": "2",
		"/sim/faults":                        map[string]any{"kind": "gremlins", "count": 1},
		"/sim/numbers":                       map[string]any{"number": "hello"},
	} {
		var problem struct{ Error string }
		if res := w.call("POST", path, body, &problem); res.StatusCode != http.StatusBadRequest || problem.Error == "" {
			t.Errorf("%s %v: %d %q", path, body, res.StatusCode, problem.Error)
		}
	}
}

func TestLongPollForNewTexts(t *testing.T) {
	w := newWorld(t)
	first := w.phoneTexts(mary, "1")
	w.idle()
	path := "/sim/phones/" + mary + "/messages?after=" + first
	var texts []text
	w.call("GET", path+"&wait=10ms", nil, &texts)
	if texts == nil || len(texts) != 0 {
		t.Errorf("nothing new: %v", texts)
	}
	got := make(chan []text, 1)
	go func() {
		var texts []text
		w.call("GET", path+"&wait=5s", nil, &texts)
		got <- texts
	}()
	w.send(mary, "Thanks")
	if texts := <-got; len(texts) != 1 || texts[0].Body != "Thanks" {
		t.Errorf("got %v", texts)
	}
	if res := w.call("GET", path+"&wait=long", nil, nil); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a wait that is none: %d", res.StatusCode)
	}
}

func TestUndeliveredTextsAreInTheFullList(t *testing.T) {
	w := newWorld(t)
	w.fault(twiliosim.Fault{Kind: "undeliverable_30003", Count: 1})
	w.send(mary, "lost")
	w.send(mary, "found")
	w.idle()
	var shown, all []text
	w.call("GET", "/sim/phones/"+mary+"/messages", nil, &shown)
	w.call("GET", "/sim/phones/"+mary+"/messages?all=1", nil, &all)
	if len(shown) != 1 || len(all) != 2 || all[0].Status != "undelivered" {
		t.Errorf("shown %v, all %v", shown, all)
	}
}

func TestFaultsOverHTTP(t *testing.T) {
	w := newWorld(t)
	for _, kind := range twiliosim.FaultKinds() {
		in := map[string]any{"kind": kind, "rate": 0.5, "delay": "500ms", "seed": 3}
		if res := w.call("POST", "/sim/faults", in, nil); res.StatusCode != http.StatusCreated {
			t.Errorf("%s: %d", kind, res.StatusCode)
		}
	}
	var state struct {
		Active []map[string]any
		Fired  map[string]int
	}
	w.call("GET", "/sim/faults", nil, &state)
	if len(state.Active) != 19 || state.Active[0]["delay"] != "500ms" {
		t.Errorf("active: %v", state.Active)
	}
	if res := w.call("DELETE", "/sim/faults", nil, nil); res.StatusCode != http.StatusNoContent {
		t.Errorf("ending them: %d", res.StatusCode)
	}
	w.call("GET", "/sim/faults", nil, &state)
	if len(state.Active) != 0 {
		t.Errorf("still active: %v", state.Active)
	}
}

func TestStatsCountDoubles(t *testing.T) {
	w := newWorld(t)
	w.send(mary, "once")
	w.send(mary, "twice")
	w.send(mary, "twice")
	w.send(sam, "twice")
	w.fault(twiliosim.Fault{Kind: "undeliverable_30008", Count: 1})
	w.send(sam, "lost on the way") // accepted all the same
	w.idle()
	var stats []twiliosim.Count
	w.call("GET", "/sim/stats", nil, &stats)
	got := map[string]int{}
	for _, c := range stats {
		got[c.Number+" "+c.BodyHash] = c.Accepted
	}
	want := map[string]int{
		mary + " " + twiliosim.BodyHash("once"): 1, mary + " " + twiliosim.BodyHash("twice"): 2,
		sam + " " + twiliosim.BodyHash("twice"): 1, sam + " " + twiliosim.BodyHash("lost on the way"): 1,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestNumbersChangeOverHTTP(t *testing.T) {
	w := newWorld(t)
	w.call("POST", "/sim/numbers", map[string]any{"number": service, "carrier_keywords": true}, nil)
	var numbers []twiliosim.Number
	w.call("GET", "/sim/numbers", nil, &numbers)
	if len(numbers) != 1 || !numbers[0].CarrierKeywords || numbers[0].SMSURL != w.product.URL+"/sms" {
		t.Errorf("numbers: %+v", numbers)
	}
	w.phoneTexts(mary, "STOP")
	w.idle()
	if !strings.HasPrefix(w.bodies(mary), "You have successfully been unsubscribed") {
		t.Errorf("the carrier says %q", w.bodies(mary))
	}
}

func TestOtherSitesCannotPost(t *testing.T) {
	w := newWorld(t)
	req, err := http.NewRequest(http.MethodPost, w.server.URL+"/sim/phones/"+mary+"/messages", strings.NewReader(`{"body":"2"}`))
	if err != nil {
		t.Fatal(err)
	}
	req.Header.Set("Sec-Fetch-Site", "cross-site")
	res, err := w.http.Do(req)
	if err != nil {
		t.Fatal(err)
	}
	if res.StatusCode != http.StatusForbidden || len(w.Messages(mary)) != 0 {
		t.Errorf("answered %d", res.StatusCode)
	}
}

func TestEventsTellOfChanges(t *testing.T) {
	w := newWorld(t)
	res, err := http.Get(w.server.URL + "/sim/events")
	if err != nil {
		t.Fatal(err)
	}
	defer http.DefaultClient.CloseIdleConnections()
	defer res.Body.Close()
	lines := bufio.NewScanner(res.Body)
	expect := func(want ...string) {
		t.Helper()
		for lines.Scan() && len(want) > 0 {
			if lines.Text() == want[0] {
				want = want[1:]
			}
			if len(want) == 0 {
				return
			}
		}
		t.Fatalf("the stream ended without %q", want)
	}
	expect("event: hello")
	w.send(mary, "Hello")
	expect("event: text", `data: {"phone":"`+mary+`"}`)
	w.send("+447700900555", "Hello")
	expect(`data: {"phone":"+447700900555"}`)
}

func TestPage(t *testing.T) {
	w := newWorld(t, func(o *twiliosim.Options) {
		o.ClockURL = "http://127.0.0.1:8080/demo/clock"
		o.Frames = []twiliosim.Frame{
			{Title: `Sam <b>"sees"</b>`, URL: "http://127.0.0.1:8080/demo/as/follower/"},
			{Title: "Board", URL: "http://127.0.0.1:8080/demo/as/clinician/"},
		}
	})
	get := func(path string) (string, http.Header) {
		t.Helper()
		res, err := w.http.Get(w.server.URL + path)
		if err != nil || res.StatusCode != http.StatusOK {
			t.Fatalf("%s: %v", path, err)
		}
		var body strings.Builder
		if _, err := bufio.NewReader(res.Body).WriteTo(&body); err != nil {
			t.Fatal(err)
		}
		return body.String(), res.Header
	}
	body, header := get("/")
	policy := header.Get("Content-Security-Policy")
	for _, want := range []string{"default-src 'none'", "script-src 'self'", "style-src 'self'", "frame-ancestors 'none'", "frame-src http://127.0.0.1:8080"} {
		if !strings.Contains(policy, want) {
			t.Errorf("policy lacks %s: %s", want, policy)
		}
	}
	if strings.Contains(body, "<b>") || !strings.Contains(body, `src="http://127.0.0.1:8080/demo/as/clinician/"`) {
		t.Error("frames are not written as they should be")
	}
	for _, inline := range []string{"<style", " style=", " onclick=", "javascript:"} {
		if strings.Contains(body, inline) {
			t.Errorf("the page has %s, which its policy forbids", inline)
		}
	}
	for _, path := range []string{"/assets/page.css", "/assets/page.js", "/assets/icon.svg"} {
		if asset, _ := get(path); asset == "" || !strings.Contains(body, path) {
			t.Errorf("%s is empty or unused", path)
		}
	}
	if res := w.call("GET", "/assets/page.html", nil, nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("the template is served: %d", res.StatusCode)
	}
}

func TestClockButtonsReachTheProduct(t *testing.T) {
	var moved []string
	clockServer := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.Method == http.MethodPost {
			line, _ := bufio.NewReader(r.Body).ReadString(0)
			moved = append(moved, line)
		}
		_, _ = w.Write([]byte(`{"now":"2026-07-01T08:30:00Z"}`))
	}))
	defer clockServer.Close()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	w := newWorld(t, func(o *twiliosim.Options) {
		o.ClockURL, o.Zone = clockServer.URL+"/demo/clock", london
	})
	var now struct{ Now time.Time }
	w.call("GET", "/sim/clock", nil, &now)
	if !now.Now.Equal(time.Date(2026, 7, 1, 8, 30, 0, 0, time.UTC)) {
		t.Errorf("now %s", now.Now)
	}
	w.call("POST", "/sim/clock", map[string]string{"advance": "24h"}, nil)
	w.call("POST", "/sim/clock", map[string]string{"next": "09:00"}, nil)
	if res := w.call("POST", "/sim/clock", map[string]string{"next": "nine"}, nil); res.StatusCode != http.StatusBadRequest {
		t.Errorf("a time that is none: %d", res.StatusCode)
	}
	// Half past eight in UTC is half past nine in London's summer: tomorrow.
	want := []string{`{"advance":"24h"}`, `{"to":"2026-07-02T08:00:00Z"}`}
	if diff := cmp.Diff(want, moved); diff != "" {
		t.Error(diff)
	}
}

func TestOptionsThatCannotWork(t *testing.T) {
	good := func() twiliosim.Options {
		return twiliosim.Options{AccountSID: account, AuthToken: token, Numbers: []twiliosim.Number{{E164: service}}}
	}
	for name, spoil := range map[string]func(*twiliosim.Options){
		"account":  func(o *twiliosim.Options) { o.AccountSID = "AC1" },
		"token":    func(o *twiliosim.Options) { o.AuthToken = "" },
		"numbers":  func(o *twiliosim.Options) { o.Numbers = nil },
		"number":   func(o *twiliosim.Options) { o.Numbers[0].E164 = "0770" },
		"webhook":  func(o *twiliosim.Options) { o.Numbers[0].SMSURL = (&url.URL{Path: "/sms"}).String() },
		"phone":    func(o *twiliosim.Options) { o.Phones = []twiliosim.Phone{{Number: "Mary"}} },
		"frame":    func(o *twiliosim.Options) { o.Frames = []twiliosim.Frame{{URL: "javascript:alert(1)"}} },
		"clock":    func(o *twiliosim.Options) { o.ClockURL = "soon" },
		"good one": nil,
	} {
		opt := good()
		if spoil != nil {
			spoil(&opt)
		}
		sim, err := twiliosim.New(opt)
		if (err == nil) != (spoil == nil) {
			t.Errorf("%s: %v", name, err)
		}
		if err == nil {
			sim.Close()
		}
	}
}
