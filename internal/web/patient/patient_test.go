package patient_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/patient"
)

const (
	token  = "Zx5qTfW9bYc3kLmN2pQrSt"
	origin = "https://care.example.org"
)

var (
	now  = time.Date(2026, 3, 9, 9, 20, 0, 0, time.UTC)
	link = "/c/" + token
	ours = map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
)

// store holds one link: of Mary, whom Sam and Ruth follow.
type store struct {
	form     carenet.CheckInForm
	sent     []carenet.PageAnswer
	further  []string
	fails    error // of both methods
	cannotdo error // of SubmitCheckIn alone
}

func (s *store) CheckInForm(_ context.Context, t string) (carenet.CheckInForm, error) {
	if t != token {
		return carenet.CheckInForm{}, carenet.Errorf(carenet.NotFound, "follow link", "this link does not work")
	}
	return s.form, s.fails
}

func (s *store) SubmitCheckIn(_ context.Context, t string, in carenet.PageAnswer) (carenet.Batch, error) {
	if err := errors.Join(s.fails, s.cannotdo); err != nil {
		return carenet.Batch{}, err
	}
	s.sent = append(s.sent, in)
	u := carenet.Update{At: now, Words: in.Words, Private: in.Private, Corrected: s.form.Answered != nil}
	if in.Score != nil {
		v := float64(*in.Score)
		u.Score = &v
	}
	s.form.Answered = &u
	return carenet.Batch{ID: carenet.NewID(now), Events: []carenet.Event{{Kind: carenet.EventCheckIn}}}, nil
}

// SubmitFurther keeps what was asked, once.
func (s *store) SubmitFurther(_ context.Context, _, item, answer string) (carenet.Batch, error) {
	if answer == "" && (s.form.Further == nil || s.form.Further.Kind != "words") {
		return carenet.Batch{}, carenet.Errorf(carenet.Invalid, "answer question", "choose an answer")
	}
	if s.form.Further == nil || s.form.Further.Item != item {
		return carenet.Batch{}, s.fails
	}
	s.further = append(s.further, item+"="+answer)
	s.form.Further = nil
	return carenet.Batch{ID: carenet.NewID(now), Events: []carenet.Event{{Kind: carenet.EventItem}}}, nil
}

// AnswerOffer keeps a yes or no to the offer of a call.
func (s *store) AnswerOffer(_ context.Context, t string, yes bool) (carenet.Batch, error) {
	if t != token {
		return carenet.Batch{}, carenet.Errorf(carenet.NotFound, "follow link", "this link does not work")
	}
	s.form.Offer = carenet.OfferNo
	if yes {
		s.form.Offer = carenet.OfferYes
	}
	return carenet.Batch{ID: carenet.NewID(now), Events: []carenet.Event{{Kind: carenet.EventCallWanted}}}, s.fails
}

type world struct {
	*testing.T
	store     *store
	app       *fiber.App
	committed int
	log       strings.Builder
}

func newWorld(t *testing.T) *world {
	w := &world{T: t, store: &store{form: carenet.CheckInForm{
		Org: carenet.NewID(now), Organisation: "Riverside Care", EmergencyNumber: "999", ClinicNumber: "+441632960001", StaffedHours: "Mon-Fri 9-17",
		Name: "Mary Okafor", Language: "en", Zone: time.UTC, Scale: carenet.WellbeingScale,
		Circle: []carenet.CirclePlace{
			{Name: "Sam Okafor", Scope: carenet.Scope{carenet.PartScore, carenet.PartWords}.Normal()},
			{Name: "Ruth", Scope: carenet.Scope{carenet.PartScore}.Normal()},
		},
	}}}
	site := &front.Site{
		Public: &url.URL{Scheme: "https", Host: "care.example.org"}, Origin: origin, Now: func() time.Time { return now },
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	}
	w.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	patient.New(site, w.store, func(carenet.Batch) { w.committed++ }).Mount(w.app.Group("/demo"), front.Door{Base: "/demo"})
	return w
}

