package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

// NewPatient is a patient to be enrolled.
type NewPatient struct {
	NewPerson
	RRule     string // RFC 5545; ask.Daily when empty
	LocalTime string // such as 09:00; empty: nobody is asked until a schedule is set
}

const (
	sqlInsertPatient = `INSERT INTO patient (org_id, id, state, enrolled_at) VALUES ($1, $2, $3, $4)`
	sqlInsertConsent = `INSERT INTO consent (org_id, id, patient_id, follower_id, kind, scope, words_version, given_by, actor_kind, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlNewestSet      = `SELECT id FROM question_set WHERE org_id = $1 AND code = $2 ORDER BY version DESC LIMIT 1`
	sqlInsertSchedule = `INSERT INTO schedule (org_id, id, patient_id, question_set_id, rrule, local_time, zone, start_day, next_at, next_day, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlPersonZone      = `SELECT zone FROM person WHERE org_id = $1 AND id = $2`
	sqlInsertFollower  = `INSERT INTO follower (org_id, id, patient_id, person_id, state, scope, consent_id, created_at, changed_at) VALUES ($1, $2, $3, $4, 'active', $5, $6, $7, $7)`
	sqlInsertClinician = `INSERT INTO clinician (org_id, id, roles, created_at) VALUES ($1, $2, $3, $4)`
)

// byOperator is the version of the words under which an operator at the command
// line vouches that the person agreed on paper.
const byOperator = "operator-1"

// AddPatient enrols a patient who agreed on paper, with a schedule.
func (s *Store) AddPatient(ctx context.Context, actor carenet.Actor, n NewPatient) (carenet.ID, error) {
	const op = "add patient"
	var patient carenet.ID
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		b := &pgx.Batch{}
		person, err := s.newPatient(ctx, tx, b, actor.Org, n, "active", now)
		if err != nil {
			return err
		}
		patient = person
		b.Queue(sqlInsertConsent, actor.Org, carenet.NewID(now), person, nil, "enrol", []string{}, byOperator, person, string(actor.Kind), now)
		s.queueAudit(b, actor, now, audited{Action: "patient.add", Table: "patient", Row: person, Patient: person})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return asConflict(err, op, "this person is a patient here already")
		}
		if n.LocalTime == "" {
			return nil
		}
		return s.addSchedule(ctx, tx, actor.Org, person, n)
	})
	return patient, err
}

// newPatient adds the person and queues their row as a patient.
func (s *Store) newPatient(ctx context.Context, tx pgx.Tx, b *pgx.Batch, org carenet.ID, n NewPatient, state string, now time.Time) (carenet.ID, error) {
	if n.Phone == "" {
		return carenet.NilID, carenet.Errorf(carenet.Invalid, "add patient", "a patient needs a phone number: we ask by text")
	}
	person, err := s.addPerson(ctx, tx, org, n.NewPerson)
	if err == nil {
		b.Queue(sqlInsertPatient, org, person, state, now)
	}
	return person, err
}

func (s *Store) addSchedule(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, n NewPatient) error {
	now := s.Now()
	var set carenet.ID
	if err := tx.QueryRow(ctx, sqlNewestSet, org, ask.Wellbeing().Code).Scan(&set); err != nil {
		return err
	}
	var zone string
	if err := tx.QueryRow(ctx, sqlPersonZone, org, patient).Scan(&zone); err != nil {
		return err
	}
	sched := ask.Schedule{RRule: n.RRule, Zone: zone, LocalTime: n.LocalTime, Start: carenet.LocalDay(now, zoneOf(zone))}
	if sched.RRule == "" {
		sched.RRule = ask.Daily
	}
	table, err := sched.Compile()
	if err != nil {
		return err
	}
	slot, ok := table.Next(now)
	if !ok {
		return carenet.Errorf(carenet.Invalid, "add schedule", "this schedule never asks")
	}
	_, err = tx.Exec(ctx, sqlInsertSchedule, org, carenet.NewID(now), patient, set, sched.RRule, sched.LocalTime, sched.Zone, int(sched.Start), slot.At, int(slot.Day), now)
	return err
}

// NewFollower is a place in a patient's circle.
type NewFollower struct {
	NewPerson
	Patient carenet.ID
	Scope   carenet.Scope
}

// AddFollower gives a person a place in a circle, with what the patient agreed
// on paper to show them.
func (s *Store) AddFollower(ctx context.Context, actor carenet.Actor, n NewFollower) (carenet.ID, error) {
	const op = "add follower"
	if len(n.Scope) == 0 {
		return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "say what the patient agreed to share")
	}
	var follower carenet.ID
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		person, err := s.addPerson(ctx, tx, actor.Org, n.NewPerson)
		if err != nil {
			return err
		}
		follower = carenet.NewID(now)
		consent := carenet.NewID(now)
		b := &pgx.Batch{}
		b.Queue(sqlInsertFollower, actor.Org, follower, n.Patient, person, n.Scope.Strings(), consent, now)
		b.Queue(sqlInsertConsent, actor.Org, consent, n.Patient, follower, "share", n.Scope.Strings(), byOperator, n.Patient, string(actor.Kind), now)
		s.queueAudit(b, actor, now, audited{Action: "follower.add", Table: "follower", Row: follower, Patient: n.Patient})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "this person is in the circle already, or there is no such patient")
	})
	return follower, err
}

// NewClinician is a member of staff.
type NewClinician struct {
	NewPerson
	Roles []string // admin, coordinator, responder
	// NoReview: they are not told of each week.
	NoReview bool
}

// AddClinician adds a member of staff.
func (s *Store) AddClinician(ctx context.Context, actor carenet.Actor, n NewClinician) (carenet.ID, error) {
	const op = "add clinician"
	for _, r := range n.Roles {
		if r != "admin" && r != "coordinator" && r != "responder" {
			return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "%q is not a role; choose from admin, coordinator, responder", r)
		}
	}
	if len(n.Roles) == 0 {
		return carenet.NilID, carenet.Errorf(carenet.Invalid, op, "a clinician needs a role: admin, coordinator or responder")
	}
	var clinician carenet.ID
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		person, err := s.addPerson(ctx, tx, actor.Org, n.NewPerson)
		if err != nil {
			return err
		}
		clinician = person
		b := &pgx.Batch{}
		b.Queue(sqlInsertClinician, actor.Org, person, n.Roles, now)
		if n.NoReview {
			b.Queue(sqlSetReview, actor.Org, person, now)
		}
		s.queueAudit(b, actor, now, audited{Action: "clinician.add", Table: "clinician", Row: person})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "this person is staff here already")
	})
	return clinician, err
}

// asConflict turns a broken unique or foreign key into words for the caller.
func asConflict(err error, op, message string) error {
	var pe *pgconn.PgError
	if errors.As(err, &pe) && (pe.Code == "23505" || pe.Code == "23503") {
		return &carenet.Error{Code: carenet.Conflict, Op: op, Message: message, Err: err}
	}
	return err
}
