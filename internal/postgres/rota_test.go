package postgres_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// handOver runs the changes of shift that are due, and plans what they call for.
func (c *clinic) handOver() int {
	c.t.Helper()
	n := 0
	for {
		b, done, err := c.store.TickRotas(c.ctx, 10)
		c.must(err)
		if done == 0 {
			return n
		}
		n += len(b.Events)
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
}

// asked moves alerts on whose next step is due.
func (c *clinic) climb() {
	c.t.Helper()
	for {
		b, done, err := c.store.TickAlerts(c.ctx, 10)
		c.must(err)
		if done == 0 {
			return
		}
		_, err = c.store.Round(c.ctx, b.ID)
		c.must(err)
	}
}

// boss is Dr Lee as coordinator and administrator.
func (c *clinic) boss() carenet.Actor {
	c.t.Helper()
	id, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}, postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: "Dr Lee", Phone: "+447700900202"}, Roles: []string{"admin", "coordinator"},
	})
	c.must(err)
	return carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: id, Via: "page"}
}

// TestWhoeverComesOnDutyIsToldOnce: by one text, whichever worker finds it, with what
// is open; whoever goes off hears of what they still have, and so does the next.
func TestWhoeverComesOnDutyIsToldOnce(t *testing.T) {
	c := newClinic(t) // Monday, 2 November 2026, 8:30
	lee := c.boss()
	dana := c.asDana()
	today := carenet.LocalDay(c.clock(), time.UTC)
	c.code(carenet.Forbidden, c.store.AddShifts(c.ctx, dana, []alerts.Shift{{Clinician: c.dana, First: today, From: 540, Until: 1200}}))
	c.must(c.store.AddShifts(c.ctx, lee, []alerts.Shift{
		{Clinician: c.dana, Weekly: true, Weekday: time.Monday, First: today, From: 540, Until: 1200},
		{Clinician: lee.Person, Weekly: true, Weekday: time.Monday, First: today, From: 1200, Until: 480},
	}))
	if n := c.handOver(); n != 0 {
		t.Errorf("%d events while nobody is on", n)
	}
	c.advance(30*time.Minute - time.Second)
	if n := c.handOver(); n != 0 {
		t.Errorf("%d events a second early", n)
	}
	c.advance(time.Second)
	var all sync.WaitGroup
	for range 4 { // many workers, one change of shift
		all.Go(func() {
			if b, done, err := c.store.TickRotas(c.ctx, 10); err != nil {
				t.Error(err)
			} else if done > 0 {
				if _, err := c.store.Round(c.ctx, b.ID); err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if got := c.sent(); len(got) != 1 || got[0] != "+447700900201: duty_on to Nurse Dana about  link on until 20:00 open 0 red 0" {
		t.Fatalf("at 9: %q", got)
	}
	c.text("+447700900001", "chest pain")
	c.text("+447700900201", "ACK 1")
	c.amberBeside()
	c.sent()
	if at, err := c.store.NextDue(c.ctx); err != nil || at.After(c.clock().Add(11*time.Hour)) {
		t.Errorf("next due %s, %v", at, err)
	}
	c.advance(11 * time.Hour)
	_, err := c.admin().Exec(c.ctx, "UPDATE alert SET ack_until = $1, next_step_at = $1 WHERE number = 1", c.clock().Add(time.Hour))
	c.must(err)
	c.handOver()
	got := c.sent()
	slices.Sort(got)
	want := []string{
		"+447700900201: duty_off to Nurse Dana about  link open 0 red 0 held [{ [1]}]",
		"+447700900202: duty_on to Dr Lee about  link on until 08:00 open 1 red 0 held [{Nurse Dana [1]}]",
	}
	if !slices.Equal(got, want) {
		t.Errorf("at 20: %q", got)
	}
	if n := c.handOver(); n != 0 {
		t.Errorf("%d events once more", n)
	}
}

// amberBeside opens an alert that nobody has, beside what else there is.
func (c *clinic) amberBeside() {
	c.t.Helper()
	c.exec(c.admin(), `INSERT INTO alert (org_id, id, number, patient_id, rule_id, rule_version, severity, evidence, state, asking_since, asked, opened_at, changed_at)
VALUES ($1, $2, 90, $3, 'WB-TREND-EWMA', 1, 'amber', '{}', 'open', $4, 1, $4, $4)`, c.org, carenet.NewID(c.clock()), c.mary, c.clock())
}

// TestAHandOverThatIsLateTellsNobodyOfAShiftThatIsOver: found after an outage, and
// planned but not sent.
func TestAHandOverThatIsLateTellsNobodyOfAShiftThatIsOver(t *testing.T) {
	c := newClinic(t)
	lee := c.boss()
	today := carenet.LocalDay(c.clock(), time.UTC)
	c.must(c.store.AddShifts(c.ctx, lee, []alerts.Shift{
		{Clinician: c.dana, First: today, From: 540, Until: 600}, {Clinician: lee.Person, First: today, From: 600, Until: 660},
	}))
	c.handOver()
	c.advance(100 * time.Minute) // 10:10, and no worker was there at 9 and 10
	c.handOver()
	if got := c.sent(); len(got) != 1 || !strings.HasPrefix(got[0], "+447700900202: duty_on") {
		t.Errorf("at 10:10: %q", got)
	}
	// Planned at 9 and held back until after 10: it is of no use any more.
	c.must(c.store.AddShifts(c.ctx, lee, []alerts.Shift{{Clinician: c.dana, First: today, From: 720, Until: 780}}))
	c.advance(110 * time.Minute)
	c.handOver()
	c.advance(time.Hour)
	if got := c.sent(); len(got) != 0 {
		t.Errorf("after her shift: %q", got)
	}
}

// TestTheRotaIsChangedByWhoMay: refusals, ends, and covers.
func TestTheRotaIsChangedByWhoMay(t *testing.T) {
	c := newClinic(t)
	lee := c.boss()
	today := carenet.LocalDay(c.clock(), time.UTC)
	for name, s := range map[string]struct {
		shifts []alerts.Shift
		want   carenet.Code
	}{
		"none":              {nil, carenet.Invalid},
		"a stranger":        {[]alerts.Shift{{Clinician: c.mary, First: today, From: 1, Until: 2}}, carenet.NotFound},
		"a past day":        {[]alerts.Shift{{Clinician: c.dana, First: today - 9, From: 1, Until: 2}}, carenet.Invalid},
		"over before it is": {[]alerts.Shift{{Clinician: c.dana, Weekly: true, First: today, Last: today - 1, From: 1, Until: 2}}, carenet.Invalid},
	} {
		if err := c.store.AddShifts(c.ctx, lee, s.shifts); carenet.CodeOf(err) != s.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	for name, k := range map[string]struct {
		cover alerts.Cover
		want  carenet.Code
	}{
		"for oneself": {alerts.Cover{Away: c.dana, By: c.dana, First: today, Last: today}, carenet.Invalid},
		"backwards":   {alerts.Cover{Away: c.dana, First: today, Last: today - 1}, carenet.Invalid},
		"a stranger":  {alerts.Cover{Away: c.dana, By: c.sam, First: today, Last: today}, carenet.NotFound},
	} {
		if err := c.store.AddCover(c.ctx, lee, k.cover); carenet.CodeOf(err) != k.want {
			t.Errorf("%s: %v", name, err)
		}
	}
	c.must(c.store.AddShifts(c.ctx, lee, []alerts.Shift{{Clinician: c.dana, Weekly: true, Weekday: time.Monday, First: today, From: 0, Until: 0}}))
	c.must(c.store.AddCover(c.ctx, lee, alerts.Cover{Away: c.dana, By: lee.Person, First: today, Last: today}))
	page, err := c.store.RotaPage(c.ctx, c.asDana())
	c.must(err)
	if page.MayEdit || len(page.Now) != 1 || page.Now[0].Name != "Dr Lee" || page.Now[0].For != "Nurse Dana" || len(page.Shifts) != 1 || len(page.Covers) != 1 || len(page.Gaps) != 2 {
		t.Errorf("%+v", page)
	}
	board, err := c.store.Board(c.ctx, lee)
	c.must(err)
	if !board.Duty.HasRota || len(board.Duty.On) != 1 || board.Duty.On[0].Name != "Dr Lee" {
		t.Errorf("the board says %+v", board.Duty)
	}
	c.must(c.store.EndCover(c.ctx, lee, page.Covers[0].ID))
	c.code(carenet.NotFound, c.store.EndCover(c.ctx, lee, page.Covers[0].ID))
	c.code(carenet.Forbidden, c.store.EndShift(c.ctx, c.asDana(), page.Shifts[0].ID))
	c.must(c.store.EndShift(c.ctx, lee, page.Shifts[0].ID))
	if page, err = c.store.RotaPage(c.ctx, lee); err != nil || len(page.Shifts)+len(page.Covers)+len(page.Now) > 0 || !page.MayEdit {
		t.Errorf("%+v, %v", page, err)
	}
	if n := valueOf[int](c, c.admin(), "SELECT count(*) FROM audit WHERE action IN ('rota.shift', 'rota.cover', 'rota.end')"); n != 4 {
		t.Errorf("%d entries in the audit", n)
	}
}

// TestINV9_AnEscalationMayAskWhoIsOnDuty: the one, or all responders while nobody is;
// never nobody. And WHO says the same.
func TestINV9_AnEscalationMayAskWhoIsOnDuty(t *testing.T) {
	c := newClinic(t)
	lee := c.boss()
	today := carenet.LocalDay(c.clock(), time.UTC)
	onDuty := alerts.Escalation{
		Steps:  []alerts.Step{{To: []alerts.Role{alerts.RoleOnDuty}}, {After: 10 * time.Minute, People: []carenet.ID{c.dana}}},
		Repeat: 10 * time.Minute, Hold: time.Hour,
	}
	c.code(carenet.Forbidden, c.store.SetEscalation(c.ctx, c.asDana(), alerts.Red, onDuty))
	slow := onDuty
	slow.Repeat = 24 * time.Hour
	var why *alerts.PolicyError
	if err := c.store.SetEscalation(c.ctx, lee, alerts.Red, slow); !errors.As(err, &why) || why.Why != alerts.PolicyRepeat {
		t.Errorf("a slow one: %v", err)
	}
	nobody := alerts.Escalation{Steps: []alerts.Step{{People: []carenet.ID{c.sam}}}, Repeat: 10 * time.Minute, Hold: time.Hour}
	if err := c.store.SetEscalation(c.ctx, lee, alerts.Red, nobody); !errors.As(err, &why) {
		t.Errorf("one to nobody: %v", err)
	}
	c.must(c.store.SetEscalation(c.ctx, lee, alerts.Red, onDuty))

	// In the gap: the responders.
	c.text("+447700900001", "chest pain")
	if got := c.alerted(); !slices.Equal(got, []string{"+447700900201"}) {
		t.Errorf("in a gap: %q", got)
	}
	c.text("+447700900201", "WHO")
	if got := c.sent(); len(got) != 1 || !strings.Contains(got[0], "reply=on_duty names [Nurse Dana Dr Lee]") {
		t.Errorf("WHO without a rota: %q", got)
	}
	c.text("+447700900201", "RESOLVE 1 called")
	c.must(c.store.AddShifts(c.ctx, lee, []alerts.Shift{{Clinician: lee.Person, Weekly: true, Weekday: time.Monday, First: today, From: 480, Until: 1200}}))
	c.handOver()
	c.sent()
	c.text("+447700900201", "WHO")
	if got := c.sent(); len(got) != 1 || !strings.Contains(got[0], "names [Dr Lee] on until 20:00") {
		t.Errorf("WHO: %q", got)
	}
	c.text("+447700900001", "chest pain again")
	if got := c.alerted(); !slices.Equal(got, []string{"+447700900202"}) {
		t.Errorf("on duty: %q", got)
	}
	c.advance(10 * time.Minute)
	c.climb()
	if got := c.alerted(); !slices.Equal(got, []string{"+447700900201"}) {
		t.Errorf("by name: %q", got)
	}
	// Whoever is on duty and has no telephone that works: everybody, rather than nobody.
	c.text("+447700900201", "RESOLVE 2 called")
	c.sent()
	_, err := c.admin().Exec(c.ctx, "UPDATE conversation SET wrong_number_at = $1 WHERE id IN (SELECT conversation_id FROM contact_point WHERE person_id = $2)", c.clock(), lee.Person)
	c.must(err)
	c.text("+447700900001", "chest pain once more")
	if got := c.alerted(); !slices.Equal(got, []string{"+447700900201"}) {
		t.Errorf("nobody on duty can be reached: %q", got)
	}
	// A rota of which a gap is left: WHO says it.
	c.advance(12 * time.Hour)
	c.text("+447700900201", "WHO")
	if got := c.sent(); !slices.ContainsFunc(got, func(s string) bool { return strings.Contains(s, "reply=on_duty") && strings.Contains(s, " gap") }) {
		t.Errorf("WHO in a gap: %q", got)
	}
}

// alerted are the numbers that were texted an alert, in order.
func (c *clinic) alerted() (numbers []string) {
	for _, s := range c.sent() {
		if number, what, _ := strings.Cut(s, ": "); strings.HasPrefix(what, "alert to") {
			numbers = append(numbers, number)
		}
	}
	slices.Sort(numbers)
	return numbers
}

// TestANewEscalationCountsAtOnce: an alert that stands open is asked about by the new
// steps, the old versions are kept, and another severity stays as it is.
func TestANewEscalationCountsAtOnce(t *testing.T) {
	c := newClinic(t)
	lee := c.boss()
	conn := c.admin()
	c.text("+447700900001", "please call me") // amber-high: by default next after four hours
	c.sent()
	if next := valueOf[time.Time](c, conn, "SELECT next_step_at FROM alert WHERE number = 1"); !next.Equal(c.clock().Add(4 * time.Hour)) {
		t.Errorf("by default next at %s", next)
	}
	c.advance(30 * time.Minute)
	for version := range 2 {
		c.must(c.store.SetEscalation(c.ctx, lee, alerts.AmberHigh, alerts.Escalation{
			Steps:  []alerts.Step{{To: []alerts.Role{alerts.RoleResponder}}, {After: 20 * time.Minute, To: []alerts.Role{alerts.RoleCoordinator}}},
			Repeat: time.Hour, Hold: time.Duration(2+version) * time.Hour,
		}))
	}
	// From its first step on: how often the old steps asked says nothing of the new ones.
	for _, want := range []string{"+447700900201", "+447700900202"} {
		c.climb()
		if got := c.alerted(); !slices.Equal(got, []string{want}) {
			t.Errorf("asked %q, want %s", got, want)
		}
		c.advance(20 * time.Minute)
	}
	c.text("+447700900202", "ACK 1")
	if hold := valueOf[time.Time](c, conn, "SELECT ack_until FROM alert WHERE number = 1"); !hold.Equal(c.clock().Add(3 * time.Hour)) {
		t.Errorf("taken until %s", hold)
	}
	page, all, err := c.store.PolicyPage(c.ctx, lee)
	c.must(err)
	if !page.MayEdit || page.Version["amber-high"] != 2 || page.Version["red"] != 0 || all[alerts.AmberHigh].Hold != 3*time.Hour || fmt.Sprint(all[alerts.Red]) != fmt.Sprint(alerts.DefaultEscalation(alerts.Red)) {
		t.Errorf("%+v %+v", page, all)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM escalation_policy"); n != 2 {
		t.Errorf("%d versions", n)
	}
	// One that is not taken any more is not followed either.
	_, err = conn.Exec(c.ctx, `INSERT INTO escalation_policy (org_id, id, severity, version, policy, made_at) VALUES ($1, $2, 'amber-high', 3, '{"steps":[],"repeat":0,"hold":0}', $3)`, c.org, carenet.NewID(c.clock()), c.clock())
	c.must(err)
	if _, all, err = c.store.PolicyPage(c.ctx, lee); err != nil || fmt.Sprint(all[alerts.AmberHigh]) != fmt.Sprint(alerts.DefaultEscalation(alerts.AmberHigh)) {
		t.Errorf("%+v, %v", all[alerts.AmberHigh], err)
	}
}
