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
	hasEmail = `EXISTS (SELECT FROM contact_point m WHERE m.org_id = d.org_id AND m.person_id = d.recipient_id AND m.kind = 'email' AND m.removed_at IS NULL
  AND (m.unsubscribed_at IS NULL OR d.audience = 'clinician'))`
	// A messaging service and a short code cannot call.
	mayCall = `EXISTS (SELECT FROM sender v WHERE v.org_id = d.org_id AND v.retired_at IS NULL AND v.number LIKE '+%')`

	// What may be done instead of a delivery that ended. Its conversation is locked by
	// then, and what the provider said of the number is written. An email has none: who
	// got it may have a number all the same.
	sqlEndedDeliveries = `SELECT d.org_id, d.event_id, d.id, d.kind, d.audience, d.channel, d.expires_at, c.id IS NULL AS no_number, c.id AS talk, c.sender_id AS talk_sender,
  coalesce(c.opted_out_at IS NOT NULL, false) AS stopped, coalesce(c.wrong_number_at IS NOT NULL, false) AS wrong,
  coalesce(c.suspect_at IS NOT NULL, false) AS suspect, coalesce(c.suspect_code, 0) AS suspect_code,
  ` + hasEmail + ` AS email, ` + mayCall + ` AS calls,
  ARRAY (SELECT x.channel FROM delivery x WHERE x.org_id = d.org_id AND x.event_id = d.event_id AND x.recipient_id = d.recipient_id) AS before
FROM delivery d LEFT JOIN conversation c ON c.org_id = d.org_id AND c.id = CASE WHEN d.channel <> 'email' THEN d.conversation_id ELSE
  (SELECT p.conversation_id FROM contact_point p WHERE p.org_id = d.org_id AND p.person_id = d.recipient_id AND p.kind = 'phone' AND p.removed_at IS NULL
   ORDER BY p.position, p.id LIMIT 1) END
WHERE d.org_id = ANY ($1) AND d.event_id = ANY ($2) AND d.id = ANY ($3)`
	// The same to the same person, on another channel: unique by channel (INV-3).
	sqlNextDelivery = `INSERT INTO delivery (org_id, event_id, id, kind, audience, recipient_id, conversation_id, patient_id, follower_id,
  channel, priority, state, reason, cause, due_at, expires_at, created_at, changed_at, sender_id, contact_id)
SELECT d.org_id, d.event_id, $4, d.kind, d.audience, d.recipient_id, CASE WHEN m.id IS NULL THEN coalesce($11, d.conversation_id) ELSE $9 END, d.patient_id, d.follower_id,
  $5, d.priority, 'queued', $6, '', $7, $8, $7, $7, CASE WHEN m.id IS NOT NULL THEN $10 WHEN d.channel = 'email' THEN $12 ELSE d.sender_id END, m.id
FROM delivery d LEFT JOIN LATERAL (SELECT p.id FROM contact_point p WHERE $5 = 'email' AND p.org_id = d.org_id AND p.person_id = d.recipient_id
  AND p.kind = 'email' AND p.removed_at IS NULL ORDER BY p.position, p.id LIMIT 1) m ON true
WHERE d.org_id = $1 AND d.event_id = $2 AND d.id = $3
ON CONFLICT (org_id, event_id, recipient_id, channel) DO NOTHING`
)

// ended is a delivery that came to its end without arriving.
type ended struct {
	org, event, delivery carenet.ID
	tried                notify.Tried // but for its channel
}

type endedRow struct {
	OrgID       carenet.ID
	EventID     carenet.ID
	ID          carenet.ID
	Kind        string
	Audience    string
	Channel     string
	ExpiresAt   time.Time
	NoNumber    bool
	Talk        *carenet.ID // the conversation with their number
	TalkSender  *carenet.ID
	Stopped     bool
	Wrong       bool
	Suspect     bool
	SuspectCode int
	Email       bool
	Calls       bool
	Before      []string
}

func (r endedRow) number() notify.Number {
	return notify.Number{None: r.NoNumber, Stopped: r.Stopped, Wrong: r.Wrong, Suspect: r.Suspect, SuspectCode: r.SuspectCode}
}

// contact is how somebody can be told, on the channels that this deployment serves.
func (s *Store) contact(n notify.Number, calls, email bool) notify.Contact {
	return notify.Contact{
		Number: n, Called: calls && slices.Contains(s.channels, notify.Voice),
		Email: email && slices.Contains(s.channels, notify.Email),
	}
}

// moveOn has people told on another channel of what did not reach them on one, in
// the transaction in which that became known.
func (s *Store) moveOn(ctx context.Context, tx pgx.Tx, list []ended, now time.Time) error {
	if len(list) == 0 {
		return nil
	}
	var orgs, events, ids []carenet.ID
	for _, e := range list {
		orgs, events, ids = addID(orgs, e.org), addID(events, e.event), addID(ids, e.delivery)
	}
	rows, err := tx.Query(ctx, sqlEndedDeliveries, orgs, events, ids)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[endedRow])
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for _, e := range list {
		i := slices.IndexFunc(found, func(r endedRow) bool { return r.OrgID == e.org && r.EventID == e.event && r.ID == e.delivery })
		if i < 0 {
			continue
		}
		r := found[i]
		var before []notify.Channel
		for _, c := range r.Before {
			before = append(before, notify.Channel(c))
		}
		kind, to := notify.Kind(r.Kind), carenet.Audience(r.Audience)
		e.tried.Channel = notify.Channel(r.Channel)
		e.tried.StopsOut = e.tried.StopsOut || r.Stopped
		next, reason := notify.NextChannel(kind, to, s.contact(r.number(), r.Calls, r.Email).Ways(to), e.tried, before)
		if next == "" {
			continue
		}
		expires := r.ExpiresAt
		if kind == notify.KindAlert {
			expires = now.Add(notify.Life(kind))
		}
		b.Queue(sqlNextDelivery, r.OrgID, r.EventID, r.ID, carenet.NewID(now), string(next), reason, now, expires, carenet.NilID, mailSender, r.Talk, r.TalkSender)
	}
	if b.Len() == 0 {
		return nil
	}
	return tx.SendBatch(ctx, b).Close()
}

// endsWithout says whether a verdict ends its delivery without arriving.
func endsWithout(v notify.Verdict) bool {
	switch v.Delivery {
	case notify.Failed, notify.Expired, notify.NeedsHuman:
		return true
	}
	return false
}
