package follower_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"howareyou/carenet"
)

func TestAFollowerChoosesHowToHear(t *testing.T) {
	f := feedOf(carenet.Scope{carenet.PartScore})
	f.feed.Patients[0].Hearing = carenet.Hearing{Pace: carenet.AtOnce, HasPhone: true, HasEmail: true}
	_, page := ask(t, f, "GET", circle, nil)
	has(t, page, `href="/demo/as/sam/circle/hear"`)
	_, page = ask(t, f, "GET", circle+"/hear", nil)
	has(t, page, "When do you want to hear of Mary?", `action="/demo/as/sam/circle/hear/`+mary.String()+`"`, `<option value="at_once" selected>At once`,
		`<option value="daily">`, `<option value="weekly">`, `<option value="below_usual">`, `<option value="sms" selected>By text`, `<option value="email">By email`)

	own := map[string]string{"Sec-Fetch-Site": "same-origin", "Content-Type": "application/x-www-form-urlencoded"}
	if res, _ := post(t, f, circle+"/hear/"+mary.String(), "pace=daily&way=email&nights=held", own); res.StatusCode != http.StatusSeeOther ||
		res.Header.Get("Location") != "/demo/as/sam/circle/hear?saved=1" {
		t.Errorf("%d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	if h := f.feed.Patients[0].Hearing; h.Pace != carenet.Daily || !h.ByEmail || !h.NightsHeld {
		t.Errorf("kept %+v", h)
	}
	_, page = ask(t, f, "GET", circle+"/hear?saved=1", nil)
	has(t, page, `role="status">Saved.`, `<option value="daily" selected>`, `<option value="email" selected>`, `value="held" checked`)

	for what, c := range map[string]struct {
		path, form, site string
		status           int
	}{
		"another site's page": {circle + "/hear/" + mary.String(), "pace=weekly&way=sms", "cross-site", http.StatusForbidden},
		"no such pace":        {circle + "/hear/" + mary.String(), "pace=never&way=sms", "same-origin", http.StatusUnprocessableEntity},
		"somebody else's":     {circle + "/hear/" + sam.String(), "pace=weekly&way=sms", "same-origin", http.StatusNotFound},
		"nobody":              {circle + "/hear/x", "pace=weekly&way=sms", "same-origin", http.StatusNotFound},
	} {
		own["Sec-Fetch-Site"] = c.site
		if res, _ := post(t, f, c.path, c.form, own); res.StatusCode != c.status {
			t.Errorf("%s: %d, want %d", what, res.StatusCode, c.status)
		}
	}
	if h := f.feed.Patients[0].Hearing; h.Pace != carenet.Daily {
		t.Errorf("changed to %+v", h)
	}
}

// A scanner that opens the link changes nothing; the one click of a mail program
// does, from anywhere and without a cookie.
func TestINV13_OpeningALinkStopsNoEmails(t *testing.T) {
	f := feedOf(nil)
	res, page := ask(t, f, "GET", "/demo/as/sam/stop/good", nil)
	has(t, page, "Stop these emails?", "Riverside Care will send you no more emails", `action="/demo/as/sam/stop/good"`)
	if f.stopped || res.StatusCode != http.StatusOK {
		t.Fatal("a look has stopped them")
	}
	res, page = post(t, f, "/demo/as/sam/stop/good", "List-Unsubscribe=One-Click", map[string]string{"Sec-Fetch-Site": "cross-site", "Cookie": ""})
	if has(t, page, "These emails have stopped"); !f.stopped || res.StatusCode != http.StatusOK {
		t.Errorf("%d", res.StatusCode)
	}
	if res, _ = ask(t, f, "GET", "/demo/as/sam/stop/bad", nil); res.StatusCode != http.StatusNotFound {
		t.Errorf("%d", res.StatusCode)
	}
}

func post(t *testing.T, f *fake, path, form string, headers map[string]string) (*http.Response, string) {
	t.Helper()
	r := httptest.NewRequest("POST", path, strings.NewReader(form))
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
