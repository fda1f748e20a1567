package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
	"howareyou/carenet/reply"
)

const (
	sqlInsertReport  = `INSERT INTO report (org_id, id, patient_id, what, by_id, actor_kind, state_before, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlNewestReports = `SELECT r.org_id, r.what, r.by_id, r.actor_kind, r.state_before, r.at, n.name_enc FROM report r JOIN person n ON n.org_id = r.org_id AND n.id = r.by_id
WHERE r.org_id = $1 AND r.patient_id = $2 ORDER BY r.id DESC LIMIT 20`
	// Nobody waits for an answer from them: no "did not answer" may reach staff.
	sqlWithdrawOffers = `UPDATE call_offer SET state = 'withdrawn', due_at = NULL, answered_at = $3 WHERE org_id = $1 AND patient_id = $2 AND state = 'open'`
	// What the patient was asked is not waited for any more.
	sqlClosePrompts = `UPDATE prompt SET state = 'closed', cause = 'paused' WHERE org_id = $1 AND patient_id = $2 AND state = 'open'`
)

type reportRow struct {
	OrgID       carenet.ID
	What        string
	ByID        carenet.ID
	ActorKind   string
	StateBefore string
	At          time.Time
	NameEnc     []byte
}

// report writes what somebody says of a patient, whose row is locked with it: a text
// that is claimed after this commit sees it, and none is claimed between (see Recheck).
func (s *Store) report(ctx context.Context, tx pgx.Tx, b *pgx.Batch, actor carenet.Actor, patient carenet.ID, what carenet.Report, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	const op = "report"
	var state string
	err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, patient).Scan(&state)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, carenet.Errorf(carenet.NotFound, op, "there is no such patient")
	}
	if err != nil {
		return nil, err
	}
	next, before := "", state
	if what == carenet.ReportUndone {
		newest, err := s.reports(ctx, tx, actor.Org, patient)
		if err != nil {
			return nil, err
		}
		if len(newest) == 0 || !carenet.MayUndo(newest[0], now) {
			return nil, carenet.Errorf(carenet.Conflict, op, "this can no longer be taken back")
		}
		next = newest[0].Before
	} else if changed, ok := what.Becomes(state); ok {
		next = changed
	} else {
		return nil, carenet.Errorf(carenet.Conflict, op, "that was known already, or cannot be")
	}
	id := carenet.NewID(now)
	b.Queue(sqlPatientState, actor.Org, patient, next)
	b.Queue(sqlInsertReport, actor.Org, id, patient, string(what), actor.Person, string(actor.Kind), before, now)
	if !carenet.Reachable(next) {
		b.Queue(sqlClosePrompts, actor.Org, patient)
		b.Queue(sqlWithdrawOffers, actor.Org, patient, now)
	}
	s.queueAudit(b, actor, now, audited{Action: "patient.report." + string(what), Table: "patient", Row: patient, Patient: patient})
	return []carenet.Event{{
		ID: carenet.NewID(now), Org: actor.Org, Batch: batch, Kind: carenet.EventReported, Patient: patient, Subject: id, At: now,
		Detail: carenet.Detail{About: actor.Person, Report: what},
	}}, nil
}

// reports are the newest first.
func (s *Store) reports(ctx context.Context, tx pgx.Tx, org, patient carenet.ID) (all []carenet.Reported, err error) {
	rows, err := tx.Query(ctx, sqlNewestReports, org, patient)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[reportRow])
	for _, r := range found {
		name, err := s.personName(r.NameEnc, r.OrgID, r.ByID)
		if err != nil {
			return nil, err
		}
		all = append(all, carenet.Reported{What: carenet.Report(r.What), By: name, ByID: r.ByID, Staff: r.ActorKind == string(carenet.ActorClinician), At: r.At, Before: r.StateBefore})
	}
	return all, err
}

// ReportPatient notes what staff say of a patient, or takes the newest report back.
// Conflict when that was known already.
func (s *Store) ReportPatient(ctx context.Context, actor carenet.Actor, patient carenet.ID, what carenet.Report) (batch carenet.Batch, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		b := &pgx.Batch{}
		events, err := s.report(ctx, tx, b, actor, patient, what, batch.ID, now)
		if err != nil {
			return err
		}
		for _, e := range events {
			queueEvent(b, e)
		}
		batch.Events = events
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// reported carries out HOSPITAL, HOME and DIED of a follower. Of a death they are asked
// once whether that is what they mean: the word is short and cannot be taken back by them.
func (o *order) reported(ctx context.Context) error {
	circle, err := o.places(ctx, sqlReportable, o.By)
	if err != nil {
		return err
	}
	if o.Name != "" {
		circle = dialogue.NamedPlaces(o.Name, circle)
	}
	if len(circle) != 1 {
		o.answer(carenet.Detail{Reply: carenet.ReplyReportWhom})
		return nil
	}
	place := circle[0]
	o.it.out.Patient = place.Person
	if o.Command == reply.CommandDied {
		n := newQuestion{by: o.By, about: place.Person, hurry: true, Question: carenet.Question{
			ID: carenet.NewID(o.now), Org: o.it.org, Kind: carenet.AskDied, Person: o.By, Patient: place.Person, Follower: place.Follower,
		}}
		if _, err := o.tx.Exec(ctx, sqlWithdrawDied, o.it.org, place.Follower, o.now); err != nil {
			return err
		}
		return o.asks(ctx, n)
	}
	what, said := carenet.ReportHospital, carenet.ReplyHospital
	if o.Command == reply.CommandHome {
		what, said = carenet.ReportHome, carenet.ReplyHome
	}
	events, err := o.store.report(ctx, o.tx, o.b, o.actor(), place.Person, what, o.batch.ID, o.now)
	if carenet.CodeOf(err) == carenet.Conflict {
		said, err = carenet.ReplyReportKnown, nil
	}
	if err != nil {
		return err
	}
	o.it.out.Events = append(o.it.out.Events, events...)
	o.answer(carenet.Detail{Reply: said})
	return nil
}

const (
	sqlReportable = `SELECT f.id, f.patient_id AS person_id, n.name_enc FROM follower f
JOIN patient p ON p.org_id = f.org_id AND p.id = f.patient_id AND p.state IN ('active', 'in_hospital')
JOIN person n ON n.org_id = f.org_id AND n.id = f.patient_id
WHERE f.org_id = $1 AND f.person_id = $2 AND f.state = 'active' ORDER BY f.id`
	sqlWithdrawDied = `UPDATE open_question SET state = 'withdrawn', next_at = NULL, answered_at = $3 WHERE org_id = $1 AND follower_id = $2 AND kind = 'died' AND state = 'open'`
)

// died: the follower has said whether they meant it.
func (a answering) died(ctx context.Context, became carenet.QuestionState) error {
	a.out.reply.Reply = carenet.ReplyNotDied
	if became == carenet.QuestionNo {
		return nil
	}
	a.out.reply.Reply = carenet.ReplyDied
	events, err := a.report(ctx, a.tx, a.b, a.actor, a.q.Patient, carenet.ReportDied, a.batch, a.now)
	if carenet.CodeOf(err) == carenet.Conflict {
		return nil // somebody has said so before
	}
	a.out.events = append(a.out.events, events...)
	return err
}
