package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlUnreadDue  = `SELECT org, message FROM lookup_unread_due($1, $2)`
	sqlLockUnread = `SELECT m.org_id, m.id, m.received_at, m.asked FROM inbound_message m
WHERE m.org_id = ANY ($1) AND m.id = ANY ($2) AND m.ask_at <= $3 AND m.handled_at IS NULL ORDER BY m.id FOR UPDATE`
	sqlAskUnread = `UPDATE inbound_message SET asked = $3, ask_at = $4 WHERE org_id = $1 AND id = $2`
	// Staff were just told of it for the first time.
	sqlFirstUnread = `SELECT m.org_id, m.id, m.received_at, m.asked FROM inbound_message m
WHERE m.org_id = $1 AND m.id = $2 AND m.state = 'unread' AND m.asked = 0 AND m.handled_at IS NULL FOR UPDATE`
)

// unreadRow is a text whose words somebody must see now, and that is no patient's.
type unreadRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	ReceivedAt time.Time
	Asked      int
}

// climb says whether staff are told of the text now, and writes when next. It climbs
// as an alert of the gravest kind does, until somebody has seen to it.
func (r unreadRow) climb(b *pgx.Batch, now time.Time) bool {
	steps := alerts.DefaultEscalation(alerts.Red)
	a, asks := alerts.Tick(alerts.Alert{Severity: alerts.Red, Status: alerts.StatusOpen, AskingSince: r.ReceivedAt, Asked: r.Asked}, steps, now)
	next, _ := alerts.Wake(a, steps)
	b.Queue(sqlAskUnread, r.OrgID, r.ID, a.Asked, next)
	return len(asks) > 0
}

// followUnread sees to it that staff are told again of words that stand on no
// patient's board.
func (s *Store) followUnread(ctx context.Context, tx pgx.Tx, e carenet.Event, now time.Time) error {
	rows, err := tx.Query(ctx, sqlFirstUnread, e.Org, e.Subject)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[unreadRow])
	if err != nil || len(found) == 0 {
		return err
	}
	b := &pgx.Batch{}
	found[0].climb(b, now)
	return tx.SendBatch(ctx, b).Close()
}

// TickUnread tells staff once more of words that nobody has seen to.
func (s *Store) TickUnread(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlUnreadDue, limit, func(tx pgx.Tx, t *ticking) error {
		var due []unreadRow
		b := &pgx.Batch{}
		b.Queue(sqlScope, t.orgs)
		collect(b.Queue(sqlLockUnread, t.orgs, t.ids, t.now), &due)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, r := range due {
			if !r.climb(w, t.now) {
				continue
			}
			e := carenet.Event{ID: carenet.NewID(t.now), Org: r.OrgID, Batch: t.batch.ID, Kind: carenet.EventSafety, Subject: r.ID, At: t.now}
			queueEvent(w, e)
			t.batch.Events = append(t.batch.Events, e)
		}
		t.done = len(due)
		return tx.SendBatch(ctx, w).Close()
	})
}
