package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlOwnCircle = `SELECT f.org_id, f.id, f.person_id, n.name_enc, f.scope, f.state,
  (SELECT q.kind FROM open_question q WHERE q.org_id = f.org_id AND q.follower_id = f.id AND q.state = 'open' ORDER BY q.id DESC LIMIT 1) AS asked_kind,
  (SELECT q.asked_at FROM open_question q WHERE q.org_id = f.org_id AND q.follower_id = f.id AND q.state = 'open' ORDER BY q.id DESC LIMIT 1) AS asked_at
FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
WHERE f.org_id = $1 AND f.patient_id = $2 AND f.state IN ('active', 'invited') ORDER BY f.created_at, f.id`
	sqlOwnPlace = `SELECT f.person_id, f.state FROM follower f WHERE f.org_id = $1 AND f.patient_id = $2 AND f.id = $3 FOR UPDATE`
	// Whoever has not answered yet is to get what the patient says now, not what was said first.
	sqlQuestionScope = `UPDATE open_question SET scope = $3 WHERE org_id = $1 AND follower_id = $2 AND kind = 'follow' AND state = 'open'`
	// What else the follower is asked for this place is asked no more.
	sqlWithdrawPlace = `UPDATE open_question SET state = 'withdrawn', next_at = NULL, answered_at = $3 WHERE org_id = $1 AND follower_id = $2 AND state = 'open'`
)

type ownPlaceRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PersonID  carenet.ID
	NameEnc   []byte
	Scope     []string
	State     string
	AskedKind *string
	AskedAt   *time.Time
}

// byPage is the version of the words of a consent on the page of a patient's circle,
// where the composer has none.
const byPage = "page-1"

// pageWords keeps the words beside which a patient pressed a button of their page, in the
// language that they read it in, and returns their version.
func (s *Store) pageWords(ctx context.Context, tx pgx.Tx, b *pgx.Batch, actor carenet.Actor, act notify.CircleAct, now time.Time) (version string, err error) {
	w, ok := s.composer.(notify.PageWords)
	if !ok {
		return byPage, nil
	}
	var language, zone string
	if err := tx.QueryRow(ctx, sqlPersonTongue, actor.Org, actor.Person).Scan(&language, &zone); err != nil {
		return "", err
	}
	version, words := w.PageWords(act, language)
	b.Queue(sqlConsentWords, actor.Org, carenet.NewID(now), version, language, words, now)
	return version, nil
}

// OwnCircle is a patient's circle as they see it themselves: who gets what, and who has
// not answered yet.
func (s *Store) OwnCircle(ctx context.Context, actor carenet.Actor) (page carenet.CirclePage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.CirclePage{}
		if actor.Kind != carenet.ActorPatient {
			return carenet.Errorf(carenet.Forbidden, "read circle", "this page is for patients")
		}
		var name []byte
		var zone string
		if err := tx.QueryRow(ctx, sqlPersonHead, actor.Org, actor.Person).Scan(&name, &page.Language, &zone, &page.Organisation, &page.EmergencyNumber); err != nil {
			return err
		}
		page.Zone = zoneOf(zone)
		var err error
		if page.Name, err = s.personName(name, actor.Org, actor.Person); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlOwnCircle, actor.Org, actor.Person)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[ownPlaceRow])
		if err != nil {
			return err
		}
		for _, r := range found {
			p := carenet.OwnPlace{Follower: r.ID, Scope: carenet.ScopeOf(r.Scope), Active: r.State == "active", AskedAt: orZero(r.AskedAt)}
			p.Asked = r.AskedKind != nil && *r.AskedKind == string(carenet.AskFollow)
			if p.Name, err = s.personName(r.NameEnc, r.OrgID, r.PersonID); err != nil {
				return err
			}
			if r.AskedKind != nil {
				page.Open++
			}
			page.Places = append(page.Places, p)
		}
		ease, err := easeStateOf(ctx, tx, actor.Org, actor.Person, s.Now(), false)
		if err != nil {
			return err
		}
		page.Rhythm = ease.page()
		if page.Goals, err = s.goals(ctx, tx, actor.Org, actor.Person); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "circle.read", Table: "follower", Patient: actor.Person})
	})
	return page, err
}

// InviteFromPage asks somebody to follow the patient, who has seen on the page what
// they would get and has confirmed it. The error is of code Invalid for a number that
// is none, Forbidden for one of another country, Busy for too many invitations, and
// Conflict for somebody who is in the circle.
func (s *Store) InviteFromPage(ctx context.Context, actor carenet.Actor, n carenet.Invite) (batch carenet.Batch, err error) {
	err = s.ownCircle(ctx, actor, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		batch = carenet.Batch{ID: carenet.NewID(now)}
		follower, person, err := s.placeFor(ctx, tx, b, actor.Org, actor.Person, n, now)
		if err != nil {
			return err
		}
		words, err := s.pageWords(ctx, tx, b, actor, notify.CircleInvite, now)
		if err != nil {
			return err
		}
		consent := carenet.NewID(now)
		b.Queue(sqlInsertConsent, actor.Org, consent, actor.Person, follower, "share", n.Scope.Strings(), words, actor.Person, string(actor.Kind), now)
		b.Queue(sqlSetFollower, actor.Org, follower, "invited", n.Scope.Strings(), consent, now)
		e, err := s.ask(ctx, tx, b, newQuestion{by: actor.Person, about: actor.Person, Question: carenet.Question{
			ID: carenet.NewID(now), Org: actor.Org, Kind: carenet.AskFollow, Person: person, Patient: actor.Person, Follower: follower, Scope: n.Scope,
		}}, batch.ID, now)
		if err != nil {
			return err
		}
		queueEvent(b, e)
		batch.Events = []carenet.Event{e}
		s.queueAudit(b, actor, now, audited{Action: "follower.invite", Table: "follower", Row: follower, Patient: actor.Person})
		return nil
	})
	return batch, err
}

