package front_test

import (
	"bytes"
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
)

var (
	org = carenet.NewID(time.UnixMilli(1))
	sam = carenet.NewID(time.UnixMilli(2))
)

// sessions knows one cookie: of Sam, at the followers' door, in Spanish.
type sessions struct{ ended []string }

func (s *sessions) SessionOf(_ context.Context, door auth.Door, token string, acts bool) (carenet.SignedIn, error) {
	switch {
	case token == "broken":
		return carenet.SignedIn{}, errors.New("no database")
	case token != "sams" || door != auth.FollowerDoor:
		return carenet.SignedIn{}, carenet.Errorf(carenet.Expired, "open session", "please sign in again")
	}
	return carenet.SignedIn{Actor: carenet.Actor{Kind: carenet.ActorFollower, Org: org, Person: sam}, Language: "es"}, nil
}

func (s *sessions) EndSession(_ context.Context, token string) error {
	s.ended = append(s.ended, token)
	return nil
}

func newSite(log io.Writer) (*front.Site, *sessions) {
	s := &sessions{}
	return &front.Site{
		Public: &url.URL{Scheme: "https", Host: "care.example.org"}, Origin: "https://care.example.org", Sessions: s,
		Now: func() time.Time { return time.UnixMilli(0).UTC() }, Log: slog.New(slog.NewTextHandler(log, &slog.HandlerOptions{Level: slog.LevelDebug})),
	}, s
}

func newApp(site *front.Site) *fiber.App {
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	app.Use(site.Begin)
	return app
}

