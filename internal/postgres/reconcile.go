package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlRestored = `SELECT o.restored_to, o.held_at,
  (SELECT count(*) FROM sender s WHERE s.org_id = o.org_id AND s.retired_at IS NULL
     AND coalesce(s.inbound_listed_at < greatest(o.restored_to, o.held_at), true)) AS unread,
  (SELECT count(*) FROM attempt a WHERE a.org_id = o.org_id AND a.state IN ('sending', 'uncertain')) AS unsettled
FROM organisation o WHERE o.org_id = $1`
	// Alerts are left as they are: a double is better than silence there.
	sqlRestoredTalks = `SELECT DISTINCT c.org_id, c.id, c.number_enc FROM delivery d JOIN conversation c ON c.org_id = d.org_id AND c.id = d.conversation_id
WHERE d.org_id = $1 AND d.state = 'queued' AND d.priority > 0 ORDER BY c.id`
	sqlRestoredTold = `UPDATE delivery SET state = 'needs_human', staff_at = $3, cause = $4, changed_at = $3
WHERE org_id = $1 AND conversation_id = ANY ($2) AND state = 'queued' AND priority > 0`
	sqlReconciled = `UPDATE organisation SET restored_to = NULL WHERE org_id = $1`
)

// causeRestored is why a text of a restored database waits for a human.
const causeRestored = "restored from a backup: it may have been sent after that"

type restoredRow struct {
	RestoredTo *time.Time
	HeldAt     *time.Time
	Unread     int
	Unsettled  int
}

type talkRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	NumberEnc []byte
}

// Reconciled is what came of comparing a restored database with the provider's list.
type Reconciled struct {
	Numbers int // with something to be sent
	Told    int // of those, which got a text after the backup
	Texts   int // to them, which now wait for a human
}

// Reconcile compares a restored organisation with what the provider has sent since
// the backup. What may have been sent is put in front of a human; the rest may leave
// once the hold is lifted. got says whether the provider has a text to a number from
// that instant on. Busy while the list of texts in is not read up to now, or texts
// are still being looked for.
func (s *Store) Reconcile(ctx context.Context, actor carenet.Actor, got func(ctx context.Context, number string, since time.Time) (bool, error)) (Reconciled, error) {
	const op = "reconcile"
	var r Reconciled
	var at restoredRow
	var talks []talkRow
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlRestored, actor.Org)
		if err != nil {
			return err
		}
		if at, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[restoredRow]); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "there is no such organisation")
		} else if err != nil {
			return err
		}
		b := &pgx.Batch{}
		collect(b.Queue(sqlRestoredTalks, actor.Org), &talks)
		return tx.SendBatch(ctx, b).Close()
	})
	switch {
	case err != nil:
		return r, err
	case at.RestoredTo == nil:
		return r, carenet.Errorf(carenet.Conflict, op, "nothing was restored, or it was compared already")
	case at.HeldAt == nil:
		return r, carenet.Errorf(carenet.Conflict, op, "hold it first: howareyou admin hold on")
	case at.Unread > 0:
		return r, carenet.Errorf(carenet.Busy, op, "the provider's list of texts in is not read up to now; start a worker and wait a minute")
	case at.Unsettled > 0:
		return r, carenet.Errorf(carenet.Busy, op, "%d texts are still being looked for; start a worker and wait a minute", at.Unsettled)
	}
	var told []carenet.ID
	for _, t := range talks {
		number, err := s.open(t.NumberEnc, t.OrgID, "conversation", "number_enc", t.ID)
		if err != nil {
			return r, err
		}
		sent, err := got(ctx, number, at.RestoredTo.Add(-reconcileSkew))
		if err != nil {
			return r, err
		}
		if sent {
			told = append(told, t.ID)
		}
	}
	r.Numbers, r.Told = len(talks), len(told)
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		tag, err := tx.Exec(ctx, sqlRestoredTold, actor.Org, told, now, causeRestored)
		if err != nil {
			return err
		}
		r.Texts = int(tag.RowsAffected())
		if _, err := tx.Exec(ctx, sqlReconciled, actor.Org); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{
			Action: "restore.reconcile", Table: "organisation", Row: actor.Org,
			Detail: map[string]any{"numbers": r.Numbers, "told": r.Told, "texts": r.Texts},
		})
	})
	return r, err
}

// reconcileSkew is how far the provider's clock may be behind ours.
const reconcileSkew = 2 * time.Minute
