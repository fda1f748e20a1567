package e2e

import (
	"strings"
	"testing"
	"time"
)

// slot is the first 09:00 of London that is at least an hour away.
func slot(t *testing.T, now time.Time) time.Time {
	t.Helper()
	london, err := time.LoadLocation("Europe/London")
	if err != nil {
		t.Fatal(err)
	}
	now = now.In(london)
	for day := now.Day(); ; day++ {
		if at := time.Date(now.Year(), now.Month(), day, 9, 0, 0, 0, london); at.Sub(now) > time.Hour {
			return at
		}
	}
}

// newLife is a family with a second clinician whose patient is asked at nine
// every day, and has been well for so many days: fourteen is the least that the
// rules learn from. Its clock stands at the last
// minute before the next asking.
func newLife(t *testing.T, days int) (m moving, lee *phone, nine time.Time) {
	t.Helper()
	k := &clock{}
	f := family{clinic: newClinic(t, wishes{now: k.now})}
	f.mary = f.patient("Mary Okafor", "+447700900001", "--at", "09:00")
	f.sam = f.follower(f.mary, "Sam Okafor", "+447700900101", "score,words")
	f.ruth = f.follower(f.mary, "Ruth", "+447700900102", "score")
	f.dana = f.clinician("Nurse Dana", "+447700900201", "responder")
	lee = f.clinician("Dr Lee", "+447700900202", "coordinator")
	m = f.move(k)
	nine = slot(t, k.now())
	for day := range days {
		m.asked(nine)
		score := []string{"4", "5", "4"}[day%3]
		m.mary.Texts(score)
		m.mary.Expects("noted " + score + " of 5")
		m.sam.Expects(score + " of 5")
		m.ruth.Expects(score + " of 5")
		nine = nine.AddDate(0, 0, 1)
	}
	m.to(nine.Add(-time.Minute))
	m.nobodyElse()
	return m, lee, nine
}

// asked moves the time to the slot and lets Mary read the question a little
// later.
func (m moving) asked(nine time.Time) {
	m.t.Helper()
	m.to(nine)
	link := m.mary.Expects("How are you overall today, Mary?", "1 (very bad) to 5 (very good)").Link()
	if !strings.HasPrefix(link, "http://"+m.web+"/c/") {
		m.fail("the question links to %s", link)
	}
	m.on(4 * time.Minute)
}

func TestTheWholeWayFromTheQuestionToTheNurse(t *testing.T) {
	t.Parallel()
	m, lee, nine := newLife(t, 14)

	m.mary.ExpectsNothingMore() // not a minute early
	m.asked(nine)
	m.mary.Texts("2 rough night")
	heard := m.sam.Expects("Mary", "2 of 5", "rough night").After(m.mary)
	m.ruth.Expects("Mary", "2 of 5").Without("rough", "night")
	m.mary.Expects("Thanks Mary, noted 2 of 5", "text the right number")
	t.Logf("Sam heard %s after Mary's text", heard.Round(100*time.Microsecond))
	if heard > 5*time.Second {
		t.Errorf("Sam heard after %s", heard)
	}
	m.nobodyElse() // one bad day calls nobody

	m.asked(nine.AddDate(0, 0, 1))
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
	m.dana.Texts("ACK 1")
	m.dana.Expects("Alert 1 is yours", "Mary O")
	m.nobodyElse()
	m.on(9 * time.Hour) // past every step of the asking
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM alert WHERE acked_by = $1 AND acked_at IS NOT NULL", m.dana.id); n != 1 {
		t.Errorf("%d alerts are Dana's, want 1", n)
	}

	// A third bad day, while Dana has it, is the same episode: evidence, and no
	// second alert.
	m.asked(nine.AddDate(0, 0, 2))
	m.mary.Texts("1")
	m.sam.Expects("1 of 5")
	m.ruth.Expects("1 of 5")
	m.mary.Expects("noted 1 of 5")
	m.nobodyElse()
	lee.Texts("ACK 1")
	lee.Expects("Nurse Dana took alert 1")
}

func TestINV9_AnAlertClimbsUntilSomebodyTakesIt(t *testing.T) {
	t.Parallel()
	m, lee, nine := newLife(t, 14)
	for day, score := range []string{"2", "1"} {
		m.asked(nine.AddDate(0, 0, day))
		m.mary.Texts(score)
		m.mary.Expects("noted " + score)
		m.sam.Expects(score + " of 5")
		m.ruth.Expects(score + " of 5")
	}
	m.dana.Expects("Alert 1")
	m.nobodyElse()
	m.on(4*time.Hour + time.Minute)
	m.dana.Expects("Alert 1", "ACK 1")
	m.nobodyElse()
	m.on(4 * time.Hour)
	m.dana.Expects("Alert 1", "ACK 1")
	lee.Expects("Alert 1", "ACK 1")
	m.nobodyElse()

	lee.Texts("ACK")
	lee.Expects("Alert 1 is yours")
	m.dana.Expects("Dr Lee has taken alert 1")
	m.dana.Texts("ACK 1")
	m.dana.Expects("Dr Lee took alert 1")
	m.nobodyElse()
}
