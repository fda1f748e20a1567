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

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// admin is a session of the database's superuser, whom neither row level
// security nor, when asked, any trigger binds.
func (c *clinic) admin() *pgx.Conn {
	c.t.Helper()
	conn, err := pgx.Connect(c.ctx, c.db.AdminURL)
	c.must(err)
	c.t.Cleanup(func() { c.must(conn.Close(context.WithoutCancel(c.ctx))) })
	return conn
}

func (c *clinic) exec(conn *pgx.Conn, sql string, args ...any) {
	c.t.Helper()
	if _, err := conn.Exec(c.ctx, sql, args...); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
}

func valueOf[T any](c *clinic, conn *pgx.Conn, sql string, args ...any) T {
	c.t.Helper()
	var v T
	if err := conn.QueryRow(c.ctx, sql, args...).Scan(&v); err != nil {
		c.t.Fatalf("%s: %v", sql, err)
	}
	return v
}

// seal runs the sealer until nothing waits, and returns the head.
func (c *clinic) seal() postgres.AuditHead {
	c.t.Helper()
	var head postgres.AuditHead
	for {
		heads, err := c.store.SealAudit(c.ctx)
		c.must(err)
		if len(heads) == 0 {
			return head
		}
		head = heads[c.org]
	}
}

func (c *clinic) verify(head []byte) postgres.AuditReport {
	c.t.Helper()
	r, err := c.store.VerifyAudit(c.ctx, c.org, head)
	c.must(err)
	return r
}

// goodChain is a clinic whose audit was sealed in three runs. It returns the
// heads after each.
func goodChain(t *testing.T) (*clinic, []postgres.AuditHead) {
	c := newClinic(t)
	heads := []postgres.AuditHead{c.seal()}
	for range 2 {
		for score := range 4 {
			c.text("+447700900001", fmt.Sprint(score+1))
			c.advance(time.Minute)
		}
		heads = append(heads, c.seal())
	}
	return c, heads
}

func TestINV16_AnUntouchedAuditVerifies(t *testing.T) {
	c, heads := goodChain(t)
	rows := valueOf[int64](c, c.admin(), "SELECT count(*) FROM audit WHERE org_id = $1", c.org)
	for _, head := range append(heads, postgres.AuditHead{}) {
		r := c.verify(head.Hash)
		if !r.OK() || r.Sealed != rows || r.Waiting != 0 || !bytes.Equal(r.Head.Hash, heads[2].Hash) || r.Head.Seq != rows {
			t.Errorf("of %d rows, against head %q: %+v", rows, head, r)
		}
	}
	c.text("+447700900001", "3")
	if r := c.verify(heads[2].Hash); !r.OK() || r.Waiting != 1 {
		t.Errorf("an entry that waits for its seal: %+v", r)
	}
	if heads, err := c.store.SealAudit(c.ctx); err != nil || len(heads) != 1 {
		t.Errorf("sealed %v, %v", heads, err)
	}
	if heads, err := c.store.SealAudit(c.ctx); err != nil || len(heads) != 0 {
		t.Errorf("with nothing to seal: %v, %v", heads, err)
	}
}

// Whoever owns the server can do all of this. They cannot change the head that
// was logged elsewhere.
func TestINV16_TamperingIsFound(t *testing.T) {
	const newest = "(SELECT audit_id FROM audit_seal ORDER BY seq DESC LIMIT 1)"
	for _, c := range []struct {
		name   string
		tamper []string
		reseal bool
		finds  []string
	}{
		{"another time", []string{"UPDATE audit SET at = at + interval '1 us' WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = 2)"}, false, []string{"number 2, is not what was sealed"}},
		{"another actor", []string{"UPDATE audit SET actor_id = gen_random_uuid() WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = 3)"}, false, []string{"number 3, is not what was sealed"}},
		{"an actor taken away", []string{"UPDATE audit SET actor_id = NULL WHERE id = " + newest}, false, []string{"is not what was sealed"}},
		{"a word moved to the next field", []string{"UPDATE audit SET action = action || 'x', table_name = substr(table_name, 2) WHERE id = " + newest}, false, []string{"is not what was sealed"}},
		{"another detail", []string{`UPDATE audit SET detail = detail || '{"via": "page"}' WHERE id = ` + newest}, false, []string{"is not what was sealed"}},
		{"two entries changed", []string{"UPDATE audit SET action = 'read' WHERE id IN (SELECT audit_id FROM audit_seal WHERE seq IN (2, 5))"}, false, []string{"number 2,", "number 5,"}},
		{"two entries changed places", []string{
			"CREATE TEMP TABLE places AS SELECT seq, audit_id FROM audit_seal WHERE seq IN (2, 3)",
			"UPDATE audit_seal SET audit_id = gen_random_uuid() WHERE seq IN (2, 3)",
			"UPDATE audit_seal s SET audit_id = p.audit_id FROM places p WHERE s.seq = 5 - p.seq",
		}, false, []string{"number 2,", "number 3,"}},
		{"an entry deleted", []string{"DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = 4)"}, false, []string{"sealed as number 4, was deleted"}},
		{"an entry deleted with its seal", []string{
			"DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = 4)", "DELETE FROM audit_seal WHERE seq = 4",
		}, false, []string{"seal 4 is gone"}},
		{"and the gap closed", []string{
			"DELETE FROM audit WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = 4)", "DELETE FROM audit_seal WHERE seq = 4",
			"UPDATE audit_seal SET seq = -seq WHERE seq > 4", "UPDATE audit_seal SET seq = -seq - 1 WHERE seq < 0",
		}, false, []string{"number 4, is not what was sealed"}},
		{"the end cut off", []string{
			"CREATE TEMP TABLE cut AS SELECT audit_id FROM audit_seal WHERE seq > 6", "DELETE FROM audit_seal WHERE seq > 6",
			"DELETE FROM audit WHERE id IN (SELECT audit_id FROM cut)",
		}, false, []string{"the head that was logged outside is not in the chain"}},
		{"the seals of the end deleted", []string{"DELETE FROM audit_seal WHERE seq > 6"}, false, []string{"have no seal and do not wait", "the head"}},
		{"all cut off", []string{"DELETE FROM audit_seal", "DELETE FROM audit"}, false, []string{"the head"}},
		// The chain agrees with itself afterwards: only the head tells.
		{"an entry changed and the chain written anew", []string{
			"UPDATE audit SET action = 'read' WHERE id = (SELECT audit_id FROM audit_seal WHERE seq = 6)",
			"INSERT INTO audit_unsealed SELECT org_id, audit_id FROM audit_seal WHERE seq >= 6", "DELETE FROM audit_seal WHERE seq >= 6",
		}, true, []string{"the head that was logged outside is not in the chain"}},
		{"an entry slipped in past the triggers", []string{"INSERT INTO audit SELECT org_id, gen_random_uuid(), at, actor_kind, actor_id, action, table_name, row_id, patient_id, detail FROM audit LIMIT 1"}, false, []string{"1 entries have no seal"}},
		{"an entry deleted while it waits", []string{
			"INSERT INTO audit_unsealed SELECT org_id, gen_random_uuid() FROM organisation",
		}, true, []string{"1 entries were deleted before they were sealed"}},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			clinic, heads := goodChain(t)
			conn := clinic.admin()
			clinic.exec(conn, "SET session_replication_role = replica") // no trigger, no foreign key
			for _, sql := range c.tamper {
				clinic.exec(conn, sql)
			}
			if c.reseal {
				clinic.seal()
			}
			found := clinic.verify(heads[2].Hash).Faults
			for _, want := range c.finds {
				if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, want) }) {
					t.Errorf("%q is not among what was found: %q", want, found)
				}
			}
			if len(found) != len(c.finds) {
				t.Errorf("found %q, want one fault for each of %q", found, c.finds)
			}
		})
	}
}

