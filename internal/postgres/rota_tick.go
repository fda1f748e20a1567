package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlClaimRotas = `SELECT org, rota FROM claim_rotas($1, $2)`
	sqlRotaRows   = `SELECT r.org_id, r.on_ids, r.told_at FROM rota r WHERE r.org_id = ANY ($1)`
	sqlRotaTold   = `UPDATE rota SET on_ids = $2, told_at = $3, next_at = $4 WHERE org_id = $1`
	sqlHolders    = `SELECT DISTINCT a.org_id, a.acked_by AS holder FROM alert a
WHERE a.org_id = ANY ($1) AND a.state = 'acknowledged' AND a.acked_by IS NOT NULL`
)

type rotaRow struct {
	OrgID  carenet.ID
	OnIDs  []carenet.ID
	ToldAt time.Time
}

type holderRow struct {
	OrgID  carenet.ID
	Holder carenet.ID
}

// TickRotas hands over: at a change of shift whoever comes on is told, once, and
// whoever goes off and still has alerts. It sets when the next change is. done is 0
// when none is due.
func (s *Store) TickRotas(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlClaimRotas, limit, func(tx pgx.Tx, t *ticking) error {
		if err := scope(ctx, tx, t.orgs); err != nil {
			return err
		}
		all, err := rotas(ctx, tx, t.orgs)
		if err != nil {
			return err
		}
		var due []rotaRow
		var holders []holderRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlRotaRows, t.orgs), &due)
		collect(b.Queue(sqlHolders, t.orgs), &holders)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, r := range due {
			rota := all[r.OrgID]
			came, went := rota.HandOver(r.OnIDs, r.ToldAt, t.now)
			on := []carenet.ID{}
			for _, d := range rota.On(t.now) {
				on = append(on, d.Clinician)
			}
			var next *time.Time
			if at, ok := rota.Next(t.now); ok {
				next = &at
			}
			w.Queue(sqlRotaTold, r.OrgID, on, t.now, next)
			t.batch.Events = append(t.batch.Events, handOverEvents(r.OrgID, t.batch.ID, came, went, holders, t.now)...)
		}
		for _, e := range t.batch.Events {
			queueEvent(w, e)
		}
		t.done = len(due)
		return tx.SendBatch(ctx, w).Close()
	})
}

// handOverEvents are the facts of one change of shift.
func handOverEvents(org, batch carenet.ID, came []alerts.Duty, went []carenet.ID, holders []holderRow, now time.Time) (out []carenet.Event) {
	fact := func(kind carenet.EventKind, d carenet.Detail) {
		out = append(out, carenet.Event{ID: carenet.NewID(now), Org: org, Batch: batch, Kind: kind, Subject: d.Person, Detail: d, At: now})
	}
	for _, d := range came {
		fact(carenet.EventDutyBegan, carenet.Detail{Person: d.Clinician, At: d.Until, People: went})
	}
	for _, id := range went {
		for _, h := range holders {
			if h.OrgID == org && h.Holder == id {
				fact(carenet.EventDutyEnded, carenet.Detail{Person: id})
			}
		}
	}
	return out
}
