package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlDueLanes    = `SELECT org, sender, lane, waiting, per_minute FROM lookup_lanes($1, $2, $3, $4, $5)`
	sqlSenderless  = `SELECT org, event, delivery FROM lookup_senderless($1, $2)`
	sqlGiveSender  = `UPDATE delivery SET sender_id = $4, changed_at = $5 WHERE org_id = $1 AND event_id = $2 AND id = $3 AND state = 'queued' AND sender_id IS NULL`
	sqlSenderlessD = `SELECT d.org_id, d.event_id, d.id, d.conversation_id, c.sender_id AS usual FROM delivery d
LEFT JOIN conversation c ON c.org_id = d.org_id AND c.id = d.conversation_id
WHERE d.org_id = ANY ($1) AND d.event_id = ANY ($2) AND d.id = ANY ($3) AND d.state = 'queued' AND d.sender_id IS NULL`
)

// claimAge is how old a text's event may be for the text to leave: no text lives
// longer, and older partitions need not be looked at.
const claimAge = 40 * 24 * time.Hour

// claimFloor is the id below which no event's text is claimed.
func claimFloor(now time.Time) carenet.ID { return carenet.FloorID(now.Add(-claimAge)) }

type dueRow struct {
	Org       carenet.ID
	Sender    carenet.ID
	Lane      int
	Waiting   int
	PerMinute *int
}

// Due lists the lanes from low to high in which texts may leave now, the most
// urgent first; of each, it counts up to most.
func (s *Store) Due(ctx context.Context, low, high notify.Priority, most int) ([]notify.Due, error) {
	now := s.Now()
	rows, err := s.pool.Query(ctx, sqlDueLanes, now, claimFloor(now), int(low), int(high), most)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[dueRow])
	due := make([]notify.Due, len(found))
	for i, r := range found {
		due[i] = notify.Due{Org: r.Org, Sender: r.Sender, Lane: notify.Priority(r.Lane), Waiting: r.Waiting}
		if r.PerMinute != nil {
			due[i].PerMinute = *r.PerMinute
		}
	}
	return due, err
}

// GiveSenders gives a sender to texts that have none: those of a version that
// knew of one sender alone, and those of a sender that was retired.
func (s *Store) GiveSenders(ctx context.Context, limit int) (int, error) {
	now, done := s.Now(), 0
	orgs, events, ids, err := claimedInEvents(ctx, s.pool, sqlSenderless, claimFloor(now), limit)
	if err != nil || len(ids) == 0 {
		return 0, err
	}
	err = s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		done = 0
		var senders []activeSenderRow
		var waiting []senderlessRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlActiveSenders, orgs), &senders)
		collect(b.Queue(sqlSenderlessD, orgs, events, ids), &waiting)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, d := range waiting {
			var pool []notify.Sender
			for _, x := range senders {
				if x.OrgID == d.OrgID {
					pool = append(pool, notify.Sender{ID: x.ID, Position: x.Position})
				}
			}
			chosen, why := notify.ChooseSender(pool, carenet.NilID, orNil(d.Usual), d.ConversationID)
			if chosen == carenet.NilID {
				w.Queue(sqlEndDelivery, d.OrgID, d.EventID, d.ID, string(notify.NeedsHuman), why, now)
			} else {
				w.Queue(sqlGiveSender, d.OrgID, d.EventID, d.ID, chosen, now)
			}
			done++
		}
		return tx.SendBatch(ctx, w).Close()
	})
	return done, err
}

type senderlessRow struct {
	OrgID          carenet.ID
	EventID        carenet.ID
	ID             carenet.ID
	ConversationID carenet.ID
	Usual          *carenet.ID
}
