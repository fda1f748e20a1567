package postgres_test

import (
	"strings"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// lee is a coordinator: one who sees to texts.
func (c *clinic) lee() carenet.Actor {
	c.t.Helper()
	id, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org},
		postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Dr Lee", Phone: "+447700900202"}, Roles: []string{"coordinator"}})
	c.must(err)
	return carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: id, Via: "page"}
}

// answered claims all that is due and gives each text this answer of the provider.
func (c *clinic) answered(o notify.SendOutcome) (texts []notify.Claim) {
	c.t.Helper()
	for {
		claims, done, err := c.store.Claim(c.ctx, 50)
		c.must(err)
		if done == 0 {
			return texts
		}
		var outcomes []notify.Outcome
		for _, cl := range claims {
			texts = append(texts, cl)
			outcomes = append(outcomes, notify.Outcome{Claim: cl, Outcome: o})
		}
		c.must(c.store.RecordOutcomes(c.ctx, outcomes))
	}
}

func (c *clinic) code(want carenet.Code, err error) {
	c.t.Helper()
	if carenet.CodeOf(err) != want {
		c.t.Errorf("got %v, want %s", err, want)
	}
}

// A text that did not arrive stands in front of those who see to texts until one of
// them has tried it again, or closed it with a note.
func TestTextsThatDidNotArriveWaitForAHuman(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	c.text("+447700900001", "2 rough night")
	refused := c.answered(notify.SendOutcome{Class: notify.Permanent, Code: 21211, Detail: "not a phone number"})
	if len(refused) != 3 {
		t.Fatalf("%d texts were refused", len(refused))
	}
	_, err := c.store.Desk(c.ctx, dana, carenet.TextFilter{})
	c.code(carenet.Forbidden, err)
	board, err := c.store.Board(c.ctx, dana)
	c.must(err)
	if board.Attention != -1 {
		t.Errorf("a responder is shown %d texts", board.Attention)
	}
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if board, err = c.store.Board(c.ctx, lee); err != nil || board.Attention != 3 || desk.Attention() != 3 || len(desk.List) != 3 || len(desk.Patients) != 1 {
		t.Fatalf("%d on the board, %d on the desk, %d texts, %v", board.Attention, desk.Attention(), len(desk.List), err)
	}
	sam, err := c.store.FollowerPerson(c.ctx, c.org, c.sam)
	c.must(err)
	for filter, want := range map[carenet.TextFilter]int{
		{Kind: "update"}: 2, {Kind: "thanks"}: 1, {State: "failed"}: 3, {State: "delivered"}: 0, {State: "waiting"}: 0, {Patient: c.mary}: 3, {Patient: sam}: 1, {Patient: c.dana}: 0,
	} {
		got, err := c.store.Desk(c.ctx, lee, filter)
		c.must(err)
		if len(got.List) != want || len(got.Out) != 3 {
			t.Errorf("%+v: %d texts, want %d; %d wait", filter, len(got.List), want, len(got.Out))
		}
	}
	list, err := c.store.WaitingForHumans(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}, 10)
	c.must(err)
	if len(list) != 3 || list[0].State != "failed" || list[0].What != "text out" {
		t.Errorf("an operator reads %+v", list)
	}
	var toSam carenet.TextOut
	for _, x := range desk.Out {
		if x.To == "Sam Okafor" {
			toSam = x
		}
	}
	page, err := c.store.TextPage(c.ctx, lee, toSam.Ref)
	c.must(err)
	if !page.MayRetry || len(page.Words) != 1 || page.Words[0].Code != 21211 || page.Words[0].State != "failed" || !strings.Contains(page.Body, "rough night") || page.About != "Mary Okafor" {
		t.Fatalf("the way of the text: %+v", page)
	}
	// Sent again: the second try of the same delivery, in the same words.
	if _, err := c.store.RetryText(c.ctx, dana, toSam.Ref, ""); carenet.CodeOf(err) != carenet.Forbidden {
		t.Error(err)
	}
	batch, err := c.store.RetryText(c.ctx, lee, toSam.Ref, "she has a new phone")
	c.must(err)
	if len(batch.Events) != 1 {
		t.Error("nobody hears of it")
	}
	_, err = c.store.RetryText(c.ctx, lee, toSam.Ref, "pressed twice")
	c.code(carenet.Conflict, err)
	again := c.answered(notify.SendOutcome{Class: notify.Accepted, SID: "SM" + strings.Repeat("1", 32), Status: "queued"})
	if len(again) != 1 || again[0].Delivery != toSam.Ref.ID || again[0].Attempt.No != 2 || again[0].Text.Body != page.Body {
		t.Fatalf("sent again: %+v", again)
	}
	_, err = c.store.RetryText(c.ctx, lee, toSam.Ref, "the provider has it")
	c.code(carenet.Conflict, err)
	page, err = c.store.TextPage(c.ctx, lee, toSam.Ref)
	c.must(err)
	if page.MayRetry || len(page.Words) != 2 || len(page.Handled) != 1 || page.Handled[0].Note != "she has a new phone" || page.Handled[0].By != "Dr Lee" {
		t.Errorf("afterwards: %+v", page)
	}
	// Closed with a note.
	for _, x := range desk.Out {
		if x.Ref == toSam.Ref {
			continue
		}
		_, err = c.store.CloseText(c.ctx, lee, x.Ref, "  ")
		c.code(carenet.Invalid, err)
		_, err = c.store.CloseText(c.ctx, lee, x.Ref, "called, all is well")
		c.must(err)
		_, err = c.store.CloseText(c.ctx, lee, x.Ref, "once more")
		c.code(carenet.Conflict, err)
	}
	desk, err = c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if desk.Attention() != 0 || len(desk.List) != 3 {
		t.Errorf("%d wait, %d texts", desk.Attention(), len(desk.List))
	}
	var audited int
	c.must(c.admin().QueryRow(c.ctx, "SELECT count(*) FROM audit WHERE actor_id = $1 AND action IN ('message.retry', 'message.close')", lee.Person).Scan(&audited))
	if audited != 3 {
		t.Errorf("%d entries in the audit, want 3", audited)
	}
}

