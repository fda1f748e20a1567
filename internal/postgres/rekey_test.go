package postgres_test

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/jackc/pgx/v5"

	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/postgres"
)

// rotation is a clinic whose keys are changed while it works.
type rotation struct {
	*clinic
	conn *pgx.Conn
	step func(func() ([]byte, error)) *crypto.Keyset
	said int // texts of Mary's so far

	samself, ruthself carenet.ID // the people behind the followers
}

// newRotation fills every sealed column, more than a page of one, and three
// partitions of those that have them.
func newRotation(t *testing.T) *rotation {
	c := newClinic(t)
	r := &rotation{clinic: c, conn: c.admin()}
	r.step = func(rotate func() ([]byte, error)) *crypto.Keyset {
		t.Helper()
		doc, err := rotate()
		c.must(err)
		k, err := crypto.ParseKeyset(doc)
		c.must(err)
		return k
	}
	r.samself = valueOf[carenet.ID](c, r.conn, "SELECT person_id FROM follower WHERE id = $1", c.sam)
	r.ruthself = valueOf[carenet.ID](c, r.conn, "SELECT person_id FROM follower WHERE id = $1", c.ruth)
	admin, err := c.store.AddClinician(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}, postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: "Dr José García José", Phone: "+447700900202", Email: "jose@clinic.example"}, Roles: []string{"admin"},
	})
	c.must(err)
	_, err = c.store.PreviewImport(c.ctx, carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: admin, Via: "page"}, []byte("name,phone\nAnn,07700900700\n"))
	c.must(err)
	c.text("+447700900001", "chest pain")
	c.text("+447700900101", "well done Mum")
	c.sent()
	id := carenet.NewID(c.clock())
	note, err := c.keys.Seal("rang her, the ambulance is there", crypto.AD{Org: c.org, Table: "alert_entry", Column: "note_enc", Row: id})
	c.must(err)
	c.exec(r.conn, `INSERT INTO alert_entry (org_id, id, alert_id, kind, actor_kind, note_enc, at) SELECT org_id, $1, id, 'noted', 'clinician', $2, opened_at FROM alert LIMIT 1`, id, note)
	id = carenet.NewID(c.clock())
	note, err = c.keys.Seal("the number was changed", crypto.AD{Org: c.org, Table: "handling", Column: "note_enc", Row: id})
	c.must(err)
	c.exec(r.conn, `INSERT INTO handling (org_id, id, about, about_id, action, by_id, note_enc, at) SELECT org_id, $1, 'delivery', id, 'close', id, $2, created_at FROM clinician LIMIT 1`, id, note)
	governor := carenet.Actor{Kind: carenet.ActorClinician, Org: c.org, Person: admin, Via: "page"}
	_, err = c.store.WriteNote(c.ctx, governor, c.mary, carenet.NewNote{Kind: carenet.NoteWritten, Words: "walks with a stick", Key: carenet.NewID(c.clock())})
	c.must(err)
	_, err = c.store.KeepGoal(c.ctx, governor, c.mary, carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk to the shop", Review: carenet.LocalDay(c.clock(), time.UTC) + 28, Key: carenet.NewID(c.clock())})
	c.must(err)
	id = carenet.NewID(c.clock())
	note, err = c.keys.Seal("{}", crypto.AD{Org: c.org, Table: "week_letter", Column: "body_enc", Row: id})
	c.must(err)
	c.exec(r.conn, `INSERT INTO week_letter (org_id, id, week, body_enc, at) VALUES ($1, $2, 1, $3, $4)`, c.org, id, note, c.clock())
	c.putInForce(governor, ownPack(1, "watch", "1"))
	_, err = c.store.StartBacktest(c.ctx, governor, rulebook.Spec{Text: ownPack(2, "watch", "2"), Period: c.lastDays(30)})
	c.must(err)
	c.take(carenet.InboundText{SID: "SMunrouted", From: "+447700900001", To: "+447700900998", Body: "is anybody there?", ReceivedAt: c.clock()})
	for range 2 {
		c.advance(40 * 24 * time.Hour) // another month; the last one has no partition yet
		r.probe("before", c.store)
		c.sent()
	}
	prompt := carenet.NewID(c.clock())
	c.exec(r.conn, `INSERT INTO prompt (org_id, id, patient_id, question_set_id, slot_at, slot_day, state, created_at)
SELECT $1, $2, $3, id, $4, 1, 'closed', $4 FROM question_set WHERE org_id = $1 LIMIT 1`, c.org, prompt, c.mary, c.clock())
	id = carenet.NewID(c.clock())
	note, err = c.keys.Seal("the cat is ill", crypto.AD{Org: c.org, Table: "item_answer", Column: "words_enc", Row: id})
	c.must(err)
	c.exec(r.conn, `INSERT INTO item_answer (org_id, id, patient_id, check_in_id, prompt_id, question_set_id, item, channel, local_day, at, words_enc)
SELECT p.org_id, $3, p.patient_id, k.id, p.id, p.question_set_id, 'news', 'page', 1, $4, $5 FROM prompt p JOIN check_in k ON k.org_id = p.org_id AND k.patient_id = p.patient_id
WHERE p.org_id = $1 AND p.id = $2 LIMIT 1`, c.org, prompt, id, c.clock(), note)
	var many []carenet.InboundText
	for i := range 450 {
		many = append(many, r.stranger(i))
	}
	c.take(many...)
	for _, table := range []string{"inbound_message", "delivery"} {
		if n := valueOf[int](c, r.conn, "SELECT count(DISTINCT tableoid) FROM "+table+" WHERE body_enc <> ''"); n != 3 {
			t.Fatalf("%s is in %d partitions, want 3", table, n)
		}
	}
	return r
}

