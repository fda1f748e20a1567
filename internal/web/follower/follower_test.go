package follower_test

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
	"howareyou/internal/web/follower"
	"howareyou/internal/web/front"
)

var (
	now  = time.Date(2026, 3, 9, 19, 0, 0, 0, time.UTC)
	mary = carenet.NewID(now)
	sam  = carenet.NewID(now)
)

// fake is the store and the sessions of a site where only Sam is signed in.
type fake struct {
	feed    carenet.Feed
	err     error
	stopped bool

	committed int
	may       bool // Sam may answer for Mary
	proxied   []carenet.PageAnswer
	where     carenet.WhereForm
	reported  []carenet.Report
}

func (f *fake) Feed(_ context.Context, actor carenet.Actor) (carenet.Feed, error) {
	if actor.Person != sam || actor.Kind != carenet.ActorFollower {
		return carenet.Feed{}, carenet.Errorf(carenet.Forbidden, "read feed", "not Sam")
	}
	return f.feed, f.err
}

func (f *fake) Following(context.Context, carenet.Actor) ([]carenet.ID, error) {
	return []carenet.ID{mary}, nil
}

func (f *fake) SetHearing(_ context.Context, actor carenet.Actor, patient carenet.ID, wish carenet.Hearing) error {
	if actor.Person != sam || patient != mary {
		return carenet.Errorf(carenet.NotFound, "choose how to hear", "not Sam's")
	}
	h := f.feed.Patients[0].Hearing
	h.Pace, h.ByEmail, h.NightsHeld = wish.Pace, wish.ByEmail, wish.NightsHeld
	if err := h.Check("choose how to hear"); err != nil {
		return err
	}
	f.feed.Patients[0].Hearing = h
	return nil
}

func (f *fake) ShowUnsubscribe(_ context.Context, token string) (carenet.SignInPage, error) {
	if token != "good" {
		return carenet.SignInPage{}, carenet.Errorf(carenet.NotFound, "follow link", "no")
	}
	return carenet.SignInPage{Language: "en", Organisation: "Riverside Care"}, nil
}

func (f *fake) Unsubscribe(ctx context.Context, token string) (carenet.SignInPage, error) {
	page, err := f.ShowUnsubscribe(ctx, token)
	f.stopped = f.stopped || err == nil
	return page, err
}

func (f *fake) SessionOf(_ context.Context, door auth.Door, token string, acts bool) (carenet.SignedIn, error) {
	if door != auth.FollowerDoor || token != "sams" {
		return carenet.SignedIn{}, carenet.Errorf(carenet.Expired, "open session", "please sign in again")
	}
	return carenet.SignedIn{Actor: carenet.Actor{Kind: carenet.ActorFollower, Person: sam}, Language: "en"}, nil
}

func (f *fake) EndSession(context.Context, string) error { return nil }

func site(f *fake) *fiber.App {
	site := &front.Site{
		Public: &url.URL{Scheme: "https", Host: "care.example.org"}, Origin: "https://care.example.org",
		Sessions: f, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler),
	}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	follower.New(site, f, func(carenet.Batch) { f.committed++ }).Mount(app.Group("/demo/as/sam"), front.Door{Base: "/demo/as/sam"})
	return app
}

func ask(t *testing.T, f *fake, method, path string, headers map[string]string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	r.Header.Set("Cookie", "__Secure-howareyou_follower=sams")
	for k, v := range headers {
		r.Header.Set(k, v)
	}
	res, err := site(f).Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return res, string(body)
}

func score(v float64) *float64 { return &v }

func feedOf(scope carenet.Scope, updates ...carenet.Update) *fake {
	return &fake{feed: carenet.Feed{
		Organisation: "Riverside Care", EmergencyNumber: "999", Viewer: "Sam Okafor", Language: "en", Zone: time.UTC,
		Patients: []carenet.FeedPatient{{Patient: mary, Name: "Mary Okafor", Scope: scope.Normal(), Updates: updates}},
	}}
}

func has(t *testing.T, body string, words ...string) {
	t.Helper()
	not := false
	for _, s := range words {
		if s == "not" {
			not = true
		} else if strings.Contains(body, s) == not {
			t.Errorf("page: %q there %t, want %t\n%s", s, not, !not, body)
		}
	}
}

const circle = "/demo/as/sam/circle"

func TestOneCardADayNewestFirst(t *testing.T) {
	f := feedOf(carenet.Scope{carenet.PartScore, carenet.PartWords},
		carenet.Update{At: now.Add(-30 * time.Hour), Score: score(4)},
		carenet.Update{At: now.Add(-8 * time.Hour), Score: score(2), Words: "rough night", Corrected: true},
		carenet.Update{At: now.Add(-10 * time.Hour), Score: score(3), Late: true, Reporter: carenet.ReporterProxy},
	)
	res, body := ask(t, f, "GET", circle, nil)
	if res.StatusCode != 200 || strings.Count(body, "<article") != 2 {
		t.Errorf("%d, %d cards", res.StatusCode, strings.Count(body, "<article"))
	}
	has(t, body, "<h1>How Mary is</h1>", "Bad", "today 11:00", "rough night", "changed later", "So-so", "told by someone for Mary",
		"answered later than asked", "yesterday 13:00", "how they are", "their words", `hx-get="/demo/as/sam/circle/feed"`,
		`hx-sse:connect="/demo/as/sam/circle/live"`, `action="/demo/as/sam/circle/out"`, "not", "Nothing new since", "their trend")
	if strings.Index(body, "today 11:00") > strings.Index(body, "today 9:00") || strings.Index(body, "today 9:00") > strings.Index(body, "yesterday 13:00") {
		t.Error("not newest first")
	}
	_, part := ask(t, f, "GET", circle+"/feed", nil)
	has(t, part, "rough night", "Mary, Bad, today 11:00", "not", "<html", "<h1")
}