// INV-4: what may have been accepted is not tried again by anybody, and news of the
// first try that comes while the second waits takes it back.
func TestINV4_APersonsRetryNeverDoubles(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	c.text("+447700900001", "2")
	lost := c.answered(notify.SendOutcome{Class: notify.Unknown, Detail: "timeout"})
	ref := carenet.TextRef{Event: lost[0].Event, ID: lost[0].Delivery}
	_, err := c.store.RetryText(c.ctx, lee, ref, "")
	c.code(carenet.Conflict, err)
	admin := c.admin()
	// The looking ended in front of a human.
	_, err = admin.Exec(c.ctx, "UPDATE delivery SET state = 'needs_human' WHERE id = $1", ref.ID)
	c.must(err)
	_, err = c.store.RetryText(c.ctx, lee, ref, "")
	c.code(carenet.Conflict, err)
	_, err = admin.Exec(c.ctx, "UPDATE attempt SET state = 'abandoned' WHERE delivery_id = $1", ref.ID)
	c.must(err)
	_, err = c.store.RetryText(c.ctx, lee, ref, "")
	c.must(err)
	c.must(c.store.Report(c.ctx, notify.StatusReport{Attempt: lost[0].Attempt.ID, SID: "SM" + strings.Repeat("a", 32), Status: "delivered", At: c.clock()}))
	_, err = admin.Exec(c.ctx, "UPDATE conversation SET unsettled = NULL")
	c.must(err)
	for _, cl := range c.answered(notify.SendOutcome{Class: notify.Accepted, SID: "SM" + strings.Repeat("b", 32), Status: "queued"}) {
		if cl.Delivery == ref.ID {
			t.Error("sent twice")
		}
	}
	_, err = c.store.RetryText(c.ctx, lee, carenet.TextRef{Event: ref.Event, ID: carenet.NewID(c.clock())}, "")
	c.code(carenet.NotFound, err)
}

// Texts that nobody understood, and facts that nobody could be told of, wait too.
func TestWhatNobodyUnderstoodWaitsForAHuman(t *testing.T) {
	c := newClinic(t)
	lee := c.lee()
	for n := range 8 { // more than we answer: at last a human must look
		c.text("+447700900201", "on my way to her "+string(rune('a'+n)))
		c.sent()
	}
	_, err := c.admin().Exec(c.ctx, "UPDATE event SET state = 'dead', tries = 5 WHERE id = (SELECT min(id::text)::uuid FROM event)")
	c.must(err)
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if len(desk.In) == 0 || len(desk.Facts) != 1 || desk.In[0].From != "Nurse Dana" {
		t.Fatalf("in %+v, facts %+v", desk.In, desk.Facts)
	}
	in, err := c.store.InPage(c.ctx, lee, desk.In[0].ID)
	c.must(err)
	if !strings.HasPrefix(in.Body, "on my way") || in.Number != "+447700900201" {
		t.Errorf("%+v", in)
	}
	for _, x := range desk.In {
		_, err = c.store.CloseIn(c.ctx, lee, x.ID, "she is there")
		c.must(err)
	}
	_, err = c.store.FactPage(c.ctx, lee, desk.Facts[0].ID)
	c.must(err)
	_, err = c.store.RetryFact(c.ctx, lee, desk.Facts[0].ID)
	c.must(err)
	c.advance(time.Second)
	batches, err := c.store.PendingBatches(c.ctx, 500*time.Millisecond, 10)
	c.must(err)
	if len(batches) == 0 {
		t.Fatal("the fact is not found again")
	}
	for _, b := range batches {
		_, err = c.store.Round(c.ctx, b)
		c.must(err)
	}
	_, err = c.store.CloseFact(c.ctx, lee, desk.Facts[0].ID, "too late")
	c.code(carenet.Conflict, err)
	if desk, err = c.store.Desk(c.ctx, lee, carenet.TextFilter{}); err != nil || desk.Attention() != 0 {
		t.Errorf("%d wait, %v", desk.Attention(), err)
	}
}

