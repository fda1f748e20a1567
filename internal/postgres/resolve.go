package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

// ResolveAlert ends an alert with what came of it: called, visited, medication,
// false_alarm or other, and a note that is kept sealed. It is of code Conflict
// when the alert is closed already, NotFound when there is none, Invalid without
// an outcome: no alert ends without one.
func (s *Store) ResolveAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, outcome alerts.Outcome, note string) (carenet.Batch, error) {
	return s.changeAlert(ctx, actor, alert, "resolve alert", func(b *pgx.Batch, row alertRow, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
		return s.resolve(b, actor, row, outcome, note, batch, now)
	})
}

// EscalateAlert has everybody asked about an alert at once.
func (s *Store) EscalateAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID) (carenet.Batch, error) {
	return s.changeAlert(ctx, actor, alert, "escalate alert", func(b *pgx.Batch, row alertRow, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
		return s.escalate(b, actor, row, batch, now)
	})
}

// changeAlert runs one decision of a member of staff under the alert's lock.
func (s *Store) changeAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, op string,
	change func(*pgx.Batch, alertRow, carenet.ID, time.Time) ([]carenet.Event, error),
) (carenet.Batch, error) {
	var batch carenet.Batch
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		rows, err := alertsFor(ctx, tx, sqlAlertByID, actor.Org, alert)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return carenet.Errorf(carenet.NotFound, op, "there is no such alert")
		}
		b := &pgx.Batch{}
		if batch.Events, err = change(b, rows[0], batch.ID, now); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// resolve decides under the alert's lock and queues what changes.
func (s *Store) resolve(b *pgx.Batch, actor carenet.Actor, row alertRow, outcome alerts.Outcome, note string, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	a, change, err := alerts.Resolve(row.alert(), actor.Person, outcome, note, now)
	if err != nil {
		return nil, err
	}
	queueAlert(b, row, a, now)
	if err := s.queueAlertEntry(b, row.OrgID, row.ID, string(change.Kind), actor, note, now); err != nil {
		return nil, err
	}
	s.queueAudit(b, actor, now, audited{
		Action: "alert.resolve", Table: "alert", Row: row.ID, Patient: row.PatientID,
		Detail: map[string]any{"outcome": string(outcome)},
	})
	return queueAlertChanged(b, row, batch, now), nil
}

// escalate decides under the alert's lock and queues what changes.
func (s *Store) escalate(b *pgx.Batch, actor carenet.Actor, row alertRow, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	a, changes, err := alerts.Escalate(row.alert(), row.escalation(), actor.Person, now)
	if err != nil {
		return nil, err
	}
	queueAlert(b, row, a, now)
	for _, c := range changes {
		if err := s.queueAlertEntry(b, row.OrgID, row.ID, string(c.Kind), actor, "", now); err != nil {
			return nil, err
		}
	}
	s.queueAudit(b, actor, now, audited{Action: "alert.escalate", Table: "alert", Row: row.ID, Patient: row.PatientID})
	return append(queueAsks(b, row.OrgID, row.PatientID, row.ID, row.Number, batch, changes, now), queueAlertChanged(b, row, batch, now)...), nil
}

// queueAlertChanged tells open pages.
func queueAlertChanged(b *pgx.Batch, row alertRow, batch carenet.ID, now time.Time) []carenet.Event {
	e := carenet.Event{
		ID: carenet.NewID(now), Org: row.OrgID, Batch: batch, Kind: carenet.EventAlertChanged, Patient: row.PatientID,
		Subject: row.ID, Detail: carenet.Detail{Alert: row.ID, AlertNumber: row.Number}, At: now,
	}
	queueEvent(b, e)
	return []carenet.Event{e}
}