func (w *world) ask(method, path, form string, headers map[string]string) (*http.Response, string) {
	w.Helper()
	r := httptest.NewRequest(method, "/demo"+path, strings.NewReader(form))
	r.Header.Set("Accept", "text/html")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	res, err := w.app.Test(r, -1)
	if err != nil {
		w.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		w.Fatal(err)
	}
	return res, string(body)
}

// says checks that the page holds each of the words, and none of those after "not".
func (w *world) says(body string, words ...string) {
	w.Helper()
	not := false
	for _, s := range words {
		if s == "not" {
			not = true
			continue
		}
		if strings.Contains(body, s) == not {
			w.Errorf("page: %q there %t, want %t\n%s", s, not, !not, body)
		}
	}
}

var keyField = regexp.MustCompile(`name="key" value="([A-Z0-9]{26})"`)

// TestConversation is a check-in as a person goes through it.
func TestConversation(t *testing.T) {
	w := newWorld(t)
	res, body := w.ask("GET", link, "", nil)
	if res.StatusCode != 200 {
		t.Fatal(res.StatusCode)
	}
	w.says(body, "How are you overall today, Mary?", "Tell Sam and Ruth", "Very bad", "Sam sees your score and words", "Ruth sees how you are",
		`action="/demo`+link+`"`, "not", " checked")
	key := keyField.FindStringSubmatch(body)
	if key == nil {
		t.Fatal("the form has no key")
	}
	if _, again := w.ask("GET", link, "", nil); keyField.FindStringSubmatch(again)[1] == key[1] {
		t.Error("two forms have the same key")
	}
	res, _ = w.ask("POST", link, "score=2&words=rough+night&key="+key[1], ours)
	if res.StatusCode != 303 || res.Header.Get("Location") != "/demo"+link || w.committed != 1 {
		t.Fatalf("%d %v, %d committed", res.StatusCode, res.Header, w.committed)
	}
	if in := w.store.sent[0]; in.Score == nil || *in.Score != 2 || in.Words != "rough night" || in.Private || in.Key != key[1] {
		t.Errorf("%+v", in)
	}
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "Thank you, Mary", "We noted: Bad, 2 of 5", "This is what Sam gets:", "This is what Ruth gets:", "Call 999",
		"Your clinic has not read it yet. They read next: Mon-Fri 9-17", `href="/demo`+link+`?change=1"`, "not", `name="score"`)
	if n := strings.Count(body, "rough night"); n != 2 {
		t.Errorf("Mary's words stand %d times on the page, want 2: hers and in Sam's text, not in Ruth's", n)
	}
	_, body = w.ask("GET", link+"?change=1", "", nil)
	w.says(body, `id="how-2" name="score" value="2" checked`, ">rough night</textarea>")
	w.store.form.SeenByClinic = now.Add(-time.Hour)
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "Your clinic has read it, today 8:20")
}

// TestINV13_OpeningALinkRecordsNothing: phones and scanners open links.
func TestINV13_OpeningALinkRecordsNothing(t *testing.T) {
	w := newWorld(t)
	for _, method := range []string{"GET", "HEAD"} {
		if res, _ := w.ask(method, link+"?score=1&words=x&key=abcdefabcdefabcdef", "", nil); res.StatusCode != 200 {
			t.Errorf("%s: %d", method, res.StatusCode)
		}
	}
	if len(w.store.sent) > 0 || w.committed > 0 {
		t.Error("opening the link recorded an answer")
	}
}