// INV-12: another organisation's coordinator finds none of it.
func TestINV12_TheDeskIsTheOrganisations(t *testing.T) {
	c := newClinic(t)
	c.text("+447700900001", "2")
	lost := c.answered(notify.SendOutcome{Class: notify.Permanent, Code: 21211})
	other, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{Name: "Hilltop", Zone: "Europe/London", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900998"})
	c.must(err)
	id, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: other}, postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Eve", Phone: "+447700900209"}, Roles: []string{"admin"}})
	c.must(err)
	eve := carenet.Actor{Kind: carenet.ActorClinician, Org: other, Person: id, Via: "page"}
	desk, err := c.store.Desk(c.ctx, eve, carenet.TextFilter{Patient: c.mary})
	c.must(err)
	if desk.Attention()+len(desk.List)+len(desk.Patients) != 0 {
		t.Errorf("Eve sees %+v", desk)
	}
	ref := carenet.TextRef{Event: lost[0].Event, ID: lost[0].Delivery}
	_, err = c.store.TextPage(c.ctx, eve, ref)
	c.code(carenet.NotFound, err)
	_, err = c.store.RetryText(c.ctx, eve, ref, "")
	c.code(carenet.NotFound, err)
	_, err = c.store.CloseText(c.ctx, eve, ref, "mine now")
	c.code(carenet.Conflict, err)
	_, err = c.store.WriteToPatient(c.ctx, eve, c.mary, "hello", carenet.NewID(c.clock()))
	c.code(carenet.NotFound, err)
}

// INV-15: the thread holds every text in and out, whoever or whatever wrote it, and
// what was answered on a page; staff write in it under their names.
func TestINV15_TheThreadIsWhole(t *testing.T) {
	c := newClinic(t)
	dana := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: c.dana, Via: "page"}
	c.text("+447700900001", "2 rough night")
	c.sent()
	c.advance(30 * time.Minute)
	b, _, err := c.store.TickPrompts(c.ctx, 10)
	c.must(err)
	_, err = c.store.Round(c.ctx, b.ID)
	c.must(err)
	c.sent()
	token, err := c.store.OpenCheckIn(c.ctx, c.org, c.mary)
	c.must(err)
	before, err := c.store.PatientStamp(c.ctx, dana, c.mary)
	c.must(err)
	four := 4
	_, err = c.store.SubmitCheckIn(c.ctx, token, carenet.PageAnswer{Score: &four, Words: "on the page", Key: "0123456789abcdef"})
	c.must(err)
	key := carenet.NewID(c.clock())
	for range 2 {
		_, err = c.store.WriteToPatient(c.ctx, dana, c.mary, " I will come round at 3. ", key)
		c.must(err)
	}
	var staff int
	for _, text := range c.sent() {
		if strings.HasPrefix(text, "+447700900001: staff to ") {
			staff++
		}
	}
	if staff != 1 {
		t.Errorf("%d texts of Dana's went to Mary, want 1", staff)
	}
	page, err := c.store.PatientPage(c.ctx, dana, c.mary)
	c.must(err)
	if page.Phone != "+447700900001" || page.Stopped || page.Stamp == before {
		t.Errorf("phone %q, stopped %t, stamp %q", page.Phone, page.Stopped, page.Stamp)
	}
	var got []string
	for _, m := range page.Thread {
		line := m.Kind
		if m.In {
			line = "in " + line
		}
		if m.Author != "" {
			line += " by " + m.Author
		}
		if m.Score != nil {
			line += " scored"
		}
		got = append(got, line)
	}
	all := strings.Join(got, ", ")
	for _, want := range []string{"in answer", "thanks", "update", "prompt", "in page scored", "staff by Nurse Dana"} {
		if !strings.Contains(all, want) {
			t.Errorf("the thread lacks %q: %s", want, all)
		}
	}
	for words, want := range map[string]carenet.Code{"  ": carenet.Invalid, strings.Repeat("x", 401): carenet.Invalid} {
		_, err = c.store.WriteToPatient(c.ctx, dana, c.mary, words, carenet.NewID(c.clock()))
		c.code(want, err)
	}
	_, err = c.store.WriteToPatient(c.ctx, dana, c.mary, "an old form", carenet.NewID(c.clock().AddDate(0, 0, -2)))
	c.code(carenet.Invalid, err)
	_, err = c.store.WriteToPatient(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, c.mary, "x", carenet.NewID(c.clock()))
	c.code(carenet.Forbidden, err)

	// INV-8, INV-10: after STOP no text goes to her, also none that was on its way.
	_, err = c.store.WriteToPatient(c.ctx, dana, c.mary, "on its way", carenet.NewID(c.clock()))
	c.must(err)
	c.text("+447700900001", "STOP")
	for _, text := range c.sent() {
		if strings.Contains(text, "staff to") {
			t.Error("a text left after the STOP")
		}
	}
	_, err = c.store.WriteToPatient(c.ctx, dana, c.mary, "hello", carenet.NewID(c.clock()))
	c.code(carenet.Conflict, err)
	if page, err = c.store.PatientPage(c.ctx, dana, c.mary); err != nil || !page.Stopped {
		t.Errorf("stopped %t, %v", page.Stopped, err)
	}
}
