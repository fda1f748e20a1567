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
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// ownPack is a pack with one rule: an answer at or below a score calls staff.
func ownPack(version int, severity, most string) string {
	return fmt.Sprintf(`pack: riverside
version: %d
signed_off: {by: Dr Lee, role: clinical lead, on: 2026-11-01}
rules:
  - id: RV-LOW
    version: %[1]d
    severity: %s
    when: score <= %s
    limits: [{name: score, value: score, limit: %[3]s}]
    words: {en: "Low: {score}", es: "Bajo: {score}", ar: "منخفض: {score}"}
    source: our own judgement
`, version, severity, most)
}

// finish runs all back-tests to their end.
func (c *clinic) finish() (steps int) {
	c.t.Helper()
	for {
		n, err := c.store.TickBacktests(c.ctx, 100)
		c.must(err)
		if n == 0 {
			return steps
		}
		steps += n
	}
}

// lastDays is a period up to the clinic's today.
func (c *clinic) lastDays(n int) rulebook.Period {
	today := alerts.DayOf(c.clock())
	return rulebook.Period{From: today - alerts.Day(n) + 1, To: today}
}

// try tries a version beside what is in force and has the actor read the result.
func (c *clinic) try(actor carenet.Actor, version carenet.ID) carenet.ID {
	c.t.Helper()
	id, err := c.store.StartBacktest(c.ctx, actor, rulebook.Spec{Version: version, Period: c.lastDays(60)})
	c.must(err)
	c.finish()
	page, err := c.store.BacktestPage(c.ctx, actor, id, rulebook.Filter{})
	c.must(err)
	if page.State != rulebook.Done {
		c.t.Fatalf("the back-test is %s", page.State)
	}
	return id
}

// putInForce proposes, signs, tries and activates a pack.
func (c *clinic) putInForce(actor carenet.Actor, text string) carenet.ID {
	c.t.Helper()
	id, err := c.store.ProposePack(c.ctx, actor, text)
	c.must(err)
	c.must(c.store.SignPack(c.ctx, actor, id, "I answer for it"))
	c.must(c.store.ActivatePack(c.ctx, actor, id, c.try(actor, id), true, "the flu is here"))
	return id
}

func refusedWith(t *testing.T, err error, want rulebook.Why) {
	t.Helper()
	var refused *rulebook.RefusedError
	if !errors.As(err, &refused) || refused.Why != want || carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("%v, want %s", err, want)
	}
}