func (r *rotation) stranger(i int) carenet.InboundText {
	return carenet.InboundText{SID: fmt.Sprintf("SMstranger%d-%d", i, r.clock().UnixNano()), From: fmt.Sprintf("+44770080%04d", i), To: service, Body: "wrong number?", ReceivedAt: r.clock()}
}

// probe lets Mary text each process in turn: each must know her by her number,
// and each must be able to show Sam the words that the others stored.
func (r *rotation) probe(when string, stores ...*postgres.Store) {
	r.t.Helper()
	for i, store := range stores {
		r.advance(24 * time.Hour)
		r.said++
		words := fmt.Sprintf("rough night %c%c", 'k'+r.said/10, 'k'+r.said%10) // figures would be read as answers
		b, err := store.TakeIn(r.ctx, []carenet.InboundText{{
			SID: fmt.Sprintf("SMprobe%d", r.said), From: "+447700900001", To: service,
			Body: fmt.Sprintf("%d %s", 1+r.said%4, words), ReceivedAt: r.clock(),
		}})
		if err != nil || !slices.ContainsFunc(b.Events, func(e carenet.Event) bool { return e.Kind == carenet.EventCheckIn && e.Patient == r.mary }) {
			r.t.Fatalf("%s, process %d: Mary's text gave %+v, %v", when, i, b.Events, err)
		}
		_, err = store.Round(r.ctx, b.ID)
		r.must(err)
		for j, other := range stores {
			feed, err := other.Feed(r.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: r.org, Person: r.samself, Via: "page"})
			r.must(err)
			if shown := fmt.Sprintf("%+v", feed); !strings.Contains(shown, words) || !strings.Contains(shown, "Mary Okafor") {
				r.t.Fatalf("%s: process %d does not show what process %d stored: %s", when, j, i, shown)
			}
		}
	}
	// A number nobody knows yet, heard first by one process and then by the other.
	before := valueOf[int](r.clinic, r.conn, "SELECT count(*) FROM conversation")
	for _, store := range append(stores, stores[0]) {
		_, err := store.TakeIn(r.ctx, []carenet.InboundText{r.stranger(1000 + r.said)})
		r.must(err)
		r.advance(time.Minute)
	}
	if after := valueOf[int](r.clinic, r.conn, "SELECT count(*) FROM conversation"); after != before+1 {
		r.t.Errorf("%s: a new number has %d conversations", when, after-before)
	}
}

// rewrap runs while the processes take in texts, from a known and from new numbers.
func (r *rotation) rewrap(keys *crypto.Keyset, live ...*postgres.Store) postgres.RewrapReport {
	r.t.Helper()
	running, stop := context.WithCancel(r.ctx)
	var traffic sync.WaitGroup
	for i, store := range live {
		traffic.Go(func() {
			for n := 0; running.Err() == nil; n++ {
				text := r.stranger(2000 + 1000*i + n)
				if n%2 == 0 {
					text.From = fmt.Sprintf("+44770080%04d", n%450)
				}
				text.SID = fmt.Sprintf("%s-live%d-%d", text.SID, i, n)
				if _, err := store.TakeIn(r.ctx, []carenet.InboundText{text}); err != nil {
					r.t.Error(err)
				}
			}
		})
	}
	report, err := r.open(keys).Rewrap(r.ctx, nil)
	stop()
	traffic.Wait()
	r.must(err)
	return report
}

