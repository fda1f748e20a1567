package follower_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

func send(t *testing.T, f *fake, path string, form url.Values) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest("POST", "/demo/as/sam"+path, strings.NewReader(form.Encode()))
	r.Header.Set("Cookie", "__Secure-howareyou_follower=sams")
	r.Header.Set("Sec-Fetch-Site", "same-origin")
	r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
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

// TestOnlyWhoMayAnswersForSomebody: the button, the page and the sending each ask.
func TestOnlyWhoMayAnswersForSomebody(t *testing.T) {
	f := feedOf(carenet.Scope{carenet.PartAnswered})
	path := "/circle/answer/" + mary.String()
	_, body := ask(t, f, "GET", "/demo/as/sam/circle", nil)
	has(t, body, "not", "Answer for Mary")
	for _, form := range []url.Values{nil, {"score": {"3"}}} {
		if res, _ := send(t, f, path, form); res.StatusCode != 403 || f.committed != 0 {
			t.Errorf("%v: %d", form, res.StatusCode)
		}
	}
	f.may, f.feed.Patients[0].Answers = true, true
	_, body = ask(t, f, "GET", "/demo/as/sam/circle", nil)
	has(t, body, "Answer for Mary", path)
	res, body := ask(t, f, "GET", "/demo/as/sam"+path, nil)
	if res.StatusCode != 200 {
		t.Fatal(res.StatusCode)
	}
	has(t, body, "How is Mary overall today?", "kept apart", "not", "Okafor")
}

func TestAnAnswerForSomebodyIsKeptAsItIs(t *testing.T) {
	f := feedOf(carenet.Scope{carenet.PartAnswered})
	f.may = true
	path := "/circle/answer/" + mary.String()
	for _, bad := range []url.Values{{}, {"score": {"9"}}, {"score": {"x"}, "words": {"slept badly"}}} {
		res, body := send(t, f, path, bad)
		if res.StatusCode != 422 || len(f.proxied) != 0 {
			t.Errorf("%v: %d, %v", bad, res.StatusCode, f.proxied)
		}
		has(t, body, "Choose how Mary is", bad.Get("words"))
	}
	res, _ := send(t, f, path, url.Values{"score": {"2"}, "words": {"slept badly"}, "key": {strings.Repeat("k", 20)}})
	if to := res.Header.Get("Location"); res.StatusCode != 303 || !strings.HasSuffix(to, "?done=1") || f.committed != 1 {
		t.Error(res.StatusCode, to)
	}
	if in := f.proxied[0]; in.Score == nil || *in.Score != 2 || in.Words != "slept badly" || in.Key != strings.Repeat("k", 20) || in.Private {
		t.Errorf("%+v", in)
	}
	res, _ = send(t, f, path, url.Values{"words": {"she has chest pain"}})
	_, body := ask(t, f, "GET", res.Header.Get("Location"), nil)
	has(t, body, "999", "Noted for Mary")
	if !strings.Contains(res.Header.Get("Location"), "help=1") {
		t.Error(res.Header.Get("Location"))
	}
}

// TestNothingIsReportedBeforeItIsConfirmed: of a death least of all.
func TestNothingIsReportedBeforeItIsConfirmed(t *testing.T) {
	f := feedOf(carenet.Scope{carenet.PartAnswered})
	f.feed.Patients[0].Where = true
	f.where = carenet.WhereForm{Organisation: "Riverside Care", Language: "en", Zone: time.UTC, Patient: mary, Name: "Mary Okafor", State: "active"}
	path := "/circle/where/" + mary.String()
	_, body := ask(t, f, "GET", "/demo/as/sam/circle", nil)
	has(t, body, path, "Mary is in hospital, or has died")
	_, body = ask(t, f, "GET", "/demo/as/sam"+path, nil)
	has(t, body, "Mary is in hospital", "Mary has died", "not", "back from hospital", "sure")
	_, body = ask(t, f, "GET", "/demo/as/sam"+path+"?what=died", nil)
	has(t, body, "Has Mary died?", "Yes, Mary has died", "No, go back")
	for _, form := range []url.Values{{"what": {"died"}}, {"what": {"in_hospital"}}, {"what": {"nonsense"}, "sure": {"yes"}}, {"sure": {"yes"}}} {
		if res, _ := send(t, f, path, form); res.StatusCode != 422 || len(f.reported) != 0 {
			t.Errorf("%v: %d, %v", form, res.StatusCode, f.reported)
		}
	}
	if res, _ := send(t, f, path, url.Values{"what": {"home"}, "sure": {"yes"}}); res.StatusCode != 409 {
		t.Error(res.StatusCode)
	}
	if res, _ := send(t, f, path, url.Values{"what": {"died"}, "sure": {"yes"}}); res.StatusCode != 303 || len(f.reported) != 1 || f.committed != 1 {
		t.Error(res.StatusCode, f.reported)
	}
	f.where.State, f.where.Own, f.where.MayUndo = "died", &carenet.Reported{What: carenet.ReportDied, At: now.Add(-time.Hour)}, true
	_, body = ask(t, f, "GET", "/demo/as/sam"+path, nil)
	has(t, body, "We are very sorry", "Take it back", "not", "Mary has died<")
	if res, _ := send(t, f, path, url.Values{"what": {"undone"}}); res.StatusCode != 303 || f.reported[1] != carenet.ReportUndone {
		t.Error(res.StatusCode, f.reported)
	}
}

// TestWhoAnsweredStandsBesideIt on the page as well.
func TestWhoAnsweredStandsBesideIt(t *testing.T) {
	for _, scope := range []carenet.Scope{{carenet.PartAnswered}, {carenet.PartScore}} {
		f := feedOf(scope, carenet.Update{At: now.Add(-time.Hour), Score: score(3), Reporter: carenet.ReporterProxy, By: "Ruth Okafor"})
		_, body := ask(t, f, "GET", "/demo/as/sam/circle", nil)
		has(t, body, "Ruth answered for Mary", "not", "Mary has answered")
		if strings.Contains(body, "someone for") {
			t.Errorf("%v hides who", scope)
		}
	}
}

// TestOtherAnswersAreShownToTheirScopeAlone: the page cuts once more, whatever the store
// has read.
func TestOtherAnswersAreShownToTheirScopeAlone(t *testing.T) {
	for _, c := range []struct {
		scope carenet.Scope
		there string
	}{{carenet.Scope{carenet.PartScore, carenet.PartMore}, ""}, {carenet.Scope{carenet.PartScore, carenet.PartWords, carenet.PartTrend, carenet.PartAlerts}, "not"}} {
		f := feedOf(c.scope)
		f.feed.Patients[0].More = []carenet.FurtherAnswer{{Item: "pain", Name: map[string]string{"en": "pain"}, Kind: "scale", Max: 10, Value: 4, At: now.Add(-time.Hour)}}
		_, body := ask(t, f, "GET", "/demo/as/sam/circle", nil)
		has(t, body, "How Mary is", c.there, "pain 4 (0-10)", "Pain and weight")
	}
}
