package rules_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"log/slog"
	"mime/multipart"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/rules"
)

var now = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

// fake takes down what the pages ask for.
type fake struct {
	rules.Store // what no test asks for is not there
	proposed    []string
	tried       []rulebook.Spec
	budgets     []string
	test        rulebook.BacktestPage
}

func (f *fake) BacktestPage(context.Context, carenet.Actor, carenet.ID, rulebook.Filter) (rulebook.BacktestPage, error) {
	return f.test, nil
}

func (f *fake) RulesPage(context.Context, carenet.Actor) (rulebook.Page, error) {
	return rulebook.Page{Head: rulebook.Head{Organisation: "Riverside Care", Zone: time.UTC, Today: 20521, MayGovern: true, InForce: rulebook.Name{Code: "wellbeing", Version: 2, Hash: rulebook.BuiltIn()}}, Pack: pack.Default()}, nil
}

func (f *fake) ProposePack(_ context.Context, _ carenet.Actor, text string) (carenet.ID, error) {
	f.proposed = append(f.proposed, text)
	_, err := pack.Propose([]byte(text), nil)
	return carenet.NewID(now), err
}

func (f *fake) StartBacktest(_ context.Context, _ carenet.Actor, s rulebook.Spec) (carenet.ID, error) {
	f.tried = append(f.tried, s)
	return carenet.NewID(now), s.Check(20521)
}

func (f *fake) SetBudget(_ context.Context, _ carenet.Actor, rule string, perWeek *int) error {
	f.budgets = append(f.budgets, rule)
	if perWeek != nil && *perWeek < 0 {
		return carenet.Errorf(carenet.Invalid, "set budget", "no")
	}
	return nil
}

func (*fake) SessionOf(context.Context, auth.Door, string, bool) (carenet.SignedIn, error) {
	return carenet.SignedIn{Actor: carenet.Actor{Kind: carenet.ActorClinician, Person: carenet.NewID(now)}, Language: "en"}, nil
}

func (*fake) EndSession(context.Context, string) error { return nil }

func serve(t *testing.T) (*fake, func(method, path, kind string, body io.Reader) (*http.Response, string)) {
	f := &fake{}
	site := &front.Site{Public: &url.URL{Scheme: "https", Host: "care.example"}, Origin: "https://care.example", Sessions: f, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError, BodyLimit: 128 << 10})
	app.Use(site.Begin)
	rules.New(site, f).Mount(app, front.Door{})
	return f, func(method, path, kind string, body io.Reader) (*http.Response, string) {
		t.Helper()
		r := httptest.NewRequest(method, path, body)
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if kind != "" {
			r.Header.Set("Content-Type", kind)
		}
		res, err := app.Test(r, -1)
		if err != nil {
			t.Fatal(err)
		}
		said, err := io.ReadAll(res.Body)
		if err != nil {
			t.Fatal(err)
		}
		return res, string(said)
	}
}

// form is a form as a browser sends one that has a file in it.
func form(t *testing.T, file string, fields ...string) (kind string, body io.Reader) {
	t.Helper()
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	for i := 0; i < len(fields); i += 2 {
		if err := w.WriteField(fields[i], fields[i+1]); err != nil {
			t.Fatal(err)
		}
	}
	part, err := w.CreateFormFile("file", "pack.yaml")
	if err == nil {
		_, err = part.Write([]byte(file))
	}
	if err == nil {
		err = w.Close()
	}
	if err != nil {
		t.Fatal(err)
	}
	return w.FormDataContentType(), &b
}

// A file counts for what was pasted, line ends are those of files, and what cannot be
// taken is still in the form, to the letter.
func TestAPackIsPastedOrChosen(t *testing.T) {
	f, ask := serve(t)
	own := strings.Replace(string(pack.DefaultText()), "pack: wellbeing", "pack: our-wellbeing", 1)
	kind, body := form(t, "\ufeff"+own, "pack", "something else")
	res, _ := ask("POST", "/clinic/rules/new", kind, body)
	if res.StatusCode != http.StatusSeeOther || !strings.HasPrefix(res.Header.Get("Location"), "/clinic/rules/") || f.proposed[0] != own {
		t.Errorf("%d %v", res.StatusCode, res.Header)
	}
	kind, body = form(t, "", "pack", strings.ReplaceAll(own, "\n", "\r\n"))
	if res, _ = ask("POST", "/clinic/rules/new", kind, body); res.StatusCode != http.StatusSeeOther || f.proposed[1] != own {
		t.Errorf("%d, %q", res.StatusCode, f.proposed[1])
	}
	wrong := strings.Replace(own, "below_streak >= 3", "<b>below_streek</b> >= 3 # ours", 1)
	kind, body = form(t, "", "pack", wrong)
	res, said := ask("POST", "/clinic/rules/new", kind, body)
	for _, want := range []string{"rule WB-BELOW-USUAL-3", fmt.Sprintf("Line %d reads:", 1+strings.Count(wrong[:strings.Index(wrong, "<b>")], "\n")), "&lt;b&gt;below_streek&lt;/b&gt; &gt;= 3 # ours", "Nothing was kept", "our-wellbeing"} {
		if res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said, want) {
			t.Errorf("%d without %q", res.StatusCode, want)
		}
	}
	if strings.Contains(said, "<b>") {
		t.Error("what was pasted became a part of the page")
	}
	kind, body = form(t, "", "pack", " \n")
	if res, said = ask("POST", "/clinic/rules/new", kind, body); res.StatusCode != http.StatusUnprocessableEntity || !strings.Contains(said, "Paste a pack, or choose a file") || len(f.proposed) != 3 {
		t.Errorf("%d", res.StatusCode)
	}
	// Another site's page may do none of it.
	r := httptest.NewRequest("POST", "/clinic/rules/new", strings.NewReader("pack=x"))
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	r.Header.Set("Origin", "https://elsewhere.example")
	if res := direct(t, f, r); res.StatusCode != http.StatusForbidden {
		t.Errorf("a form of another site: %d", res.StatusCode)
	}
}

