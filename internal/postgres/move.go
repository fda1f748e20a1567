package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

const (
	sqlMovePerson = `UPDATE person SET zone = $3 WHERE org_id = $1 AND id = $2`
	// Locked, so that a slot is either asked before the move or after it.
	sqlLockSchedules = `SELECT s.id, s.rrule, s.local_time, s.start_day, s.next_at, s.next_day FROM schedule s
WHERE s.org_id = $1 AND s.patient_id = $2 AND s.ended_at IS NULL ORDER BY s.id FOR UPDATE`
	sqlLastAsked     = `SELECT q.schedule_id, max(q.slot_day) FROM prompt q WHERE q.org_id = $1 AND q.schedule_id = ANY ($2) GROUP BY q.schedule_id`
	sqlMoveSchedule  = `UPDATE schedule SET zone = $3, next_at = $4, next_day = $5 WHERE org_id = $1 AND id = $2`
	sqlPatientIsHere = `SELECT EXISTS (SELECT 1 FROM patient WHERE org_id = $1 AND id = $2)`
)

type lockedSchedule struct {
	ID        carenet.ID
	RRule     string
	LocalTime string
	StartDay  int
	NextAt    *time.Time
	NextDay   *int
}

// MovePatient notes that a patient lives by another zone's clocks from now on.
// They are asked at the same times of day as before: no day twice, and none left
// out that they live through (INV-6).
func (s *Store) MovePatient(ctx context.Context, actor carenet.Actor, patient carenet.ID, zone string) error {
	if _, err := carenet.Zone(zone); err != nil {
		return err
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		var here bool
		if err := tx.QueryRow(ctx, sqlPatientIsHere, actor.Org, patient).Scan(&here); err != nil {
			return err
		}
		if !here {
			return carenet.Errorf(carenet.NotFound, "move patient", "there is no such patient")
		}
		rows, err := tx.Query(ctx, sqlLockSchedules, actor.Org, patient)
		if err != nil {
			return err
		}
		schedules, err := pgx.CollectRows(rows, pgx.RowToStructByName[lockedSchedule])
		if err != nil {
			return err
		}
		asked, err := lastAsked(ctx, tx, actor.Org, schedules)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlMovePerson, actor.Org, patient, zone)
		for _, r := range schedules {
			next, day, err := r.moved(zone, now, asked)
			if err != nil {
				return err
			}
			b.Queue(sqlMoveSchedule, actor.Org, r.ID, zone, next, day)
		}
		s.queueAudit(b, actor, now, audited{Action: "patient.move", Table: "person", Row: patient, Patient: patient})
		return tx.SendBatch(ctx, b).Close()
	})
}

// lastAsked finds the last day that each schedule has asked for.
func lastAsked(ctx context.Context, tx pgx.Tx, org carenet.ID, schedules []lockedSchedule) (map[carenet.ID]carenet.Day, error) {
	var ids []carenet.ID
	for _, r := range schedules {
		ids = append(ids, r.ID)
	}
	rows, err := tx.Query(ctx, sqlLastAsked, org, ids)
	if err != nil {
		return nil, err
	}
	asked := map[carenet.ID]carenet.Day{}
	var id carenet.ID
	var day int
	_, err = pgx.ForEachRow(rows, []any{&id, &day}, func() error {
		asked[id] = carenet.Day(day)
		return nil
	})
	return asked, err
}

// moved is the schedule's next slot in the zone.
func (r lockedSchedule) moved(zone string, now time.Time, asked map[carenet.ID]carenet.Day) (*time.Time, *int, error) {
	if r.NextAt == nil || r.NextDay == nil || !r.NextAt.After(now) {
		return r.NextAt, r.NextDay, nil // over, or due already: a worker is about to ask
	}
	table, err := ask.Schedule{RRule: r.RRule, Zone: zone, LocalTime: r.LocalTime, Start: carenet.Day(r.StartDay)}.Compile()
	if err != nil {
		return nil, nil, err
	}
	done, ok := asked[r.ID]
	if !ok {
		done = carenet.Day(*r.NextDay) - 1
	}
	slot, ok := table.Resume(now, done)
	if !ok {
		return nil, nil, nil
	}
	day := int(slot.Day)
	return &slot.At, &day, nil
}
