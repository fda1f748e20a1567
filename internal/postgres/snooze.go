package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
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
	})
}
