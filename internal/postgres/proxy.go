package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
	"howareyou/carenet/reply"
	"howareyou/notify"
)

const (
	// Whom the people on a number follow, and may answer for or not.
	sqlWardsOn = `SELECT who.* FROM unnest($1::uuid[], $2::uuid[]) AS k(org_id, conversation_id)
CROSS JOIN LATERAL (SELECT cp.conversation_id, f.org_id, f.id, f.person_id, f.patient_id, n.name_enc, f.relation, f.proxy_basis IS NOT NULL AS may,
  coalesce((SELECT q.state = 'open' FROM prompt q WHERE q.org_id = f.org_id AND q.patient_id = f.patient_id ORDER BY q.slot_at DESC LIMIT 1), false) AS asked
FROM contact_point cp JOIN follower f ON f.org_id = cp.org_id AND f.person_id = cp.person_id AND f.state = 'active'
JOIN patient p ON p.org_id = f.org_id AND p.id = f.patient_id AND p.state IN ('active', 'in_hospital')
JOIN person n ON n.org_id = f.org_id AND n.id = f.patient_id
WHERE cp.org_id = k.org_id AND cp.conversation_id = k.conversation_id AND cp.removed_at IS NULL ORDER BY f.id OFFSET 0) who`

	// The patient whom a follower answers for, in the columns of whoever texts: their newest
	// prompt, and what this follower said of them last.
	sqlProxyFor = `SELECT $4::uuid AS conversation_id, p.org_id, p.id AS person_id, p.name_enc, p.language, p.zone, pt.state AS patient_state,
  false AS follower, false AS clinician, coalesce(sc.question_set_id, qs.id) AS question_set_id,
  CASE WHEN pr.counts THEN pr.id END AS prompt_id, pr.slot_at, pr.late AS prompt_late, false AS prompt_again, NULL::uuid AS more_id,
  ci.id AS last_id, ci.prompt_id AS last_prompt_id, ci.words_enc AS last_words, ci.private AS last_private, ci.late AS last_late,
  ci.at AS last_at, ci.value AS last_value, NULL::uuid AS offer_id, NULL::text AS offer_state
FROM person p JOIN patient pt ON pt.org_id = p.org_id AND pt.id = p.id
LEFT JOIN LATERAL (SELECT s.question_set_id FROM schedule s
  WHERE s.org_id = pt.org_id AND s.patient_id = pt.id AND s.ended_at IS NULL ORDER BY s.id LIMIT 1) sc ON true
LEFT JOIN LATERAL (SELECT q.id FROM question_set q
  WHERE q.org_id = pt.org_id AND q.code = $5 ORDER BY q.version DESC LIMIT 1) qs ON sc.question_set_id IS NULL
LEFT JOIN LATERAL (SELECT q.id, q.slot_at, q.state = 'closed' AS late,
    q.state = 'open' OR q.state = 'closed' AND q.cause IN ('no_reply', 'undelivered', 'opted_out') AS counts FROM prompt q
  WHERE q.org_id = pt.org_id AND q.patient_id = pt.id ORDER BY q.slot_at DESC LIMIT 1) pr ON true
LEFT JOIN LATERAL (SELECT k.id, k.prompt_id, k.words_enc, k.private, k.late, k.at,
    (SELECT a.value FROM answer a WHERE a.org_id = k.org_id AND a.check_in_id = k.id LIMIT 1) AS value
  FROM check_in k
  WHERE k.org_id = pt.org_id AND k.patient_id = pt.id AND k.reporter = 'proxy' AND k.reporter_id = $3 AND k.superseded_by IS NULL
  ORDER BY k.at DESC, k.id DESC LIMIT 1) ci ON true
WHERE p.org_id = $1 AND p.id = $2`

	// The patient is locked by now, as by whoever gives or ends an authority.
	sqlMayAnswer = `SELECT EXISTS (SELECT FROM follower f WHERE f.org_id = $1 AND f.patient_id = $2 AND f.person_id = $3 AND f.state = 'active' AND f.proxy_basis IS NOT NULL)`

	sqlGiveProxy = `UPDATE follower SET proxy_basis = $3, proxy_by = $4, proxy_at = $5, relation = CASE WHEN $6 = '' THEN relation ELSE $6 END, consent_id = $7, changed_at = $5
WHERE org_id = $1 AND id = $2`
	sqlEndProxy      = `UPDATE follower SET proxy_basis = NULL, proxy_by = NULL, proxy_at = NULL, consent_id = $3, changed_at = $4 WHERE org_id = $1 AND id = $2`
	sqlProxyRelation = `UPDATE follower SET relation = $3, changed_at = $4 WHERE org_id = $1 AND id = $2`
	sqlProxyConsent  = `INSERT INTO consent (org_id, id, patient_id, follower_id, kind, scope, words_version, given_by, actor_kind, at, basis) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)`
	sqlProxyPlace    = `SELECT f.person_id, f.state, f.scope, coalesce(f.proxy_basis, '') AS basis, f.relation FROM follower f WHERE f.org_id = $1 AND f.patient_id = $2 AND f.id = $3 FOR UPDATE`
	sqlEndProxyAsked = `UPDATE open_question SET state = 'withdrawn', next_at = NULL, answered_at = $3 WHERE org_id = $1 AND follower_id = $2 AND kind = 'proxy' AND state = 'open'`
	sqlActiveNames   = `SELECT f.id, f.person_id, n.name_enc FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
WHERE f.org_id = $1 AND f.patient_id = $2 AND f.state = 'active' ORDER BY f.id FOR UPDATE OF f`
)

