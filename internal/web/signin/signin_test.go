package signin_test

import (
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/signin"
)

const token = "Zx5qTfW9bYc3kLmN2pQrSt"

var ours = map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded", "Accept": "text/html"}

// fake knows Sam's number and one link, which works once.
type fake struct {
	asked   []string
	used    bool
	leadsTo string
	err     error
	keys    []string
	limits  []int  // a minute, for each key
	full    string // the part of the keys' order whose limit is reached
}

func (f *fake) RequestSignIn(_ context.Context, phone carenet.Phone, door auth.Door, leadsTo string) ([]carenet.Batch, error) {
	f.asked, f.leadsTo = append(f.asked, string(phone)+" "+string(door)), leadsTo
	if phone == "+447700900101" {
		return []carenet.Batch{{ID: carenet.NewID(time.UnixMilli(1))}}, f.err
	}
	return nil, f.err
}

func (f *fake) RequestSignInByEmail(_ context.Context, email carenet.Email, door auth.Door, leadsTo string) ([]carenet.Batch, error) {
	f.asked, f.leadsTo = append(f.asked, string(email)+" "+string(door)), leadsTo
	if email == "lou@family.example" {
		return []carenet.Batch{{ID: carenet.NewID(time.UnixMilli(1))}}, f.err
	}
	return nil, f.err
}

func (f *fake) link(t string) error {
	switch {
	case f.err != nil:
		return f.err
	case t != token:
		return carenet.Errorf(carenet.NotFound, "follow link", "no such link")
	case f.used:
		return carenet.Errorf(carenet.Expired, "follow link", "used")
	}
	return nil
}

func (f *fake) ShowSignIn(_ context.Context, t string) (carenet.SignInPage, error) {
	return carenet.SignInPage{Organisation: "Riverside Care", Name: "Sam", Language: "en", Door: "follower"}, f.link(t)
}

func (f *fake) SignIn(_ context.Context, t string) (auth.Door, string, string, error) {
	err := f.link(t)
	f.used = true
	if f.leadsTo != "" {
		return auth.ClinicDoor, "the-session", f.leadsTo, err
	}
	return auth.FollowerDoor, "the-session", "", err
}

type world struct {
	*testing.T
	fake      *fake
	app       *fiber.App
	committed int
}

func newWorld(t *testing.T) *world { return worldOf(t, "the secret of one deployment, kept") }

// worldOf is a process of the deployment with this secret.
func worldOf(t *testing.T, secret string) *world {
	w := &world{T: t, fake: &fake{}}
	site := &front.Site{
		Public: &url.URL{Scheme: "https", Host: "care.example.org"}, Origin: "https://care.example.org",
		Now: func() time.Time { return time.UnixMilli(0).UTC() }, Log: slog.New(slog.DiscardHandler),
	}
	w.app = fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	signin.New(site, w.fake, signin.Options{
		Region: "GB", Emails: true, Committed: func(carenet.Batch) { w.committed++ }, Secret: []byte(secret),
		Allow: func(_ context.Context, key string, aMinute int) bool {
			w.fake.keys = append(w.fake.keys, key)
			w.fake.limits = append(w.fake.limits, aMinute)
			return w.fake.full == "" || len(w.fake.keys) != map[string]int{"address": 1, "number": 2}[w.fake.full]
		},
	}).Mount(w.app, front.Door{})
	return w
}

