package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const sqlHold = `UPDATE organisation SET held_at = $2 WHERE org_id = $1`

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