type wardRow struct {
	ConversationID carenet.ID
	OrgID          carenet.ID
	ID             carenet.ID
	PersonID       carenet.ID
	PatientID      carenet.ID
	NameEnc        []byte
	Relation       string
	May            bool
	Asked          bool
}

// loadWards adds whom the followers of the batch follow. Texts of patients alone, which
// most are, cost nothing here.
func (in *intake) loadWards(ctx context.Context, on map[carenet.ID][]*intakeItem) error {
	var orgs, convs []carenet.ID
	for conv, items := range on {
		for _, p := range items[0].ctx.People {
			if p.Follower {
				orgs, convs = append(orgs, items[0].org), append(convs, conv)
				break
			}
		}
	}
	if len(convs) == 0 {
		return nil
	}
	rows, err := in.tx.Query(ctx, sqlWardsOn, orgs, convs)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[wardRow])
	if err != nil {
		return err
	}
	for _, r := range found {
		name, err := in.store.personName(r.NameEnc, r.OrgID, r.PatientID)
		if err != nil {
			return err
		}
		for _, it := range on[r.ConversationID] {
			it.ctx.Wards = append(it.ctx.Wards, dialogue.Ward{
				Follower: r.ID, By: r.PersonID, Patient: r.PatientID, Name: name, Relation: carenet.Relation(r.Relation), May: r.May, Asked: r.Asked,
			})
		}
	}
	return nil
}

// answeredFor loads, with the patient locked, what an answer for them meets.
func (s *Store) answeredFor(ctx context.Context, tx pgx.Tx, org, patient, by carenet.ID) (who dialogue.Person, may bool, err error) {
	var locked carenet.ID
	if err := tx.QueryRow(ctx, sqlOnePatient, org, patient).Scan(&locked); err != nil {
		return who, false, err
	}
	if err := tx.QueryRow(ctx, sqlMayAnswer, org, patient, by).Scan(&may); err != nil {
		return who, false, err
	}
	who, err = s.answeredBy(ctx, tx, org, patient, by)
	return who, may, err
}

// answeredBy is a patient with what by said of them last.
func (s *Store) answeredBy(ctx context.Context, tx pgx.Tx, org, patient, by carenet.ID) (who dialogue.Person, err error) {
	rows, err := tx.Query(ctx, sqlProxyFor, org, patient, by, carenet.NilID, ask.Wellbeing().Code)
	if err != nil {
		return who, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[peopleOnRow])
	if err != nil {
		return who, err
	}
	return s.dialoguePerson(r)
}

