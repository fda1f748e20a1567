package postgres_test

import (
	"testing"
	"time"

	"howareyou/carenet"
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
