package clinic_test

import (
	"strings"
	"testing"
	"time"
)

// INV-9: an alert is put off for a reason and a time to choose, and stays in sight.
func TestINV9_PuttingAnAlertOff(t *testing.T) {
	w := newWorld(t)
	page, putOff := "/clinic/patients/"+mary.String(), "/clinic/alerts/"+alert.String()+"/put-off"
	_, body := w.ask("GET", page, "", nil)
	w.has(body, "I take this", "not", "Put it off") // this one may not be
	w.fake.page.Alerts[0].MayPutOff = 4 * time.Hour
	_, body = w.ask("GET", page, "", nil)
	w.has(body, "Put it off", "It asks nobody until then", `value="4"`, `action="/demo/as/dana`+putOff+`"`, "not", `value="8"`)

	res, body := w.ask("POST", putOff, "hours=4&why=+", ours)
	if res.StatusCode != 422 || w.committed > 0 {
		t.Errorf("without a reason: %d, %d committed", res.StatusCode, w.committed)
	}
	w.has(body, "Write why it can wait.")
	w.fake.conflict = true
	res, body = w.ask("POST", putOff, "hours=4&why=busy", ours)
	if res.StatusCode != 409 {
		t.Errorf("one of danger: %d", res.StatusCode)
	}
	w.has(body, "This alert is not put off")
	w.fake.conflict = false
	if res, _ := w.ask("POST", putOff, "hours=4&why=busy", map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	for form, want := range map[string]string{"hours=4&why=her+son+is+there": "put off 4h0m0s her son is there", "hours=9999&why=x": "put off 1h0m0s x"} {
		w.fake.closed = nil
		if res, _ := w.ask("POST", putOff, form, ours); res.StatusCode != 303 || len(w.fake.closed) != 1 || w.fake.closed[0] != want {
			t.Errorf("%s: %d %q", form, res.StatusCode, w.fake.closed)
		}
	}
	a := &w.fake.page.Alerts[0]
	a.PutOffUntil, a.Note = now.Add(4*time.Hour), "her <son> is there"
	_, body = w.ask("GET", page+"?taken="+alert.String(), "", nil)
	w.has(body, "Alert 12 asks nobody until today 16:00.", "Nurse Dana put it off until today 16:00", "her &lt;son&gt; is there", "I take this", "not", "Put it off<")
}

func TestSayingWhetherAnAlertWasUseful(t *testing.T) {
	w := newWorld(t)
	page, rate := "/clinic/patients/"+mary.String(), "/clinic/alerts/"+alert.String()+"/useful"
	_, body := w.ask("GET", page, "", nil)
	w.has(body, "not", "Was this alert useful?") // it is not closed yet
	w.fake.page.Alerts[0].State, w.fake.page.Alerts[0].Outcome = "resolved", "called"
	_, body = w.ask("GET", page, "", nil)
	w.has(body, "Was this alert useful?", `name="useful" value="yes"`, `action="/demo/as/dana`+rate+`"`)
	if res, _ := w.ask("POST", rate, "useful=perhaps", ours); res.StatusCode != 422 || w.fake.page.Alerts[0].Useful != nil {
		t.Errorf("neither: %d", res.StatusCode)
	}
	if res, _ := w.ask("POST", rate, "useful=no", nil); res.StatusCode != 403 {
		t.Errorf("from nowhere: %d", res.StatusCode)
	}
	res, _ := w.ask("POST", rate, "useful=no", ours)
	if u := w.fake.page.Alerts[0].Useful; res.StatusCode != 303 || u == nil || *u || w.committed != 1 {
		t.Errorf("%d, %v", res.StatusCode, u)
	}
	_, body = w.ask("GET", page+"?taken="+alert.String(), "", nil)
	w.has(body, "It counts for this rule", "Staff found it not useful", "not", "Was this alert useful?")
}

// Small numbers say that they are small.
func TestFiguresOfRulesAreHonest(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/worth", "", nil)
	w.has(body, "What alerts were worth", "9 February", "9 March", "WB-TREND-EWMA", "Alerts: 40", "Spoke with the patient: 30", "A false alarm: 8", "still open: 2",
		"20 useful, 10 not useful, 10 nobody has rated", "Useful: 67 % of those rated (95 % interval 49 to 81 %).",
		"SAFE-HELP", "Too few are rated to say a share: 3 of the 10 that it takes.", "not", "Mary", "100 %")
	_, body = w.ask("GET", "/clinic/worth?days=365", "", nil)
	w.has(body, "9 March 2025", `aria-current="page">365 days`)
	if res, _ := w.ask("GET", "/clinic/worth", "", map[string]string{"Cookie": ""}); res.StatusCode != 303 || !strings.HasPrefix(res.Header.Get("Location"), "/in") {
		t.Errorf("a stranger: %d", res.StatusCode)
	}
}