// stored reads every sealed value with the keys, and holds each against what
// the keyset says it should be. What differs from values is lost or changed.
func (r *rotation) stored(keys *crypto.Keyset) map[string]string {
	r.t.Helper()
	values := map[string]string{}
	for _, c := range postgres.SealedColumns() {
		org, index := "org_id", "NULL::bytea, NULL::bytea, ''"
		if c.NoOrg {
			org = "'00000000-0000-0000-0000-000000000000'::uuid"
		}
		if c.Index != "" {
			index = fmt.Sprintf("%[1]s, %[1]s_next, %[2]s", c.Index, c.Purpose)
		}
		rows, err := r.conn.Query(r.ctx, fmt.Sprintf("SELECT %s, id, %s, %s FROM %s WHERE %[2]s <> ''", org, c.Column, index, c.Table))
		r.must(err)
		var orgID, id carenet.ID
		var enc, idx, next []byte
		var purpose string
		found := 0
		_, err = pgx.ForEachRow(rows, []any{&orgID, &id, &enc, &idx, &next, &purpose}, func() error {
			found++
			plain, err := keys.Open(enc, crypto.AD{Org: orgID, Table: c.Table, Column: c.Column, Row: id})
			if err != nil {
				return err
			}
			values[fmt.Sprintf("%s.%s %s", c.Table, c.Column, id)] = plain
			if keys.NeedsRewrap(enc) {
				r.t.Errorf("%s.%s of %s is under an old key", c.Table, c.Column, id)
			}
			p := crypto.Purpose(purpose)
			if c.Index != "" && (!bytes.Equal(idx, keys.Index(p, plain)) || !bytes.Equal(next, keys.IndexNext(p, plain))) {
				r.t.Errorf("%s.%s of %s is not indexed by the keys of today", c.Table, c.Index, id)
			}
			return nil
		})
		r.must(err)
		if found == 0 {
			r.t.Errorf("%s.%s has no value to look at", c.Table, c.Column)
		}
	}
	r.storedWords(keys, values)
	return values
}

