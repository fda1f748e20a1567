package postgres_test

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/backtest"
	"howareyou/alerts/pack"
	"howareyou/carenet"
	"howareyou/notify"
)

const marys, danas = "+447700900001", "+447700900201"

// slot makes it the day's 09:00, asks, and sends what is due.
func (c *clinic) slot(day int) []string {
	c.t.Helper()
	c.standAt(day, 9, 0)
	b, _, err := c.store.TickPrompts(c.ctx, 100)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	return c.sent()
}

// offersEnd runs what is due of the offers of a call.
func (c *clinic) offersEnd() int {
	c.t.Helper()
	b, n, err := c.store.TickOffers(c.ctx, 100)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	return n
}

func about(texts []string, part string) []string {
	return slices.DeleteFunc(slices.Clone(texts), func(s string) bool { return !strings.Contains(s, part) })
}

// findings are the stored findings of all, "rule from-to times".
func (c *clinic) findings() []string {
	c.t.Helper()
	rows, err := c.admin().Query(c.ctx, `SELECT rule_id || ' ' || opened_day || '-' || last_day || ' ' || times FROM finding WHERE gone_at IS NULL ORDER BY opened_day, rule_id`)
	c.must(err)
	all, err := pgx.CollectRows(rows, pgx.RowTo[string])
	c.must(err)
	return all
}

func TestTwoLowAnswersWithoutABaselineCallStaff(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "2")
	c.advance(24 * time.Hour)
	c.sent()
	c.text(marys, "2")
	same(t, "after the second", about(c.sent(), "alert="), danas+": alert to Nurse Dana about Mary Okafor alert=1 link")
	got := valueOf[string](c, c.admin(), `SELECT severity || ' ' || rule_id || ' ' || rule_version || ' ' || (evidence ->> 'pack') || ' ' || (evidence -> 'limits' -> 0 ->> 'value') FROM alert`)
	if got != "amber WB-LOW-NO-BASELINE 1 wellbeing 2" {
		t.Errorf("the alert is %q", got)
	}
	c.advance(24 * time.Hour)
	c.text(marys, "2")
	if again := about(c.sent(), "alert="); len(again) != 0 {
		t.Errorf("called again for the same matter: %q", again)
	}
}

// The raw score calls nobody: the patient is asked, and staff come at a yes or at
// no answer.
func TestTheLowestAnswerIsAskedAbout(t *testing.T) {
	const offer = marys + ": call_offer to Mary Okafor about Mary Okafor"
	for _, x := range []struct {
		name   string
		then   func(*clinic)
		called bool
		state  string
	}{
		{"yes", func(c *clinic) { c.text(marys, "yes please") }, true, "yes"},
		{"the word that calls", func(c *clinic) { c.text(marys, "CALL") }, true, "yes"},
		{"no", func(c *clinic) { c.text(marys, "no"); c.advance(3 * time.Hour); c.offersEnd() }, false, "no"},
		{"silence", func(c *clinic) { c.advance(2 * time.Hour); c.offersEnd() }, true, "no_answer"},
		{"not yet", func(c *clinic) { c.advance(2*time.Hour - time.Second); c.offersEnd() }, false, "open"},
		{"it was a slip", func(c *clinic) { c.text(marys, "4"); c.advance(3 * time.Hour); c.offersEnd() }, false, "withdrawn"},
		{"a no that becomes a call", func(c *clinic) { c.text(marys, "no"); c.text(marys, "CALL") }, true, "no"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			c.text(marys, "1")
			texts := c.sent()
			same(t, "at once", about(texts, "call_offer"), offer)
			if got := about(texts, "alert="); len(got) != 0 {
				t.Fatalf("the raw score called staff: %q", got)
			}
			x.then(c)
			got := about(c.sent(), "alert=")
			got = slices.DeleteFunc(got, func(s string) bool { return !strings.HasPrefix(s, danas) })
			if called := len(got) == 1; called != x.called || len(got) > 1 {
				t.Errorf("staff got %q", got)
			}
			if s := valueOf[string](c, c.admin(), `SELECT state FROM call_offer`); s != x.state {
				t.Errorf("the offer is %q, want %q", s, x.state)
			}
			if x.called {
				want := "amber-high WB-LOWEST-RECHECK " + x.state
				if strings.Contains(x.name, "call") {
					want = "amber-high SAFE-HELP " // the word calls for help by itself
				}
				if s := valueOf[string](c, c.admin(), `SELECT severity || ' ' || rule_id || ' ' || coalesce(evidence ->> 'offer', '') FROM alert`); s != want {
					t.Errorf("the alert is %q, want %q", s, want)
				}
			}
			if n := c.offersEnd(); n != 0 && x.state != "open" {
				t.Errorf("%d offers ended twice", n)
			}
		})
	}
}

