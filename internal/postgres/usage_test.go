package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// What was charged is counted once a month, also after the texts are forgotten; a call,
// an email and what the provider never took cost nothing.
func TestWhatTextsCostIsCountedByTheMonth(t *testing.T) {
	c := newClinic(t)
	count := func() []carenet.Usage {
		t.Helper()
		_, err := c.store.CountUsage(c.ctx, 0)
		c.must(err)
		months, _, err := c.store.Usage(c.ctx, c.operator())
		c.must(err)
		return months
	}
	if got := count(); len(got) > 0 {
		t.Errorf("before anything was sent: %+v", got)
	}
	c.text("+447700900001", "4")
	parts, texts := 0, 0
	for _, s := range c.sent() {
		_, body, _ := strings.Cut(s, ": ")
		parts, texts = parts+plainComposer{}.Parts(body), texts+1
	}
	if got := count(); len(got) != 1 || got[0].Texts != texts || got[0].Parts != parts || got[0].Month.Format("2006-01") != "2026-11" || texts < 2 {
		t.Errorf("counted %+v, sent %d in %d parts", got, texts, parts)
	}
	c.text("+447700900001", "5")
	refused, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	for _, cl := range refused {
		c.outcome(cl, notify.SendOutcome{Class: notify.Permanent, Code: 21211})
	}
	if got := count(); len(refused) == 0 || got[0].Texts != texts {
		t.Errorf("with %d that were never taken: %+v", len(refused), got)
	}
	c.exec(c.admin(), `DELETE FROM attempt`)
	if got := count(); got[0].Texts != texts {
		t.Errorf("after they were forgotten: %+v", got)
	}
	c.must(c.store.SetPartPrice(c.ctx, c.operator(), carenet.PartPrice{Amount: 0.04, Currency: "GBP"}))
	c.advance(31 * 24 * time.Hour)
	months, price, err := c.store.Usage(c.ctx, c.operator())
	c.must(err)
	if price.Currency != "GBP" || price.Cost(months[0]) != 0.04*float64(parts) {
		t.Errorf("%+v costs %v %s", months[0], price.Cost(months[0]), price.Currency)
	}
	for _, wrong := range []carenet.PartPrice{{Amount: -1, Currency: "GBP"}, {Amount: 0.04, Currency: "pounds"}, {Amount: 0.04}} {
		if err := c.store.SetPartPrice(c.ctx, c.operator(), wrong); carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%+v: %v", wrong, err)
		}
	}
}