// TestINV7_PageKeepsToTheScope: even where more came out of the store, the page
// shows what the patient consented to.
func TestINV7_PageKeepsToTheScope(t *testing.T) {
	for _, c := range []struct {
		scope carenet.Scope
		words []string
	}{
		{carenet.Scope{carenet.PartAnswered}, []string{"Mary has answered.", "not", "Very bad", "rough night"}},
		{carenet.Scope{carenet.PartScore}, []string{"Very bad", "not", "rough night", "Mary has answered."}},
		{carenet.Scope{carenet.PartWords}, []string{"rough night", "Mary has answered.", "not", "Very bad"}},
	} {
		_, body := ask(t, feedOf(c.scope, carenet.Update{At: now, Score: score(1), Words: "rough night"}), "GET", circle, nil)
		has(t, body, c.words...)
	}
}

func TestQuietAndEmpty(t *testing.T) {
	scope := carenet.Scope{carenet.PartScore}
	_, body := ask(t, feedOf(scope), "GET", circle, nil)
	has(t, body, "Mary has not answered yet.")
	_, body = ask(t, feedOf(scope, carenet.Update{At: now.Add(-26 * time.Hour), Score: score(4)}), "GET", circle, nil)
	has(t, body, "All is quiet. Nothing new since yesterday 17:00.")
	nobody := feedOf(scope)
	nobody.feed.Patients = nil
	_, body = ask(t, nobody, "GET", circle, nil)
	has(t, body, "Nobody has invited you yet.")
	var many []carenet.Update
	for d := range 20 {
		many = append(many, carenet.Update{At: now.AddDate(0, 0, -d), Score: score(4)})
	}
	_, body = ask(t, feedOf(scope, many...), "GET", circle, nil)
	if open, _, _ := strings.Cut(body, "<details"); strings.Count(open, "<article") != 7 || strings.Count(body, "<article") != 20 {
		t.Errorf("%d days stand open of %d", strings.Count(open, "<article"), strings.Count(body, "<article"))
	}
}

func TestDoor(t *testing.T) {
	f := feedOf(carenet.Scope{carenet.PartScore})
	for _, c := range []struct {
		why, method, path string
		headers           map[string]string
		status            int
		location          string
	}{
		{"the root", "GET", "/demo/as/sam", nil, 303, circle},
		{"a stranger", "GET", circle, map[string]string{"Cookie": ""}, 303, "/in?door=follower"},
		{"signing out", "POST", circle + "/out", map[string]string{"Sec-Fetch-Site": "same-origin"}, 303, "/in?door=follower&out=1"},
		{"another site signs out", "POST", circle + "/out", map[string]string{"Sec-Fetch-Site": "cross-site"}, 403, ""},
	} {
		res, _ := ask(t, f, c.method, c.path, c.headers)
		if res.StatusCode != c.status || res.Header.Get("Location") != c.location {
			t.Errorf("%s: %d %q", c.why, res.StatusCode, res.Header.Get("Location"))
		}
	}
	f.err = errors.New("no database")
	if res, body := ask(t, f, "GET", circle, map[string]string{"Accept": "text/html"}); res.StatusCode != 500 || !strings.Contains(body, `href="`+circle+`"`) {
		t.Errorf("%d: no way to try again in %s", res.StatusCode, body)
	}
}

func TestWordsStayWords(t *testing.T) {
	const evil = `"><script>alert(1)</script>`
	f := feedOf(carenet.Scope{carenet.PartWords}, carenet.Update{At: now, Words: evil}, carenet.Update{At: now, Words: evil})
	f.feed.Patients[0].Name, f.feed.Viewer, f.feed.Organisation = evil, evil, evil
	_, body := ask(t, f, "GET", circle, nil)
	if strings.Contains(body, "<script>") || strings.Count(body, "&lt;script&gt;") < 4 {
		t.Error(body)
	}
}

func (f *fake) ProxyForm(_ context.Context, actor carenet.Actor, patient carenet.ID) (carenet.ProxyForm, error) {
	if actor.Person != sam || patient != mary || !f.may {
		return carenet.ProxyForm{}, carenet.Errorf(carenet.Forbidden, "answer", "no")
	}
	return carenet.ProxyForm{Organisation: "Riverside Care", EmergencyNumber: "999", Language: "en", Zone: time.UTC, Patient: mary, Name: "Mary Okafor", Scale: carenet.WellbeingScale}, nil
}

func (f *fake) SubmitProxy(ctx context.Context, actor carenet.Actor, patient carenet.ID, in carenet.PageAnswer) (carenet.Batch, error) {
	if _, err := f.ProxyForm(ctx, actor, patient); err != nil {
		return carenet.Batch{}, err
	}
	if in.Score == nil && in.Words == "" {
		return carenet.Batch{}, carenet.Errorf(carenet.Invalid, "answer", "choose")
	}
	f.proxied = append(f.proxied, in)
	var batch carenet.Batch
	if strings.Contains(in.Words, "chest pain") {
		batch.Events = []carenet.Event{{Kind: carenet.EventSafety}}
	}
	return batch, nil
}

func (f *fake) WhereForm(context.Context, carenet.Actor, carenet.ID) (carenet.WhereForm, error) {
	return f.where, nil
}

func (f *fake) ReportFollowed(_ context.Context, _ carenet.Actor, _ carenet.ID, what carenet.Report) (carenet.Batch, error) {
	if what == carenet.ReportHome && f.where.State == "active" {
		return carenet.Batch{}, carenet.Errorf(carenet.Conflict, "report", "known")
	}
	f.reported = append(f.reported, what)
	return carenet.Batch{}, nil
}