// A pack that is kept is kept as it was written, by whom and when, for good.
func TestAPackIsKeptAsItWasWritten(t *testing.T) {
	c := newClinic(t)
	dana, lee := c.asDana(), c.lee()
	text := ownPack(1, "amber", "2")
	id, err := c.store.ProposePack(c.ctx, dana, text)
	c.must(err)
	_, err = c.store.ProposePack(c.ctx, lee, text)
	c.code(carenet.Invalid, err)
	if !strings.Contains(err.Error(), "number this one 2") {
		t.Errorf("%v", err)
	}
	var refused pack.Refusal
	if _, err = c.store.ProposePack(c.ctx, lee, ownPack(2, "amber", "scor")); !errors.As(err, &refused) || !strings.Contains(err.Error(), `line 8, rule RV-LOW`) {
		t.Errorf("%v", err)
	}
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	byOperator, err := c.store.ProposePack(c.ctx, operator, ownPack(2, "amber", "1"))
	c.must(err)
	got, err := c.store.PackText(c.ctx, dana, id)
	c.must(err)
	if got != text {
		t.Errorf("kept %q", got)
	}
	all, inForce, err := c.store.Packs(c.ctx, dana)
	c.must(err)
	if len(all) != 2 || all[0].ID != byOperator || all[0].By != "" || all[1].By != "Nurse Dana" || all[1].Hash != rulebook.HashOf([]byte(text)) || inForce.Own() {
		t.Errorf("%+v, in force %+v", all, inForce)
	}
	conn := c.admin()
	if sealed := valueOf[string](c, conn, `SELECT string_agg(encode(body_enc, 'escape'), '') FROM pack_version`); strings.Contains(sealed, "Dr Lee") {
		t.Error("the text is readable in the database")
	}
	for _, sql := range []string{
		`UPDATE pack_version SET version = 9`, `UPDATE pack_version SET body_enc = body_enc || 'x'::bytea`, `DELETE FROM pack_version`, `TRUNCATE pack_version CASCADE`,
	} {
		if _, err := conn.Exec(c.ctx, sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
	if n := valueOf[int](c, conn, `SELECT count(*) FROM audit WHERE action = 'pack.propose'`); n != 2 {
		t.Errorf("%d audit rows", n)
	}
	// Of two who propose one version at once, one is told.
	var wg sync.WaitGroup
	errs := make([]error, 4)
	for i := range errs {
		wg.Go(func() { _, errs[i] = c.store.ProposePack(c.ctx, dana, ownPack(3, "amber", "1")) })
	}
	wg.Wait()
	told := func(err error) bool {
		return carenet.CodeOf(err) == carenet.Invalid || carenet.CodeOf(err) == carenet.Conflict
	}
	if n := len(slices.DeleteFunc(errs, told)); n != 1 {
		t.Errorf("%d of 4 were kept", n)
	}
}

// The whole way of a pack, and each short cut that is none.
func TestAPackComesInForceByItsWholeWay(t *testing.T) {
	c := newClinic(t)
	dana, lee := c.asDana(), c.lee()
	c.text(marys, "2")
	id, err := c.store.ProposePack(c.ctx, dana, ownPack(1, "amber-high", "2"))
	c.must(err)
	activate := func(actor carenet.Actor, test carenet.ID, accepted bool) error {
		return c.store.ActivatePack(c.ctx, actor, id, test, accepted, "the flu is here")
	}
	c.code(carenet.Forbidden, c.store.SignPack(c.ctx, dana, id, "mine"))
	c.code(carenet.Forbidden, c.store.SignPack(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org}, id, "mine"))
	c.code(carenet.Invalid, c.store.SignPack(c.ctx, lee, id, ""))
	c.code(carenet.NotFound, c.store.SignPack(c.ctx, lee, carenet.NewID(c.now), "nothing"))
	refusedWith(t, activate(lee, carenet.NilID, false), rulebook.NotSigned)
	c.must(c.store.SignPack(c.ctx, lee, id, "I have read these rules (clinical lead)"))
	c.code(carenet.Conflict, c.store.SignPack(c.ctx, lee, id, "again"))
	refusedWith(t, activate(lee, carenet.NilID, false), rulebook.NotTried)

	test, err := c.store.StartBacktest(c.ctx, dana, rulebook.Spec{Version: id, Period: c.lastDays(60)})
	c.must(err)
	refusedWith(t, activate(lee, test, false), rulebook.NotReady)
	c.finish()
	if _, err := c.store.BacktestPage(c.ctx, dana, test, rulebook.Filter{}); err != nil {
		t.Fatal(err)
	}
	refusedWith(t, activate(lee, test, false), rulebook.NotSeen) // Dana has seen it, Lee has not
	_, err = c.store.BacktestPage(c.ctx, lee, test, rulebook.Filter{})
	c.must(err)
	c.code(carenet.Forbidden, activate(dana, test, false))
	c.must(activate(lee, test, false))
	refusedWith(t, activate(lee, test, false), rulebook.AlreadyIn)

	page, err := c.store.RulesPage(c.ctx, dana)
	c.must(err)
	if page.InForce.ID != id || len(page.Activations) != 1 || page.Activations[0].ByName != "Dr Lee" || page.Activations[0].Note != "the flu is here" ||
		page.MayGovern || page.Versions[0].Signatures[0].Name != "Dr Lee" || page.Versions[0].Signatures[0].Words != "I have read these rules (clinical lead)" {
		t.Errorf("%+v", page)
	}
	conn := c.admin()
	for _, table := range []string{"pack_activation", "pack_signature"} {
		for _, sql := range []string{"UPDATE " + table + " SET at = now()", "DELETE FROM " + table} {
			if _, err := conn.Exec(c.ctx, sql); err == nil || !strings.Contains(err.Error(), "append-only") {
				t.Errorf("%s: %v", sql, err)
			}
		}
	}
	if got := valueOf[string](c, conn, `SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE action LIKE 'pack.%' AND action <> 'pack.read'`); got != "pack.propose pack.sign pack.activate" {
		t.Errorf("audit: %q", got)
	}
	// A week later the same result leads to nothing any more.
	c.advance(8 * 24 * time.Hour)
	refusedWith(t, c.store.ActivatePack(c.ctx, lee, carenet.NilID, test, false, ""), rulebook.TooOld)
}

// From the commit on every process judges by the pack that was put in force, its alerts
// name it, and what the former found stays for a human.
func TestAnActivationTakesEffectInEveryProcess(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	others := []*postgres.Store{c.open(c.keys), c.open(c.keys)}
	send := func(s *postgres.Store, body string) {
		t.Helper()
		c.sid++
		b, err := s.TakeIn(c.ctx, []carenet.InboundText{{SID: fmt.Sprintf("SM%032d", c.sid), From: marys, To: service, Body: body, ReceivedAt: c.clock()}})
		c.must(err)
		_, err = s.Round(c.ctx, b.ID)
		c.must(err)
	}
	said := func() string {
		t.Helper()
		return valueOf[string](c, c.admin(), `SELECT coalesce(string_agg(rule_id || ' ' || (evidence ->> 'pack') || ' ' || (evidence ->> 'pack_version') || ' ' || state, '; ' ORDER BY number), '') FROM alert`)
	}
	send(c.store, "2")
	c.advance(24 * time.Hour)
	send(others[0], "2")
	const first = "WB-LOW-NO-BASELINE wellbeing 2 open"
	if got := said(); got != first {
		t.Fatalf("alerts: %q", got)
	}
	c.advance(24 * time.Hour)
	id := c.putInForce(lee, ownPack(1, "amber", "3"))
	if got := said(); got != first {
		t.Errorf("putting a pack in force made it %q", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert_entry WHERE kind = 'rule_retired'`); n != 1 {
		t.Errorf("%d entries say that the rule is gone", n)
	}
	page, err := c.store.RulesPage(c.ctx, lee)
	c.must(err)
	if len(page.Leftover) != 1 || page.Leftover[0].Rule != "WB-LOW-NO-BASELINE" || page.Leftover[0].Name != "Mary Okafor" {
		t.Errorf("left over: %+v", page.Leftover)
	}
	send(others[1], "3")
	if got := said(); got != first+"; RV-LOW riverside 1 open" {
		t.Errorf("alerts: %q", got)
	}
	// What the former rules found is still there, unaltered, though all was judged anew.
	if got := strings.Join(c.findings(), "; "); !strings.Contains(got, "WB-LOW-NO-BASELINE") || strings.Count(got, "RV-LOW") != 1 {
		t.Errorf("findings: %s", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM finding WHERE gone_at IS NOT NULL`); n != 0 {
		t.Errorf("%d findings are gone", n)
	}

	// And back: the result that put it in force takes it back, and the former rules judge.
	back := valueOf[carenet.ID](c, c.admin(), `SELECT backtest_id FROM pack_activation`)
	c.must(c.store.ActivatePack(c.ctx, lee, carenet.NilID, back, false, "too many"))
	c.advance(24 * time.Hour)
	send(others[0], "2")
	if got := said(); got != first+"; RV-LOW riverside 1 open" {
		t.Errorf("alerts after going back: %q", got)
	}
	if got := strings.Join(c.findings(), "; "); strings.Count(got, "RV-LOW") != 1 {
		t.Errorf("findings after going back: %s", got)
	}
	refusedWith(t, c.store.ActivatePack(c.ctx, lee, carenet.NilID, back, false, ""), rulebook.AlreadyIn)
	c.must(c.store.ActivatePack(c.ctx, lee, id, back, false, "")) // and forth
}

// Of several who activate at once each is judged against what is in force by then.
func TestActivationsFollowOneAnother(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.text(marys, "4")
	var ids, tests []carenet.ID
	for v := range 3 {
		id, err := c.store.ProposePack(c.ctx, lee, ownPack(v+1, "amber", fmt.Sprint(v+1)))
		c.must(err)
		c.must(c.store.SignPack(c.ctx, lee, id, "yes"))
		ids, tests = append(ids, id), append(tests, c.try(lee, id))
	}
	var wg sync.WaitGroup
	errs := make([]error, len(ids))
	for i := range ids {
		wg.Go(func() { errs[i] = c.store.ActivatePack(c.ctx, lee, ids[i], tests[i], false, "") })
	}
	wg.Wait()
	won := 0
	for _, err := range errs {
		if err == nil {
			won++
		} else {
			refusedWith(t, err, rulebook.NotTried)
		}
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM pack_activation`); won != 1 || n != 1 {
		t.Errorf("%d won, %d rows", won, n)
	}
}

// INV-10: whatever is proposed, signed, activated or budgeted, the safety rules call
// staff as before.
func TestINV10_NothingOfPacksTouchesSafety(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	hostile := []string{
		ownPack(1, "amber", "0"),
		strings.ReplaceAll(ownPack(1, "amber", "2"), "RV-LOW", "SAFE-REDFLAG"),
		strings.ReplaceAll(ownPack(1, "amber", "2"), "RV-LOW", "safe-redflag"),
		strings.ReplaceAll(ownPack(1, "amber", "2"), "RV-LOW", "SAFE"),
		strings.Replace(ownPack(1, "amber", "2"), "pack: riverside", "pack: safety", 1),
		ownPack(1, "red", "2"), ownPack(1, "none", "2"),
		strings.Replace(ownPack(2, "digest", "5"), "when: score <= 5", `when: '"chest_pain" in flags'`, 1),
		strings.Replace(ownPack(3, "watch", "5"), "RV-LOW", "RV-SAFE-REDFLAG", 1),
	}
	taken := 0
	for _, text := range hostile {
		id, err := c.store.ProposePack(c.ctx, lee, text)
		if err != nil {
			c.code(carenet.Invalid, err)
			continue
		}
		taken++
		c.must(c.store.SignPack(c.ctx, lee, id, "yes"))
		c.must(c.store.ActivatePack(c.ctx, lee, id, c.try(lee, id), true, ""))
		c.advance(24 * time.Hour)
		c.text(marys, "5 chest pain")
		if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id = 'SAFE-REDFLAG' AND severity = 'red'`); n != taken {
			t.Errorf("%d red alerts after %d packs, the last:\n%s", n, taken, text)
		}
	}
	if taken != 3 {
		t.Errorf("%d packs were taken", taken)
	}
	zero := 0
	for _, rule := range []string{"SAFE-REDFLAG", "safe-help", " SAFE-SELFHARM", "SAFE"} {
		c.code(carenet.Invalid, c.store.SetBudget(c.ctx, lee, rule, &zero))
	}
	if _, err := c.admin().Exec(c.ctx, `INSERT INTO alert_budget (org_id, id, rule_id, per_week, by_id, at) SELECT org_id, id, 'SAFE-HELP', 0, id, now() FROM clinician LIMIT 1`); err == nil {
		t.Error("the database takes a budget for a safety rule")
	}
	page, err := c.store.RulesPage(c.ctx, lee)
	c.must(err)
	for _, cost := range page.Costs {
		if strings.HasPrefix(cost.Rule, alerts.SafetyPrefix) && (cost.Over() || cost.HasBudget) {
			t.Errorf("%+v", cost)
		}
	}
	for _, l := range page.Leftover {
		t.Errorf("a safety alert is shown as left over: %+v", l)
	}
}

// Without anything to try a pack on that is said, and must be said by whoever wants it
// all the same.
func TestAPackWithoutDataIsActivatedKnowingly(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	id, err := c.store.ProposePack(c.ctx, lee, ownPack(1, "amber", "2"))
	c.must(err)
	c.must(c.store.SignPack(c.ctx, lee, id, "yes"))
	test := c.try(lee, id)
	refusedWith(t, c.store.ActivatePack(c.ctx, lee, id, test, false, ""), rulebook.NothingToGo)
	c.must(c.store.ActivatePack(c.ctx, lee, id, test, true, ""))
	page, err := c.store.RulesPage(c.ctx, lee)
	c.must(err)
	if !page.Activations[0].NoData {
		t.Error("it is not on record that there was no data")
	}
}

// A rule over its budget is shown with what would keep it within, and goes on calling.
func TestARuleOverItsBudgetIsShownAndNeverMuted(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.putInForce(lee, ownPack(1, "amber", "3"))
	one, zero := 1, 0
	c.must(c.store.SetBudget(c.ctx, lee, "RV-LOW", &zero))
	c.must(c.store.SetBudget(c.ctx, lee, "RV-LOW", &one))
	c.code(carenet.Forbidden, c.store.SetBudget(c.ctx, c.asDana(), "RV-LOW", &one))
	c.code(carenet.Invalid, c.store.SetBudget(c.ctx, lee, "RV-NOT-THERE", &one))
	// A patient each, so that each low answer is an alert.
	for i, said := range []string{"3", "3", "2", "2", "1", "1"} {
		phone := fmt.Sprintf("+4477009003%02d", i)
		_, err := c.store.AddPatient(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org}, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Some Body", Phone: phone}})
		c.must(err)
		c.advance(time.Hour)
		c.text(phone, said)
	}
	page, err := c.store.RulesPage(c.ctx, lee)
	c.must(err)
	i := slices.IndexFunc(page.Costs, func(x rulebook.Cost) bool { return x.Rule == "RV-LOW" })
	cost := page.Costs[i]
	want := rulebook.Proposal{Kind: rulebook.ProposeLimit, Name: "score", Was: 3, Limit: 2, Kept: 4}
	if cost.LastMonth != 6 || cost.LastWeek != 6 || !cost.Over() || cost.Budget != 1 || cost.Proposal != want {
		t.Errorf("%+v", cost)
	}
	if page.Trial.ID == carenet.NilID || page.TrialCalls["RV-LOW"] != 0 {
		t.Errorf("the back-test beside it: %+v %v", page.Trial, page.TrialCalls)
	}
	c.must(c.store.SetBudget(c.ctx, lee, "RV-LOW", nil))
	page, err = c.store.RulesPage(c.ctx, lee)
	c.must(err)
	if page.Costs[i].HasBudget || page.Costs[i].Over() {
		t.Errorf("%+v", page.Costs[i])
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id = 'RV-LOW'`); n != 6 {
		t.Errorf("%d alerts", n)
	}
}
