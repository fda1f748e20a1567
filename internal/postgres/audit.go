package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// audited is what an audit row says beside its actor: ids and words of ours,
// never content.
type audited struct {
	Action  string
	Table   string
	Row     carenet.ID
	Patient carenet.ID
	Detail  map[string]any
}

const sqlInsertAudit = `INSERT INTO audit (org_id, id, at, actor_kind, actor_id, action, table_name, row_id, patient_id, detail)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::timestamptz[], $4::text[], $5::uuid[], $6::text[], $7::text[], $8::uuid[], $9::uuid[], $10::jsonb[])`

// auditRows collects rows, a slice a column, so that many cost one statement.
type auditRows struct {
	org, id             []carenet.ID
	at                  []time.Time
	kind, action, table []string
	actor, row, patient []*carenet.ID
	detail              []map[string]any
}

func (r *auditRows) add(a carenet.Actor, at time.Time, w audited) {
	detail := map[string]any{}
	for k, v := range w.Detail {
		detail[k] = v
	}
	if a.Via != "" {
		detail["via"] = a.Via
	}
	r.org, r.id, r.at = append(r.org, a.Org), append(r.id, carenet.NewID(at)), append(r.at, at)
	r.kind, r.action, r.table = append(r.kind, string(a.Kind)), append(r.action, w.Action), append(r.table, w.Table)
	r.actor, r.row, r.patient = append(r.actor, orNull(a.Person)), append(r.row, orNull(w.Row)), append(r.patient, orNull(w.Patient))
	r.detail = append(r.detail, detail)
}

func (r *auditRows) queue(b *pgx.Batch) {
	if len(r.id) > 0 {
		b.Queue(sqlInsertAudit, r.org, r.id, r.at, r.kind, r.actor, r.action, r.table, r.row, r.patient, r.detail)
	}
}

// queueAudit records who looked or changed, in the transaction that did.
func (s *Store) queueAudit(b *pgx.Batch, a carenet.Actor, at time.Time, w audited) {
	var rows auditRows
	rows.add(a, at, w)
	rows.queue(b)
}

func (s *Store) audit(ctx context.Context, tx pgx.Tx, a carenet.Actor, w audited) error {
	b := &pgx.Batch{}
	s.queueAudit(b, a, s.Now(), w)
	return tx.SendBatch(ctx, b).Close()
}
