package postgres_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/alerts/backtest"
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// populated gives the clinic more patients with a history of days each, and returns it
// as a file of scores.
func (c *clinic) populated(patients, days int) (csvFile string) {
	c.t.Helper()
	random := rand.New(rand.NewPCG(1, 2))
	operator := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	var file strings.Builder
	file.WriteString("patient,at,score\n")
	first := c.clock().AddDate(0, 0, -days)
	for i := range patients {
		id, err := c.store.AddPatient(c.ctx, operator, postgres.NewPatient{NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Patient %d", i), Phone: fmt.Sprintf("+4477009%05d", 10000+i)}, LocalTime: "09:00"})
		c.must(err)
		var past []postgres.PastPrompt
		usual := 3 + random.IntN(2)
		for d := range days {
			at := first.AddDate(0, 0, d)
			p := postgres.PastPrompt{At: at, Cause: carenet.NoReply}
			score := ""
			if random.IntN(10) > 1 && !(i%7 == 3 && d > days-8) {
				v := float64(min(5, max(1, usual+random.IntN(3)-1)))
				if i%5 == 2 && d > days-15 {
					v = max(1, v-2)
				}
				p.Cause, p.Answer, score = "", &postgres.PastAnswer{At: at.Add(time.Minute), Score: &v}, fmt.Sprint(v)
			}
			past = append(past, p)
			fmt.Fprintf(&file, "%s,%s,%s\n", id, at.Format(time.DateOnly), score)
		}
		_, err = c.store.ImportHistory(c.ctx, operator, id, past)
		c.must(err)
	}
	return file.String()
}

// What a pack would have found is what the command finds in the same scores, whatever
// dies in the midst and however many workers take steps.
func TestABackTestFindsWhatTheCommandFinds(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	const days = 80
	file := c.populated(45, days)
	period := rulebook.Period{From: alerts.DayOf(c.clock()) - days, To: alerts.DayOf(c.clock())}
	id, err := c.store.StartBacktest(c.ctx, lee, rulebook.Spec{Text: ownPack(1, "amber", "1"), Period: period})
	c.must(err)
	n, err := c.store.TickBacktests(c.ctx, 1)
	c.must(err)
	page, err := c.store.BacktestPage(c.ctx, lee, id, rulebook.Filter{})
	c.must(err)
	if n != 1 || page.State != rulebook.Running || page.Judged != 10 || page.Patients != 46 || len(page.Found) != 0 {
		t.Errorf("after a step: %d, %+v", n, page.Backtest)
	}
	// A worker that dies takes its step with it; others go on, each step once.
	stores := []*postgres.Store{c.store, c.open(c.keys), c.open(c.keys)}
	var wg sync.WaitGroup
	for _, s := range stores {
		wg.Go(func() {
			for {
				n, err := s.TickBacktests(c.ctx, 10)
				if err != nil {
					t.Error(err)
				}
				if n == 0 {
					return
				}
			}
		})
	}
	wg.Wait()
	c.finish() // whoever found the last step taken has stopped before its end
	page, err = c.store.BacktestPage(c.ctx, lee, id, rulebook.Filter{})
	c.must(err)
	if page.State != rulebook.Done || page.Judged != 46 || page.Answered != 45 || page.LeftOut != 0 || page.Faults != 0 {
		t.Fatalf("%+v", page.Backtest)
	}
	found := func(p alerts.Pack) (all []string) {
		var out bytes.Buffer
		_, err := backtest.Run(c.ctx, strings.NewReader(file), &out, func(int, string) {}, backtest.Options{Scale: alerts.OneToFive(), Pack: p})
		c.must(err)
		rows, err := csv.NewReader(&out).ReadAll()
		c.must(err)
		for _, r := range rows[1:] {
			var day alerts.Day
			c.must(day.UnmarshalText([]byte(r[1])))
			if !strings.Contains(r[5], "of "+p.ID) {
				continue
			}
			key := r[0] + " " + r[3] + " " + r[4]
			all = append(all, fmt.Sprintf("%s %d", key, day))
		}
		return all
	}
	// The file's rows are findings; the page's are spells, which begin with one of them.
	own, err := pack.Parse([]byte(ownPack(1, "amber", "1")))
	c.must(err)
	mine, theirs := found(own.Pack), found(pack.Default().Pack)
	shown := 0
	for _, kind := range []rulebook.Kind{rulebook.New, rulebook.Gone, rulebook.Same, rulebook.Changed} {
		f := rulebook.Filter{Kind: kind}
		for {
			page, err := c.store.BacktestPage(c.ctx, lee, id, f)
			c.must(err)
			for _, m := range page.Found {
				shown++
				in := mine
				if kind == rulebook.Gone {
					in = theirs
				}
				if !slices.ContainsFunc(in, func(row string) bool {
					return strings.HasPrefix(row, m.Patient.String()) && strings.Contains(row, m.Rule) && strings.HasSuffix(row, fmt.Sprintf(" %d", m.Opened))
				}) {
					t.Errorf("%s %s of day %d is in no file", kind, m.Rule, m.Opened)
				}
				if !strings.HasPrefix(m.Name, "Patient ") {
					t.Errorf("a name reads %q", m.Name)
				}
			}
			if f.After = page.Next; page.Next == carenet.NilID {
				break
			}
		}
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM backtest_match`); shown != n || shown < 60 {
		t.Errorf("%d are shown, %d are there", shown, n)
	}
	for _, x := range page.Tallies {
		if x.Rule == "RV-LOW" && (x.Calls == 0 || x.Called != 0) || x.Rule == "ENG-SILENT" && (x.Called == 0 || x.Count[rulebook.Gone] == 0) {
			t.Errorf("%+v", x)
		}
	}
}

// Nobody but staff of the organisation reads a result, and who reads names is on record.
func TestINV12_ABackTestIsForStaffOfTheOrganisation(t *testing.T) {
	c := newClinic(t)
	dana := c.asDana()
	c.text(marys, "2")
	c.advance(24 * time.Hour)
	c.text(marys, "2")
	id, err := c.store.StartBacktest(c.ctx, dana, rulebook.Spec{Period: c.lastDays(30)})
	c.must(err)
	c.finish()
	page, err := c.store.BacktestPage(c.ctx, dana, id, rulebook.Filter{})
	c.must(err)
	if len(page.Found) == 0 || page.Found[0].Name != "Mary Okafor" || page.Found[0].Kind != rulebook.Same || page.Found[0].Number != 1 || page.Usable {
		t.Errorf("%+v", page.Found)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'backtest.read' AND patient_id IS NOT NULL`); n != 1 {
		t.Errorf("%d audit rows of Mary", n)
	}
	elsewhere, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{Name: "Elsewhere", Zone: "Europe/London", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900998"})
	c.must(err)
	eve, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: elsewhere}, postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Eve", Phone: "+447700900777"}, Roles: []string{"admin"}})
	c.must(err)
	for _, x := range []struct {
		actor carenet.Actor
		code  carenet.Code
	}{
		{carenet.Actor{Kind: carenet.ActorClinician, Org: elsewhere, Person: eve}, carenet.NotFound},
		{carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: eve}, carenet.Forbidden},
		{carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, carenet.Forbidden},
		{carenet.Actor{Kind: carenet.ActorOperator, Org: c.org}, carenet.Forbidden},
	} {
		_, err := c.store.BacktestPage(c.ctx, x.actor, id, rulebook.Filter{})
		c.code(x.code, err)
		_, err = c.store.StartBacktest(c.ctx, x.actor, rulebook.Spec{Version: carenet.NewID(c.now), Period: c.lastDays(30)})
		if err == nil {
			t.Errorf("%+v tries packs of others", x.actor)
		}
	}
}

func TestABackTestRefuses(t *testing.T) {
	c := newClinic(t)
	dana := c.asDana()
	today := alerts.DayOf(c.clock())
	for name, spec := range map[string]rulebook.Spec{
		"a period that ends before it begins": {Period: rulebook.Period{From: today, To: today - 1}},
		"the future":                          {Period: rulebook.Period{From: today, To: today + 1}},
		"too long":                            {Period: rulebook.Period{From: today - 5000, To: today}},
		"a pack with a mistake":               {Text: ownPack(1, "amber", "scor"), Period: c.lastDays(30)},
		"a pack that is no pack":              {Text: "hello", Period: c.lastDays(30)},
	} {
		_, err := c.store.StartBacktest(c.ctx, dana, spec)
		if carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", name, err)
		}
	}
	for range 4 {
		_, err := c.store.StartBacktest(c.ctx, dana, rulebook.Spec{Period: c.lastDays(30)})
		c.must(err)
	}
	_, err := c.store.StartBacktest(c.ctx, dana, rulebook.Spec{Period: c.lastDays(30)})
	c.code(carenet.Busy, err)
	// One that cannot be done is given up and holds up nothing.
	c.exec(c.admin(), `UPDATE backtest SET body_enc = 'nothing'::bytea WHERE id = (SELECT min(id::text)::uuid FROM backtest)`)
	c.finish()
	if got := valueOf[string](c, c.admin(), `SELECT string_agg(state, ' ' ORDER BY id) FROM backtest`); got != "failed done done done" {
		t.Errorf("they are %q", got)
	}
	// What was found of whom is forgotten after three months.
	c.text(marys, "1")
	_, err = c.store.StartBacktest(c.ctx, dana, rulebook.Spec{Text: ownPack(1, "amber", "1"), Period: c.lastDays(30)})
	c.must(err)
	c.finish()
	c.advance(89 * 24 * time.Hour)
	if n, err := c.store.SweepBacktests(c.ctx, 100); err != nil || n != 0 {
		t.Errorf("%d forgotten after 89 days, %v", n, err)
	}
	c.advance(2 * 24 * time.Hour)
	n, err := c.store.SweepBacktests(c.ctx, 100)
	c.must(err)
	if n == 0 || valueOf[int](c, c.admin(), `SELECT count(*) FROM backtest_match`) != 0 {
		t.Errorf("%d forgotten", n)
	}
}
