package e2e

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"
)

func TestEmailReachesWhomNoTextReaches(t *testing.T) {
	t.Parallel()
	f := newFamily(t, wishes{})
	mail := newPost(t)
	f.env = append(f.env, mail.env())
	const lou, leeAt = "lou@family.example", "lee@riverside.example"
	f.admin("add-follower", "--patient", f.mary.id, "--scope", "score", "--name", "Lou Okafor", "--email", lou)
	lee := f.clinician("Dr Lee", "+447700900202", "responder", "--email", leeAt)
	f.start(2)

	// An update, to a follower who has no phone: once, by whichever worker.
	f.mary.Texts("2 rough night")
	update := mail.Expects(f.clinic, lou, "Mary: 2 of 5", "Please do not answer this email")
	if strings.Contains(update.text, "rough") {
		f.fail("INV-7: Lou reads words that are not for Lou:\n%s", update.text)
	}
	for name, want := range map[string]string{
		"Subject": "Riverside Care: there is news for you", "Auto-Submitted": "auto-generated",
		"List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
	} {
		if got := update.header.Get(name); got != want {
			f.fail("%s is %q, want %q", name, got, want)
		}
	}
	f.sam.Expects("2 of 5")
	f.mary.Expects("noted 2 of 5")
	f.ruth.Expects("2 of 5")

	// An alert, to a clinician whose number is stopped.
	lee.Texts("STOP")
	lee.Expects("no more texts")
	lee.Answers("human", "")
	f.mary.Texts("I want to die")
	alert := mail.Expects(f.clinic, leeAt, "Alert 1. Mary O sent words that someone must read now", "To take it, open http://"+f.web+"/clinic/alerts/1")
	if alert.header.Get("Subject") != "Riverside Care: alert 1" || alert.header.Get("List-Unsubscribe") != "" {
		f.fail("the alert is headed %v", alert.header)
	}
	f.dana.Expects("Alert 1", "ACK 1")
	f.mary.Expects("In danger now? Call 999")
	// A call that told nobody would be made again a minute later, and one is told less
	// once somebody has the alert: the call comes to its end first.
	lee.IsCalled(1)
	f.dana.Texts("ACK 1")
	f.dana.Expects("is yours")
	mail.Expects(f.clinic, leeAt, "Nurse Dana has taken alert 1")
	f.settled()

	// The one click of a mail program ends Lou's emails; a look at the link does not.
	stop, err := url.Parse(strings.Trim(update.header.Get("List-Unsubscribe"), "<>"))
	if err != nil {
		t.Fatal(err)
	}
	program := f.visitor("a mail program")
	program.Opens(stop.Path).Shows(http.StatusOK, "Stop these emails?")
	mail.drain()
	f.mary.Texts("4")
	mail.Expects(f.clinic, lou, "Mary")
	program.Posts(stop.Path, url.Values{"List-Unsubscribe": {"One-Click"}}).Shows(http.StatusOK, "These emails have stopped")
	f.mary.Texts("3")
	f.settled()
	mail.ExpectsNothingMore(f.clinic)
	if n := f.count("SELECT count(*) FROM delivery WHERE channel = 'email' AND cause = 'they unsubscribed from our emails'"); n != 1 {
		f.fail("%d emails say why they did not leave", n)
	}
}

func TestASummaryComesInTheEveningAsChosenOnThePage(t *testing.T) {
	t.Parallel()
	k := &clock{}
	f := family{clinic: newClinic(t, wishes{now: k.now})}
	mail := newPost(t)
	f.env = append(f.env, mail.env())
	const samAt = "sam@family.example"
	f.mary = f.patient("Mary Okafor", "+447700900001")
	f.sam = f.follower(f.mary, "Sam Okafor", "+447700900101", "score,words", "--email", samAt)
	m := f.move(k)
	sams := m.sam.SignsIn("follower")
	sams.Opens("/circle").Shows(http.StatusOK, "Choose how and when you hear")
	sams.Opens("/circle/hear").Shows(http.StatusOK, "When do you want to hear of Mary?", "A summary each evening", "By email")
	sams.Posts("/circle/hear/"+m.mary.id, url.Values{"pace": {"daily"}, "way": {"email"}}).Shows(http.StatusOK, "Saved.")

	// To half past six, past today's summary of nothing; then an answer.
	evening := func() time.Time {
		return time.Unix(int64(m.count("SELECT extract(epoch FROM digest_at)::bigint FROM follower")), 0)
	}
	m.to(evening().Add(30 * time.Minute))
	mail.ExpectsNothingMore(m.clinic)
	m.to(evening().Add(-5 * time.Hour))
	m.mary.Texts("2 rough night")
	m.mary.Expects("noted 2 of 5")
	m.settled()
	mail.ExpectsNothingMore(m.clinic)
	m.to(evening())
	summary := mail.Expects(m.clinic, samAt, "Mary in the last day: 2 of 5", "today 13:00", "2 of 5. \"rough night\"")
	if summary.header.Get("Subject") != "Riverside Care: your summary" {
		m.fail("the subject is %q", summary.header.Get("Subject"))
	}
	m.on(time.Hour)
	mail.ExpectsNothingMore(m.clinic)
	m.sam.ExpectsNothingMore()
}