func TestWhatIsSentIsReadWithCare(t *testing.T) {
	three := 3
	for _, c := range []struct {
		why, form string
		want      *carenet.PageAnswer // nil: refused
	}{
		{"a face", "score=3", &carenet.PageAnswer{Score: &three}},
		{"words alone: no score, not 0", "words=hello", &carenet.PageAnswer{Words: "hello"}},
		{"private", "score=3&private=yes", &carenet.PageAnswer{Score: &three, Private: true}},
		{"an unticked box", "score=3&private=", &carenet.PageAnswer{Score: &three}},
		{"lines and noise", "score=3&words=%20a%0D%0Ab%00%1Bc%FF%20", &carenet.PageAnswer{Score: &three, Words: "a\nbc"}},
		{"nothing", "", nil},
		{"blank words", "words=%20%0A", nil},
		{"no such face", "score=6&words=hello", nil},
		{"zero", "score=0", nil},
		{"no number", "score=good", nil},
	} {
		t.Run(c.why, func(t *testing.T) {
			w := newWorld(t)
			res, body := w.ask("POST", link, c.form+"&key=ABCDEFGHIJKLMNOPQRST", ours)
			if c.want == nil {
				if res.StatusCode != 422 || len(w.store.sent) > 0 {
					t.Fatalf("%d, sent %v", res.StatusCode, w.store.sent)
				}
				w.says(body, "Please choose one face. Nothing is lost.", `value="ABCDEFGHIJKLMNOPQRST"`)
				return
			}
			if res.StatusCode != 303 || len(w.store.sent) != 1 {
				t.Fatalf("%d, sent %v", res.StatusCode, w.store.sent)
			}
			in := w.store.sent[0]
			if (in.Score == nil) != (c.want.Score == nil) || in.Score != nil && *in.Score != *c.want.Score || in.Words != c.want.Words ||
				in.Private != c.want.Private || in.Key != "ABCDEFGHIJKLMNOPQRST" {
				t.Errorf("%+v, want %+v", in, c.want)
			}
		})
	}
	w := newWorld(t)
	_, body := w.ask("POST", link, "words=&private=yes&score=9&key=x", ours)
	w.says(body, ` checked`, "not", `value="x"`)
	if !keyField.MatchString(body) {
		t.Error("a form with an unsound key did not get one")
	}
}

func TestOtherSitesCannotAnswer(t *testing.T) {
	w := newWorld(t)
	for _, headers := range []map[string]string{nil, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "https://evil.example"}} {
		if res, _ := w.ask("POST", link, "score=1", headers); res.StatusCode != 403 || len(w.store.sent) > 0 {
			t.Errorf("%v: %d, sent %v", headers, res.StatusCode, w.store.sent)
		}
	}
}

func TestLinksThatLeadNowhere(t *testing.T) {
	for _, c := range []struct {
		path   string
		err    error
		status int
		says   string
	}{
		{link, carenet.Errorf(carenet.Expired, "follow link", "old"), 410, "Nothing is lost. Your next text from us brings a new link."},
		{link, carenet.Errorf(carenet.NotFound, "open check-in", "gone"), 404, "Open the link in our text again."},
		{"/c/short", nil, 404, "Open the link in our text again."},
		{link, errors.New("no database"), 500, "Something went wrong on our side"},
	} {
		w := newWorld(t)
		w.store.fails = c.err
		for _, method := range []string{"GET", "POST"} {
			res, body := w.ask(method, c.path, "", ours)
			if res.StatusCode != c.status {
				t.Errorf("%s %v: %d", method, c.err, res.StatusCode)
			}
			w.says(body, c.says, "not", "Mary")
		}
	}
}

// TestNothingIsLostWhenWeFail: the page that says so holds the answer, under
// the same key.
func TestNothingIsLostWhenWeFail(t *testing.T) {
	w := newWorld(t)
	w.store.fails = errors.New("no database")
	const form = "score=1&words=it+hurts&private=yes&key=ABCDEFGHIJKLMNOPQRST"
	res, body := w.ask("POST", link, form, ours)
	if res.StatusCode != 500 || w.committed > 0 {
		t.Fatalf("%d, %d committed", res.StatusCode, w.committed)
	}
	w.says(body, "We could not save your answer.", `name="score" value="1"`, `name="words" value="it hurts"`, `name="private" value="yes"`,
		`name="key" value="ABCDEFGHIJKLMNOPQRST"`, "You can also answer by text.")
	if strings.Contains(w.log.String(), "hurts") || strings.Contains(w.log.String(), token) || !strings.Contains(w.log.String(), "route=/demo/c/:token") {
		t.Errorf("log: %s", w.log.String())
	}
	w.store.fails = nil
	if res, _ := w.ask("POST", link, form, ours); res.StatusCode != 303 || w.store.sent[0].Key != "ABCDEFGHIJKLMNOPQRST" {
		t.Errorf("%d %v", res.StatusCode, w.store.sent)
	}
}

