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
	// A follower's place with one patient, as their pages need it.
	sqlOwnWard = `SELECT f.id, n.name_enc AS patient_enc, p.state, f.proxy_basis IS NOT NULL AS may FROM follower f
JOIN patient p ON p.org_id = f.org_id AND p.id = f.patient_id JOIN person n ON n.org_id = f.org_id AND n.id = f.patient_id
WHERE f.org_id = $1 AND f.person_id = $2 AND f.patient_id = $3 AND f.state = 'active'`
)

type ownWardRow struct {
	ID         carenet.ID
	PatientEnc []byte
	State      string
	May        bool
}

// wardPage is what the pages of a follower about one patient begin with.
type wardPage struct {
	ownWardRow
	organisation, emergency, language string
	zone                              *time.Location
	name, follower                    string
}

func (s *Store) wardPage(ctx context.Context, tx pgx.Tx, actor carenet.Actor, patient carenet.ID) (w wardPage, err error) {
	const op = "read patient"
	if actor.Kind != carenet.ActorFollower {
		return w, carenet.Errorf(carenet.Forbidden, op, "this page is for followers")
	}
	rows, err := tx.Query(ctx, sqlOwnWard, actor.Org, actor.Person, patient)
	if err != nil {
		return w, err
	}
	w.ownWardRow, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[ownWardRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return w, carenet.Errorf(carenet.NotFound, op, "you do not follow this person")
	}
	if err != nil {
		return w, err
	}
	var name []byte
	var zone string
	if err := tx.QueryRow(ctx, sqlPersonHead, actor.Org, actor.Person).Scan(&name, &w.language, &zone, &w.organisation, &w.emergency); err != nil {
		return w, err
	}
	w.zone = zoneOf(zone)
	if w.follower, err = s.personName(name, actor.Org, actor.Person); err != nil {
		return w, err
	}
	w.name, err = s.personName(w.PatientEnc, actor.Org, patient)
	return w, err
}

func mayNot() error {
	return carenet.Errorf(carenet.Forbidden, "answer for somebody", "you may not answer for this person")
}

// ProxyForm is the page on which a follower answers for a patient. Forbidden for who may
// not.
func (s *Store) ProxyForm(ctx context.Context, actor carenet.Actor, patient carenet.ID) (form carenet.ProxyForm, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		w, err := s.wardPage(ctx, tx, actor, patient)
		if err != nil {
			return err
		}
		if !w.May || w.State != "active" && w.State != "in_hospital" {
			return mayNot()
		}
		form = carenet.ProxyForm{
			Organisation: w.organisation, EmergencyNumber: w.emergency, Language: w.language, Zone: w.zone,
			Patient: patient, Name: w.name, Follower: w.follower, Scale: carenet.WellbeingScale,
		}
		who, err := s.answeredBy(ctx, tx, actor.Org, patient, actor.Person)
		if err != nil {
			return err
		}
		if last := who.Patient.Last; last != nil && s.Now().Sub(last.At) <= carenet.CorrectWithin {
			form.Last = &carenet.Update{CheckIn: last.ID, Patient: patient, At: last.At, Score: last.Score, Words: last.Words, Reporter: carenet.ReporterProxy}
		}
		return s.audit(ctx, tx, actor, audited{Action: "proxy_form.read", Table: "patient", Row: patient, Patient: patient})
	})
	return form, err
}

