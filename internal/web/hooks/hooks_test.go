package hooks_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/sha1"
	"encoding/base64"
	"errors"
	"io"
	"log/slog"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/hooks"
	"howareyou/notify"
	"howareyou/notify/twilio"
)

const (
	public = "https://care.example"
	token  = "0123456789abcdef0123456789abcdef"
	sid    = "SM00000000000000000000000000000001"
)

var now = time.Date(2026, 11, 2, 9, 5, 0, 0, time.UTC)

// sign is the provider's half: the address, then each name and value in the
// order of the names.
func sign(token, address string, form url.Values) string {
	mac := hmac.New(sha1.New, []byte(token))
	io.WriteString(mac, address)
	for _, name := range slices.Sorted(maps.Keys(form)) {
		io.WriteString(mac, name+form.Get(name))
	}
	return base64.StdEncoding.EncodeToString(mac.Sum(nil))
}

func textForm() url.Values {
	return url.Values{"MessageSid": {sid}, "From": {"+447700900001"}, "To": {"+447700900999"}, "Body": {"2 rough night & more"}, "AccountSid": {"AC1"}}
}

// desk is behind the hooks: it keeps what it is given, or fails.
type desk struct {
	mu      sync.Mutex
	texts   []carenet.InboundText
	reports []notify.StatusReport
	counted map[string]int
	err     error
	hangs   bool
	calls   hooks.Calls
	log     bytes.Buffer
}

