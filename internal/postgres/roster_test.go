package postgres_test

import (
	"bytes"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/carenet/roster"
	"howareyou/internal/postgres"
)

func (c *clinic) administrator() carenet.Actor {
	c.t.Helper()
	id, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org},
		postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Olu Bright", Phone: "+447700900209"}, Roles: []string{"admin"}})
	c.must(err)
	return carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: id, Via: "page"}
}

// imports runs the worker's part until nothing is left of it, and what follows.
func (c *clinic) imports() (chunks int) {
	c.t.Helper()
	for {
		b, n, err := c.store.TickImports(c.ctx, 100)
		c.must(err)
		if n == 0 {
			return chunks
		}
		chunks++
		if len(b.Events) > 0 {
			_, err = c.store.Round(c.ctx, b.ID)
			c.must(err)
		}
	}
}

func TestAListIsEnrolledAsItWasPreviewed(t *testing.T) {
	c := newClinic(t)
	olu := c.administrator()
	c.text("+447700900666", "STOP") // of nobody whom we know
	c.sent()
	file := "Name;Phone;Language;Time;Days\n" +
		"Mary Okafor;07700 900001;;;\n" + // a patient already
		"Ann Moor;07700 900700;;10:00;daily\n" +
		"Bob Moor;07700 900700;es;;\n" + // they share it
		"Cat;07700 900666;;;\n" + // stopped
		";07700 900702;;;\n" +
		"Sam Senior;07700 900101;;;\n" // the number of a follower
	id, err := c.store.PreviewImport(c.ctx, olu, []byte(file))
	c.must(err)
	page, err := c.store.ImportPage(c.ctx, olu, id)
	c.must(err)
	var got []string
	for _, r := range page.List.Rows {
		got = append(got, fmt.Sprint(r.Line, r.Problems, r.Shares, r.SharesOur))
	}
	if want := []string{"2 [known] 0 false", "3 [] 0 false", "4 [] 3 false", "5 [stopped] 0 false", "6 [no_name] 0 false", "7 [] 0 true"}; !slices.Equal(got, want) {
		t.Errorf("previewed\n%q, want\n%q", got, want)
	}
	if page.State != roster.Previewed || page.Total != 6 || page.Good != 3 {
		t.Errorf("the page says %+v", page)
	}
	patients := func() int { return valueOf[int](c, c.admin(), `SELECT count(*) FROM patient`) }
	if n, m := patients(), c.imports(); n != 1 || m != 0 || len(c.sent()) != 0 {
		t.Fatalf("a preview enrolled somebody: %d patients, %d chunks", n, m)
	}
	// The file itself is nowhere; the list is sealed.
	if raw := valueOf[[]byte](c, c.admin(), `SELECT rows_enc FROM patient_import`); bytes.Contains(raw, []byte("Moor")) {
		t.Error("the list lies open")
	}
	// Somebody enrols Ann while the preview stands open.
	_, _, err = c.store.EnrolPatient(c.ctx, c.lee(), postgres.NewPatient{NewPerson: postgres.NewPerson{Name: "Ann Moor", Phone: "+447700900700"}, LocalTime: "10:00"})
	c.must(err)
	// Pressed twice, at once and again.
	var wg sync.WaitGroup
	for range 2 {
		wg.Go(func() {
			if err := c.store.ConfirmImport(c.ctx, olu, id); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	for range 4 { // and several workers
		wg.Go(func() {
			for {
				b, n, err := c.store.TickImports(c.ctx, 100)
				if err == nil && len(b.Events) > 0 {
					_, err = c.store.Round(c.ctx, b.ID)
				}
				if err != nil {
					t.Error(err)
				}
				if n == 0 || err != nil {
					return
				}
			}
		})
	}
	wg.Wait()
	c.must(c.store.ConfirmImport(c.ctx, olu, id))
	c.imports()
	page, err = c.store.ImportPage(c.ctx, olu, id)
	c.must(err)
	if page.State != roster.Done || page.Imported != 2 || !slices.Equal(page.LeftOut, []int{3}) || len(page.List.Rows) != 0 || patients() != 4 {
		t.Errorf("in the end: %+v, %d patients", page, patients())
	}
	if kept := valueOf[bool](c, c.admin(), `SELECT rows_enc IS NOT NULL FROM patient_import`); kept {
		t.Error("the list is kept after it was enrolled")
	}
	// Each is asked for their YES, in their language, in the lane that lets others go first.
	c.hears("+447700900101", `question to Sam Senior about Sam Senior link enrol of "Olu Bright" for [], 3 a week`)
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM delivery d JOIN event e ON e.org_id = d.org_id AND e.id = d.event_id WHERE d.kind = 'question' AND d.priority = 4`); n != 2 {
		t.Errorf("%d questions wait behind the others", n)
	}
	if got := valueOf[string](c, c.admin(), `SELECT string_agg(state, ' ' ORDER BY id) FROM patient`); got != "active invited invited invited" {
		t.Errorf("patients are %s", got)
	}
	c.text("+447700900101", "yes")
	c.hears("+447700900101", "reply=joined")
}

func TestOnlyWhoUploadedAListSeesIt(t *testing.T) {
	c := newClinic(t)
	olu, lee := c.administrator(), c.lee()
	list := []byte("name,phone\nAnn,07700900700\n")
	_, err := c.store.PreviewImport(c.ctx, lee, list)
	c.code(carenet.Forbidden, err)
	_, err = c.store.ImportStart(c.ctx, lee)
	c.code(carenet.Forbidden, err)
	id, err := c.store.PreviewImport(c.ctx, olu, list)
	c.must(err)
	other, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org},
		postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Pat", Phone: "+447700900210"}, Roles: []string{"admin"}})
	c.must(err)
	pat := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: other, Via: "page"}
	_, err = c.store.ImportPage(c.ctx, pat, id)
	c.code(carenet.NotFound, err)
	c.code(carenet.NotFound, c.store.ConfirmImport(c.ctx, pat, id))

	// Another upload forgets the one before; an hour forgets that.
	second, err := c.store.PreviewImport(c.ctx, olu, list)
	c.must(err)
	c.code(carenet.Conflict, c.store.ConfirmImport(c.ctx, olu, id))
	c.advance(time.Hour)
	c.code(carenet.Conflict, c.store.ConfirmImport(c.ctx, olu, second))
	c.imports()
	page, err := c.store.ImportPage(c.ctx, olu, second)
	c.must(err)
	if page.State != roster.Forgotten {
		t.Errorf("it is %s", page.State)
	}
	third, err := c.store.PreviewImport(c.ctx, olu, list)
	c.must(err)
	c.must(c.store.ForgetImport(c.ctx, olu, third))
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM patient_import WHERE rows_enc IS NOT NULL`) + valueOf[int](c, c.admin(), `SELECT count(*) FROM patient`); n != 1 {
		t.Errorf("%d lists and patients", n)
	}
	_, err = c.store.PreviewImport(c.ctx, olu, []byte("name\nAnn\n"))
	if err == nil || !strings.Contains(err.Error(), roster.FaultColumns) {
		t.Errorf("a file that cannot be read: %v", err)
	}
}

// A worker that dies between two parts of a long list, and one that goes on.
func TestALongListIsEnrolledInParts(t *testing.T) {
	c := newClinic(t)
	olu := c.administrator()
	var file strings.Builder
	file.WriteString("name,phone\n")
	const people = 130
	for i := range people {
		fmt.Fprintf(&file, "Ann %c%c,+4477009%05d\n", 'A'+i/26, 'a'+i%26, 1000+i)
	}
	id, err := c.store.PreviewImport(c.ctx, olu, []byte(file.String()))
	c.must(err)
	c.must(c.store.ConfirmImport(c.ctx, olu, id))
	_, _, err = c.store.TickImports(c.ctx, 100)
	c.must(err)
	page, err := c.store.ImportPage(c.ctx, olu, id)
	c.must(err)
	if page.State != roster.Running || page.Imported != 50 {
		t.Errorf("after one part: %+v", page)
	}
	if chunks := c.imports(); chunks != 2 {
		t.Errorf("%d more parts", chunks)
	}
	if n := valueOf[int](c, c.admin(), `SELECT count(*) FROM open_question WHERE kind = 'enrol' AND state = 'open'`); n != people {
		t.Errorf("%d of %d are asked", n, people)
	}
}

// TestAListThatCannotBeGoneOnWithKeepsNoOther: the list of one organisation cannot be
// opened. It waits, and is gone on with where it stood once it can be; the list of another,
// which fell due later, is enrolled meanwhile. And a row that has become bad since the
// preview costs itself alone.
func TestAListThatCannotBeGoneOnWithKeepsNoOther(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	olu := c.administrator()
	other, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{Name: "Hill House", Zone: "Europe/London", Language: "en", Region: "GB", EmergencyNumber: "999", Sender: "+447700900998"})
	c.must(err)
	id, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: other},
		postgres.NewClinician{NewPerson: postgres.NewPerson{Name: "Hal Hill", Phone: "+447700900309"}, Roles: []string{"admin"}})
	c.must(err)
	hal := carenet.Actor{Kind: carenet.ActorClinician, Org: other, Person: id, Via: "page"}
	first, err := c.store.PreviewImport(c.ctx, olu, []byte("name,phone\nAnn Moor,07700900700\nBob Moor,07700900701\nCat Moor,07700900702\n"))
	c.must(err)
	c.must(c.store.ConfirmImport(c.ctx, olu, first))
	c.advance(time.Second)
	second, err := c.store.PreviewImport(c.ctx, hal, []byte("name,phone\nDee Hill,07700900710\n"))
	c.must(err)
	c.must(c.store.ConfirmImport(c.ctx, hal, second))
	c.text("+447700900701", "STOP") // Bob, since the preview
	list := valueOf[[]byte](c, conn, "SELECT rows_enc FROM patient_import WHERE id = $1", first)
	c.exec(conn, "UPDATE patient_import SET rows_enc = 'nobody can open this' WHERE id = $1", first)
	c.advance(time.Second)
	if _, n, err := c.store.TickImports(c.ctx, 100); err == nil || n != 0 {
		t.Errorf("nobody hears that the list cannot be opened: %d, %v", n, err)
	}
	if n := c.imports(); n != 1 {
		t.Errorf("%d parts of the other list", n)
	}
	state := func(id carenet.ID) string {
		return valueOf[string](c, conn, "SELECT state || ' ' || imported || ' ' || left_out::text FROM patient_import WHERE id = $1", id)
	}
	if got := state(first) + ", " + state(second); got != "running 0 {}, done 1 {}" {
		t.Errorf("the lists are %s", got)
	}
	c.exec(conn, "UPDATE patient_import SET rows_enc = $2 WHERE id = $1", first, list)
	if n := c.imports(); n != 0 {
		t.Errorf("it is tried again at once")
	}
	c.advance(10 * time.Minute)
	c.imports()
	if got := state(first); got != "done 2 {3}" {
		t.Errorf("in the end the list is %s, want two enrolled and Bob, on line 3, left out", got)
	}
}