func direct(t *testing.T, f *fake, r *http.Request) *http.Response {
	t.Helper()
	site := &front.Site{Public: &url.URL{Scheme: "https", Host: "care.example"}, Origin: "https://care.example", Sessions: f, Now: func() time.Time { return now }, Log: slog.New(slog.DiscardHandler)}
	app := fiber.New(fiber.Config{Immutable: true, ErrorHandler: site.OnError})
	rules.New(site, f).Mount(app, front.Door{})
	res, err := app.Test(r, -1)
	if err != nil {
		t.Fatal(err)
	}
	return res
}

func TestTryingAndBudgetsReadTheirForms(t *testing.T) {
	f, ask := serve(t)
	const urlencoded = "application/x-www-form-urlencoded"
	post := func(path string, v url.Values) (int, string) {
		t.Helper()
		res, said := ask("POST", path, urlencoded, strings.NewReader(v.Encode()))
		return res.StatusCode, said
	}
	for _, x := range []struct {
		form   url.Values
		status int
		says   string
	}{
		{url.Values{"which": {"built-in"}, "from": {"2026-01-01"}, "to": {"2026-03-09"}}, 303, ""},
		{url.Values{"which": {"pasted"}, "from": {"2026-01-01"}, "to": {"2026-03-09"}, "pack": {"pack: x"}}, 303, ""},
		{url.Values{"which": {"pasted"}, "from": {"2026-01-01"}, "to": {"2026-03-09"}}, 422, "Paste a pack"},
		{url.Values{"which": {"built-in"}, "from": {"2026-03-09"}, "to": {"2026-01-01"}}, 422, "Choose a first and a last day"},
		{url.Values{"which": {"built-in"}, "from": {"soon"}, "to": {"2026-01-01"}}, 422, "Choose a first and a last day"},
		{url.Values{"which": {"../../in"}, "from": {"2026-01-01"}, "to": {"2026-03-09"}}, 404, ""},
	} {
		if status, said := post("/clinic/rules/tests", x.form); status != x.status || !strings.Contains(said, x.says) {
			t.Errorf("%v: %d", x.form, status)
		}
	}
	if len(f.tried) != 3 || f.tried[1].Text != "pack: x" || f.tried[0].From != 20454 || f.tried[0].To != 20521 {
		t.Errorf("%+v", f.tried)
	}
	for value, status := range map[string]int{"4": 303, "": 303, " 7 ": 303, "four": 422, "-1": 422, "1.5": 422} {
		if got, _ := post("/clinic/rules/budget", url.Values{"rule": {"WB-DRIFT"}, "per_week": {value}}); got != status {
			t.Errorf("budget %q: %d, want %d", value, got, status)
		}
	}
}

// The page of a back-test is fetched anew by itself, without script, until there is a
// result or it has failed, and no longer; and it leads where other pages of staff lead.
func TestARunningBackTestLooksAgain(t *testing.T) {
	f, ask := serve(t)
	for state, again := range map[rulebook.State]string{rulebook.Waiting: "10", rulebook.Running: "10", rulebook.Done: "", rulebook.Failed: ""} {
		f.test = rulebook.BacktestPage{Head: rulebook.Head{Organisation: "Riverside Care", Zone: time.UTC, Today: 20521}, Backtest: rulebook.Backtest{ID: carenet.NewID(now), State: state, Patients: 46, Judged: 10}}
		res, said := ask("GET", "/clinic/rules/tests/"+f.test.ID.String(), "", nil)
		if res.StatusCode != http.StatusOK || res.Header.Get("Refresh") != again {
			t.Errorf("%s: %d, looks again after %q", state, res.StatusCode, res.Header.Get("Refresh"))
		}
		if strings.Contains(said, "looks again by itself") != (again != "") {
			t.Errorf("%s: the page says so %t", state, again == "")
		}
		for _, way := range []string{"/clinic/rota", "/clinic/rules"} {
			if !strings.Contains(said, `href="`+way+`"`) {
				t.Errorf("%s: nothing leads to %s", state, way)
			}
		}
	}
}
