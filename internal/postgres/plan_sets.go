package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
)

const (
	sqlSetByCode   = `SELECT s.org_id, s.id, s.code, s.version, s.items, s.about FROM question_set s WHERE s.org_id = $1 AND s.code = $2 ORDER BY s.version DESC LIMIT 1`
	sqlInsertFull  = `INSERT INTO question_set (org_id, id, code, version, items, about, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlPlannedSets = `SELECT p.org_id, p.patient_id, p.question_set_id, p.rrule, p.start_day FROM plan_set p
WHERE p.org_id = ANY ($1) AND p.patient_id = ANY ($2) AND p.ended_at IS NULL ORDER BY p.patient_id, p.position, p.id`
	sqlPlanOf = `SELECT s.code, s.items FROM plan_set p JOIN question_set s ON s.org_id = p.org_id AND s.id = p.question_set_id
WHERE p.org_id = $1 AND p.patient_id = $2 AND p.ended_at IS NULL`
	sqlInsertPlanSet = `INSERT INTO plan_set (org_id, id, patient_id, question_set_id, rrule, start_day, position, created_at)
VALUES ($1, $2, $3, $4, $5, $6, (SELECT count(*) FROM plan_set WHERE org_id = $1 AND patient_id = $3), $7)`
	sqlEndPlanSet = `UPDATE plan_set p SET ended_at = $4 FROM question_set s
WHERE s.org_id = p.org_id AND s.id = p.question_set_id AND p.org_id = $1 AND p.patient_id = $2 AND s.code = $3 AND p.ended_at IS NULL`
)

// AddQuestionSet gives an organisation a set of its own, or a new version of one.
func (s *Store) AddQuestionSet(ctx context.Context, actor carenet.Actor, set ask.QuestionSet) error {
	const op = "add question set"
	if err := errors.Join(set.Check(), set.CheckWords(), dialogue.CheckOptions(set)); err != nil {
		return err
	}
	if set.Code == ask.Wellbeing().Code {
		return carenet.Errorf(carenet.Invalid, op, "the set %s is asked first at every slot and cannot be replaced", set.Code)
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		b := &pgx.Batch{}
		id := carenet.NewID(now)
		b.Queue(sqlInsertFull, actor.Org, id, set.Code, set.Version, set.Items, set.About, now)
		s.queueAudit(b, actor, now, audited{Action: "question_set.add", Table: "question_set", Row: id})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "this version of the set is here already: a set that was asked never changes")
	})
}

// PlanSet has a patient asked a set, on the days of a rule among those on which
// they are asked how they are. A set that ships with the program is added to the
// organisation when it is first planned.
func (s *Store) PlanSet(ctx context.Context, actor carenet.Actor, patient carenet.ID, code, rrule string) error {
	const op = "plan question set"
	if rrule == "" {
		rrule = ask.Daily
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		var zone string
		if err := tx.QueryRow(ctx, sqlPersonZone, actor.Org, patient).Scan(&zone); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "there is no such patient")
		} else if err != nil {
			return err
		}
		start := carenet.LocalDay(now, zoneOf(zone))
		if err := ask.CheckRule(rrule, start); err != nil {
			return err
		}
		id, set, err := s.setToPlan(ctx, tx, actor.Org, code, now)
		if err != nil {
			return err
		}
		if err := fits(ctx, tx, actor.Org, patient, set); err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlInsertPlanSet, actor.Org, carenet.NewID(now), patient, id, rrule, int(start), now)
		s.queueAudit(b, actor, now, audited{Action: "plan.add", Table: "plan_set", Row: id, Patient: patient})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "there is no such patient")
	})
}

// EndSet has a patient asked a set no more. What was asked stays.
func (s *Store) EndSet(ctx context.Context, actor carenet.Actor, patient carenet.ID, code string) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		tag, err := tx.Exec(ctx, sqlEndPlanSet, actor.Org, patient, code, now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return carenet.Errorf(carenet.NotFound, "end question set", "this patient is not asked the set %q", code)
		}
		return s.audit(ctx, tx, actor, audited{Action: "plan.end", Table: "plan_set", Row: patient, Patient: patient})
	})
}

// setToPlan is the newest version that the organisation has.
func (s *Store) setToPlan(ctx context.Context, tx pgx.Tx, org carenet.ID, code string, now time.Time) (carenet.ID, ask.QuestionSet, error) {
	rows, err := tx.Query(ctx, sqlSetByCode, org, code)
	if err != nil {
		return carenet.NilID, ask.QuestionSet{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[setRow])
	if err == nil {
		return r.ID, r.set(), nil
	}
	if !errors.Is(err, pgx.ErrNoRows) {
		return carenet.NilID, ask.QuestionSet{}, err
	}
	set, ok := ask.Shipped(code)
	if !ok {
		return carenet.NilID, set, carenet.Errorf(carenet.NotFound, "plan question set", "there is no question set %.40q", code)
	}
	id := carenet.NewID(now)
	_, err = tx.Exec(ctx, sqlInsertFull, org, id, set.Code, set.Version, set.Items, set.About, now)
	return id, set, err
}

// fits refuses a set that asks what the patient is asked already: one answer could
// not be told from the other.
func fits(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, set ask.QuestionSet) error {
	const op = "plan question set"
	if set.Code == ask.Wellbeing().Code {
		return carenet.Errorf(carenet.Conflict, op, "everybody is asked %s first at every slot", set.Code)
	}
	rows, err := tx.Query(ctx, sqlPlanOf, org, patient)
	if err != nil {
		return err
	}
	var code string
	var items []ask.Item
	_, err = pgx.ForEachRow(rows, []any{&code, &items}, func() error {
		for _, i := range items {
			if _, twice := set.Item(i.Code); twice {
				return carenet.Errorf(carenet.Conflict, op, "this patient is asked %s already, in the set %s", i.Code, code)
			}
		}
		items = nil
		return nil
	})
	return err
}

type plannedSetRow struct {
	OrgID         carenet.ID
	PatientID     carenet.ID
	QuestionSetID carenet.ID
	RRule         string
	StartDay      int
}

// setsOn are the further sets that a slot of this day asks.
func setsOn(planned []plannedSetRow, patient carenet.ID, day carenet.Day) []carenet.ID {
	sets := []carenet.ID{}
	for _, p := range planned {
		if p.PatientID == patient && ask.On(p.RRule, carenet.Day(p.StartDay), day) {
			sets = append(sets, p.QuestionSetID)
		}
	}
	return sets
}
