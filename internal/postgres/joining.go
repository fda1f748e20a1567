package postgres

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/reply"
	"howareyou/internal/auth"
)

const (
	// The newest question to each patient who has not joined, whatever became of it, and
	// whether its text has arrived.
	sqlJoining = `SELECT q.*, n.name_enc, w.name_enc AS by_enc, p.state AS patient_state, c.stopped, coalesce(q.answered_at, q.asked_at) AS changed_at,
  EXISTS (SELECT FROM event e JOIN delivery d ON d.org_id = e.org_id AND d.event_id = e.id
    WHERE e.org_id = q.org_id AND e.patient_id = q.patient_id AND e.kind = 'question.asked' AND e.subject_id = q.id AND d.state = 'delivered') AS reached
FROM patient p
CROSS JOIN LATERAL (SELECT ` + questionColumns + `, q.answered_at FROM open_question q
  WHERE q.org_id = p.org_id AND q.patient_id = p.id AND q.kind = 'enrol' ORDER BY q.id DESC LIMIT 1) q
JOIN person n ON n.org_id = q.org_id AND n.id = q.person_id
LEFT JOIN person w ON w.org_id = q.org_id AND w.id = q.asked_by
LEFT JOIN LATERAL (SELECT k.opted_out_at IS NOT NULL OR k.wrong_number_at IS NOT NULL AS stopped FROM contact_point cp
  JOIN conversation k ON k.org_id = cp.org_id AND k.id = cp.conversation_id
  WHERE cp.org_id = p.org_id AND cp.person_id = p.id AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1) c ON true
WHERE p.org_id = $1 AND p.state IN ('invited', 'left') AND ($2::uuid IS NULL OR p.id = $2) ORDER BY q.id DESC LIMIT 500`
	sqlPatientLocked = `SELECT state FROM patient WHERE org_id = $1 AND id = $2 FOR NO KEY UPDATE`
	sqlWithdrawOpen  = `UPDATE open_question SET state = 'withdrawn', next_at = NULL, answered_at = $3 WHERE org_id = $1 AND patient_id = $2 AND state = 'open'`
)

type joiningRow struct {
	questionRow
	AnsweredAt   *time.Time
	NameEnc      []byte
	ByEnc        []byte
	PatientState string
	Stopped      *bool
	ChangedAt    time.Time
	Reached      bool
}

// Enrol is EnrolPatient for the page of staff.
func (s *Store) Enrol(ctx context.Context, actor carenet.Actor, n carenet.Enrolment) (carenet.ID, carenet.Batch, error) {
	return s.EnrolPatient(ctx, actor, NewPatient{
		NewPerson: NewPerson{Name: n.Name, Phone: n.Phone, Language: n.Language}, RRule: n.RRule, LocalTime: n.LocalTime,
	})
}

// EnrolPatient asks somebody by text whether they want to be asked how they are.
// Until they say yes nothing else is asked, and nobody in a circle hears anything.
func (s *Store) EnrolPatient(ctx context.Context, actor carenet.Actor, n NewPatient) (patient carenet.ID, batch carenet.Batch, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		patient, err = s.enrolIn(ctx, tx, actor, n, false, &batch, now)
		return err
	})
	if err != nil {
		return carenet.NilID, carenet.Batch{}, err
	}
	return patient, batch, nil
}

// enrolIn enrols one person. Many says that they are one of a long list, whose questions
// let all others go first.
func (s *Store) enrolIn(ctx context.Context, tx pgx.Tx, actor carenet.Actor, n NewPatient, many bool, batch *carenet.Batch, now time.Time) (patient carenet.ID, err error) {
	b := &pgx.Batch{}
	if patient, err = s.newPatient(ctx, tx, b, actor.Org, n, "invited", now); err != nil {
		return patient, err
	}
	s.queueAudit(b, actor, now, audited{Action: "patient.enrol", Table: "patient", Row: patient, Patient: patient})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return patient, asConflict(err, "enrol patient", "this person is a patient here already")
	}
	if n.LocalTime != "" {
		if err := s.addSchedule(ctx, tx, actor.Org, patient, n); err != nil {
			return patient, err
		}
	}
	return patient, s.askToJoin(ctx, tx, actor, patient, many, batch, now)
}