// proxy records what a follower says for a patient, if they may.
func (o *order) proxy(ctx context.Context) error {
	who, may, err := o.store.answeredFor(ctx, o.tx, o.it.org, o.Patient, o.By)
	if err != nil {
		return err
	}
	decide := dialogue.AnswerFor
	if !may {
		decide = dialogue.RefuseFor
	}
	o.it.out = decide(o.it.text, o.it.ctx, who, o.By, o.Reading)
	return nil
}

// allow asks the patient whether they mean it; disallow ends it at once.
func (o *order) allow(ctx context.Context) error {
	circle, err := o.places(ctx, sqlActiveNames, o.Patient)
	if err != nil {
		return err
	}
	meant := dialogue.NamedPlaces(o.Name, circle)
	switch {
	case len(meant) == 0:
		o.answer(carenet.Detail{Reply: carenet.ReplyAllowUnknown})
		return nil
	case len(meant) > 1:
		o.answer(carenet.Detail{Reply: carenet.ReplyAllowWhich})
		return nil
	}
	place := meant[0]
	p, err := proxyPlaceOf(ctx, o.tx, o.it.org, o.Patient, place.Follower)
	if err != nil {
		return err
	}
	if o.Command == reply.CommandDisallow {
		o.b.Queue(sqlEndProxyAsked, o.it.org, place.Follower, o.now)
		if p.Basis != "" {
			o.store.queueProxyEnd(o.b, o.actor(), o.Patient, place.Follower, p, byText, o.now)
		}
		o.event(carenet.EventPatientChange, o.Patient, place.Follower, carenet.Detail{})
		o.answer(carenet.Detail{Reply: carenet.ReplyDisallowed, About: place.Person})
		return nil
	}
	if p.Basis == string(carenet.BasisPatient) {
		o.answer(carenet.Detail{Reply: carenet.ReplyAllowAlready, About: place.Person})
		return nil
	}
	if _, err := o.tx.Exec(ctx, sqlEndProxyAsked, o.it.org, place.Follower, o.now); err != nil {
		return err
	}
	return o.asks(ctx, newQuestion{by: o.Patient, about: place.Person, hurry: true, Question: carenet.Question{
		ID: carenet.NewID(o.now), Org: o.it.org, Kind: carenet.AskProxy, Person: o.Patient, Patient: o.Patient, Follower: place.Follower,
	}})
}

// authorityRow is by what right a follower answers, as the pages say it.
type authorityRow struct {
	Basis    string
	ProxyAt  *time.Time
	ProxyBy  *carenet.ID
	ByEnc    []byte
	Relation string
}

func (s *Store) authority(r authorityRow, org carenet.ID) (a carenet.Authority, err error) {
	a.Relation = carenet.Relation(r.Relation)
	if r.Basis == "" {
		return a, nil
	}
	a.Basis, a.At = carenet.Basis(r.Basis), orZero(r.ProxyAt)
	a.By, err = s.personName(r.ByEnc, org, orNil(r.ProxyBy))
	return a, err
}

type proxyPlaceRow struct {
	PersonID carenet.ID
	State    string
	Scope    []string
	Basis    string
	Relation string
}

func proxyPlaceOf(ctx context.Context, tx pgx.Tx, org, patient, follower carenet.ID) (proxyPlaceRow, error) {
	rows, err := tx.Query(ctx, sqlProxyPlace, org, patient, follower)
	if err != nil {
		return proxyPlaceRow{}, err
	}
	p, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[proxyPlaceRow])
	if errors.Is(err, pgx.ErrNoRows) || err == nil && p.State != "active" {
		return p, carenet.Errorf(carenet.NotFound, "find follower", "there is nobody like that in this circle")
	}
	return p, err
}

// queueProxy lets a follower answer for a patient, by what right and on whose word.
func (s *Store) queueProxy(b *pgx.Batch, actor carenet.Actor, patient, follower carenet.ID, p proxyPlaceRow, a carenet.Authority, words string, now time.Time) {
	consent := carenet.NewID(now)
	b.Queue(sqlProxyConsent, actor.Org, consent, patient, follower, "proxy", p.Scope, words, actor.Person, string(actor.Kind), now, string(a.Basis))
	b.Queue(sqlGiveProxy, actor.Org, follower, string(a.Basis), actor.Person, now, string(a.Relation), consent)
	s.queueAudit(b, actor, now, audited{Action: "follower.proxy", Table: "follower", Row: follower, Patient: patient, Detail: map[string]any{"basis": string(a.Basis)}})
}

