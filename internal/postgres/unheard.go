package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlClaimUnheard = `SELECT org, event, attempt FROM claim_unheard($1, $2)`
	sqlUnheard      = `SELECT a.org_id, a.event_id, a.id, a.sid, a.state, a.started_at, d.channel
FROM attempt a JOIN delivery d ON d.org_id = a.org_id AND d.event_id = a.event_id AND d.id = a.delivery_id
WHERE a.org_id = ANY ($1) AND a.event_id = ANY ($2) AND a.id = ANY ($3)`
	sqlAskOfAgain = `UPDATE attempt SET ask_at = $4 WHERE org_id = $1 AND event_id = $2 AND id = $3`

	sqlClaimUnserved = `SELECT org, event, delivery FROM claim_unserved_emails($1, $2)`
)

type unheardRow struct {
	OrgID     carenet.ID
	EventID   carenet.ID
	ID        carenet.ID
	SID       string
	State     string
	StartedAt time.Time
	Channel   string
}

// Unheard takes up to limit tries that the provider took a while ago and of which it
// has said nothing since, to be asked about. Each comes again later, until its news
// is there. done is how many were looked at.
func (s *Store) Unheard(ctx context.Context, limit int) (out []notify.Unheard, done int, err error) {
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		out = nil
		now := s.Now()
		orgs, events, ids, err := claimedInEvents(ctx, tx, sqlClaimUnheard, now, limit)
		if done = len(ids); err != nil || done == 0 {
			return err
		}
		if err := scope(ctx, tx, orgs); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlUnheard, orgs, events, ids)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[unheardRow])
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		for _, r := range found {
			if r.State != string(notify.AttemptSent) || r.SID == "" {
				b.Queue(sqlAskOfAgain, r.OrgID, r.EventID, r.ID, nil)
				continue
			}
			b.Queue(sqlAskOfAgain, r.OrgID, r.EventID, r.ID, orNever(notify.AskAt(notify.Channel(r.Channel), r.StartedAt, now)))
			out = append(out, notify.Unheard{Org: r.OrgID, Attempt: r.ID, Channel: notify.Channel(r.Channel), SID: r.SID})
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return out, done, err
}

// EndUnserved ends emails that wait in a service which has no mail server any more,
// and has their readers told otherwise where there is a way. An hour's grace lets a
// service be moved from one mail server to the next.
func (s *Store) EndUnserved(ctx context.Context, limit int) (int, error) {
	if slices.Contains(s.channels, notify.Email) {
		return 0, nil
	}
	return s.endMany(ctx, sqlClaimUnserved, overdueAge, limit, notify.Withdrawn, "this service sends no emails any more")
}
