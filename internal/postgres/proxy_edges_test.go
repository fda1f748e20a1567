package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/postgres"
)

// TestHerOwnAnswerStandsBesideOneOfTheSameMoment: whichever of the two texts is first in
// the batch, the question is hers, and what she says next answers the next question.
func TestHerOwnAnswerStandsBesideOneOfTheSameMoment(t *testing.T) {
	for name, order := range map[string][2]int{"hers first": {0, 1}, "his first": {1, 0}} {
		t.Run(name, func(t *testing.T) {
			c := newClinic(t)
			c.letSam()
			c.plan("pain", "")
			c.standAt(0, 9, 1)
			c.due()
			sids := []string{"SM00000000000000000000000000009001", "SM00000000000000000000000000009002"}
			c.take(
				carenet.InboundText{SID: sids[order[0]], From: maryPhone, To: service, Body: "3", ReceivedAt: c.clock()},
				carenet.InboundText{SID: sids[order[1]], From: "+447700900101", To: service, Body: "Mary 2", ReceivedAt: c.clock()},
			)
			if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM check_in`); n != 2 {
				t.Fatalf("%d answers", n)
			}
			if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt q JOIN check_in k ON k.id = q.check_in_id WHERE k.reporter = 'self' AND NOT q.by_proxy`); n != 1 {
				t.Error("his answer stands in the place of hers")
			}
			c.advance(time.Minute)
			c.text(maryPhone, "4")
			if got := c.values(); got != "pain=4" {
				t.Errorf("her answer to the next question: %q", got)
			}
		})
	}
}

// TestWhatAnotherAnsweredIsWaitedForNoLongerThanAnyQuestion: days later a number alone
// from a phone of two is nobody's, and what is said to be hers is late.
func TestWhatAnotherAnsweredIsWaitedForNoLongerThanAnyQuestion(t *testing.T) {
	for _, x := range []struct {
		name, said string
		after      time.Duration
		want       string // her own answers, and whether they are late
	}{
		{"the same day", "3", 5 * time.Hour, "false"},
		{"days later", "3", 50 * time.Hour, ""},
		{"days later by name", "Mary 3", 50 * time.Hour, "true"},
	} {
		t.Run(x.name, func(t *testing.T) {
			c := newClinic(t)
			c.letSam()
			_, err := c.store.AddPatient(c.ctx, c.operator(), postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "John Okafor", Phone: maryPhone}, LocalTime: "09:00"})
			c.must(err)
			c.standAt(0, 9, 1)
			c.due()
			c.text(maryPhone, "John 4")
			c.text("+447700900101", "Mary 2")
			c.sent()
			c.advance(x.after)
			c.text(maryPhone, x.said)
			got := valueOf[string](c, c.admin(), `SELECT coalesce(string_agg(late::text, ' '), '') FROM check_in WHERE reporter = 'self' AND patient_id = $1`, c.mary)
			if got != x.want {
				t.Errorf("her own answers, late: %q, want %q; heard %q", got, x.want, c.sent())
			}
		})
	}
	c := newClinic(t)
	c.letSam()
	token, three := c.page(), 3
	c.text("+447700900101", "Mary 2")
	c.advance(25 * time.Hour)
	c.submit(token, carenet.PageAnswer{Score: &three, Key: "0123456789abcdefghij"})
	if !valueOf[bool](c, c.admin(), `SELECT late FROM check_in WHERE reporter = 'self'`) {
		t.Error("on her page a day later it is on time")
	}
}

// TestTheSameRightIsGivenOnce, however often the button is pressed; what she is to him is
// stored and told to nobody.
func TestTheSameRightIsGivenOnce(t *testing.T) {
	c := newClinic(t)
	mary := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	give := func(r carenet.Relation) int {
		b, err := c.store.SetProxy(c.ctx, mary, c.mary, c.sam, carenet.Authority{Basis: carenet.BasisPatient, Relation: r})
		c.must(err)
		return len(b.Events)
	}
	written := func() string {
		return valueOf[string](c, c.admin(), `SELECT (SELECT count(*) FROM consent WHERE kind = 'proxy') || ' ' || (SELECT count(*) FROM audit WHERE action LIKE 'follower.%' AND action <> 'follower.add')
  || ' ' || (SELECT relation FROM follower WHERE id = $1)`, c.sam)
	}
	for _, x := range []struct {
		relation carenet.Relation
		events   int
		written  string
	}{{carenet.Mother, 1, "1 1 mother"}, {carenet.Mother, 0, "1 1 mother"}, {"", 0, "1 1 mother"}, {carenet.Aunt, 0, "1 2 aunt"}} {
		if n := give(x.relation); n != x.events || written() != x.written {
			t.Errorf("%q: %d events, written %q; want %d, %q", x.relation, n, written(), x.events, x.written)
		}
	}
}