func (s *Store) queueProxyEnd(b *pgx.Batch, actor carenet.Actor, patient, follower carenet.ID, p proxyPlaceRow, words string, now time.Time) {
	consent := carenet.NewID(now)
	b.Queue(sqlProxyConsent, actor.Org, consent, patient, follower, "proxy_end", p.Scope, words, actor.Person, string(actor.Kind), now, "")
	b.Queue(sqlEndProxy, actor.Org, follower, consent, now)
	s.queueAudit(b, actor, now, audited{Action: "follower.proxy_end", Table: "follower", Row: follower, Patient: patient})
}

// proxy: the patient has said whether a follower may answer for them.
func (a answering) proxy(ctx context.Context, became carenet.QuestionState) error {
	p, err := proxyPlaceOf(ctx, a.tx, a.q.Org, a.q.Patient, a.q.Follower)
	if carenet.CodeOf(err) == carenet.NotFound {
		a.out.reply.Reply = carenet.ReplyOver
		return nil
	}
	if err != nil {
		return err
	}
	a.out.reply.About = p.PersonID
	if became == carenet.QuestionNo {
		a.out.reply.Reply = carenet.ReplyNotAllowed
		return nil
	}
	a.queueProxy(a.b, a.actor, a.q.Patient, a.q.Follower, p, carenet.Authority{Basis: carenet.BasisPatient}, a.row.WordsVersion, a.now)
	a.out.reply.Reply = carenet.ReplyAllowed
	// The answer tells the patient; the follower must know as well.
	a.event(carenet.EventCircleChange, a.q.Follower, carenet.Detail{About: p.PersonID, Person: a.q.Patient, Change: carenet.ChangeProxy, At: a.now, NoThanks: true})
	return nil
}

const sqlProxyAlertStands = `SELECT EXISTS (SELECT FROM alert a WHERE a.org_id = $1 AND a.patient_id = $2 AND a.rule_id = $3 AND a.state <> 'resolved')`

// openProxyAlert calls staff when somebody who answers for a patient gives the lowest
// answer. The trend rules know only what patients say of themselves; this one answer
// cannot wait for them, and whom it is about may not be able to say if they want a call.
func (s *Store) openProxyAlert(ctx context.Context, tx pgx.Tx, e carenet.Event, now time.Time) ([]carenet.Event, error) {
	rows, err := tx.Query(ctx, sqlCheckIns, []carenet.ID{e.Org}, []carenet.ID{e.Subject})
	if err != nil {
		return nil, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[checkInRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil || r.Reporter != string(carenet.ReporterProxy) || r.SupersededBy != nil || r.Value == nil || *r.Value > float64(carenet.WellbeingScale.Min) {
		return nil, err
	}
	var stands bool
	if err := tx.QueryRow(ctx, sqlProxyAlertStands, e.Org, e.Patient, carenet.LowestByProxy).Scan(&stands); err != nil || stands {
		return nil, err
	}
	b := &pgx.Batch{}
	raised, err := s.openAlert(ctx, tx, b, newAlert{
		org: e.Org, patient: e.Patient, rule: carenet.LowestByProxy, version: 1, severity: alerts.AmberHigh, batch: e.Batch, now: now,
		evidence: carenet.Evidence{Rule: carenet.LowestByProxy, Version: 1, Last: []float64{*r.Value}, Max: carenet.WellbeingScale.Max, OpenedDay: carenet.Day(r.LocalDay)},
	})
	if err != nil {
		return nil, err
	}
	return raised, tx.SendBatch(ctx, b).Close()
}

// SetProxy records that a follower may answer for a patient, as the patient says on
// their own page or staff record with its basis. The patient is told, and the follower.
func (s *Store) SetProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID, a carenet.Authority) (batch carenet.Batch, err error) {
	err = s.changeProxy(ctx, actor, patient, follower, func(tx pgx.Tx, b *pgx.Batch, p proxyPlaceRow, now time.Time) (carenet.Change, error) {
		if p.Basis == string(a.Basis) {
			// A button pressed twice gives nothing new. What the patient is to them is a
			// way of speaking, of which nobody need be told.
			if a.Relation != "" && p.Relation != string(a.Relation) {
				b.Queue(sqlProxyRelation, actor.Org, follower, string(a.Relation), now)
				s.queueAudit(b, actor, now, audited{Action: "follower.relation", Table: "follower", Row: follower, Patient: patient})
			}
			return "", nil
		}
		words, err := s.proxyWords(ctx, tx, b, actor, notify.CircleProxy, now)
		if err != nil {
			return "", err
		}
		s.queueProxy(b, actor, patient, follower, p, a, words, now)
		return carenet.ChangeProxy, nil
	}, &batch)
	return batch, err
}

// EndProxy ends it. The follower is not told; whoever answers all the same hears that
// they may not.
func (s *Store) EndProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID) (batch carenet.Batch, err error) {
	err = s.changeProxy(ctx, actor, patient, follower, func(tx pgx.Tx, b *pgx.Batch, p proxyPlaceRow, now time.Time) (carenet.Change, error) {
		words, err := s.proxyWords(ctx, tx, b, actor, notify.CircleProxyEnd, now)
		if err != nil || p.Basis == "" {
			return "", err
		}
		s.queueProxyEnd(b, actor, patient, follower, p, words, now)
		return carenet.ChangeProxyEnd, nil
	}, &batch)
	return batch, err
}