func TestINV7_PrivateStaysOutOfTheCircle(t *testing.T) {
	w := newWorld(t)
	w.ask("POST", link, "score=1&words=secret&private=yes", ours)
	_, body := w.ask("GET", link, "", nil)
	w.says(body, "You kept this one from your followers.", "not", "This is what Sam gets:", "This is what Ruth gets:")
}

// Whoever gave the lowest answer is asked whether they would like a call, with one tap.
func TestTheLowestAnswerOffersACall(t *testing.T) {
	w := newWorld(t)
	w.store.form.Answered = &carenet.Update{At: now, Score: new(float64)}
	*w.store.form.Answered.Score = 1
	const asks = "Would you like a call today?"
	_, body := w.ask("GET", link, "", nil)
	w.says(body, "not", asks) // none was made yet
	w.store.form.Offer = carenet.OfferOpen
	_, body = w.ask("GET", link, "", nil)
	w.says(body, asks, "Yes, please call me", "No, thank you", `action="/demo`+link+`/call"`)
	res, _ := w.ask("POST", link+"/call", "call=maybe", ours)
	if res.StatusCode != 303 || w.committed != 0 || w.store.form.Offer != carenet.OfferOpen {
		t.Errorf("what is no answer changed %q: %d", w.store.form.Offer, res.StatusCode)
	}
	if res, _ = w.ask("POST", link+"/call", "call=yes", map[string]string{"Sec-Fetch-Site": "cross-site", "Content-Type": ours["Content-Type"]}); res.StatusCode != 403 {
		t.Errorf("another site answered for her: %d", res.StatusCode)
	}
	res, _ = w.ask("POST", link+"/call", "call=no", ours)
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "You said that you would not like a call", "Yes, please call me", "not", "No, thank you")
	if res.StatusCode != 303 || w.committed != 1 {
		t.Errorf("%d, committed %d", res.StatusCode, w.committed)
	}
	w.ask("POST", link+"/call", "call=yes", ours)
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "The clinic is asked to call you", "not", "Yes, please call me")
	*w.store.form.Answered.Score = 4 // a correction: it was about another answer
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "not", asks)
}

func TestCryForHelpIsAnsweredFirst(t *testing.T) {
	w := newWorld(t)
	w.ask("POST", link, "score=1&words=I+want+to+die", ours)
	_, body := w.ask("GET", link, "", nil)
	w.says(body, "If you are in danger, call 999 now.", `href="tel:999"`)
	w = newWorld(t)
	w.ask("POST", link, "score=1&words=a+bad+day", ours)
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "not", "If you are in danger")
}

// TestWordsStayWords: nothing that a person types becomes markup, on any page.
func TestWordsStayWords(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	w := newWorld(t)
	w.store.form.Name, w.store.form.Organisation = evil, evil
	w.store.form.Circle[0].Name = evil
	sent := url.Values{"score": {"9"}, "words": {evil}, "key": {evil}}.Encode()
	_, asked := w.ask("POST", link, sent, ours)
	w.store.cannotdo = errors.New("no database")
	_, failed := w.ask("POST", link, url.Values{"words": {evil}}.Encode(), ours)
	w.store.cannotdo = nil
	w.ask("POST", link, url.Values{"words": {evil}}.Encode(), ours)
	_, thanked := w.ask("GET", link, "", nil)
	for name, body := range map[string]string{"question": asked, "fault": failed, "thanks": thanked} {
		if !strings.Contains(body, "&lt;script&gt;") || strings.Contains(body, "<script>") {
			t.Errorf("%s: %s", name, body)
		}
	}
}

func TestNobodyFollows(t *testing.T) {
	w := newWorld(t)
	w.store.form.Circle = nil
	_, body := w.ask("GET", link, "", nil)
	w.says(body, ">Send</span>", "not", `name="private"`)
	w.ask("POST", link, "score=4", ours)
	_, body = w.ask("GET", link, "", nil)
	w.says(body, "Nobody follows you yet. The clinic sees your answer.")
}