// ask sends a request and returns the answer with its body.
func ask(t *testing.T, app *fiber.App, method, path string, headers map[string]string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	res, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

// TestINV13_ErrorsReadAsPagesAndHideTheirCause: a person sees what to do, in
// their language; neither they nor the log learn a token.
func TestINV13_ErrorsReadAsPagesAndHideTheirCause(t *testing.T) {
	const secret = "SELECT sealed FROM person"
	const token = "Zx5qTfW9bYc3kLmN2pQrSt"
	var log bytes.Buffer
	site, _ := newSite(&log)
	app := newApp(site)
	var fail error
	app.Get("/c/:token", func(c *fiber.Ctx) error {
		_, _ = c.WriteString("half a page with a name")
		return fail
	})
	page := map[string]string{"Accept": "text/html,*/*"}
	for _, c := range []struct {
		why, path string
		err       error
		headers   map[string]string
		status    int
		says      string
		html      bool
	}{
		{"our fault", "/c/" + token, errors.New(secret), page, 500, "Something went wrong on our side", true},
		{"ours, to a script", "/c/" + token, errors.New(secret), nil, 500, "Something went wrong on our side", false},
		{"ours, to a part of a page", "/c/" + token, errors.New(secret), map[string]string{"Accept": "text/html", "HX-Request": "true"}, 500, "Something went wrong", false},
		{"not theirs", "/c/" + token, carenet.Errorf(carenet.Forbidden, "read", secret), page, 403, "This page is not open to you", true},
		{"not there", "/nowhere/" + token, nil, page, 404, "There is no such page", true},
		{"too old", "/c/" + token, carenet.Errorf(carenet.Expired, "read", secret), page, 410, "This link is too old", true},
		{"too late", "/c/" + token, carenet.Errorf(carenet.Conflict, "read", secret), page, 409, "Someone was faster", true},
		{"too much", "/c/" + token, carenet.Errorf(carenet.Busy, "read", secret), page, 503, "Something went wrong on our side", true},
		{"Spanish", "/c/" + token, errors.New(secret), map[string]string{"Accept": "text/html", "Accept-Language": "es-MX,es;q=0.9,en;q=0.5"}, 500, `lang="es" dir="ltr"`, true},
		{"Arabic", "/c/" + token, errors.New(secret), map[string]string{"Accept": "text/html", "Accept-Language": "ar"}, 500, `lang="ar" dir="rtl"`, true},
		{"a language that we do not speak", "/c/" + token, errors.New(secret), map[string]string{"Accept": "text/html", "Accept-Language": "fi"}, 500, `lang="en"`, true},
	} {
		t.Run(c.why, func(t *testing.T) {
			fail = c.err
			res, body := ask(t, app, "GET", c.path, c.headers)
			if res.StatusCode != c.status || !strings.Contains(body, c.says) {
				t.Errorf("%d %q, want %d and %q", res.StatusCode, body, c.status, c.says)
			}
			if strings.Contains(body, "<html") != c.html || strings.HasPrefix(res.Header.Get("Content-Type"), "text/html") != c.html {
				t.Errorf("html: want %t, got %s %q", c.html, res.Header.Get("Content-Type"), body)
			}
			if strings.Contains(body, secret) || strings.Contains(body, "half a page") {
				t.Errorf("the answer shows too much: %q", body)
			}
		})
	}
	if strings.Contains(log.String(), token) {
		t.Error("a token stands in the log")
	}
	for _, want := range []string{"route=/c/:token", "status=500", "code=internal", "status=403 code=forbidden"} {
		if !strings.Contains(log.String(), want) {
			t.Errorf("the log lacks %q:\n%s", want, log.String())
		}
	}
}

func TestGuardRefusesOtherSites(t *testing.T) {
	site, _ := newSite(io.Discard)
	app := newApp(site)
	app.Post("/change", site.Guard, func(c *fiber.Ctx) error { return c.SendString("changed") })
	for _, c := range []struct {
		headers map[string]string
		status  int
	}{
		{map[string]string{"Sec-Fetch-Site": "same-origin"}, 200},
		{map[string]string{"Origin": "https://care.example.org"}, 200},
		{map[string]string{"Sec-Fetch-Site": "cross-site"}, 403},
		{map[string]string{"Sec-Fetch-Site": "same-site", "Origin": "https://care.example.org"}, 403},
		{map[string]string{"Origin": "https://evil.example"}, 403},
		{nil, 403},
	} {
		if res, body := ask(t, app, "POST", "/change", c.headers); res.StatusCode != c.status {
			t.Errorf("%v: %d %q, want %d", c.headers, res.StatusCode, body, c.status)
		}
	}
}

func TestEnter(t *testing.T) {
	site, _ := newSite(io.Discard)
	app := newApp(site)
	door := front.Door{Kind: auth.FollowerDoor}
	show := func(c *fiber.Ctx) error { return c.SendString(front.Actor(c).Person.String() + front.Language(c)) }
	app.Get("/circle", site.Enter(door), show)
	demo := front.Door{Kind: auth.FollowerDoor, Base: "/demo/as/sam", As: func(context.Context) (string, error) { return "sams", nil }}
	app.Get("/demo/as/sam/circle", site.Enter(demo), show)
	const cookie = "__Host-howareyou_follower="
	for _, c := range []struct {
		why, path string
		headers   map[string]string
		status    int
		header    [2]string
		body      string
	}{
		{"signed in", "/circle", map[string]string{"Cookie": cookie + "sams"}, 200, [2]string{}, sam.String() + "es"},
		{"a stranger", "/circle", nil, 303, [2]string{"Location", "/in?door=follower"}, ""},
		{"a session that is over", "/circle", map[string]string{"Cookie": cookie + "old"}, 303, [2]string{"Location", "/in?door=follower"}, ""},
		{"a part of a page", "/circle", map[string]string{"HX-Request": "true"}, 204, [2]string{"HX-Redirect", "/in?door=follower"}, ""},
		{"a stream that comes back", "/circle", map[string]string{"HX-Request": "true", "Accept": "text/html, text/event-stream"}, 401, [2]string{}, "Unauthorized"},
		{"no database", "/circle", map[string]string{"Cookie": cookie + "broken"}, 500, [2]string{}, "Something went wrong on our side\n"},
		{"the demo opens by itself", "/demo/as/sam/circle", nil, 200, [2]string{}, sam.String() + "es"},
	} {
		res, body := ask(t, app, "GET", c.path, c.headers)
		if res.StatusCode != c.status || body != c.body || c.header[0] != "" && res.Header.Get(c.header[0]) != c.header[1] {
			t.Errorf("%s: %d %v %q", c.why, res.StatusCode, res.Header, body)
		}
	}
	res, _ := ask(t, app, "GET", "/demo/as/sam/circle", nil)
	if set := res.Header.Get("Set-Cookie"); !strings.Contains(strings.ToLower(set), "path=/demo/as/sam") || !strings.Contains(set, "HttpOnly") {
		t.Errorf("the demo's cookie is not kept to its path: %q", set)
	}
}

func TestSignOut(t *testing.T) {
	site, sessions := newSite(io.Discard)
	app := newApp(site)
	app.Post("/circle/out", func(c *fiber.Ctx) error { return site.SignOut(c, front.Door{Kind: auth.FollowerDoor}) })
	res, _ := ask(t, app, "POST", "/circle/out", map[string]string{"Cookie": "__Host-howareyou_follower=sams"})
	if len(sessions.ended) != 1 || sessions.ended[0] != "sams" {
		t.Errorf("ended %v", sessions.ended)
	}
	if res.Header.Get("Location") != "/in?door=follower&out=1" || !strings.Contains(res.Header.Get("Set-Cookie"), "__Host-howareyou_follower=;") {
		t.Errorf("%v", res.Header)
	}
}

// TestHeaders: only the demo's door may be framed, by the simulator alone, also
// when it lies beneath the site's own door.
func TestHeaders(t *testing.T) {
	site, _ := newSite(io.Discard)
	app := newApp(site)
	say := func(c *fiber.Ctx) error { return c.SendString("") }
	app.Group("", front.Headers("")).Get("/circle", say)
	app.Group("/demo/as/sam", front.Headers("http://127.0.0.1:18081")).Get("/circle", say)
	for path, frame := range map[string]string{"/circle": "'none'", "/demo/as/sam/circle": "http://127.0.0.1:18081", "/nowhere": "'none'"} {
		res, _ := ask(t, app, "GET", path, nil)
		if csp := res.Header.Get("Content-Security-Policy"); !strings.HasSuffix(csp, "frame-ancestors "+frame) {
			t.Errorf("%s: %q", path, csp)
		}
		if denied := res.Header.Get("X-Frame-Options") == "DENY"; denied != (frame == "'none'") {
			t.Errorf("%s: denied %t", path, denied)
		}
		if res.Header.Get("Referrer-Policy") != "same-origin" || res.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", path, res.Header)
		}
	}
}

// TestNumber: a number reads the same among words of any direction.
func TestNumber(t *testing.T) {
	for in, want := range map[string]string{"999": "999", "+44 1632 960001": "\u2066+44\u00a01632\u00a0960001\u2069", "+441632": "\u2066+441632\u2069"} {
		if got := front.Number(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
