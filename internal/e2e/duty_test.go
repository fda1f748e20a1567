package e2e

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"howareyou/carenet"
)

// TestARotaAndAnEscalationAreSetOnPagesAndFollowed: whoever comes on duty is told, the
// alert goes to them alone, and what they leave is handed over.
func TestARotaAndAnEscalationAreSetOnPagesAndFollowed(t *testing.T) {
	t.Parallel()
	m, _ := newLife(t)
	ann := m.clinician("Ann Boss", "+447700900203", "admin,coordinator")
	anns := ann.SignsIn("clinic")
	anns.Opens("/clinic").Shows(http.StatusOK, "There is no rota yet")
	london := m.clock.now().In(m.london)
	today, day := london.Format("2006-01-02"), func(d time.Duration) string { return london.Add(d).Format("15:04") }
	shift := func(who *phone, from, until time.Duration) {
		t.Helper()
		anns.Posts("/clinic/rota/shifts", url.Values{"who": {who.id}, "day": {today}, "from": {day(from)}, "until": {day(until)}}).Shows(http.StatusOK, "The rota is changed.")
	}
	shift(m.dana, 10*time.Minute, 40*time.Minute)
	shift(ann, 40*time.Minute, 100*time.Minute)
	anns.Posts("/clinic/escalation/red", url.Values{
		"wait-1": {"0"}, "role-1": {"on_duty"}, "wait-2": {"15"}, "role-2": {"responder"}, "repeat": {"30"}, "hold": {"60"},
	}).Shows(http.StatusOK, "This is in force from now on.", "At once: Who is on duty")
	anns.Posts("/clinic/escalation/red", url.Values{"wait-1": {"0"}, "role-1": {"on_duty"}, "repeat": {"300"}, "hold": {"60"}}).
		Shows(http.StatusUnprocessableEntity, "It must ask again every 5 minutes to 30 minutes.", "Nothing has changed.")
	m.nobodyElse()

	m.asked() // a minute after the start, and four minutes to read it
	m.on(7 * time.Minute)
	m.dana.Expects("You are on duty until", "No alert is waiting", "/clinic")
	m.dana.Texts("WHO")
	m.dana.Expects("On duty until", "Nurse Dana")
	anns.Opens("/clinic").Shows(http.StatusOK, "On duty: Nurse Dana until")
	m.nobodyElse()

	m.mary.Texts("chest pain")
	m.mary.Expects("999")
	m.dana.Expects("Alert 1", "words that someone must read now")
	m.nobodyElse() // neither Dr Lee nor Ann is asked
	m.dana.Texts("ACK 1")
	m.dana.Expects("Alert 1 is yours")
	m.dana.Texts("SNOOZE 1 2H busy")
	m.dana.Expects("Alert 1 cannot wait")

	m.on(30 * time.Minute)
	ann.Expects("You are on duty until", "Nobody has: 0 (0 red)", "still has: 1")
	m.dana.Expects("Your time on duty is over", "alerts 1")
	m.nobodyElse()

	// Her acknowledgement runs out without an outcome: whoever is on duty now is asked.
	m.on(40 * time.Minute)
	ann.Expects("Alert 1", "words that someone must read now")
	ann.Texts("RESOLVE 1 called")
	ann.Expects("Alert 1", "is closed")
	m.nobodyElse()
	anns = ann.SignsIn("clinic") // an hour later she is asked who she is again
	page := anns.Opens("/clinic/alerts/1").Shows(http.StatusOK, "Was this alert useful?")
	anns.Posts(page.Find(`action="([^"]*/useful)"`), url.Values{"useful": {"yes"}}).Shows(http.StatusOK, "Staff found it useful")
	anns.Opens("/clinic/worth").Shows(http.StatusOK, "SAFE-REDFLAG", "1 useful, 0 not useful, 0 nobody has rated", "Too few are rated")

	m.on(20 * time.Minute) // past all shifts
	anns.Opens("/clinic").Shows(http.StatusOK, "Nobody is on duty now. Alerts go to all responders.")
	m.nobodyElse()
}

// TestINV9_AnAlertThatIsPutOffAsksAgain: on the page, until then nobody hears of it.
func TestINV9_AnAlertThatIsPutOffAsksAgain(t *testing.T) {
	t.Parallel()
	m, _ := newLife(t)
	for _, score := range []string{"2", "2"} {
		m.asked()
		m.mary.Texts(score)
		m.mary.Expects("noted " + score)
		m.sam.Expects(score + " of 5")
		m.ruth.Expects(score + " of 5")
	}
	m.dana.Expects("Alert 1")
	danas := m.dana.SignsIn("clinic")
	page := danas.Opens("/clinic/alerts/1").Shows(http.StatusOK, "Put it off", "I take this")
	danas.Posts(page.Find(`action="([^"]*/put-off)"`), url.Values{"hours": {"4"}, "why": {"her son is with her"}}).
		Shows(http.StatusOK, "Alert 1 asks nobody until", "Nurse Dana put it off until", "her son is with her", "I take this")
	m.on(4*time.Hour - time.Minute)
	m.nobodyElse()
	m.on(2 * time.Minute)
	m.dana.Expects("Alert 1", "ACK 1")
	m.dana.Texts("snooze 1 30 min ringing her now")
	m.dana.Expects("Alert 1, Mary O, asks nobody until")
	m.on(31 * time.Minute)
	m.dana.Expects("Alert 1", "ACK 1")
	m.dana.Texts("RESOLVE 1 called")
	m.dana.Expects("is closed")
	m.nobodyElse()
}

// TestTheWeekIsToldOnMondays: once, until its reader wants it no more; and what it is about
// stands on the page alone.
func TestTheWeekIsToldOnMondays(t *testing.T) {
	t.Parallel()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	k := &clock{}
	f := family{clinic: newClinic(t, wishes{now: k.now})}
	kim := f.Phone("Nurse Kim", "+447700900204")
	kim.id = f.admin("add-clinician", "--roles", "responder", "--name", kim.name, "--phone", kim.number)
	f.clinician("Nurse Dana", "+447700900201", "responder") // who wants none
	m := f.move(k)
	monday := carenet.NextReview(k.now(), london)
	m.to(monday.Add(-time.Minute))
	m.nobodyElse()
	m.to(monday.Add(time.Minute))
	link := kim.Expects("Your summary of the week is on the page").Link()
	m.nobodyElse()
	kims := kim.SignsIn("clinic")
	page, err := url.Parse(link)
	if err != nil {
		t.Fatal(err)
	}
	kims.Opens(page.Path).Shows(http.StatusOK, "The week", "Nothing stands out this week.", "We tell you of this on Monday mornings")
	m.to(carenet.NextReview(k.now(), london).Add(36 * time.Hour)) // nobody was there on the Monday: on Tuesday it is of use
	kim.Expects("Your summary of the week")
	kim.SignsIn("clinic").Posts(page.Path, url.Values{"wanted": {"no"}}).Shows(http.StatusOK, "You are not told of this.")
	m.to(carenet.NextReview(k.now(), london).Add(time.Hour))
	m.nobodyElse()
}
