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
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

// queueAudit records who looked or changed, in the transaction that did.
func (s *Store) queueAudit(b *pgx.Batch, a carenet.Actor, at time.Time, w audited) {
	detail := map[string]any{}
	for k, v := range w.Detail {
		detail[k] = v
	}
	if a.Via != "" {
		detail["via"] = a.Via
	}
	b.Queue(sqlInsertAudit, a.Org, carenet.NewID(at), at, string(a.Kind), orNull(a.Person), w.Action, w.Table, orNull(w.Row), orNull(w.Patient), detail)
}

func (s *Store) audit(ctx context.Context, tx pgx.Tx, a carenet.Actor, w audited) error {
	b := &pgx.Batch{}
	s.queueAudit(b, a, s.Now(), w)
	return tx.SendBatch(ctx, b).Close()
}
