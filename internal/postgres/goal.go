package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlGoals = `SELECT e.org_id, e.id, e.goal_id, e.kind, e.by_id, n.name_enc, e.words_enc, e.review_day, e.at FROM goal_entry e
JOIN person n ON n.org_id = e.org_id AND n.id = e.by_id WHERE e.org_id = $1 AND e.patient_id = $2 ORDER BY e.id`
	sqlGoalKept   = `SELECT e.id, e.patient_id, e.by_id, e.kind, e.after_id, e.review_day, e.words_enc FROM goal_entry e WHERE e.org_id = $1 AND e.form_key = $2`
	sqlGoalNewest = `SELECT e.id FROM goal_entry e WHERE e.org_id = $1 AND e.patient_id = $2 AND e.goal_id = $3
  AND NOT EXISTS (SELECT FROM goal_entry l WHERE l.org_id = e.org_id AND l.after_id = e.id)`
	sqlInsertGoal = `INSERT INTO goal_entry (org_id, id, patient_id, goal_id, kind, after_id, form_key, by_id, words_enc, review_day, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
)

type goalRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	GoalID    carenet.ID
	Kind      string
	ByID      carenet.ID
	NameEnc   []byte
	WordsEnc  []byte
	ReviewDay *int
	At        time.Time
}

// goals are a patient's: those that stand first.
func (s *Store) goals(ctx context.Context, tx pgx.Tx, org, patient carenet.ID) ([]carenet.Goal, error) {
	rows, err := tx.Query(ctx, sqlGoals, org, patient)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[goalRow])
	if err != nil {
		return nil, err
	}
	var entries []carenet.GoalEntry
	for _, r := range found {
		e := carenet.GoalEntry{ID: r.ID, Goal: r.GoalID, Kind: carenet.GoalKind(r.Kind), Review: dayOrZero(r.ReviewDay), At: r.At}
		if e.By, err = s.personName(r.NameEnc, r.OrgID, r.ByID); err != nil {
			return nil, err
		}
		if e.Words, err = s.open(r.WordsEnc, r.OrgID, "goal_entry", "words_enc", r.ID); err != nil {
			return nil, err
		}
		entries = append(entries, e)
	}
	return carenet.Goals(entries), nil
}

func dayOrZero(day *int) carenet.Day {
	if day == nil {
		return 0
	}
	return carenet.Day(*day)
}

type goalKeptRow struct {
	ID        carenet.ID
	PatientID carenet.ID
	ByID      carenet.ID
	Kind      string
	AfterID   *carenet.ID
	ReviewDay *int
	WordsEnc  []byte
}

// KeepGoal keeps a goal that staff agreed with a patient, or what became of one. Nothing is
// overwritten. The same form sent twice counts once. It is of code Invalid when the form
// cannot be kept, NotFound when there is no such patient or goal, Conflict when something
// became of the goal meanwhile.
func (s *Store) KeepGoal(ctx context.Context, actor carenet.Actor, patient carenet.ID, n carenet.NewGoal) (batch carenet.Batch, err error) {
	const op = "keep goal"
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.lockPatient(ctx, tx, actor, op, patient); err != nil {
			return err
		}
		var state, zone string
		var next *time.Time
		if err := tx.QueryRow(ctx, sqlPatientHead, actor.Org, patient).Scan(&state, &zone, &next); err != nil {
			return err
		}
		n, _, err := n.Clean(carenet.LocalDay(now, zoneOf(zone)))
		if err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlGoalKept, actor.Org, n.Key)
		if err != nil {
			return err
		}
		kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[goalKeptRow])
		if err != nil {
			return err
		}
		for _, k := range kept {
			words, err := s.open(k.WordsEnc, actor.Org, "goal_entry", "words_enc", k.ID)
			if err != nil {
				return err
			}
			if k.PatientID == patient && k.ByID == actor.Person && k.Kind == string(n.Kind) && orNil(k.AfterID) == n.After && dayOrZero(k.ReviewDay) == n.Review && words == n.Words {
				return nil // it was sent twice
			}
			n.Key = carenet.NewID(now) // a form that was gone back to
		}
		id := carenet.NewID(now)
		goal := id
		if n.Kind != carenet.GoalAgreed {
			goal = n.Goal
			rows, err := tx.Query(ctx, sqlGoalNewest, actor.Org, patient, goal)
			if err != nil {
				return err
			}
			newest, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
			if err != nil {
				return err
			}
			if len(newest) == 0 {
				return carenet.Errorf(carenet.NotFound, op, "there is no such goal")
			}
			if newest[0] != n.After {
				return carenet.Errorf(carenet.Conflict, op, "this goal was changed meanwhile")
			}
		}
		sealed, err := s.seal(n.Words, actor.Org, "goal_entry", "words_enc", id)
		if err != nil {
			return err
		}
		var review *int
		if n.Review != 0 {
			day := int(n.Review)
			review = &day
		}
		b := &pgx.Batch{}
		b.Queue(sqlInsertGoal, actor.Org, id, patient, goal, string(n.Kind), orNull(n.After), n.Key, actor.Person, sealed, review, now)
		batch.Events = s.queueRecorded(b, actor, patient, batch.ID, now, audited{Action: "goal." + string(n.Kind), Table: "goal_entry", Row: id, Patient: patient})
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}
