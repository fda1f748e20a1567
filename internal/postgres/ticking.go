package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// ticking is what fell due and was claimed, and what comes of it.
type ticking struct {
	orgs, ids []carenet.ID
	now       time.Time
	batch     carenet.Batch // the facts
	done      int           // how many were moved on
}

// tick claims up to limit of what fell due, by a claim function, and has do move it on in
// the same transaction. do narrows the transaction to the organisations itself, alone or
// with its first reads. done is 0 when nothing was due.
func (s *Store) tick(ctx context.Context, claim string, limit int, do func(pgx.Tx, *ticking) error) (batch carenet.Batch, done int, err error) {
	var t ticking
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		now := s.Now()
		t = ticking{now: now, batch: carenet.Batch{ID: carenet.NewID(now)}}
		var err error
		if t.orgs, t.ids, err = claimed(ctx, tx, claim, now, limit); err != nil || len(t.ids) == 0 {
			return err
		}
		return do(tx, &t)
	})
	return t.batch, t.done, err
}

// claimed runs a claim function that gives organisations and ids.
func claimed(ctx context.Context, tx pgx.Tx, sql string, now time.Time, limit int) (orgs, ids []carenet.ID, err error) {
	rows, err := tx.Query(ctx, sql, now, limit)
	if err != nil {
		return nil, nil, err
	}
	var org, id carenet.ID
	_, err = pgx.ForEachRow(rows, []any{&org, &id}, func() error {
		orgs, ids = addID(orgs, org), append(ids, id)
		return nil
	})
	return orgs, ids, err
}

// claimedInEvents runs a function that gives organisations, events and ids: what hangs on
// events is found by both.
func claimedInEvents(ctx context.Context, db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}, sql string, args ...any,
) (orgs, events, ids []carenet.ID, err error) {
	rows, err := db.Query(ctx, sql, args...)
	if err != nil {
		return nil, nil, nil, err
	}
	var org, event, id carenet.ID
	_, err = pgx.ForEachRow(rows, []any{&org, &event, &id}, func() error {
		orgs, events, ids = addID(orgs, org), addID(events, event), append(ids, id)
		return nil
	})
	return orgs, events, ids, err
}