func (w *world) ask(method, path, form string, headers map[string]string) (*http.Response, string) {
	w.Helper()
	r := httptest.NewRequest(method, path, strings.NewReader(form))
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

// TestTheAnswerTellsNothing: a known number, an unknown one and one that is
// asked for too often get the same page.
func TestTheAnswerTellsNothing(t *testing.T) {
	w := newWorld(t)
	res, known := w.ask("POST", "/in", "phone=07700+900101&door=clinic", ours)
	if res.StatusCode != 200 || w.committed != 1 || len(w.fake.asked) != 1 || w.fake.asked[0] != "+447700900101 clinic" {
		t.Fatalf("%d, committed %d, asked %v", res.StatusCode, w.committed, w.fake.asked)
	}
	if !strings.Contains(known, "If we know this number, a text with a link is on its way.") {
		t.Error(known)
	}
	if _, unknown := w.ask("POST", "/in", "phone=07700+900199&door=clinic", ours); unknown != known || w.committed != 1 {
		t.Error("an unknown number gets another answer")
	}
	w = newWorld(t)
	w.fake.full = "number"
	if res, often := w.ask("POST", "/in", "phone=07700+900101&door=clinic", ours); res.StatusCode != 200 || often != known || len(w.fake.asked) > 0 {
		t.Errorf("a number asked for too often: %d, asked %v", res.StatusCode, w.fake.asked)
	}
}

// Whoever has only an email address gets in by it, and learns as little.
func TestALinkComesByEmailToo(t *testing.T) {
	w := newWorld(t)
	if _, page := w.ask("GET", "/in?door=follower&to=/circle/hear", "", ours); !strings.Contains(page, `name="phone"`) ||
		!strings.Contains(page, `by=email`) || strings.Contains(page, `name="email"`) {
		t.Fatal(page)
	}
	if _, page := w.ask("GET", "/in?door=follower&by=email", "", ours); !strings.Contains(page, `type="email"`) || strings.Contains(page, `name="phone"`) {
		t.Fatal(page)
	}
	res, known := w.ask("POST", "/in", "email=+Lou%40Family.example&door=follower", ours)
	if res.StatusCode != 200 || w.committed != 1 || len(w.fake.asked) != 1 || w.fake.asked[0] != "lou@family.example follower" {
		t.Fatalf("%d, committed %d, asked %v", res.StatusCode, w.committed, w.fake.asked)
	}
	if !strings.Contains(known, "an email with a link is on its way") {
		t.Error(known)
	}
	if _, unknown := w.ask("POST", "/in", "email=nobody%40family.example&door=follower", ours); unknown != known || w.committed != 1 {
		t.Error("an unknown address gets another answer")
	}
	res, page := w.ask("POST", "/in", "email=lou%40&door=follower", ours)
	if res.StatusCode != 422 || !strings.Contains(page, "This address does not look complete.") || !strings.Contains(page, `value="lou@"`) {
		t.Errorf("half an address: %d %s", res.StatusCode, page)
	}
	if keys := w.fake.keys; keys[1] == keys[3] || strings.Contains(keys[1], "lou") {
		t.Errorf("limits are counted as %v", keys)
	}
}

func TestINV13_LimitKeysAreOpaque(t *testing.T) {
	w := newWorld(t)
	for _, form := range []string{"phone=07700+900101", "phone=%2B447700900101", "phone=07700+900102"} {
		w.ask("POST", "/in", form, ours)
	}
	k := w.fake.keys
	if len(k) != 6 || k[0] != k[2] || k[1] != k[3] || k[1] == k[5] || k[0] == k[1] {
		t.Fatalf("keys %v: want one an address and one a number", k)
	}
	if l := w.fake.limits; l[0] < 5*l[1] {
		t.Errorf("limits %v: the shift of a clinic, behind one address, has to come in", l)
	}
	for _, key := range k {
		if strings.Contains(key, "7700") || strings.Contains(key, "0.0.0.0") || !strings.HasPrefix(key, "signin:") {
			t.Errorf("key %q tells what it counts", key)
		}
	}
	// Processes of one deployment count together.
	sister := newWorld(t)
	sister.ask("POST", "/in", "phone=07700+900101", ours)
	if sister.fake.keys[0] != k[0] || sister.fake.keys[1] != k[1] {
		t.Error("two processes of a deployment count apart")
	}
	other := worldOf(t, "the secret of another deployment..")
	other.ask("POST", "/in", "phone=07700+900101", ours)
	if other.fake.keys[0] == k[0] || other.fake.keys[1] == k[1] {
		t.Error("the key of a number can be computed by anybody")
	}
	defer func() {
		if recover() == nil {
			t.Error("limits are hashed without a secret")
		}
	}()
	worldOf(t, "")
}

func TestRefusedRequests(t *testing.T) {
	for _, c := range []struct {
		why, form string
		full      string
		headers   map[string]string
		status    int
		says      string
	}{
		{"too many from one address", "phone=07700+900101", "address", ours, 429, "Too many tries"},
		{"half a number", "phone=07700", "", ours, 422, "This number does not look complete."},
		{"no number", "", "", ours, 422, "This number does not look complete."},
		{"another site", "phone=07700+900101", "", map[string]string{"Sec-Fetch-Site": "cross-site", "Accept": "text/html"}, 403, "not open to you"},
	} {
		w := newWorld(t)
		w.fake.full = c.full
		res, body := w.ask("POST", "/in", c.form, c.headers)
		if res.StatusCode != c.status || !strings.Contains(body, c.says) || len(w.fake.asked) > 0 {
			t.Errorf("%s: %d, asked %v\n%s", c.why, res.StatusCode, w.fake.asked, body)
		}
		if v := "07700"; c.status == 422 && c.form != "" && !strings.Contains(body, `value="`+v+`"`) {
			t.Errorf("%s: what was typed is lost", c.why)
		}
	}
}

// TestINV13_GetNeverConsumesALink: the button signs in, opening does not.
func TestINV13_GetNeverConsumesALink(t *testing.T) {
	w := newWorld(t)
	for range 3 {
		res, body := w.ask("GET", "/in/"+token, "", nil)
		if res.StatusCode != 200 || !strings.Contains(body, "Sign in as Sam") || !strings.Contains(body, `action="/in/`+token+`"`) {
			t.Fatalf("%d %s", res.StatusCode, body)
		}
		if res.Header.Get("Set-Cookie") != "" || w.fake.used {
			t.Fatal("opening the link used it")
		}
	}
	if res, _ := w.ask("POST", "/in/"+token, "", map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 || w.fake.used {
		t.Fatalf("another site used the link: %d", res.StatusCode)
	}
	res, _ := w.ask("POST", "/in/"+token, "", ours)
	cookie := res.Header.Get("Set-Cookie")
	if res.StatusCode != 303 || res.Header.Get("Location") != "/circle" || !strings.HasPrefix(cookie, "__Host-howareyou_follower=the-session;") ||
		!strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") || !strings.Contains(strings.ToLower(cookie), "secure") {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	for _, method := range []string{"GET", "POST"} {
		res, body := w.ask(method, "/in/"+token, "", ours)
		if res.StatusCode != 410 || !strings.Contains(body, "Ask for a new link") || !strings.Contains(body, `href="/in"`) || res.Header.Get("Set-Cookie") != "" {
			t.Errorf("%s a second time: %d %s", method, res.StatusCode, body)
		}
	}
}

func TestPages(t *testing.T) {
	w := newWorld(t)
	for path, want := range map[string]string{
		"/in":                         `name="door" value="follower"`,
		"/in?door=clinic":             `name="door" value="clinic"`,
		"/in?door=patient":            `name="door" value="follower"`,
		"/in?door=%22%3E%3Cscript%3E": `name="door" value="follower"`,
		"/in?door=follower&out=1":     "You are signed out.",
	} {
		if res, body := w.ask("GET", path, "", nil); res.StatusCode != 200 || !strings.Contains(body, want) {
			t.Errorf("%s: %d %s", path, res.StatusCode, body)
		}
	}
	if _, body := w.ask("GET", "/in", "", map[string]string{"Accept-Language": "ar"}); !strings.Contains(body, `dir="rtl"`) {
		t.Error("not in Arabic")
	}
	w.fake.err = errors.New("no database")
	for _, path := range []string{"/in", "/in/" + token} {
		if res, _ := w.ask("POST", path, "phone=07700+900101", ours); res.StatusCode != 500 {
			t.Errorf("%s: %d", path, res.StatusCode)
		}
	}
}

// Whoever came from an alert's link is led to that alert, and never off the site.
func TestASignInLeadsToThePageThatWasWanted(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/in?door=clinic&to=%2Fclinic%2Falerts%2F12", "", nil)
	if !strings.Contains(body, `name="to" value="/clinic/alerts/12"`) {
		t.Error(body)
	}
	_, body = w.ask("POST", "/in", "phone=07700+900201&door=clinic&to=%2Fclinic%2Falerts%2F12", ours)
	if w.fake.leadsTo != "/clinic/alerts/12" || !strings.Contains(body, "to=%2Fclinic%2Falerts%2F12") {
		t.Errorf("%q\n%s", w.fake.leadsTo, body)
	}
	if res, _ := w.ask("POST", "/in/"+token, "", ours); res.StatusCode != 303 || res.Header.Get("Location") != "/clinic/alerts/12" {
		t.Errorf("leads to %q", res.Header.Get("Location"))
	}
	for _, to := range []string{"//evil.example", "https://evil.example", "/circle", "/clinic/alerts/12?x"} {
		w := newWorld(t)
		w.ask("POST", "/in", "phone=07700+900201&door=clinic&to="+url.QueryEscape(to), ours)
		if w.fake.leadsTo != "" {
			t.Errorf("leads to %q", w.fake.leadsTo)
		}
	}
}
