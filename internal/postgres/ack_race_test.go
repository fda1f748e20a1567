package postgres_test

import (
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// TestINV9_OfThreeChannelsAtOnceOneTakesTheAlert: a key pressed in a call, a text and the
// page, each by somebody else and in the same moment. The database settles it, and each
// hears the truth.
func TestINV9_OfThreeChannelsAtOnceOneTakesTheAlert(t *testing.T) {
	byChannel := map[string]int{}
	for range 12 {
		c := calling(t)
		lee := c.lee()
		cl := c.called() // Dana's telephone
		id, err := c.store.AddClinician(c.ctx, c.operator(), postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Ann", Phone: "+447700900204"}, Roles: []string{"coordinator"}})
		c.must(err)
		ann := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: id, Via: "page"}
		alert := valueOf[carenet.ID](c, c.admin(), "SELECT id FROM alert WHERE number = 1")
		var all sync.WaitGroup
		var onPage, inCall atomic.Bool
		start := make(chan struct{})
		all.Go(func() {
			<-start
			_, err := c.store.Acknowledge(c.ctx, ann, alert)
			onPage.Store(err == nil)
			if err != nil && carenet.CodeOf(err) != carenet.Conflict {
				t.Error(err)
			}
		})
		all.Go(func() {
			<-start
			script, _, err := c.store.Call(c.ctx, notify.CallNews{StatusReport: notify.StatusReport{Attempt: cl.Attempt.ID, SID: callSID, Status: "in-progress"}, Point: notify.AtKey, Digits: "4"})
			if err != nil {
				t.Error(err)
			}
			inCall.Store(strings.HasSuffix(script.Say, "stage=taken"))
		})
		all.Go(func() {
			<-start
			c.text("+447700900202", "ACK 1")
		})
		close(start)
		all.Wait()
		said := strings.Join(c.sent(), "\n")
		byText := strings.Contains(said, "reply=ack_confirm")
		takers := 0
		for name, took := range map[string]bool{"page": onPage.Load(), "call": inCall.Load(), "text": byText} {
			if took {
				takers++
				byChannel[name]++
			}
		}
		holder := valueOf[carenet.ID](c, c.admin(), "SELECT acked_by FROM alert WHERE number = 1")
		want := map[bool]carenet.ID{onPage.Load(): ann.Person, inCall.Load(): c.dana, byText: lee.Person}[true]
		if takers != 1 || holder != want {
			t.Fatalf("%d took it (page %t, call %t, text %t), and %s has it", takers, onPage.Load(), inCall.Load(), byText, holder)
		}
		if !byText && !strings.Contains(said, "reply=ack_already") {
			t.Errorf("the text was answered %q", said)
		}
		if n := valueOf[int](c, c.admin(), "SELECT count(*) FROM alert_entry WHERE kind = 'acknowledged'"); n != 1 {
			t.Errorf("%d entries of taking it", n)
		}
		if n := valueOf[int](c, c.admin(), "SELECT count(*) FROM event WHERE kind = 'alert.acknowledged'"); n != 1 {
			t.Errorf("%d facts of taking it", n)
		}
	}
	t.Logf("taken by %v", byChannel)
}