// TestINV7_ASetOfTheOrganisationsOwnIsNotShown, whatever it is called: neither what
// else it asks, nor does an answer in words keep the follower from all the rest.
func TestINV7_ASetOfTheOrganisationsOwnIsNotShown(t *testing.T) {
	c := newClinic(t)
	own, _ := ask.Shipped("pain")
	own.Version, own.Items = own.Version+1, slices.Clone(own.Items)
	own.Items[0].Code = "sadness"
	own.Items = append(own.Items, newsSet().Items...)
	c.must(c.store.AddQuestionSet(c.ctx, c.operator(), own))
	c.plan("pain", "")
	mary := carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}
	_, err := c.store.ShowFollower(c.ctx, mary, c.sam, carenet.Scope{carenet.PartAnswered, carenet.PartMore})
	c.must(err)
	c.standAt(0, 9, 1)
	c.due()
	for _, said := range []string{"3", "7", "My daughter moves in"} {
		c.advance(time.Minute)
		c.text(maryPhone, said)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM item_answer`); n != 2 {
		t.Fatalf("%d further answers", n)
	}
	feed, err := c.store.Feed(c.ctx, c.asFollower(c.sam))
	c.must(err)
	if got := feed.Patients[0].More; len(got) != 0 {
		t.Errorf("Sam sees %+v", got)
	}
}

// TestAnAnswerOfAnotherEndsNoSilence: to the rules and on the board she has not replied.
func TestAnAnswerOfAnotherEndsNoSilence(t *testing.T) {
	c := newClinic(t)
	c.letSam()
	rule := strings.NewReplacer("when: score <= 2", "after: silence\n    when: missed_streak >= 3", "[{name: score, value: score, limit: 2}]", "[]", "{score}", "{missed_streak}").Replace(ownPack(1, "watch", "2"))
	c.putInForce(c.lee(), rule)
	for day := range 6 {
		c.standAt(day, 9, 1)
		c.due()
		c.sent()
		switch day {
		case 0:
			c.text(maryPhone, "4")
		case 3:
			c.text("+447700900101", "Mary 4")
		}
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM prompt WHERE cause = 'no_reply'`); n != 3 {
		t.Fatalf("%d questions nobody answered", n)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM finding WHERE rule_id = 'RV-LOW' AND gone_at IS NULL`); n != 1 {
		t.Errorf("%d findings of her silence", n)
	}
	board, err := c.store.Board(c.ctx, c.asDana())
	c.must(err)
	if n := board.Rows[0].MissedInRow; n != 3 {
		t.Errorf("the board says %d", n)
	}
}

// TestWhatStaffSayMeanwhileIsNotTakenBack by a follower who meant what they said themselves.
func TestWhatStaffSayMeanwhileIsNotTakenBack(t *testing.T) {
	c := newClinic(t)
	lee, sam := c.lee(), c.asFollower(c.sam)
	_, err := c.store.ReportFollowed(c.ctx, sam, c.mary, carenet.ReportHospital)
	c.must(err)
	c.advance(time.Minute)
	var undone error
	c.whileOpen(`UPDATE patient SET state = 'died' WHERE id = $1`, func() {
		_, undone = c.store.ReportFollowed(c.ctx, sam, c.mary, carenet.ReportUndone)
	}, func(tx pgx.Tx) {
		_, err := tx.Exec(c.ctx, `INSERT INTO report (org_id, id, patient_id, what, by_id, actor_kind, state_before, at) VALUES ($1, $2, $3, 'died', $4, 'clinician', 'in_hospital', $5)`,
			c.org, carenet.NewID(c.clock()), c.mary, lee.Person, c.clock())
		c.must(err)
	}, c.mary)
	if carenet.CodeOf(undone) != carenet.Conflict {
		t.Errorf("taken back: %v", undone)
	}
	if state := valueOf[string](c, c.admin(), `SELECT state FROM patient WHERE id = $1`, c.mary); state != "died" {
		t.Errorf("she is %q", state)
	}
}
