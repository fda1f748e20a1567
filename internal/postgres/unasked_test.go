package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// Whom no text reaches is not asked whether they would like a call: staff are called at
// once, once, with the reason.
func TestWhoCannotHearTheOfferOfACallIsNotAsked(t *testing.T) {
	for _, x := range []struct {
		name    string
		before  func(*clinic)
		answer  string
		unheard carenet.Unheard
	}{
		{"in hospital", func(c *clinic) {
			b, err := c.store.ReportPatient(c.ctx, c.lee(), c.mary, carenet.ReportHospital)
			c.must(err)
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}, "1", carenet.UnheardHospital},
		{"stopped", func(c *clinic) { c.text(marys, "STOP") }, "1", carenet.UnheardStopped},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			x.before(c)
			c.sent()
			c.text(marys, x.answer)
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
			c.text(marys, "1")
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
