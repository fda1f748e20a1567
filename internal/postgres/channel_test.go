package postgres_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"howareyou/internal/postgres"
	"howareyou/notify"
)

// calling has the clinic's service place calls too.
func calling(t *testing.T) *clinic {
	c := newClinic(t)
	s, err := postgres.Open(c.ctx, postgres.Options{
		URL: c.db.AppURL, Keys: c.keys, Now: c.clock, Composer: plainComposer{},
		SiteURL: "https://care.example", Name: "test", Channels: []notify.Channel{notify.SMS, notify.Voice},
	})
	c.must(err)
	t.Cleanup(s.Close)
	c.store = s
	return c
}

// claimedOf claims what is due and gives what goes to a number.
func (c *clinic) claimedOf(number string) (claims []notify.Claim) {
	c.t.Helper()
	all, _, err := c.store.Claim(c.ctx, 50)
	c.must(err)
	for _, cl := range all {
		if cl.Text.To == number {
			claims = append(claims, cl)
		}
	}
	return claims
}

// ofAlert are the deliveries of an alert to staff, oldest first.
func (c *clinic) ofAlert() []string {
	c.t.Helper()
	rows, err := c.admin().Query(c.ctx, `SELECT channel || ' ' || state || ': ' || reason FROM delivery WHERE kind = 'alert' ORDER BY created_at, id`)
	c.must(err)
	list, err := pgx.CollectRows(rows, pgx.RowTo[string])
	c.must(err)
	return list
}

const dana = "+447700900201"

// INV-9: an alert that no text can bring is brought by a call, once.
func TestINV9_AnAlertMovesToTheNextChannel(t *testing.T) {
	c := calling(t)
	c.text("+447700900001", "chest pain")
	text := c.claimedOf(dana)
	if len(text) != 1 {
		t.Fatalf("claimed %d", len(text))
	}
	c.must(c.store.RecordOutcomes(c.ctx, []notify.Outcome{accepted(text[0])}))
	for range 2 {
		c.undelivered(text[0], 30006)
	}
	got := c.ofAlert()
	want := []string{
		"sms failed: told at this step of the escalation",
		"voice queued: the text could not be delivered: not delivered: a landline, or a carrier that takes no texts",
	}
	if !slices.Equal(got, want) {
		t.Fatalf("the alert's deliveries are\n  %s\nwant\n  %s", strings.Join(got, "\n  "), strings.Join(want, "\n  "))
	}
}

// INV-9: to a number that is known to take no texts a call goes at once.
func TestINV9_AStoppedResponderIsCalledAtOnce(t *testing.T) {
	c := calling(t)
	c.text(dana, "STOP")
	c.sent()
	c.text("+447700900001", "chest pain")
	if got := c.ofAlert(); len(got) != 1 || got[0] != "voice queued: told at this step of the escalation; no text can reach them: the number is stopped" {
		t.Errorf("planned %q", got)
	}
}

// A number that stops while the alert waits is called instead.
func TestINV9_AStopBeforeTheTextLeavesLeadsToACall(t *testing.T) {
	c := calling(t)
	c.text("+447700900001", "chest pain")
	c.text(dana, "STOP")
	c.claimedOf(dana)
	got := c.ofAlert()
	if len(got) != 2 || !strings.HasPrefix(got[0], "sms withdrawn") || got[1] != "voice queued: the text could not be delivered: the number is stopped" {
		t.Errorf("the alert's deliveries are %q", got)
	}
}

// A follower's STOP, and an answer that made an alert needless, are not got round.
func TestINV8_NoOtherChannelGetsRoundAStop(t *testing.T) {
	c := calling(t)
	c.text("+447700900001", "3")
	c.text(sam, "STOP")
	c.sent()
	c.text("+447700900001", "chest pain")
	c.text(dana, "ACK 1")
	c.sent()
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM delivery WHERE channel <> 'sms'`); n != 0 {
		t.Errorf("%d deliveries on other channels", n)
	}
}

// A deployment without calls plans none.
func TestAChannelThatIsNotServedIsNotPlanned(t *testing.T) {
	c := newClinic(t)
	c.text(dana, "STOP")
	c.sent()
	c.text("+447700900001", "chest pain")
	if got := c.ofAlert(); len(got) != 1 || !strings.HasPrefix(got[0], "sms withdrawn") {
		t.Errorf("planned %q", got)
	}
}
