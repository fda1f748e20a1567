package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlHold = `UPDATE organisation SET held_at = $2 WHERE org_id = $1`
	// A restored database may not send before the provider's list was compared.
	sqlMayGoOn = `SELECT restored_to IS NULL FROM organisation WHERE org_id = $1`
)

// Hold stops all that goes out of an organisation, or lets it go on (INV-18).
// What is due waits; nothing is lost.
func (s *Store) Hold(ctx context.Context, actor carenet.Actor, on bool) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		var at *time.Time
		action := "hold.off"
		if on {
			now := s.Now()
			at, action = &now, "hold.on"
		}
		if !on {
			var may bool
			if err := tx.QueryRow(ctx, sqlMayGoOn, actor.Org).Scan(&may); err == nil && !may {
				return carenet.Errorf(carenet.Conflict, "hold", "it was restored from a backup: first compare it with the provider's list (howareyou admin reconcile)")
			} else if err != nil && !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		tag, err := tx.Exec(ctx, sqlHold, actor.Org, at)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return carenet.Errorf(carenet.NotFound, "hold", "there is no such organisation")
		}
		return s.audit(ctx, tx, actor, audited{Action: action, Table: "organisation", Row: actor.Org})
	})
}
