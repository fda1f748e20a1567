package postgres_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// TestANoteIsNeverOverwritten: a correction and a withdrawal are entries of their own, once
// each; the words are sealed, the writing is on the record, and a form sent twice at the
// same moment writes once, while other words from the same form are not lost.
func TestANoteIsNeverOverwritten(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	dana, lee := c.staff(c.dana), c.lee()
	key := carenet.NewID(c.clock())
	first := carenet.NewNote{Kind: carenet.NoteWritten, Words: "walks with a frame", Key: key}
	var both sync.WaitGroup
	faults := make([]error, 8)
	for i := range faults {
		both.Go(func() { _, faults[i] = c.store.WriteNote(c.ctx, dana, c.mary, first) })
	}
	both.Wait()
	for _, err := range faults {
		c.must(err)
	}
	batch, err := c.store.WriteNote(c.ctx, dana, c.mary, carenet.NewNote{Kind: carenet.NoteWritten, Words: "lives alone", Key: key})
	c.must(err)
	if len(batch.Events) != 1 || batch.Events[0].Kind != carenet.EventPatientChange {
		t.Errorf("open pages hear %+v", batch.Events)
	}
	notes := c.patientPage(dana).Notes
	if len(notes) != 2 || notes[0].Words != "lives alone" || notes[1].Words != "walks with a frame" || notes[1].By != "Nurse Dana" || !notes[1].At.Equal(c.clock()) {
		t.Fatalf("her page shows %+v", notes)
	}
	about := notes[1].ID
	c.advance(time.Hour)
	for i := range faults { // of two who correct it at once, one does
		both.Go(func() {
			_, faults[i] = c.store.WriteNote(c.ctx, []carenet.Actor{dana, lee}[i%2], c.mary, carenet.NewNote{
				Kind: carenet.NoteCorrected, About: about, Words: "walks with a stick", Key: carenet.NewID(c.clock()),
			})
		})
	}
	both.Wait()
	refused := 0
	for _, err := range faults {
		if carenet.CodeOf(err) == carenet.Conflict {
			refused++
		} else {
			c.must(err)
		}
	}
	if refused != len(faults)-1 {
		t.Errorf("%d of %d were refused", refused, len(faults))
	}
	notes = c.patientPage(lee).Notes
	_, err = c.store.WriteNote(c.ctx, lee, c.mary, carenet.NewNote{Kind: carenet.NoteWithdrawn, About: notes[1].ID, Words: "this is Ann", Key: carenet.NewID(c.clock())})
	c.must(err)
	notes = c.patientPage(lee).Notes
	if n := notes[1]; n.Kind != carenet.NoteWithdrawn || n.Words != "this is Ann" || n.By != "Dr Lee" || len(n.Earlier) != 2 || n.Earlier[0].Words != "walks with a stick" || n.Earlier[1].Words != "walks with a frame" {
		t.Errorf("withdrawn: %+v", n)
	}
	if _, err := c.store.WriteNote(c.ctx, lee, c.mary, carenet.NewNote{Kind: carenet.NoteCorrected, About: notes[1].ID, Words: "no", Key: carenet.NewID(c.clock())}); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("a withdrawn note was corrected: %v", err)
	}
	if got := valueOf[string](c, conn, "SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE table_name = 'patient_note' AND patient_id = $1", c.mary); got != "note.written note.written note.corrected note.withdrawn" {
		t.Errorf("on the record: %s", got)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM patient_note WHERE position('walks'::bytea IN note_enc) + position('Ann'::bytea IN note_enc) > 0"); n != 0 {
		t.Errorf("%d notes are readable", n)
	}
	for _, sql := range []string{"UPDATE patient_note SET at = at + interval '1 day'", "UPDATE patient_note SET note_enc = 'x'", "DELETE FROM patient_note", "TRUNCATE patient_note"} {
		if _, err := conn.Exec(c.ctx, sql); err == nil || !strings.Contains(err.Error(), "append-only") {
			t.Errorf("%s: %v", sql, err)
		}
	}
}

