package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// newLife is a family with a second clinician. Its patient is asked every day at
// the same time, and has been well for a month. Web and worker run within the
// test, whose clock stands at the last minute before the next asking.
func newLife(t *testing.T) (m moving, lee *phone) {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	k := &clock{}
	at := "09:00"
	if hour := k.now().In(london).Hour(); hour == 8 || hour == 9 {
		at = "18:00" // the test must not begin at the very moment
	}
	f := family{clinic: newClinic(t, wishes{now: k.now})}
	f.mary = f.patient("Mary Okafor", "+447700900001", "--at", at)
	f.sam = f.follower(f.mary, "Sam Okafor", "+447700900101", "score,words")
	f.ruth = f.follower(f.mary, "Ruth", "+447700900102", "score")
	f.dana = f.clinician("Nurse Dana", "+447700900201", "responder")
	lee = f.clinician("Dr Lee", "+447700900202", "coordinator")
	m = f.move(k)
	m.london = london
	slot := m.slot().In(london)
	var past []postgres.PastPrompt
	for day := range 30 {
		at, score := slot.AddDate(0, 0, day-30), []float64{4, 5, 4}[day%3]
		past = append(past, postgres.PastPrompt{At: at, Answer: &postgres.PastAnswer{At: at.Add(time.Minute), Score: &score}})
	}
	org, patient := m.parse(m.org), m.parse(m.mary.id)
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "test"}
	if _, err := m.app.Store().ImportHistory(t.Context(), operator, patient, past); err != nil {
		t.Fatal(err)
	}
	m.to(m.slot().Add(-time.Minute))
	m.nobodyElse()
	return m, lee
}

// slot is when Mary is asked next.
func (m moving) slot() time.Time {
	m.t.Helper()
	at := time.Unix(int64(m.count("SELECT extract(epoch FROM next_at)::bigint FROM schedule")), 0)
	if at.Before(m.clock.now()) {
		m.fail("the slot of %s has not come yet", at)
	}
	return at
}

// asked moves the time to the next slot and lets Mary read the question a little
// later.
func (m moving) asked() {
	m.t.Helper()
	m.to(m.slot())
	link := m.mary.Expects("How are you overall today, Mary?", "1 (very bad) to 5 (very good)").Link()
	if !strings.HasPrefix(link, "http://"+m.web+"/c/") {
		m.fail("the question links to %s", link)
	}
	m.on(4 * time.Minute)
}

func TestTheWholeWayFromTheQuestionToTheNurse(t *testing.T) {
	t.Parallel()
	m, lee := newLife(t)

	m.mary.ExpectsNothingMore() // not a minute early
	m.asked()
	m.mary.Texts("4")
	m.mary.Expects("noted 4 of 5")
	m.sam.Expects("4 of 5")
	m.ruth.Expects("4 of 5")

	m.asked()
	m.mary.Texts("2 rough night")
	heard := m.sam.Expects("Mary", "2 of 5", "rough night").After(m.mary)
	m.ruth.Expects("Mary", "2 of 5").Without("rough", "night")
	m.mary.Expects("Thanks Mary, noted 2 of 5", "text the right number")
	t.Logf("Sam heard %s after Mary's text", heard.Round(100*time.Microsecond))
	if heard > 5*time.Second {
		t.Errorf("Sam heard after %s", heard)
	}
	m.nobodyElse() // one bad day calls nobody

	m.asked()
	m.mary.Texts("2 no better")
	alert := m.dana.Expects("Alert 1", "Mary O", "worse than usual", "usually 4", "last 2", "ACK 1").Without("better")
	if link := alert.Link(); link != "http://"+m.web+"/clinic/alerts/1" {
		m.fail("the alert links to %s", link)
	}
	m.sam.Expects("no better")
	m.ruth.Expects("2 of 5").Without("better")
	m.mary.Expects("noted 2 of 5").Without("lert")
	m.nobodyElse() // exactly one, and Dr Lee is not asked yet

	m.on(10 * time.Minute)
	danas, lees := m.dana.SignsIn("clinic"), lee.SignsIn("clinic")
	alertPage, err := url.Parse(alert.Link())
	if err != nil {
		t.Fatal(err)
	}
	danas.Opens(alertPage.Path).Shows(http.StatusOK, "Mary Okafor", "Alert 1", "Nobody has it yet", "no better")
	lees.Opens("/clinic").Shows(http.StatusOK, "Alert 1", "Nobody has it yet", "I take this")
	m.dana.Texts("ACK 1")
	m.dana.Expects("Alert 1 is yours", "Mary O")
	at := strings.TrimPrefix(m.clock.now().In(m.london).Format("15:04"), "0")
	lees.Opens("/clinic").Shows(http.StatusOK, "Alert 1", "Nurse Dana has it since today "+at).Without("I take this")
	danas.Opens(alertPage.Path).Shows(http.StatusOK, "You have it since today "+at)
	m.nobodyElse()
	m.on(9 * time.Hour) // past every step of the asking
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM alert WHERE acked_by = $1 AND acked_at IS NOT NULL", m.dana.id); n != 1 {
		t.Errorf("%d alerts are Dana's, want 1", n)
	}

	// A third bad day, while Dana has it, is the same episode: evidence, and no
	// second alert.
	m.asked()
	m.mary.Texts("1")
	m.sam.Expects("1 of 5")
	m.ruth.Expects("1 of 5")
	m.mary.Expects("noted 1 of 5")
	// The lowest answer: she is asked whether she would like a call, and says no.
	m.mary.Expects("would you like a call today?", "999")
	m.mary.Texts("no thanks")
	m.mary.Expects("text CALL")
	m.nobodyElse()
	lee.Texts("ACK 1")
	lee.Expects("Nurse Dana took alert 1")

	// Dana says what came of it, on her page.
	danas, lees = m.dana.SignsIn("clinic"), lee.SignsIn("clinic")
	page := danas.Opens(alertPage.Path).Shows(http.StatusOK, "What came of it?")
	danas.Posts(page.Find(`action="([^"]*/resolve)"`), url.Values{"outcome": {"called"}, "note": {"a cold"}}).
		Shows(http.StatusOK, "Alert 1 is closed", "Spoke with the patient", "a cold").Without("What came of it?")
	lees.Opens(alertPage.Path).Shows(http.StatusOK, "Spoke with the patient").Without("What came of it?")
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM alert WHERE state = 'resolved' AND outcome = 'called'"); n != 1 {
		t.Errorf("%d alerts ended with a call, want 1", n)
	}
}