func (d *desk) Submit(ctx context.Context, text carenet.InboundText) error {
	if d.hangs {
		if _, ok := ctx.Deadline(); !ok {
			return errors.New("there is no deadline")
		}
		return context.DeadlineExceeded
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	d.texts = append(d.texts, text)
	return d.err
}

func (d *desk) Report(_ context.Context, r notify.StatusReport) error {
	d.reports = append(d.reports, r)
	return d.err
}

func app(d *desk) *fiber.App {
	d.counted = map[string]int{}
	h := &hooks.Handler{
		Verifier: twilio.Verifier{PublicURL: public, Tokens: []string{token, "the-next-token"}},
		Intake:   d, Reports: d, Calls: d.calls, Now: func() time.Time { return now },
		Count: func(hook, outcome string) {
			d.mu.Lock()
			defer d.mu.Unlock()
			d.counted[hook+" "+outcome]++
		},
		Log: slog.New(slog.NewTextHandler(&d.log, nil)),
	}
	a := fiber.New(fiber.Config{Immutable: true, DisableStartupMessage: true})
	h.Mount(a)
	return a
}

func post(t *testing.T, a *fiber.App, path, body, signature string) (int, string) {
	t.Helper()
	r := httptest.NewRequest(http.MethodPost, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("X-Twilio-Signature", signature)
	// Whatever a stranger writes here is never believed.
	r.Header.Set("X-Forwarded-Host", "evil.example")
	r.Host = "evil.example"
	res, err := a.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	defer res.Body.Close()
	answer, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res.StatusCode, string(answer)
}

func TestASignedTextIsTakenIn(t *testing.T) {
	for _, key := range []string{token, "the-next-token"} {
		d := &desk{}
		a := app(d)
		form := textForm()
		status, answer := post(t, a, "/twilio/sms", form.Encode(), sign(key, public+"/twilio/sms", form))
		want := carenet.InboundText{SID: sid, From: "+447700900001", To: "+447700900999", Body: "2 rough night & more", ReceivedAt: now}
		if status != 200 || !strings.Contains(answer, "<Response/>") || len(d.texts) != 1 || d.texts[0] != want || d.counted["sms taken"] != 1 {
			t.Errorf("%d %q, took %+v, counted %v", status, answer, d.texts, d.counted)
		}
	}
}

func TestTheQueryIsSignedToo(t *testing.T) {
	d := &desk{}
	a := app(d)
	form := textForm()
	const path = "/twilio/sms?x=%2B1&y=a%20b"
	if status, _ := post(t, a, path, form.Encode(), sign(token, public+path, form)); status != 200 {
		t.Errorf("as it came: %d", status)
	}
	if status, _ := post(t, a, path+"&z=1", form.Encode(), sign(token, public+path, form)); status != 403 {
		t.Errorf("changed: %d", status)
	}
}

func TestAForgedTextIsRefusedAndCounted(t *testing.T) {
	form := textForm()
	good := sign(token, public+"/twilio/sms", form)
	changed := textForm()
	changed.Set("Body", "5")
	for what, c := range map[string]struct{ body, signature string }{
		"no signature":        {form.Encode(), ""},
		"nonsense":            {form.Encode(), "nonsense"},
		"another token":       {form.Encode(), sign("another", public+"/twilio/sms", form)},
		"no token":            {form.Encode(), sign("", public+"/twilio/sms", form)},
		"another path":        {form.Encode(), sign(token, public+"/twilio/status", form)},
		"the request's host":  {form.Encode(), sign(token, "http://evil.example/twilio/sms", form)},
		"changed body":        {changed.Encode(), good},
		"one more field":      {form.Encode() + "&NumMedia=1", good},
		"a name twice, after": {form.Encode() + "&From=%2B447700900002", good},
		"a name twice, ahead": {"From=%2B447700900002&" + form.Encode(), good},
		"broken encoding":     {form.Encode() + "&x=%zz", good},
		"empty":               {"", good},
		"JSON":                {`{"From":"+447700900001"}`, good},
	} {
		d := &desk{}
		a := app(d)
		status, _ := post(t, a, "/twilio/sms", c.body, c.signature)
		if status != 403 || len(d.texts) != 0 || d.counted["sms refused"] != 1 || len(d.counted) != 1 {
			t.Errorf("%s: %d, took %v, counted %v", what, status, d.texts, d.counted)
		}
		if strings.Contains(d.log.String(), "4477") || strings.Contains(d.log.String(), "rough") || strings.Contains(d.log.String(), token) {
			t.Errorf("INV-13: %s: %s", what, d.log.String())
		}
	}
}

func TestINV1_ATextThatIsNotKeptIsAskedForAgain(t *testing.T) {
	for what, d := range map[string]*desk{
		"the store is down": {err: errors.New("the store is down")},
		"too many wait":     {err: carenet.Errorf(carenet.Busy, "take in text", "too many texts wait")},
		"no answer in time": {hangs: true},
	} {
		a := app(d)
		form := textForm()
		status, _ := post(t, a, "/twilio/sms", form.Encode(), sign(token, public+"/twilio/sms", form))
		if status != 503 || d.counted["sms failed"] != 1 {
			t.Errorf("%s: %d, counted %v", what, status, d.counted)
		}
		if strings.Contains(d.log.String(), "4477") || strings.Contains(d.log.String(), "rough") {
			t.Errorf("INV-13: %s: %s", what, d.log.String())
		}
	}
}

// Short codes and names have no phone to answer to; their texts are kept all the same.
func TestWhatComesFromNoPhoneIsKept(t *testing.T) {
	for _, from := range []string{"MyBank", "60123", "whatsapp:+447700900001"} {
		d := &desk{}
		a := app(d)
		form := textForm()
		form.Set("From", from)
		status, _ := post(t, a, "/twilio/sms", form.Encode(), sign(token, public+"/twilio/sms", form))
		if status != 200 || len(d.texts) != 1 || d.texts[0].From != from || d.counted["sms not_from_a_phone"] != 1 {
			t.Errorf("%s: %d, took %v, counted %v", from, status, d.texts, d.counted)
		}
	}
}

func TestWhatIsSignedButNoTextIsLetGo(t *testing.T) {
	for what, change := range map[string]func(url.Values){
		"no sender": func(f url.Values) { f.Del("From") },
		"no body":   func(f url.Values) { f.Del("Body") },
		"no id":     func(f url.Values) { f.Del("MessageSid") },
	} {
		d := &desk{}
		a := app(d)
		form := textForm()
		change(form)
		status, _ := post(t, a, "/twilio/sms", form.Encode(), sign(token, public+"/twilio/sms", form))
		if status != 200 || len(d.texts) != 0 || d.counted["sms not_a_text"] != 1 {
			t.Errorf("%s: %d, took %v, counted %v", what, status, d.texts, d.counted)
		}
	}
}

func TestStatus(t *testing.T) {
	attempt := carenet.NewID(now)
	path := "/twilio/status?m=" + attempt.String()
	form := func(status, code string) url.Values {
		f := url.Values{"MessageSid": {sid}, "MessageStatus": {status}}
		if code != "" {
			f.Set("ErrorCode", code)
		}
		return f
	}
	for _, c := range []struct {
		what    string
		path    string
		form    url.Values
		err     error
		status  int
		counted string
		reports int
	}{
		{"delivered", path, form("delivered", ""), nil, 204, "taken", 1},
		{"undelivered", path, form("undelivered", "30003"), nil, 204, "taken", 1},
		{"of no attempt of ours", path, form("sent", ""), carenet.Errorf(carenet.NotFound, "record status", "no such attempt"), 204, "unknown_attempt", 1},
		{"the store is down", path, form("sent", ""), errors.New("down"), 503, "failed", 1},
		{"an unknown word", path, form("pondering", ""), nil, 204, "unreadable", 0},
		{"a code that is none", path, form("failed", "many"), nil, 204, "unreadable", 0},
		{"without an attempt", "/twilio/status", form("sent", ""), nil, 204, "unreadable", 0},
		{"with half of one", path[:len(path)-4], form("sent", ""), nil, 204, "unreadable", 0},
	} {
		d := &desk{err: c.err}
		a := app(d)
		status, _ := post(t, a, c.path, c.form.Encode(), sign(token, public+c.path, c.form))
		if status != c.status || len(d.reports) != c.reports || d.counted["status "+c.counted] != 1 {
			t.Errorf("%s: %d, %d reports, counted %v", c.what, status, len(d.reports), d.counted)
		}
		if c.reports == 1 && (d.reports[0].Attempt != attempt || d.reports[0].SID != sid || d.reports[0].Status != c.form.Get("MessageStatus")) {
			t.Errorf("%s: %+v", c.what, d.reports[0])
		}
	}
	d := &desk{}
	a := app(d)
	other := "/twilio/status?m=" + carenet.NewID(now).String()
	if status, _ := post(t, a, other, form("delivered", "").Encode(), sign(token, public+path, form("delivered", ""))); status != 403 || len(d.reports) != 0 || d.counted["status refused"] != 1 {
		t.Errorf("news of another attempt than the signed one: %d, %+v", status, d.reports)
	}
}

// Strings of a request are reused memory in Fiber: what is kept must stay what
// it was when the next requests come.
func TestWhatIsKeptStaysWhatItWas(t *testing.T) {
	d := &desk{}
	a := app(d)
	for i := range 50 {
		form := textForm()
		form.Set("Body", strings.Repeat(string(rune('a'+i%26)), 40))
		if status, _ := post(t, a, "/twilio/sms", form.Encode(), sign(token, public+"/twilio/sms", form)); status != 200 {
			t.Fatal(status)
		}
	}
	for i, text := range d.texts {
		if want := strings.Repeat(string(rune('a'+i%26)), 40); text.Body != want || text.From != "+447700900001" || text.SID != sid {
			t.Fatalf("text %d became %+v", i, text)
		}
	}
}