func (s *Store) askToJoin(ctx context.Context, tx pgx.Tx, actor carenet.Actor, patient carenet.ID, many bool, batch *carenet.Batch, now time.Time) error {
	b := &pgx.Batch{}
	e, err := s.ask(ctx, tx, b, newQuestion{by: actor.Person, about: actor.Person, many: many, Question: carenet.Question{
		ID: carenet.NewID(now), Org: actor.Org, Kind: carenet.AskEnrol, Person: patient, Patient: patient,
	}}, batch.ID, now)
	if err != nil {
		return err
	}
	queueEvent(b, e)
	batch.Events = append(batch.Events, e)
	return tx.SendBatch(ctx, b).Close()
}

// Joining is who was asked to join and has not: those who have not answered, and those
// who said no.
func (s *Store) Joining(ctx context.Context, actor carenet.Actor) (page carenet.JoiningPage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.JoiningPage{}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		roles, err := s.rolesOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		page.MayEnrol, page.MayImport = carenet.MayManageMessages(roles), slices.Contains(roles, "admin")
		var zone, region string
		if err := tx.QueryRow(ctx, sqlOrgHead, actor.Org).Scan(&page.Organisation, &zone, &page.EmergencyNumber); err != nil {
			return err
		}
		if err := tx.QueryRow(ctx, sqlOrgDefaults, actor.Org).Scan(&page.Language, &zone, &region); err != nil {
			return err
		}
		if page.Viewer, err = s.nameOf(ctx, tx, actor.Org, actor.Person); err != nil {
			return err
		}
		page.Zone = zoneOf(zone)
		rows, err := tx.Query(ctx, sqlJoining, actor.Org, nil)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[joiningRow])
		if err != nil {
			return err
		}
		for _, r := range found {
			in := carenet.Invitation{Question: r.question(), Reached: r.Reached, Stopped: r.Stopped != nil && *r.Stopped, ChangedAt: r.ChangedAt}
			if in.Name, err = s.personName(r.NameEnc, r.OrgID, r.PersonID); err != nil {
				return err
			}
			in.About = in.Name
			if r.AskedBy != nil {
				if in.AskedBy, err = s.personName(r.ByEnc, r.OrgID, *r.AskedBy); err != nil {
					return err
				}
			}
			page.Asked = append(page.Asked, in)
		}
		return s.audit(ctx, tx, actor, audited{Action: "joining.read", Table: "open_question"})
	})
	return page, err
}

// AskToJoinAgain asks somebody once more who has not answered, or said no and has
// changed their mind. To a number that is stopped no text goes: Conflict.
func (s *Store) AskToJoinAgain(ctx context.Context, actor carenet.Actor, patient carenet.ID) (batch carenet.Batch, err error) {
	const op = "ask to join"
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.lockJoining(ctx, tx, actor, patient); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlJoining, actor.Org, patient)
		if err != nil {
			return err
		}
		r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[joiningRow])
		if err != nil {
			return err
		}
		switch {
		case r.Stopped != nil && *r.Stopped:
			return carenet.Errorf(carenet.Conflict, op, "the number is stopped: call, do not text")
		case r.State == string(carenet.QuestionOpen):
			return carenet.Errorf(carenet.Conflict, op, "they have been asked and may still answer")
		}
		b := &pgx.Batch{}
		b.Queue(sqlPatientState, actor.Org, patient, "invited")
		s.queueAudit(b, actor, now, audited{Action: "patient.enrol", Table: "patient", Row: patient, Patient: patient})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return s.askToJoin(ctx, tx, actor, patient, false, &batch, now)
	})
	return batch, err
}

// WithdrawEnrolment takes back what somebody was asked: nothing more goes to them.
func (s *Store) WithdrawEnrolment(ctx context.Context, actor carenet.Actor, patient carenet.ID) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.lockJoining(ctx, tx, actor, patient); err != nil {
			return err
		}
		now := s.Now()
		b := &pgx.Batch{}
		b.Queue(sqlWithdrawOpen, actor.Org, patient, now)
		b.Queue(sqlPatientState, actor.Org, patient, "left")
		s.queueAudit(b, actor, now, audited{Action: "patient.enrol_withdrawn", Table: "patient", Row: patient, Patient: patient})
		return tx.SendBatch(ctx, b).Close()
	})
}

// lockJoining lets only managers at somebody who has not joined.
func (s *Store) lockJoining(ctx context.Context, tx pgx.Tx, actor carenet.Actor, patient carenet.ID) error {
	const op = "change enrolment"
	if err := s.requireManager(ctx, tx, actor); err != nil {
		return err
	}
	var state string
	err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, patient).Scan(&state)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return carenet.Errorf(carenet.NotFound, op, "there is no such patient")
	case err != nil:
		return err
	case state != "invited" && state != "left":
		return carenet.Errorf(carenet.Conflict, op, "they have joined already")
	}
	return nil
}