// SubmitProxy records what a follower sent for a patient from their page. Words that
// somebody must see are an event of the returned batch.
func (s *Store) SubmitProxy(ctx context.Context, actor carenet.Actor, patient carenet.ID, in carenet.PageAnswer) (batch carenet.Batch, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		batch = carenet.Batch{}
		now := s.Now()
		w, err := s.wardPage(ctx, tx, actor, patient)
		if err != nil {
			return err
		}
		who, may, err := s.answeredFor(ctx, tx, actor.Org, patient, actor.Person)
		if err != nil {
			return err
		}
		if !may || !who.Patient.Active {
			return mayNot()
		}
		if in.Key != "" {
			var before carenet.ID
			if err := tx.QueryRow(ctx, sqlByIdempotency, actor.Org, patient, in.Key).Scan(&before); err == nil {
				return nil // the same form once more
			} else if !errors.Is(err, pgx.ErrNoRows) {
				return err
			}
		}
		if in.Score == nil && in.Words == "" {
			return carenet.Errorf(carenet.Invalid, "answer for somebody", "choose how they are, or write a few words")
		}
		batch.ID = carenet.NewID(now)
		r := reply.Reading{Kind: reply.Answer, Score: in.Score, Words: in.Words}
		if in.Score == nil {
			r.Kind = reply.Words
		}
		out := dialogue.AnswerFor(carenet.InboundText{}, dialogue.Context{Org: actor.Org, Batch: batch.ID, Now: now}, who, actor.Person, r)
		if out.CheckIn == nil {
			batch = carenet.Batch{}
			return nil // the same answer once more
		}
		c := out.CheckIn
		c.Channel, c.Key, c.Flags = carenet.ChannelPage, in.Key, saidOnPage(c.Words, w.language)
		b := &pgx.Batch{}
		if err := s.queueCheckIn(b, *c); err != nil {
			return err
		}
		for _, e := range out.Events {
			e.Detail.NoThanks = true
			batch.Events = append(batch.Events, e)
		}
		if len(c.Flags) > 0 {
			// The page itself says at once where help is; staff are called (INV-10).
			batch.Events = append(batch.Events, carenet.Event{
				ID: carenet.NewID(now), Org: actor.Org, Batch: batch.ID, Kind: carenet.EventSafety, Patient: patient, Subject: c.ID,
				Detail: carenet.Detail{Flags: c.Flags, Person: actor.Person, Audience: carenet.ToFollower}, At: now,
			})
		}
		for _, e := range batch.Events {
			queueEvent(b, e)
		}
		s.queueAudit(b, actor, now, audited{Action: "check_in.record", Table: "check_in", Row: c.ID, Patient: patient})
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// WhereForm is the page on which a follower says where a patient is.
func (s *Store) WhereForm(ctx context.Context, actor carenet.Actor, patient carenet.ID) (form carenet.WhereForm, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		w, err := s.wardPage(ctx, tx, actor, patient)
		if err != nil {
			return err
		}
		form = carenet.WhereForm{Organisation: w.organisation, EmergencyNumber: w.emergency, Language: w.language, Zone: w.zone, Patient: patient, Name: w.name, State: w.State}
		all, err := s.reports(ctx, tx, actor.Org, patient)
		if err != nil {
			return err
		}
		if len(all) > 0 && all[0].ByID == actor.Person {
			form.Own, form.MayUndo = &all[0], carenet.MayUndo(all[0], s.Now())
		}
		if w.State == string(carenet.ReportDied) && form.Own == nil {
			// Nobody learns of a death from a page.
			return carenet.Errorf(carenet.NotFound, "read patient", "you do not follow this person")
		}
		return s.audit(ctx, tx, actor, audited{Action: "where.read", Table: "patient", Row: patient, Patient: patient})
	})
	return form, err
}

// ReportFollowed notes what a follower says of a patient on their page, as their text
// would. They take back only what they said themselves.
func (s *Store) ReportFollowed(ctx context.Context, actor carenet.Actor, patient carenet.ID, what carenet.Report) (batch carenet.Batch, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if _, err := s.wardPage(ctx, tx, actor, patient); err != nil {
			return err
		}
		if what == carenet.ReportUndone {
			// Under the lock: what staff say meanwhile is not theirs to take back.
			var state string
			if err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, patient).Scan(&state); err != nil {
				return err
			}
			all, err := s.reports(ctx, tx, actor.Org, patient)
			if err != nil {
				return err
			}
			if len(all) == 0 || all[0].ByID != actor.Person {
				return carenet.Errorf(carenet.Conflict, "report", "this can no longer be taken back")
			}
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
