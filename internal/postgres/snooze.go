package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/reply"
)

const sqlUseful = `UPDATE alert SET useful = $3, useful_by = $4, useful_at = $5, changed_at = $5 WHERE org_id = $1 AND id = $2`

// PutOffAlert lets an alert ask nobody for some time, for a reason that is kept
// sealed. It is of code Conflict when that may not be or somebody else holds it,
// Invalid without a reason or a time.
func (s *Store) PutOffAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, forTime time.Duration, reason string) (carenet.Batch, error) {
	return s.changeAlert(ctx, actor, alert, "put alert off", func(b *pgx.Batch, row alertRow, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
		events, _, err := s.putOff(b, actor, row, forTime, reason, batch, now)
		return events, err
	})
}

// putOff decides under the alert's lock and queues what changes.
func (s *Store) putOff(b *pgx.Batch, actor carenet.Actor, row alertRow, forTime time.Duration, reason string, batch carenet.ID, now time.Time) ([]carenet.Event, time.Time, error) {
	a, change, err := alerts.PutOff(row.alert(), actor.Person, forTime, reason, now)
	if err != nil {
		return nil, time.Time{}, err
	}
	queueAlert(b, row, a, now)
	if err := s.queueAlertEntry(b, row.OrgID, row.ID, string(change.Kind), actor, reason, now); err != nil {
		return nil, time.Time{}, err
	}
	s.queueAudit(b, actor, now, audited{
		Action: "alert.put_off", Table: "alert", Row: row.ID, Patient: row.PatientID,
		Detail: map[string]any{"until": a.Snooze.Until.Format(time.RFC3339)},
	})
	return queueAlertChanged(b, row, batch, now), a.Snooze.Until, nil
}

// RateAlert keeps whether staff found an alert useful. It may be said again, and
// what was said last counts.
func (s *Store) RateAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, useful bool) (carenet.Batch, error) {
	return s.changeAlert(ctx, actor, alert, "rate alert", func(b *pgx.Batch, row alertRow, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
		return s.rate(b, actor, row, useful, batch, now)
	})
}

// rate queues what was said of an alert, under its lock.
func (s *Store) rate(b *pgx.Batch, actor carenet.Actor, row alertRow, useful bool, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	kind := "not_useful"
	if useful {
		kind = "useful"
	}
	b.Queue(sqlUseful, row.OrgID, row.ID, useful, actor.Person, now)
	if err := s.queueAlertEntry(b, row.OrgID, row.ID, kind, actor, "", now); err != nil {
		return nil, err
	}
	s.queueAudit(b, actor, now, audited{
		Action: "alert.rate", Table: "alert", Row: row.ID, Patient: row.PatientID, Detail: map[string]any{"useful": useful},
	})
	return queueAlertChanged(b, row, batch, now), nil
}

// rateWithin is how long an alert without a number is the one that the sender closed.
const rateWithin = 24 * time.Hour

const sqlAlertsClosedBy = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = $1 AND a.state = 'resolved' AND a.resolved_by = $2 AND a.resolved_at > $3 ORDER BY a.id FOR UPDATE`

// rated keeps what a member of staff says by text of a closed alert: the one of the
// number, or the only one that they closed lately.
func (o *order) rated(ctx context.Context) error {
	sql, args := sqlAlertsClosedBy, []any{o.it.org, o.By, o.now.Add(-rateWithin)}
	if o.Number > 0 {
		sql, args = sqlAlertsByNumber, []any{o.it.org, o.Number}
	}
	rows, err := alertsFor(ctx, o.tx, sql, args...)
	if err != nil {
		return err
	}
	switch {
	case len(rows) == 0 && o.Number > 0:
		o.answer(carenet.Detail{Reply: carenet.ReplyAckUnknown, AlertNumber: o.Number})
		return nil
	case len(rows) != 1:
		o.answer(carenet.Detail{Reply: carenet.ReplyUsefulWhich})
		return nil
	}
	row := rows[0]
	o.it.out.Patient = row.PatientID
	answer := carenet.Detail{Alert: row.ID, AlertNumber: row.Number, Reply: carenet.ReplyNotUseful}
	if row.State != string(alerts.StatusResolved) {
		answer.Reply = carenet.ReplyUsefulOpen
		o.answer(answer)
		return nil
	}
	useful := o.Command == reply.CommandUseful
	if useful {
		answer.Reply = carenet.ReplyUseful
	}
	events, err := o.store.rate(o.b, o.actor(), row, useful, o.batch.ID, o.now)
	if err != nil {
		return err
	}
	// Written already with their change; only the bell must know.
	o.batch.Events = append(o.batch.Events, events...)
	o.answer(answer)
	return nil
}