// The same on the page: asked once the answer is in, answered with a button.
func TestTheOfferOfACallOnThePage(t *testing.T) {
	c := newClinic(t)
	token := c.page()
	one := 1
	answer := func(yes bool) {
		t.Helper()
		b, err := c.store.AnswerOffer(c.ctx, token, yes)
		c.must(err)
		if len(b.Events) > 0 {
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}
	}
	state := func(want carenet.OfferState) {
		t.Helper()
		form, err := c.store.CheckInForm(c.ctx, token)
		c.must(err)
		if form.Offer != want {
			t.Errorf("the page shows the offer as %q, want %q", form.Offer, want)
		}
	}
	answer(true) // nothing was offered
	c.submit(token, carenet.PageAnswer{Score: &one, Key: "once"})
	state(carenet.OfferOpen)
	answer(false)
	answer(false)
	state(carenet.OfferNo)
	if got := about(c.sent(), "alert="); len(got) != 0 {
		t.Errorf("a no called staff: %q", got)
	}
	answer(true)
	answer(true)
	answer(false)
	state(carenet.OfferYes)
	same(t, "after the yes", about(c.sent(), "alert="), danas+": alert to Nurse Dana about Mary Okafor alert=1 link")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM audit WHERE action = 'call.answer'`); n != 2 {
		t.Errorf("%d audit rows, want 2", n)
	}
}

// Several workers end an offer once, and a yes at the same moment calls staff once.
func TestAnOfferEndsOnce(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "1")
	c.sent()
	c.advance(2 * time.Hour)
	var wg sync.WaitGroup
	for range 4 {
		wg.Go(func() {
			b, _, err := c.store.TickOffers(c.ctx, 100)
			if err == nil {
				_, err = c.store.Round(c.ctx, b.ID)
			}
			if err != nil {
				t.Error(err)
			}
		})
	}
	wg.Go(func() {
		b, err := c.store.TakeIn(c.ctx, []carenet.InboundText{{SID: "SM9", From: marys, To: service, Body: "yes", ReceivedAt: c.clock()}})
		if err == nil {
			_, err = c.store.Round(c.ctx, b.ID)
		}
		if err != nil {
			t.Error(err)
		}
	})
	wg.Wait()
	if got := valueOf[string](c, c.admin(), `SELECT count(*) || ' ' || max(evidence ->> 'offer') || ' ' || (SELECT state FROM call_offer) FROM alert`); got != "1 yes yes" {
		t.Errorf("alerts, what they say, the offer: %q", got)
	}
}

// A yes that comes after staff were called for want of an answer stands on that alert.
func TestAYesAfterTheTimeIsHeard(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "1")
	c.advance(2 * time.Hour)
	c.offersEnd()
	c.sent()
	c.text(marys, "yes")
	if got := about(c.sent(), "reply=call_yes"); len(got) != 1 {
		t.Errorf("the patient hears %q", got)
	}
	if got := valueOf[string](c, c.admin(), `SELECT count(*) || ' ' || max(evidence ->> 'offer') FROM alert`); got != "1 yes" {
		t.Errorf("alerts: %q", got)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert_entry WHERE kind = 'wants_call'`); n != 1 {
		t.Errorf("%d entries", n)
	}
}

// INV-10: whoever cries for help is called at once, and not asked whether.
func TestINV10_ACryForHelpIsNotAskedAbout(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "1 I want to die")
	texts := c.sent()
	if len(about(texts, "call_offer")) != 0 || len(about(texts, "alert=1")) != 1 || len(about(texts, "reply=crisis")) != 1 {
		t.Errorf("sent %q", texts)
	}
}

