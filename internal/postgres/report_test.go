package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// TestINV7_NothingIsClaimedAfterAReport: whatever was planned before the commit.
func TestINV7_NothingIsClaimedAfterAReport(t *testing.T) {
	for _, said := range []struct{ first, then string }{{"HOSPITAL", ""}, {"DIED", "YES"}} {
		c := newClinic(t)
		c.must(c.store.SetHearing(c.ctx, c.asFollower(c.ruth), c.mary, carenet.Hearing{Pace: carenet.Daily}))
		c.text("+447700900001", "2 rough night")        // an update to Sam waits, and a summary to Ruth
		c.text("+447700900101", "So proud of you")      // and a kind word to Mary
		c.text("+447700900001", "ADD Tom 07700 900555") // and what she is asked
		c.standAt(0, 18, 1)
		c.digests()
		c.standAt(1, 9, 1)
		c.due() // and the next day's prompt
		c.text("+447700900102", said.first)
		if said.then != "" {
			c.text("+447700900102", said.then)
		}
		for _, s := range c.sent() {
			to, body, _ := strings.Cut(s, ": ")
			kind, _, _ := strings.Cut(body, " ")
			if to == "+447700900201" || kind == "reply" || kind == "thanks" || strings.Contains(body, "question to Ruth") || strings.Contains(body, "share of") {
				continue
			}
			t.Errorf("%s: after it somebody heard %q", said.first, s)
		}
		// Nor does anything begin by itself after it.
		c.standAt(2, 18, 1)
		c.due()
		c.digests()
		if got := c.sent(); len(got) != 0 {
			t.Errorf("%s: days later %q", said.first, got)
		}
		if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE state = 'open' OR cause = 'no_reply'`); n != 0 {
			t.Errorf("%s: %d prompts are waited for", said.first, n)
		}
	}
}

func TestStaffHearOfAReportAndMayTakeItBackForADay(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.text("+447700900102", "died")
	c.hears("+447700900102", "question to Ruth about Mary Okafor link died")
	c.text("+447700900102", "no")
	c.expect("+447700900102: reply to Ruth about Mary Okafor reply=not_died")
	c.text("+447700900102", "DIED MARY")
	c.sent()
	c.text("+447700900102", "yes")
	c.expect(
		"+447700900102: reply to Ruth about Mary Okafor reply=died",
		"+447700900201: report to Nurse Dana about Mary Okafor link",
		"+447700900202: report to Dr Lee about Mary Okafor link",
	)
	page, err := c.store.PatientPage(c.ctx, lee, c.mary)
	c.must(err)
	told := slices.ContainsFunc(page.Thread, func(m carenet.Message) bool { return m.Report == carenet.ReportDied && m.From == "Ruth" })
	if !page.MayUndo || page.State != "died" || !told {
		t.Errorf("staff see %s, undo %t, told %t", page.State, page.MayUndo, told)
	}
	_, err = c.store.ReportPatient(c.ctx, lee, c.mary, carenet.ReportHospital)
	c.code(carenet.Conflict, err)
	c.advance(23 * time.Hour)
	batch, err := c.store.ReportPatient(c.ctx, lee, c.mary, carenet.ReportUndone)
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.expect("+447700900201: report to Nurse Dana about Mary Okafor link")
	c.text("+447700900001", "4")
	if got := c.to("+447700900101"); len(got) != 1 {
		t.Errorf("all should be as before: Sam heard %q", got)
	}
	// Once it is older than a day it was acted upon.
	batch, err = c.store.ReportPatient(c.ctx, lee, c.mary, carenet.ReportHospital)
	c.must(err)
	_, err = c.store.Round(c.ctx, batch.ID)
	c.must(err)
	c.sent()
	c.advance(25 * time.Hour)
	_, err = c.store.ReportPatient(c.ctx, lee, c.mary, carenet.ReportUndone)
	c.code(carenet.Conflict, err)
	c.text("+447700900101", "HOME")
	c.hears("+447700900101", "reply=home")
	if got := valueOf[string](c, c.admin(), `SELECT state FROM patient WHERE id = $1`, c.mary); got != "active" {
		t.Errorf("she is %s", got)
	}
}

func TestAFollowersCrisisWordsReachStaff(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.text("+447700900101", "I want to die")
	c.expect(
		"+447700900101: reply to Sam Okafor about  reply=crisis",
		"+447700900201: task to Nurse Dana about  link",
		"+447700900202: task to Dr Lee about  link",
	)
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if len(desk.In) != 1 || desk.In[0].From != "Sam Okafor" || !strings.Contains(desk.In[0].Reason, "must see now") {
		t.Errorf("the desk shows %+v", desk.In)
	}
}

func TestFollowersChooseByTextWhenTheyHear(t *testing.T) {
	c := newClinic(t)
	for said, want := range map[string]string{"DAILY": "daily", "once a week": "weekly", "at once": "at_once"} {
		c.text("+447700900101", said)
		c.hears("+447700900101", "reply=pace_"+want)
		if got := valueOf[string](c, c.admin(), `SELECT pace FROM follower WHERE id = $1`, c.sam); got != want {
			t.Errorf("%s: %s", said, got)
		}
	}
}

// TestStaffedHoursAreSaidInNoOtherLanguage: English hours in a Spanish text help nobody.
func TestStaffedHoursAreSaidInNoOtherLanguage(t *testing.T) {
	c := newClinic(t)
	org, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{
		Name: "Hill House", Zone: "Europe/London", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900998",
		StaffedHours: "Mon-Fri 9-17", HoursIn: map[string]string{"es": "lunes a viernes"},
	})
	c.must(err)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}
	for i, x := range []struct{ lang, hours string }{{"en", "Mon-Fri 9-17"}, {"es", "lunes a viernes"}, {"ar", ""}} {
		number := "+44770090080" + string(rune('0'+i))
		_, err := c.store.AddPatient(c.ctx, op, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "P " + x.lang, Phone: number, Language: x.lang}})
		c.must(err)
		c.take(carenet.InboundText{SID: "SMhours" + x.lang, From: number, To: "+447700900998", Body: "ASK when?", ReceivedAt: c.clock()})
		if got := c.to(number); len(got) != 1 || !strings.HasSuffix(got[0], "hours="+x.hours) {
			t.Errorf("%s: %q", x.lang, got)
		}
	}
}

// A report that is under way has an order with every claim, as a STOP does.
func TestINV7_AReportThatIsUnderWayIsWaitedFor(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "2")
	var got []string
	c.whileOpen(`UPDATE patient SET state = 'died' WHERE id = $1`, func() { got = c.claim() }, nil, c.mary)
	if want := []string{"+447700900001: thanks to Mary Okafor about Mary Okafor score=2"}; !slices.Equal(got, want) {
		t.Errorf("claimed after the report:\n  %s", strings.Join(got, "\n  "))
	}
}
