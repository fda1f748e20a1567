package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlClaimInboundLists = `SELECT org, sender FROM claim_inbound_lists($1, $2)`
	sqlInboundListRows   = `SELECT s.org_id AS org, s.id AS sender, s.number, s.messaging_service_sid AS service,
  coalesce(s.inbound_listed_at, s.created_at) AS since
FROM sender s WHERE s.org_id = ANY ($1) AND s.id = ANY ($2) ORDER BY s.org_id, s.id`
	sqlInboundListNext = `UPDATE sender SET inbound_list_at = $3 WHERE org_id = ANY ($1) AND id = ANY ($2)`
	sqlInboundListed   = `UPDATE sender SET inbound_listed_at = greatest(coalesce(inbound_listed_at, $3), $3) WHERE org_id = $1 AND id = $2`
	sqlSeenOf          = `SELECT sid FROM inbound_seen WHERE sid = ANY ($1)`
)

// ClaimInboundLists takes the senders whose list of texts in is to be read now, and
// sets when it is read next: while one worker reads, others leave it alone, and one
// that dies is followed by another.
func (s *Store) ClaimInboundLists(ctx context.Context, every time.Duration, limit int) (due []carenet.InboundList, err error) {
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		due = nil
		now := s.Now()
		orgs, ids, err := claimed(ctx, tx, sqlClaimInboundLists, now, limit)
		if err != nil || len(ids) == 0 {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlScope, orgs)
		collect(b.Queue(sqlInboundListRows, orgs, ids), &due)
		b.Queue(sqlInboundListNext, orgs, ids, now.Add(every))
		return tx.SendBatch(ctx, b).Close()
	})
	return due, err
}

// InboundListed notes that a sender's list was read whole up to an instant.
func (s *Store) InboundListed(ctx context.Context, l carenet.InboundList, upTo time.Time) error {
	return s.inTx(ctx, []carenet.ID{l.Org}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlInboundListed, l.Org, l.Sender, upTo)
		return err
	})
}

// SeenInbound says which of the provider's ids were taken in before.
func (s *Store) SeenInbound(ctx context.Context, sids []string) (map[string]bool, error) {
	rows, err := s.pool.Query(ctx, sqlSeenOf, sids)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	seen := make(map[string]bool, len(found))
	for _, sid := range found {
		seen[sid] = true
	}
	return seen, err
}

// Away says of an error that the database was not there, or not able to do
// anything: it says nothing of what was asked of it.
func Away(err error) bool { return passing(err) }
