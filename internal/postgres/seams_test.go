package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
)

// INV-10: a text that names an answered question, or comes while one waits, may cry for
// help or end our texts all the same, and calls staff once.
func TestINV10_AFurtherQuestionHidesNoCryForHelp(t *testing.T) {
	for _, s := range []struct {
		says  string
		hears string
		cries int
	}{
		{"pain 6 I want to die", "crisis alert", 1},
		{"weight 70 chest pain", "crisis alert", 1},
		{"weight 70 stop texting me", "opted_out", 0},
		{"ASK can I take two pills", "asked", 0},
		{"pain 5", "item_changed", 0},
	} {
		c := newClinic(t)
		c.plan("pain", "")
		c.plan("weight", "")
		c.advance(30 * time.Minute)
		c.asked()
		for _, said := range []string{"3", "6", "72"} {
			c.text(maryPhone, said)
			c.sent()
			c.advance(time.Minute)
		}
		c.text(maryPhone, s.says)
		if got := strings.Join(c.replies(), " "); got != s.hears {
			t.Errorf("%q is answered %q, want %q", s.says, got, s.hears)
		}
		if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id LIKE 'SAFE-%'`); n != s.cries {
			t.Errorf("%q opens %d alerts, want %d", s.says, n, s.cries)
		}
	}
}

// Two things are asked at once: whether they would like a call, and a further question.
// The call is heard, staff are called once, and a number still answers the question.
func TestAnOfferOfACallBesideAFurtherQuestion(t *testing.T) {
	for _, s := range []struct{ says, offer string }{
		{"yes", "yes"}, {"CALL", "yes"}, {"llamada por favor", "yes"}, {"no", "no"}, {"6", "open"},
	} {
		c := newClinic(t)
		c.plan("pain", "")
		c.advance(30 * time.Minute)
		c.asked()
		c.text(maryPhone, "1")
		c.sent()
		c.advance(time.Minute)
		c.text(maryPhone, s.says)
		c.sent()
		if got := valueOf[string](c, c.admin(), `SELECT state FROM call_offer`); got != s.offer {
			t.Errorf("%q: the offer is %s, want %s", s.says, got, s.offer)
		}
		want := 0
		if s.offer == "yes" {
			want = 1
		}
		if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM alert WHERE rule_id IN ('SAFE-HELP', 'WB-LOWEST-RECHECK')`); n != want {
			t.Errorf("%q calls staff %d times, want %d", s.says, n, want)
		}
	}
}

// A NO to an invitation is no NO to the offer of a call: silence would call staff.
func TestANoToAnInvitationLeavesTheOfferOpen(t *testing.T) {
	c := newClinic(t)
	c.advance(30 * time.Minute)
	c.asked()
	c.text(maryPhone, "1")
	c.sent()
	c.text(maryPhone, "ADD Tom 07700 900555")
	c.sent()
	c.text(maryPhone, "NO")
	c.hears(maryPhone, "reply=not_invited")
	if got := valueOf[string](c, c.admin(), `SELECT state FROM call_offer`); got != "open" {
		t.Errorf("the offer is %s", got)
	}
	// Nor does staff hear of one in hospital that they did not answer.
	_, err := c.store.ReportPatient(c.ctx, c.lee(), c.mary, carenet.ReportHospital)
	c.must(err)
	if got := valueOf[string](c, c.admin(), `SELECT state FROM call_offer`); got != "withdrawn" {
		t.Errorf("in hospital the offer is %s", got)
	}
}

// INV-7: what a patient takes away before somebody has said yes is not given by the yes;
// and an invitation can be taken back by text.
func TestINV7_AnInvitationFollowsItsPatient(t *testing.T) {
	c := newClinic(t)
	invite := func() carenet.ID {
		t.Helper()
		c.text(maryPhone, "ADD Tom 07700 900555 words")
		c.sent()
		c.text(maryPhone, "YES TOM")
		c.sent()
		return valueOf[carenet.ID](c, c.admin(), `SELECT id FROM follower WHERE state = 'invited'`)
	}
	tom := invite()
	actor := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	_, err := c.store.ShowFollower(c.ctx, actor, tom, carenet.Scope{carenet.PartAnswered})
	c.must(err)
	c.text(tomsPhone, "yes")
	c.sent()
	if got := valueOf[[]string](c, c.admin(), `SELECT scope FROM follower WHERE id = $1`, tom); len(got) != 1 || got[0] != "answered" {
		t.Errorf("Tom gets %q", got)
	}
	c.text(maryPhone, "DROP TOM")
	c.sent()
	c.advance(2 * time.Hour) // so many answers an hour
	invite()
	c.text(maryPhone, "DROP TOM")
	c.hears(maryPhone, "reply=dropped")
	c.text(tomsPhone, "yes")
	c.sent()
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM follower WHERE person_id IN (SELECT person_id FROM follower WHERE id = $1) AND state <> 'dropped'`, tom); n != 0 {
		t.Errorf("Tom is still %d times in the circle", n)
	}
}

// A kind word to somebody in hospital is not promised and then thrown away, and the
// board says where they are.
func TestNobodyIsPromisedThatAWordReachesAHospital(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900101", "HOSPITAL")
	c.sent()
	c.text("+447700900101", "thinking of you")
	c.hears("+447700900101", "reply to Sam Okafor about Mary Okafor reply=hospital")
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM encouragement`); n != 0 {
		t.Errorf("%d kind words are kept for her", n)
	}
	board, err := c.store.Board(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"})
	c.must(err)
	if len(board.Rows) == 0 || !board.Rows[0].InHospital {
		t.Errorf("the board: %+v", board.Rows)
	}
}