const sqlAgreePage = `SELECT ` + questionColumns + `, n.name_enc, n.language, n.zone, z.name_enc AS about_enc, w.name_enc AS by_enc,
  o.name AS organisation, o.emergency_number, o.clinic_number, ` + hoursIn + `
FROM open_question q JOIN organisation o ON o.org_id = q.org_id
JOIN person n ON n.org_id = q.org_id AND n.id = q.person_id
JOIN person z ON z.org_id = q.org_id AND z.id = q.patient_id
LEFT JOIN person w ON w.org_id = q.org_id AND w.id = q.asked_by
WHERE q.org_id = $1 AND q.id = $2 AND q.person_id = $3`

type agreePageRow struct {
	questionRow
	NameEnc         []byte
	Language        string
	Zone            string
	AboutEnc        []byte
	ByEnc           []byte
	Organisation    string
	EmergencyNumber string
	ClinicNumber    string
	StaffedHours    string
}

// AgreePage is the page behind the link of a question. Opening it answers nothing.
func (s *Store) AgreePage(ctx context.Context, token string) (page carenet.AgreePage, err error) {
	err = s.followLink(ctx, auth.ForAgree, token, http.MethodGet, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		rows, err := tx.Query(ctx, sqlAgreePage, l.OrgID, l.QuestionID, l.PersonID)
		if err != nil {
			return err
		}
		r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[agreePageRow])
		if err != nil {
			return err
		}
		page = carenet.AgreePage{
			Question: r.question(), Organisation: r.Organisation, EmergencyNumber: r.EmergencyNumber, ClinicNumber: r.ClinicNumber,
			StaffedHours: r.StaffedHours, Language: r.Language, Zone: zoneOf(r.Zone),
		}
		if page.Name, err = s.personName(r.NameEnc, r.OrgID, r.PersonID); err != nil {
			return err
		}
		if page.About, err = s.personName(r.AboutEnc, r.OrgID, r.PatientID); err != nil {
			return err
		}
		if r.AskedBy != nil {
			if page.AskedBy, err = s.personName(r.ByEnc, r.OrgID, *r.AskedBy); err != nil {
				return err
			}
		}
		rows, err = tx.Query(ctx, sqlFirstSlots, r.OrgID, r.PatientID)
		if err != nil {
			return err
		}
		slots, err := pgx.CollectRows(rows, pgx.RowToStructByName[firstSlotRow])
		for _, x := range slots {
			page.PerWeek += x.perWeek(s.Now())
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, actorOfQuestion(page.Question, "page"), audited{Action: "question.read", Table: "open_question", Row: page.ID, Patient: page.Patient})
	})
	return page, err
}

func actorOfQuestion(q carenet.Question, via string) carenet.Actor {
	kind := carenet.ActorPatient
	if audienceOf(q.Kind) == carenet.ToFollower {
		kind = carenet.ActorFollower
	}
	return carenet.Actor{Kind: kind, Org: q.Org, Person: q.Person, Via: via}
}

// Agree answers a question from its page: yes or no. Conflict when it is no longer
// asked; answering the same again changes nothing.
func (s *Store) Agree(ctx context.Context, token string, yes bool) (batch carenet.Batch, err error) {
	err = s.followLink(ctx, auth.ForAgree, token, http.MethodPost, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if l.QuestionID == nil {
			return carenet.Errorf(carenet.NotFound, "agree", "this link does not work any more")
		}
		said := reply.No
		if yes {
			said = reply.Yes
		}
		q := carenet.Question{Org: l.OrgID, Person: l.PersonID}
		if l.Door == string(auth.FollowerDoor) {
			q.Kind = carenet.AskFollow
		}
		b := &pgx.Batch{}
		out, err := s.answer(ctx, tx, b, actorOfQuestion(q, "page"), *l.QuestionID, said, batch.ID, now)
		if err != nil {
			return err
		}
		if out.reply.Reply == carenet.ReplyOver {
			return carenet.Errorf(carenet.Conflict, "agree", "this is not asked any more")
		}
		for _, e := range out.events {
			queueEvent(b, e)
		}
		batch.Events = out.events
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}
