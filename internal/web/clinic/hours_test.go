package clinic_test

import (
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

func TestSettingWhenStaffAreThere(t *testing.T) {
	w := newWorld(t)
	_, body := w.ask("GET", "/clinic/escalation", "", nil)
	w.has(body, "All the time: alerts ask at any hour.", "not", "/clinic/hours")
	if res, _ := w.ask("GET", "/clinic/hours", "", nil); res.StatusCode != 403 {
		t.Errorf("who is no administrator: %d", res.StatusCode)
	}
	w.fake.policy = carenet.PolicyPage{MayEdit: true}
	form := url.Values{"from-5": {"08:00"}, "until-5": {"soon"}}
	for _, d := range []string{"1", "2", "3", "4"} {
		form["from-"+d], form["until-"+d] = []string{"08:00"}, []string{"18:00"}
	}
	res, body := w.ask("POST", "/clinic/hours", form.Encode(), ours)
	if res.StatusCode != 422 || w.fake.staffed != nil {
		t.Errorf("half a day: %d, set %v", res.StatusCode, w.fake.staffed)
	}
	w.has(body, "Friday: write both times like 09:00", "Nothing has changed.", `value="soon"`, `value="18:00"`)
	form["until-5"] = []string{"17:30"}
	if res, _ = w.ask("POST", "/clinic/hours", form.Encode(), map[string]string{"Sec-Fetch-Site": "cross-site"}); res.StatusCode != 403 {
		t.Errorf("from another site: %d", res.StatusCode)
	}
	if res, _ = w.ask("POST", "/clinic/hours", form.Encode(), ours); res.StatusCode != 303 || !strings.HasSuffix(res.Header.Get("Location"), "/clinic/escalation?saved=hours") {
		t.Fatalf("%d to %q", res.StatusCode, res.Header.Get("Location"))
	}
	if len(w.fake.staffed) != 5 || w.fake.staffed[4] != (alerts.WeekSpan{Weekday: time.Friday, From: 480, Until: 1050}) {
		t.Errorf("set %v", w.fake.staffed)
	}
	for lang, want := range map[string]string{
		"en": "Monday to Thursday, 08:00 to 18:00; Friday, 08:00 to 17:30",
		"es": "lunes a jueves, de 08:00 a 18:00; viernes, de 08:00 a 17:30",
		"ar": "الاثنين إلى الخميس، 08:00 إلى 18:00; الجمعة، 08:00 إلى 17:30",
	} {
		if got := w.fake.staffedWords[lang]; got != want {
			t.Errorf("patients are told %q, want %q", got, want)
		}
	}
	_, body = w.ask("GET", "/clinic/escalation?saved=hours", "", nil)
	w.has(body, "These hours are in force from now on.", "Monday to Thursday, 08:00 to 18:00; Friday, 08:00 to 17:30. Outside these hours only alerts that cannot wait ask somebody", `href="/demo/as/dana/clinic/hours"`)
	_, body = w.ask("GET", "/clinic/hours", "", nil)
	w.has(body, `value="17:30"`, `name="from-0"`, "On the clocks of UTC.")
}