func TestINV9_AnAlertClimbsUntilSomebodyTakesIt(t *testing.T) {
	t.Parallel()
	m, lee := newLife(t)
	for _, score := range []string{"2", "1"} {
		m.asked()
		m.mary.Texts(score)
		m.mary.Expects("noted " + score)
		m.sam.Expects(score + " of 5")
		m.ruth.Expects(score + " of 5")
	}
	m.mary.Expects("would you like a call today?")
	m.mary.Texts("no")
	m.mary.Expects("text CALL")
	m.dana.Expects("Alert 1")
	m.nobodyElse()
	m.on(4*time.Hour + time.Minute)
	m.dana.Expects("Alert 1", "ACK 1")
	m.nobodyElse()
	m.on(4 * time.Hour)
	m.dana.Expects("Alert 1", "ACK 1")
	lee.Expects("Alert 1", "ACK 1")
	m.nobodyElse()

	// On the page this time, and pressed twice.
	lees := lee.SignsIn("clinic")
	take := lees.Opens("/clinic").Shows(http.StatusOK, "Nobody has it yet").Find(`action="(/clinic/alerts/[^"]+/acknowledge)"`)
	for range 2 {
		lees.Posts(take, url.Values{"back": {"board"}}).Shows(http.StatusOK, "You have it since")
	}
	m.dana.Expects("Dr Lee has taken alert 1")
	m.dana.Texts("ACK 1")
	m.dana.Expects("Dr Lee took alert 1")
	m.nobodyElse()
}

// The lowest answer calls nobody by itself: Mary is asked, and staff hear of it when
// she says yes, or when she has said nothing for two hours.
func TestTheLowestAnswerIsAskedAboutBeforeStaffAreCalled(t *testing.T) {
	t.Parallel()
	k := &clock{}
	m := newFamily(t, wishes{now: k.now}).move(k)
	m.mary.Texts("1")
	m.mary.Expects("noted 1")
	m.mary.Expects("would you like a call today?", "CALL", "999")
	m.sam.Expects("1 of 5")
	m.ruth.Expects("1 of 5")
	m.nobodyElse()
	m.on(2*time.Hour - time.Minute)
	m.dana.ExpectsNothingMore()
	m.on(2 * time.Minute)
	m.dana.Expects("Alert 1", "Mary O", "lowest answer", "has not said", "ACK 1")
	m.mary.Texts("yes please")
	m.mary.Expects("the clinic is asked to call you", "999")
	m.dana.ExpectsNothingMore() // of the same matter
	danas := m.dana.SignsIn("clinic")
	danas.Opens("/clinic").Shows(http.StatusOK, "Alert 1", "Gave the lowest answer and would like a call today")
	m.dana.Texts("RESOLVE 1 called, her knee")
	m.dana.Expects("Alert 1, Mary O, is closed")
}
