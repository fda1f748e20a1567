package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlClaimUnsettled = `SELECT org, event, delivery, attempt FROM claim_unsettled($1, $2)`
	sqlUnsettledRows  = `SELECT a.org_id, a.event_id, a.id, c.id AS conversation_id, c.number_enc, d.channel, d.id AS delivery_id, d.body_enc, s.number AS from_number, a.started_at
FROM attempt a
JOIN delivery d ON d.org_id = a.org_id AND d.event_id = a.event_id AND d.id = a.delivery_id
JOIN conversation c ON c.org_id = a.org_id AND c.id = a.conversation_id
JOIN sender s ON s.org_id = a.org_id AND s.id = a.sender_id
WHERE a.org_id = ANY ($1) AND a.event_id = ANY ($2) AND a.id = ANY ($3)`
	sqlLookAgain = `UPDATE attempt SET state = 'uncertain', lease_until = $4 WHERE org_id = $1 AND event_id = $2 AND id = $3`
)

type unsettledRow struct {
	OrgID          carenet.ID
	EventID        carenet.ID
	ID             carenet.ID
	ConversationID carenet.ID
	NumberEnc      []byte
	Channel        string
	DeliveryID     carenet.ID
	BodyEnc        []byte
	FromNumber     string
	StartedAt      time.Time
}

// Unsettled takes attempts whose lease ran out, marks them uncertain and gives
// them to be looked for in the provider's list. While one worker looks, others
// leave it alone.
func (s *Store) Unsettled(ctx context.Context, limit int) ([]notify.Unsettled, error) {
	var out []notify.Unsettled
	err := s.inTx(ctx, nil, func(tx pgx.Tx) error {
		out = nil
		now := s.Now()
		rows, err := tx.Query(ctx, sqlClaimUnsettled, now, limit)
		if err != nil {
			return err
		}
		var orgs, events, ids []carenet.ID
		var org, event, delivery, attempt carenet.ID
		if _, err := pgx.ForEachRow(rows, []any{&org, &event, &delivery, &attempt}, func() error {
			orgs, events, ids = addID(orgs, org), addID(events, event), append(ids, attempt)
			return nil
		}); err != nil || len(ids) == 0 {
			return err
		}
		if err := scope(ctx, tx, orgs); err != nil {
			return err
		}
		rows, err = tx.Query(ctx, sqlUnsettledRows, orgs, events, ids)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[unsettledRow])
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, r := range found {
			to, err := s.open(r.NumberEnc, r.OrgID, "conversation", "number_enc", r.ConversationID)
			var body string
			if err == nil {
				body, err = s.open(r.BodyEnc, r.OrgID, "delivery", "body_enc", r.DeliveryID)
			}
			if err != nil {
				// One that cannot be opened must not keep the others from being found.
				b.Queue(sqlLookAgain, r.OrgID, r.EventID, r.ID, now.Add(unreadableWait))
				b.Queue(sqlUpdateDelivery, r.OrgID, r.EventID, r.DeliveryID, string(notify.Uncertain), causeUnreadable, nil, now, false)
				continue
			}
			b.Queue(sqlLookAgain, r.OrgID, r.EventID, r.ID, now.Add(s.rules.LookEvery))
			b.Queue(sqlUpdateDelivery, r.OrgID, r.EventID, r.DeliveryID, string(notify.Uncertain), "looking for it in the provider's list", nil, now, false)
			out = append(out, notify.Unsettled{Org: r.OrgID, Event: r.EventID, Attempt: r.ID, Channel: notify.Channel(r.Channel), From: r.FromNumber, To: to, Body: body, StartedAt: r.StartedAt, LookedAt: now})
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return out, err
}

const sqlBoundSIDs = `SELECT sid FROM lookup_bound_sids($1)`

// BoundSIDs says which of the provider's ids already belong to an attempt.
func (s *Store) BoundSIDs(ctx context.Context, sids []string) (map[string]bool, error) {
	rows, err := s.pool.Query(ctx, sqlBoundSIDs, sids)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	bound := make(map[string]bool, len(found))
	for _, sid := range found {
		bound[sid] = true
	}
	return bound, err
}

// SettleListed writes what the provider's list says of an attempt; found is nil
// when it is not there.
func (s *Store) SettleListed(ctx context.Context, u notify.Unsettled, found *notify.ListedText) error {
	return s.settle(ctx, []attemptRef{{u.Org, u.Event, u.Attempt}}, func(a notify.Attempt, _ time.Time) notify.Verdict {
		return s.rules.AfterListing(a, found, u.LookedAt)
	})
}
