package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// byText and onPage give the lowest answer.
func byText(c *clinic) { c.text(marys, "1") }

func onPage(c *clinic) {
	c.t.Helper()
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE patient_id = $1`, c.mary); n == 0 {
		c.page()
	}
	token, err := c.store.OpenCheckIn(c.ctx, c.org, c.mary)
	c.must(err)
	one := 1
	b, err := c.store.SubmitCheckIn(c.ctx, token, carenet.PageAnswer{Score: &one, Key: carenet.NewID(c.clock()).String()})
	c.must(err)
	c.rest(b)
}

// hers changes what is known of Mary's number.
func hers(change string) func(*clinic) {
	return func(c *clinic) {
		sql, args := `UPDATE conversation SET `+change+` WHERE id = (SELECT conversation_id FROM contact_point WHERE person_id = $1)`, []any{c.mary}
		if strings.Contains(change, "$2") {
			args = append(args, c.clock())
		}
		c.exec(c.admin(), sql, args...)
	}
}

// Whom no text reaches is not asked whether they would like a call: staff are called at
// once, once, with the reason.
func TestWhoCannotHearTheOfferOfACallIsNotAsked(t *testing.T) {
	for _, x := range []struct {
		name    string
		before  func(*clinic)
		answer  func(*clinic)
		unheard carenet.Unheard
	}{
		{"in hospital", func(c *clinic) {
			b, err := c.store.ReportPatient(c.ctx, c.lee(), c.mary, carenet.ReportHospital)
			c.must(err)
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}, byText, carenet.UnheardHospital},
		{"stopped", func(c *clinic) { c.text(marys, "STOP") }, byText, carenet.UnheardStopped},
		// An answer from the page says nothing of a number that staff have just written down.
		{"a number that must say whose it is", hers(`check_wanted = true`), onPage, carenet.UnheardStopped},
		{"a number that is being asked whose it is", hers(`check_wanted = true, check_times = 1, check_asked_at = $2, check_next_at = $2`), onPage, carenet.UnheardStopped},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			x.before(c)
			c.sent()
			x.answer(c)
			texts := c.sent()
			if got := about(texts, "call_offer"); len(got) != 0 {
				t.Errorf("asked: %q", got)
			}
			if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM call_offer`); n != 0 {
				t.Errorf("%d offers that nobody can answer", n)
			}
			called := 0
			for _, s := range about(texts, "alert=1") {
				if strings.HasPrefix(s, danas) {
					called++
				}
			}
			if called != 1 {
				t.Errorf("staff got %q", texts)
			}
			const facts = `SELECT count(*) || ' ' || max(severity) || ' ' || max(rule_id) || ' ' || max(evidence ->> 'offer') || ' ' || max(evidence ->> 'unheard') FROM alert`
			want := "1 amber-high WB-LOWEST-RECHECK unasked " + string(x.unheard)
			if got := valueOf[string](c, c.admin(), facts); got != want {
				t.Errorf("the alert is %q, want %q", got, want)
			}
			// The same answer once more, and the time of an offer, call nobody again.
			c.advance(time.Hour)
			x.answer(c)
			c.advance(2 * time.Hour)
			if n := c.offersEnd(); n != 0 {
				t.Errorf("%d offers ended", n)
			}
			if got := valueOf[string](c, c.admin(), facts); got != want {
				t.Errorf("three hours later %q, want %q", got, want)
			}
		})
	}
}

// An offer whose text did not arrive is no silence of the patient's.
func TestAnOfferThatGotLostIsSaidToBeLost(t *testing.T) {
	c := newClinic(t)
	c.text(marys, "1")
	claims, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	for _, cl := range claims {
		out := notify.SendOutcome{Class: notify.Accepted, SID: "SM" + strings.ReplaceAll(cl.Attempt.ID.String(), "-", ""), Status: "queued"}
		if strings.HasPrefix(cl.Text.Body, "call_offer") {
			out = notify.SendOutcome{Class: notify.Permanent, Code: 30006}
		}
		c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{{Claim: cl, Outcome: out}}))
	}
	c.advance(2 * time.Hour)
	c.offersEnd()
	if got := valueOf[string](c, c.admin(), `SELECT (evidence ->> 'offer') || ' ' || (evidence ->> 'unheard') FROM alert`); got != "unasked lost" {
		t.Errorf("staff read %q", got)
	}
}