// proxyWords are the words beside the button that a patient pressed; what staff record
// they were told, or judged, themselves.
func (s *Store) proxyWords(ctx context.Context, tx pgx.Tx, b *pgx.Batch, actor carenet.Actor, act notify.CircleAct, now time.Time) (string, error) {
	if actor.Kind != carenet.ActorPatient {
		return byStaff, nil
	}
	return s.pageWords(ctx, tx, b, actor, act, now)
}

// byStaff is the version of the words of an authority that staff recorded.
const byStaff = "staff-1"

type proxyChange func(tx pgx.Tx, b *pgx.Batch, p proxyPlaceRow, now time.Time) (carenet.Change, error)

// changeProxy runs a change of who may answer for a patient, under the patient's row.
func (s *Store) changeProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID, fn proxyChange, batch *carenet.Batch) error {
	const op = "change who answers"
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		*batch = carenet.Batch{ID: carenet.NewID(now)}
		switch {
		case actor.Kind == carenet.ActorClinician:
			if err := s.requireStaff(ctx, tx, actor); err != nil {
				return err
			}
		case actor.Kind != carenet.ActorPatient || actor.Person != patient:
			return carenet.Errorf(carenet.Forbidden, op, "only the patient or staff say who answers")
		}
		var state string
		err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, patient).Scan(&state)
		if errors.Is(err, pgx.ErrNoRows) || err == nil && state != "active" && state != "in_hospital" {
			return carenet.Errorf(carenet.NotFound, op, "there is no such patient")
		}
		if err != nil {
			return err
		}
		p, err := proxyPlaceOf(ctx, tx, actor.Org, patient, follower)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		change, err := fn(tx, b, p, now)
		if err != nil {
			return err
		}
		if change == "" {
			*batch = carenet.Batch{}
			return tx.SendBatch(ctx, b).Close()
		}
		at := now
		if actor.Kind != carenet.ActorPatient {
			var language, zone string
			if err := tx.QueryRow(ctx, sqlPersonTongue, actor.Org, patient).Scan(&language, &zone); err != nil {
				return err
			}
			at = carenet.InWakingHours(now, zoneOf(zone))
		}
		b.Queue(sqlEndProxyAsked, actor.Org, follower, now)
		e := carenet.Event{
			ID: carenet.NewID(now), Org: actor.Org, Batch: batch.ID, Kind: carenet.EventCircleChange, Patient: patient, Subject: follower, At: now,
			Detail: carenet.Detail{About: p.PersonID, Person: actor.Person, Change: change, At: at},
		}
		queueEvent(b, e)
		batch.Events = []carenet.Event{e}
		return tx.SendBatch(ctx, b).Close()
	})
}
