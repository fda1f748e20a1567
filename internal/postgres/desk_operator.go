package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// Waiting is one thing that waits for a human, as operators see it: words of ours and
// ids, nothing of anybody's.
type Waiting struct {
	What  string // text out, text in, fact
	ID    carenet.ID
	Kind  string
	State string
	Cause string
	At    time.Time
}

const (
	sqlWaiting = `SELECT 'text out' AS what, d.id, d.kind, d.state, d.cause, d.staff_at AS at FROM delivery d
WHERE d.org_id = $1 AND d.staff_at IS NOT NULL AND d.handled_at IS NULL AND (d.state IN ('needs_human', 'failed', 'expired') OR d.kind = 'number_check')
UNION ALL SELECT 'text in', m.id, m.kind, m.state, m.reason, m.received_at FROM inbound_message m
WHERE m.org_id = $1 AND m.state = 'unread' AND m.handled_at IS NULL
UNION ALL SELECT 'fact', e.id, e.kind, e.state, 'tried ' || e.tries || ' times', e.at FROM event e WHERE e.org_id = $1 AND e.state = 'dead'
ORDER BY at, id LIMIT $2`
	sqlUnroutedList = `SELECT 'unrouted' AS what, u.id, '' AS kind, 'kept' AS state, 'to ' || u.to_number AS cause, u.received_at AS at
FROM inbound_unrouted u ORDER BY u.received_at DESC, u.id LIMIT $1`
)

// WaitingForHumans lists what waits for a human in an organisation, the oldest first.
func (s *Store) WaitingForHumans(ctx context.Context, actor carenet.Actor, limit int) (list []Waiting, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		collect(b.Queue(sqlWaiting, actor.Org, limit), &list)
		s.queueAudit(b, actor, s.Now(), audited{Action: "messages.read", Table: "delivery"})
		return tx.SendBatch(ctx, b).Close()
	})
	return list, err
}

// Unrouted lists the newest texts to a number that no organisation has, and those
// from what is no telephone. What they say is sealed and not shown.
func (s *Store) Unrouted(ctx context.Context, limit int) ([]Waiting, error) {
	rows, err := s.pool.Query(ctx, sqlUnroutedList, limit)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[Waiting])
}