// ShowFollower changes what a follower gets from now on, and tells the patient so by text.
func (s *Store) ShowFollower(ctx context.Context, actor carenet.Actor, follower carenet.ID, scope carenet.Scope) (batch carenet.Batch, err error) {
	err = s.ownCircle(ctx, actor, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if len(scope.Normal()) == 0 {
			return carenet.Errorf(carenet.Invalid, "show follower", "say what to show")
		}
		person, state, err := ownPlace(ctx, tx, actor, follower)
		if err != nil {
			return err
		}
		words, err := s.pageWords(ctx, tx, b, actor, notify.CircleShow, now)
		if err != nil {
			return err
		}
		consent := carenet.NewID(now)
		b.Queue(sqlInsertConsent, actor.Org, consent, actor.Person, follower, "share", scope.Strings(), words, actor.Person, string(actor.Kind), now)
		b.Queue(sqlSetFollower, actor.Org, follower, state, scope.Strings(), consent, now)
		b.Queue(sqlQuestionScope, actor.Org, follower, scope.Strings())
		s.queueAudit(b, actor, now, audited{Action: "follower.scope", Table: "follower", Row: follower, Patient: actor.Person})
		e := carenet.Event{
			ID: carenet.NewID(now), Org: actor.Org, Batch: batch.ID, Kind: carenet.EventCircleChange, Patient: actor.Person, Subject: follower, At: now,
			Detail: carenet.Detail{About: person, Change: carenet.ChangeScope, At: now},
		}
		queueEvent(b, e)
		batch.Events = []carenet.Event{e}
		return nil
	})
	return batch, err
}

// DropFollower takes somebody out of the circle, or their invitation back. The patient
// gets a text about it; the follower is told nothing.
func (s *Store) DropFollower(ctx context.Context, actor carenet.Actor, follower carenet.ID) (batch carenet.Batch, err error) {
	err = s.ownCircle(ctx, actor, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		batch = carenet.Batch{ID: carenet.NewID(now)}
		person, _, err := ownPlace(ctx, tx, actor, follower)
		if err != nil {
			return err
		}
		words, err := s.pageWords(ctx, tx, b, actor, notify.CircleDrop, now)
		if err != nil {
			return err
		}
		consent := carenet.NewID(now)
		b.Queue(sqlInsertConsent, actor.Org, consent, actor.Person, follower, "withdraw", []string{}, words, actor.Person, string(actor.Kind), now)
		b.Queue(sqlDropFollower, actor.Org, follower, consent, now)
		b.Queue(sqlWithdrawPlace, actor.Org, follower, now)
		s.queueAudit(b, actor, now, audited{Action: "follower.drop", Table: "follower", Row: follower, Patient: actor.Person})
		e := carenet.Event{
			ID: carenet.NewID(now), Org: actor.Org, Batch: batch.ID, Kind: carenet.EventCircleChange, Patient: actor.Person, Subject: follower, At: now,
			Detail: carenet.Detail{About: person, Change: carenet.ChangeDropped, At: now},
		}
		queueEvent(b, e)
		batch.Events = []carenet.Event{e}
		return nil
	})
	return batch, err
}

// ownCircle runs a change that a patient makes to their own circle, under their row.
func (s *Store) ownCircle(ctx context.Context, actor carenet.Actor, fn func(pgx.Tx, *pgx.Batch, time.Time) error) error {
	const op = "change circle"
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if actor.Kind != carenet.ActorPatient {
			return carenet.Errorf(carenet.Forbidden, op, "only the patient changes their circle")
		}
		var state string
		err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, actor.Person).Scan(&state)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !slices.Contains([]string{"active", "in_hospital"}, state) {
			return carenet.Errorf(carenet.Forbidden, op, "there is nothing here for you any more")
		}
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := fn(tx, b, s.Now()); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

func ownPlace(ctx context.Context, tx pgx.Tx, actor carenet.Actor, follower carenet.ID) (person carenet.ID, state string, err error) {
	err = tx.QueryRow(ctx, sqlOwnPlace, actor.Org, actor.Person, follower).Scan(&person, &state)
	if errors.Is(err, pgx.ErrNoRows) || err == nil && state != "active" && state != "invited" {
		return person, state, carenet.Errorf(carenet.NotFound, "find follower", "there is nobody like that in your circle")
	}
	return person, state, err
}