// TestAGoalHasItsHistory: agreed, looked at, changed, reached, each once and in turn, with
// who said so; the patient reads it, their circle does not, and it is theirs alone.
func TestAGoalHasItsHistory(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	dana, lee := c.staff(c.dana), c.lee()
	day := carenet.LocalDay(c.clock(), time.UTC)
	keep := func(actor carenet.Actor, n carenet.NewGoal) carenet.Goal {
		t.Helper()
		n.Key = carenet.NewID(c.clock())
		for range 2 { // the button was pressed twice
			_, err := c.store.KeepGoal(c.ctx, actor, c.mary, n)
			c.must(err)
		}
		c.advance(time.Minute)
		return c.patientPage(dana).Goals[0]
	}
	g := keep(dana, carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk to the shop", Review: day + 7})
	if g.Words != "walk to the shop" || g.By != "Nurse Dana" || g.Review != day+7 || g.Due(day+6) || !g.Due(day+7) {
		t.Errorf("agreed %+v", g)
	}
	old := g.Newest
	g = keep(lee, carenet.NewGoal{Kind: carenet.GoalGoing, Goal: g.ID, After: g.Newest, Words: "to the corner", Review: day + 14})
	g = keep(lee, carenet.NewGoal{Kind: carenet.GoalChanged, Goal: g.ID, After: g.Newest, Words: "walk to the corner", Review: day + 21})
	if _, err := c.store.KeepGoal(c.ctx, dana, c.mary, carenet.NewGoal{Kind: carenet.GoalDropped, Goal: g.ID, After: old, Key: carenet.NewID(c.clock())}); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("dropped by a page that was old: %v", err)
	}
	g = keep(dana, carenet.NewGoal{Kind: carenet.GoalReached, Goal: g.ID, After: g.Newest})
	var kinds []string
	for _, e := range g.History {
		kinds = append(kinds, string(e.Kind)+" "+e.By+": "+e.Words)
	}
	if got, want := strings.Join(kinds, "|"), "reached Nurse Dana: |changed Dr Lee: walk to the corner|going Dr Lee: to the corner|agreed Nurse Dana: walk to the shop"; got != want || !g.Over() || g.Words != "walk to the corner" || g.By != "Dr Lee" {
		t.Errorf("%s\nwant %s\n%+v", got, want, g)
	}
	own, err := c.store.OwnCircle(c.ctx, carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"})
	c.must(err)
	if len(own.Goals) != 1 || own.Goals[0].Words != "walk to the corner" {
		t.Errorf("she reads %+v", own.Goals)
	}
	if got := valueOf[string](c, conn, "SELECT string_agg(action, ' ' ORDER BY id) FROM audit WHERE table_name = 'goal_entry' AND patient_id = $1", c.mary); got != "goal.agreed goal.going goal.changed goal.reached" {
		t.Errorf("on the record: %s", got)
	}
	if _, err := conn.Exec(c.ctx, "UPDATE goal_entry SET review_day = 1"); err == nil || !strings.Contains(err.Error(), "append-only") {
		t.Errorf("a goal was overwritten: %v", err)
	}
	if n := valueOf[int](c, conn, "SELECT count(*) FROM goal_entry WHERE position('walk'::bytea IN words_enc) > 0"); n != 0 {
		t.Errorf("%d goals are readable", n)
	}
}

// TestINV12_OnlyStaffOfThePatientWriteThemDown: neither the circle, nor the patient, nor
// staff who have left, nor another organisation's; and no entry of another patient is
// corrected by way of this one.
func TestINV12_OnlyStaffOfThePatientWriteThemDown(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	dana, lee := c.staff(c.dana), c.lee()
	day := carenet.LocalDay(c.clock(), time.UTC)
	other, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{Name: "Hill House", Zone: "Europe/London", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900998"})
	c.must(err)
	op := carenet.Actor{Kind: carenet.ActorOperator, Org: other, Via: "command"}
	theirs, err := c.store.AddClinician(c.ctx, op, postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Nurse Hill", Phone: "+447700900301"}, Roles: []string{"responder"}})
	c.must(err)
	bob, err := c.store.AddPatient(c.ctx, c.operator(), postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Bob", Phone: "+447700900009"}, LocalTime: "09:00"})
	c.must(err)
	for _, patient := range []carenet.ID{c.mary, bob} {
		_, err = c.store.WriteNote(c.ctx, dana, patient, carenet.NewNote{Kind: carenet.NoteWritten, Words: "lives alone", Key: carenet.NewID(c.clock())})
		c.must(err)
		_, err = c.store.KeepGoal(c.ctx, dana, patient, carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk", Review: day + 7, Key: carenet.NewID(c.clock())})
		c.must(err)
	}
	note := c.patientPage(dana).Notes[0].ID
	goal := c.patientPage(dana).Goals[0]
	c.exec(conn, "UPDATE clinician SET left_at = $2 WHERE id = $1", lee.Person, c.clock())
	before := valueOf[int](c, conn, "SELECT (SELECT count(*) FROM patient_note) + (SELECT count(*) FROM goal_entry)")
	for name, try := range map[string]struct {
		actor   carenet.Actor
		patient carenet.ID
		code    carenet.Code
	}{
		"a follower":             {carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.dana, Via: "page"}, c.mary, carenet.Forbidden},
		"the patient":            {carenet.Actor{Kind: carenet.ActorPatient, Org: c.org, Person: c.mary, Via: "page"}, c.mary, carenet.Forbidden},
		"somebody who has left":  {lee, c.mary, carenet.Forbidden},
		"another organisation":   {carenet.Actor{Kind: carenet.ActorClinician, Org: other, Person: theirs, Via: "page"}, c.mary, carenet.NotFound},
		"by way of another":      {dana, bob, carenet.NotFound},
		"of a patient of nobody": {dana, c.org, carenet.NotFound},
	} {
		key := carenet.NewID(c.clock())
		if _, err := c.store.WriteNote(c.ctx, try.actor, try.patient, carenet.NewNote{Kind: carenet.NoteCorrected, About: note, Words: "no", Key: key}); carenet.CodeOf(err) != try.code {
			t.Errorf("%s corrects: %v, want %s", name, err, try.code)
		}
		if _, err := c.store.KeepGoal(c.ctx, try.actor, try.patient, carenet.NewGoal{Kind: carenet.GoalDropped, Goal: goal.ID, After: goal.Newest, Key: key}); carenet.CodeOf(err) != try.code {
			t.Errorf("%s drops: %v, want %s", name, err, try.code)
		}
	}
	if n := valueOf[int](c, conn, "SELECT (SELECT count(*) FROM patient_note) + (SELECT count(*) FROM goal_entry)"); n != before {
		t.Errorf("%d entries, want %d", n, before)
	}
	_, err = c.store.PatientPage(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: other, Person: theirs, Via: "page"}, c.mary)
	if carenet.CodeOf(err) != carenet.NotFound {
		t.Errorf("another organisation reads her page: %v", err)
	}
}

func (c *clinic) staff(person carenet.ID) carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: person, Via: "page"}
}

func (c *clinic) patientPage(actor carenet.Actor) carenet.PatientPage {
	c.t.Helper()
	p, err := c.store.PatientPage(c.ctx, actor, c.mary)
	c.must(err)
	return p
}
