package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	// The filter of doubled texts must outlive every repetition of a webhook, also
	// one from the spool of a provider that was away.
	sqlSweepSeen = `DELETE FROM inbound_seen WHERE sid IN (SELECT s.sid FROM inbound_seen s WHERE s.seen_at < $1 ORDER BY s.seen_at LIMIT $2)`
	// For a while after its end a link can still say that it is over.
	sqlSweepLinks = `DELETE FROM link WHERE (org_id, id) IN (SELECT l.org_id, l.id FROM link l
WHERE l.org_id = ANY ($1) AND l.expires_at < $2 ORDER BY l.expires_at LIMIT $3)`
	sqlSweepSessions = `DELETE FROM session WHERE (org_id, id) IN (SELECT s.org_id, s.id FROM session s
WHERE s.org_id = ANY ($1) AND s.expires_at < $2 ORDER BY s.expires_at LIMIT $3)`

	sqlClaimUnconfirmed = `SELECT org, event, delivery FROM claim_unconfirmed($1, $2)`
	sqlClaimOverdue     = `SELECT org, event, delivery FROM claim_overdue($1, $2)`
	sqlEndMany          = `UPDATE delivery SET state = $4, cause = $5, changed_at = $6 WHERE org_id = ANY ($1) AND event_id = ANY ($2) AND id = ANY ($3)`
	sqlForget           = `SELECT forget_old($1, $2)`
)

// How long what is over is kept.
const (
	seenAge        = 30 * 24 * time.Hour
	linkAge        = 30 * 24 * time.Hour
	unconfirmedAge = 72 * time.Hour
	overdueAge     = time.Hour
)

// SweepSeen forgets which texts in were seen, a month after.
func (s *Store) SweepSeen(ctx context.Context, limit int) (int, error) {
	tag, err := s.pool.Exec(ctx, sqlSweepSeen, s.Now().Add(-seenAge), limit)
	return int(tag.RowsAffected()), err
}

// SweepLinks deletes links and sessions that have long been over.
func (s *Store) SweepLinks(ctx context.Context, limit int) (int, error) {
	orgs, err := s.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return 0, err
	}
	most, before := 0, s.Now().Add(-linkAge)
	err = s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		most = 0
		for _, sql := range []string{sqlSweepLinks, sqlSweepSessions} {
			tag, err := tx.Exec(ctx, sql, orgs, before, limit)
			if err != nil {
				return err
			}
			most = max(most, int(tag.RowsAffected()))
		}
		return nil
	})
	return most, err
}

// EndUnconfirmed ends texts that were sent three days ago and of which nothing
// more was heard (INV-3). Late news still counts.
func (s *Store) EndUnconfirmed(ctx context.Context, limit int) (int, error) {
	return s.endMany(ctx, sqlClaimUnconfirmed, unconfirmedAge, limit, notify.Unconfirmed, "sent, but the carrier never said whether it arrived")
}

// EndOverdue ends texts that still wait though their time has passed, those of
// held organisations too.
func (s *Store) EndOverdue(ctx context.Context, limit int) (int, error) {
	return s.endMany(ctx, sqlClaimOverdue, overdueAge, limit, notify.Expired, "its time passed before it could leave")
}

func (s *Store) endMany(ctx context.Context, claim string, age time.Duration, limit int, state notify.State, cause string) (done int, err error) {
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		now := s.Now()
		rows, err := tx.Query(ctx, claim, now.Add(-age), limit)
		if err != nil {
			return err
		}
		var orgs, events, ids []carenet.ID
		var moved []ended
		var org, event, id carenet.ID
		if _, err := pgx.ForEachRow(rows, []any{&org, &event, &id}, func() error {
			orgs, events, ids = addID(orgs, org), addID(events, event), append(ids, id)
			moved = append(moved, ended{org, event, id, notify.Tried{State: state, Cause: cause}})
			return nil
		}); err != nil {
			return err
		}
		if done = len(ids); done == 0 {
			return nil
		}
		if err := scope(ctx, tx, orgs); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlEndMany, orgs, events, ids, string(state), cause, now); err != nil {
			return err
		}
		return s.moveOn(ctx, tx, moved, now)
	})
	return done, err
}

// ForgetOld forgets texts, events and deliveries that are older than their
// organisation keeps them; it returns how many rows and whole months went.
func (s *Store) ForgetOld(ctx context.Context, limit int) (n int, err error) {
	err = s.pool.QueryRow(ctx, sqlForget, s.Now(), limit).Scan(&n)
	return n, err
}