// Three workers seal while others write: one chain, each entry in it once.
func TestINV16_ManyWorkersMakeOneChain(t *testing.T) {
	c := newClinic(t)
	writing, done := context.WithCancel(c.ctx)
	var writers, sealers sync.WaitGroup
	actor := carenet.Actor{Kind: carenet.ActorOperator, Org: c.org, Via: "command"}
	for w := range 4 {
		writers.Go(func() {
			for i := range 25 {
				if _, err := c.store.AddClinician(c.ctx, actor, postgres.NewClinician{
					NewPerson: postgres.NewPerson{Name: fmt.Sprintf("Nurse %d %d", w, i), Phone: "+447700900300"}, Roles: []string{"responder"},
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	var heads [3][]postgres.AuditHead
	for i := range heads {
		sealers.Go(func() {
			for last := false; ; {
				moved, err := c.store.SealAudit(c.ctx)
				if err != nil {
					t.Error(err)
					return
				}
				if h, ok := moved[c.org]; ok {
					heads[i] = append(heads[i], h)
				}
				if last && len(moved) == 0 {
					return
				}
				last = writing.Err() != nil
			}
		})
	}
	writers.Wait()
	done()
	sealers.Wait()
	c.seal()
	conn := c.admin()
	rows := valueOf[int64](c, conn, "SELECT count(*) FROM audit WHERE org_id = $1", c.org)
	r := c.verify(nil)
	if !r.OK() || r.Sealed != rows || r.Waiting != 0 || rows < 100 {
		t.Errorf("of %d entries: %+v", rows, r)
	}
	workers := 0
	for _, hs := range heads {
		if len(hs) > 0 {
			workers++
		}
		for _, h := range hs {
			if r := c.verify(h.Hash); !r.OK() {
				t.Errorf("head %d, logged by a worker: %q", h.Seq, r.Faults)
			}
		}
	}
	t.Logf("%d workers sealed %d entries", workers, rows)
}

// A row that commits after younger ones were sealed is sealed after them.
func TestINV16_LateCommitIsSealedLate(t *testing.T) {
	c := newClinic(t)
	c.seal()
	conn := c.admin()
	late, err := conn.Begin(c.ctx)
	c.must(err)
	old := carenet.NewID(c.clock().Add(-24 * time.Hour))
	_, err = late.Exec(c.ctx, `INSERT INTO audit (org_id, id, at, actor_kind, action, table_name, detail)
VALUES ($1, $2, $3, 'system', 'late', 'person', '{}')`, c.org, old, c.clock())
	c.must(err)
	c.text("+447700900001", "1")
	before := c.seal()
	c.must(late.Commit(c.ctx))
	after := c.seal()
	if after.Seq != before.Seq+1 {
		t.Fatalf("sealed %d, then %d", before.Seq, after.Seq)
	}
	if got := valueOf[carenet.ID](c, conn, "SELECT audit_id FROM audit_seal WHERE org_id = $1 AND seq = $2", c.org, after.Seq); got != old {
		t.Errorf("the last seal is of %s, want %s", got, old)
	}
	if r := c.verify(before.Hash); !r.OK() {
		t.Errorf("%q", r.Faults)
	}
}