func TestINV14_OnlySilenceThatCountsCallsStaff(t *testing.T) {
	const answered, silent = 30, 4
	for _, x := range []struct {
		name   string
		before string // done to the database before the silence
		ask    func(*clinic, int)
		called bool
	}{
		{"nobody answers", "", func(c *clinic, day int) { c.slot(day) }, true},
		{"our outage: nothing is handed over", "", func(c *clinic, day int) {
			c.standAt(day, 9, 0)
			b, _, err := c.store.TickPrompts(c.ctx, 100)
			c.must(err)
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}, false},
		{"our outage: the workers stood still", "", func(c *clinic, day int) {
			c.standAt(day, 16, 0)
			b, _, err := c.store.TickPrompts(c.ctx, 100)
			c.must(err)
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}, false},
		{"undelivered", "", func(c *clinic, day int) {
			c.standAt(day, 9, 0)
			b, _, err := c.store.TickPrompts(c.ctx, 100)
			c.must(err)
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
			claims, _, err := c.store.Claim(c.ctx, 50)
			c.must(err)
			for _, cl := range claims {
				c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{{Claim: cl, Outcome: notify.SendOutcome{Class: notify.Permanent, Code: 21211}}}))
			}
		}, false},
		{"paused", `UPDATE patient SET paused_at = '2026-12-01', paused_until = '2027-02-01'`, func(c *clinic, day int) { c.slot(day) }, false},
		{"stopped", `UPDATE conversation SET opted_out_at = '2026-12-01', opted_out_by = 'text'
WHERE id IN (SELECT conversation_id FROM contact_point WHERE person_id IN (SELECT id FROM patient))`, func(c *clinic, day int) { c.slot(day) }, false},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			for day := range answered {
				c.slot(day)
				c.text(marys, "4")
			}
			c.sent()
			if x.before != "" {
				c.exec(c.admin(), x.before)
			}
			for day := answered; day < answered+silent; day++ {
				x.ask(c, day)
			}
			alerts := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id = 'ENG-SILENT' AND severity = 'outreach'`)
			if (alerts == 1) != x.called || alerts > 1 {
				t.Errorf("%d alerts, findings %q", alerts, c.findings())
			}
		})
	}
}

// A slow decline is on the watch list, a chronic one in the weekly list; neither
// calls anybody.
func TestWatchAndDigestCallNobody(t *testing.T) {
	c := newClinic(t)
	usually := strings.Repeat("5 4 5 4 5 5 ", 6)
	scores := strings.Fields(usually + "4 4 4 4 4 3 4 3 3 3 3 3 2 3 2 2 2 2 2 2 2")
	for day, s := range scores {
		c.standAt(day, 9, 0)
		c.text(marys, s)
	}
	c.sent()
	got := strings.Join(c.findings(), "; ")
	for _, rule := range []string{"WB-SLOPE-WATCH", "WB-DRIFT"} {
		if !strings.Contains(got, rule) {
			t.Errorf("%s is not among %s", rule, got)
		}
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id IN ('WB-SLOPE-WATCH', 'WB-DRIFT')`); n != 0 {
		t.Errorf("%d alerts", n)
	}
	board, err := c.store.Board(c.ctx, c.asDana())
	c.must(err)
	if w := board.Rows[0].Watch; len(w) == 0 || w[len(w)-1].Evidence.Say["en"] == "" {
		t.Errorf("the board shows %+v", w)
	}
}

// INV-11: what the service stored as it went is what a run over the whole shows, by
// the path that back-tests take.
func TestINV11_FindingsOnlineAreThoseOfABackTest(t *testing.T) {
	c := newClinic(t)
	said := strings.Split("2 2 . 2 4 5 . . 1 4 4 5 4 . 4 1 1 4 5 4 4 5 4 4 . . . . . . . . 4 4 3 2 2 1 . 3 2 2 2", " ")
	for day, s := range said {
		c.slot(day)
		if s != "." {
			c.text(marys, s)
		}
		if day%9 == 4 { // a correction, and the same text once more
			c.advance(time.Minute)
			c.text(marys, "3")
			c.text(marys, "3")
		}
	}
	c.slot(len(said)) // the last asking's time is over
	conn := c.admin()
	var file bytes.Buffer
	w := csv.NewWriter(&file)
	c.must(w.Write([]string{"patient", "at", "score"}))
	rows, err := conn.Query(c.ctx, `SELECT q.slot_day, (SELECT a.value FROM check_in k JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
  WHERE k.prompt_id = q.id AND k.superseded_by IS NULL ORDER BY k.at DESC LIMIT 1) FROM prompt q WHERE q.state <> 'open' ORDER BY q.slot_day`)
	c.must(err)
	var day int
	var score *float64
	_, err = pgx.ForEachRow(rows, []any{&day, &score}, func() error {
		line := []string{"mary", alerts.Day(day).String(), ""}
		if score != nil {
			line[2] = fmt.Sprint(*score)
		}
		return w.Write(line)
	})
	c.must(err)
	w.Flush()
	var out bytes.Buffer
	_, err = backtest.Run(c.ctx, &file, &out, func(int, string) {}, backtest.Options{Scale: alerts.OneToFive(), Pack: pack.Default().Pack})
	c.must(err)
	lines, err := csv.NewReader(&out).ReadAll()
	c.must(err)
	batch := map[string]int{} // of rules that open no episode
	for _, l := range lines[1:] {
		if l[2] == "" && !strings.Contains("WB-TREND-EWMA WB-BELOW-USUAL-3 WB-DROP-CONFIRMED", strings.Split(l[4], "+")[0]) {
			batch[l[4]]++
		}
	}
	online := map[string]int{}
	rows, err = conn.Query(c.ctx, `SELECT rule_id, sum(times)::int FROM finding WHERE gone_at IS NULL GROUP BY rule_id`)
	c.must(err)
	var rule string
	var n int
	_, err = pgx.ForEachRow(rows, []any{&rule, &n}, func() error { online[rule] = n; return nil })
	c.must(err)
	if len(online) < 3 || fmt.Sprint(online) != fmt.Sprint(batch) {
		t.Errorf("online %v, in a back-test %v", online, batch)
	}
}

func (c *clinic) asDana() carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
}