// storedWords holds the words by which people are found against their names.
func (r *rotation) storedWords(keys *crypto.Keyset, values map[string]string) {
	r.t.Helper()
	got, want := map[string]int{}, map[string]int{}
	rows, err := r.conn.Query(r.ctx, "SELECT person_id, word_idx, word_idx_next FROM person_name_word")
	r.must(err)
	var person carenet.ID
	var idx, next []byte
	_, err = pgx.ForEachRow(rows, []any{&person, &idx, &next}, func() error {
		got[fmt.Sprintf("%s %x %x", person, idx, next)]++
		return nil
	})
	r.must(err)
	for place, name := range values {
		id, ok := strings.CutPrefix(place, "person.name_enc ")
		for _, w := range carenet.NameWords(name) {
			if ok {
				want[fmt.Sprintf("%s %x %x", id, keys.Index(crypto.ForNameWord, w), keys.IndexNext(crypto.ForNameWord, w))]++
			}
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		r.t.Errorf("name words (-of the names, +stored):\n%s", diff)
	}
}

// keeps says that all of before is still there, as it was.
func (r *rotation) keeps(before, after map[string]string) {
	r.t.Helper()
	for place, plain := range before {
		if after[place] != plain {
			r.t.Errorf("%s was %q and is %q", place, plain, after[place])
		}
	}
}

func TestKeysRotateUnderARunningService(t *testing.T) {
	r := newRotation(t)
	values := r.stored(r.keys)

	k1 := r.step(r.keys.RotateData)
	one, other := r.open(k1), r.open(k1)
	r.probe("two data keys", one, other)
	report := r.rewrap(k1, one, other)
	if report.Sealed < len(values) || report.Indexed != 0 || !report.Done() {
		t.Errorf("of %d values at least, the new data key took %+v", len(values), report)
	}
	k2 := r.step(k1.DropOldData)
	r.keeps(values, r.stored(k2))
	two := r.open(k2)
	r.probe("old data key dropped in one process", one, two)

	k3 := r.step(k2.BeginIndexRotation)
	three := r.open(k3)
	r.probe("two index keys in one process", two, three)
	if report = r.rewrap(k3, three, r.open(k3)); report.Indexed < 450 || report.Sealed != 0 || !report.Done() {
		t.Errorf("the second index: %+v", report)
	}
	r.keeps(values, r.stored(k3))

	k4 := r.step(k3.FinishIndexRotation)
	four := r.open(k4)
	r.probe("one process on the new index alone", three, four)
	if report = r.rewrap(k4, four, r.open(k4)); report.Indexed < 450 || report.Sealed != 0 || !report.Done() {
		t.Errorf("the index moved: %+v", report)
	}
	r.keeps(values, r.stored(k4))
	r.probe("only the new keys", four)
	if report = r.rewrap(k4); report.Sealed != 0 || report.Indexed != 0 || report.Seen < len(values) {
		t.Errorf("with nothing left to do: %+v", report)
	}
}

// An index rotation that was finished before every row had its second index
// leaves people unfound, until the rewrap computes it from the value.
func TestRewrapRepairsAnIndexThatWasLost(t *testing.T) {
	r := newRotation(t)
	k := r.step(r.step(r.keys.BeginIndexRotation).FinishIndexRotation)
	store := r.open(k)
	if _, err := store.Rewrap(r.ctx, nil); err != nil {
		t.Fatal(err)
	}
	r.stored(k)
	r.probe("repaired", store)
}

func TestRewrapGoesOnWhereItWasStopped(t *testing.T) {
	r := newRotation(t)
	k := r.step(r.keys.RotateData)
	ctx, stop := context.WithCancel(r.ctx)
	heard := map[string]int{}
	first, err := r.open(k).Rewrap(ctx, func(table string, done int) {
		heard[table] = done
		if done == 200 {
			stop()
		}
	})
	if err == nil || first.Sealed != 200 || heard["conversation"] != 200 {
		t.Fatalf("stopped after %+v (%v), %v", first, heard, err)
	}
	// The rest by two at once.
	var reports [2]postgres.RewrapReport
	var both sync.WaitGroup
	for i := range reports {
		both.Go(func() {
			var err error
			if reports[i], err = r.open(k).Rewrap(r.ctx, nil); err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	values := r.stored(k)
	if got := first.Sealed + reports[0].Sealed + reports[1].Sealed; got != len(values) {
		t.Errorf("%d values, sealed %d times", len(values), got)
	}
}

func TestRewrapReportsWhatItCannotMend(t *testing.T) {
	r := newRotation(t)
	foreign, err := crypto.GenerateKeyset()
	r.must(err)
	lost, err := crypto.ParseKeyset(foreign)
	r.must(err)
	place := crypto.AD{Org: r.org, Table: "person", Column: "name_enc", Row: r.ruthself}
	enc, err := lost.Seal("Ruth", place)
	r.must(err)
	r.exec(r.conn, "UPDATE person SET name_enc = $1 WHERE id = $2", enc, place.Row)

	// Two processes with different keysets hear of a new number in one instant.
	k3 := r.step(r.keys.BeginIndexRotation)
	k4 := r.step(k3.FinishIndexRotation)
	const number = "+447700900777"
	for _, k := range []*crypto.Keyset{k3, k4} {
		id := carenet.NewID(r.clock())
		enc, err := k.Seal(number, crypto.AD{Org: r.org, Table: "conversation", Column: "number_enc", Row: id})
		r.must(err)
		r.exec(r.conn, "INSERT INTO conversation (org_id, id, number_enc, number_idx, number_idx_next, created_at) VALUES ($1, $2, $3, $4, $5, $6)",
			r.org, id, enc, k.Index(crypto.ForPhone, number), k.IndexNext(crypto.ForPhone, number), r.clock())
	}
	report, err := r.open(k4).Rewrap(r.ctx, nil)
	r.must(err)
	if report.Unreadable != 1 || report.Doubled != 1 || !slices.Equal(report.Places, []crypto.AD{place}) || report.Done() {
		t.Errorf("found %+v", report)
	}
	if left := valueOf[int](r.clinic, r.conn, "SELECT count(*) FROM conversation WHERE number_idx_next IS NOT NULL"); left != 1 {
		t.Errorf("%d conversations were not moved, want the doubled one alone", left)
	}
}
