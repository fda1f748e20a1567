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

// asMore carries out MORE: whoever is asked less often is asked as before again, and an
// offer of fewer is declined. Nothing else is promised by a word: more than was agreed is
// for staff.
func (o *order) asMore(ctx context.Context) error {
	offer, err := o.tx.Exec(ctx, sqlWithdrawEase, o.actor().Org, o.Patient, o.now)
	if err != nil {
		return err
	}
	back, err := o.store.rhythmBack(ctx, o.tx, o.b, o.actor(), o.Patient, "asked", o.now)
	if err != nil {
		return err
	}
	if back.perWeek == 0 && offer.RowsAffected() > 0 {
		o.answer(carenet.Detail{Reply: carenet.ReplyEaseKept})
		return nil
	}
	if back.perWeek == 0 {
		o.it.out.State, o.it.out.Reason = dialogue.Unread, dialogue.EaseWish
		o.answer(carenet.Detail{Reply: carenet.ReplyEaseWish})
		return nil
	}
	o.event(carenet.EventPatientChange, o.Patient, o.Patient, carenet.Detail{})
	o.answer(carenet.Detail{Reply: carenet.ReplyEaseBack, PerWeek: back.perWeek, At: back.next})
	return nil
}

// OfferEase has a patient asked whether they would like to be asked less often. Conflict
// when that cannot be offered now: carenet.EaseNow says why, on the patient's page.
func (s *Store) OfferEase(ctx context.Context, actor carenet.Actor, patient carenet.ID) (batch carenet.Batch, err error) {
	err = s.easing(ctx, actor, patient, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		batch = carenet.Batch{ID: carenet.NewID(now)}
		st, err := easeStateOf(ctx, tx, actor.Org, patient, now, false)
		if err != nil {
			return err
		}
		if why := carenet.EaseNow(st.facts, 0, true); why != carenet.EaseYes {
			return carenet.Errorf(carenet.Conflict, "offer to ask less often", "it is not offered now: %s", why)
		}
		e, err := s.offerEase(ctx, tx, b, actor, patient, 0, batch.ID, now)
		if err != nil {
			return err
		}
		queueEvent(b, e)
		batch.Events = []carenet.Event{e}
		return nil
	})
	return batch, err
}

// EndEase has a patient asked as often as before they agreed to less: staff may, and the
// patient themselves on their page. Whom staff put back is told. Conflict when there is
// nothing to end.
func (s *Store) EndEase(ctx context.Context, actor carenet.Actor, patient carenet.ID) (batch carenet.Batch, err error) {
	err = s.easing(ctx, actor, patient, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		batch = carenet.Batch{ID: carenet.NewID(now)}
		why := "staff"
		if actor.Kind == carenet.ActorPatient {
			why = "asked"
		}
		back, err := s.rhythmBack(ctx, tx, b, actor, patient, why, now)
		if err != nil {
			return err
		}
		if !back.ended {
			return carenet.Errorf(carenet.Conflict, "ask as before", "they are asked as often as ever")
		}
		if why == "staff" {
			batch.Events = back.tell(b, actor.Org, patient, batch.ID, now)
		}
		batch.Events = append(batch.Events, s.patientChanged(b, actor.Org, patient, batch.ID, now))
		return nil
	})
	return batch, err
}

const sqlOpenEase = `SELECT q.id FROM open_question q WHERE q.org_id = $1 AND q.person_id = $2 AND q.kind = 'ease' AND q.state = 'open'`

// AnswerEase is what a patient says on their page to the offer of fewer texts. Conflict
// when it is no longer asked.
func (s *Store) AnswerEase(ctx context.Context, actor carenet.Actor, yes bool) (batch carenet.Batch, err error) {
	const op = "answer offer"
	err = s.easing(ctx, actor, actor.Person, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		batch = carenet.Batch{ID: carenet.NewID(now)}
		var id carenet.ID
		if err := tx.QueryRow(ctx, sqlOpenEase, actor.Org, actor.Person).Scan(&id); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.Conflict, op, "this is not asked any more")
		} else if err != nil {
			return err
		}
		said := reply.No
		if yes {
			said = reply.Yes
		}
		out, err := s.answer(ctx, tx, b, actor, id, said, batch.ID, now)
		if err != nil {
			return err
		}
		if out.reply.Reply == carenet.ReplyOver {
			return carenet.Errorf(carenet.Conflict, op, "this is not asked any more")
		}
		for _, e := range out.events {
			queueEvent(b, e)
		}
		batch.Events = out.events
		return nil
	})
	return batch, err
}

func (s *Store) patientChanged(b *pgx.Batch, org, patient, batch carenet.ID, now time.Time) carenet.Event {
	e := carenet.Event{ID: carenet.NewID(now), Org: org, Batch: batch, Kind: carenet.EventPatientChange, Patient: patient, Subject: patient, At: now}
	queueEvent(b, e)
	return e
}

// easing runs a change of how often a patient is asked, under their row: by staff, or by
// the patient themselves.
func (s *Store) easing(ctx context.Context, actor carenet.Actor, patient carenet.ID, fn func(pgx.Tx, *pgx.Batch, time.Time) error) error {
	const op = "change how often they are asked"
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		switch {
		case actor.Kind == carenet.ActorOperator:
		case actor.Kind != carenet.ActorPatient:
			if err := s.requireStaff(ctx, tx, actor); err != nil {
				return err
			}
		case actor.Person != patient:
			return carenet.Errorf(carenet.Forbidden, op, "only the patient and staff change that")
		}
		var state string
		if err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, patient).Scan(&state); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "there is no such patient")
		} else if err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := fn(tx, b, s.Now()); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
}
