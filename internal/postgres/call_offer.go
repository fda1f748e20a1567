package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/dialogue"
)

const (
	sqlOffersDue   = `SELECT org, offer FROM lookup_offers_due($1, $2)`
	sqlOfferOwners = `SELECT DISTINCT o.org_id, o.patient_id FROM call_offer o WHERE o.org_id = ANY ($1) AND o.id = ANY ($2) ORDER BY o.org_id, o.patient_id`
	// The patients are locked by now: whoever answered an offer meanwhile has ended it.
	sqlEndOffers = `UPDATE call_offer SET state = 'no_answer', due_at = NULL WHERE org_id = ANY ($1) AND id = ANY ($2) AND state = 'open' AND due_at <= $3
RETURNING org_id, id, patient_id`
	sqlAnswerOffer = `UPDATE call_offer SET state = $3, due_at = NULL, answered_at = $4 WHERE org_id = $1 AND id = $2`
	sqlOfferFor    = `SELECT o.patient_id, o.state, o.alert_id, o.finding_id, f.rule_id, f.rule_version, f.evidence, a.state AS alert_state
FROM call_offer o JOIN finding f ON f.org_id = o.org_id AND f.id = o.finding_id
LEFT JOIN alert a ON a.org_id = o.org_id AND a.id = o.alert_id
WHERE o.org_id = $1 AND o.id = $2`
	// Whether the text that asked left, or is leaving, as far as is known.
	sqlOfferArrived = `SELECT EXISTS (SELECT FROM event v JOIN delivery d ON d.org_id = v.org_id AND d.event_id = v.id
WHERE v.org_id = $1 AND v.patient_id = $2 AND v.kind = 'call.offered' AND v.subject_id = $3 AND d.state IN ('sending', 'sent', 'delivered', 'uncertain', 'unconfirmed'))`
	sqlOfferAlert = `UPDATE call_offer SET alert_id = $3 WHERE org_id = $1 AND id = $2`
	sqlEvidence   = `UPDATE alert SET evidence = $3, changed_at = $4 WHERE org_id = $1 AND id = $2`
	sqlWakeAlert  = `UPDATE alert SET state = 'open', asking_since = $3, asked = 0, next_step_at = $3, snoozed_by = NULL, snoozed_at = NULL, snoozed_until = NULL, changed_at = $3
WHERE org_id = $1 AND id = $2 AND state = 'snoozed'`
	sqlAskNow      = `UPDATE alert SET next_step_at = $3 WHERE org_id = $1 AND id = $2 AND state = 'open'`
	sqlNewestOffer = `SELECT o.id, o.state FROM call_offer o
WHERE o.org_id = $1 AND o.patient_id = $2 AND o.asked_at >= $3 AND o.state <> 'withdrawn' ORDER BY o.id DESC LIMIT 1`
	sqlStandsAlone = `SELECT EXISTS (SELECT 1 FROM alert a WHERE a.org_id = $1 AND a.patient_id = $2 AND a.rule_id = $3 AND a.finding_id IS NOT NULL AND a.state <> 'resolved')`
)

// offerAmong is the row of an offer that a worker ended.
type offerAmong struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PatientID carenet.ID
}

// offerForRow is an offer with what it was made for.
type offerForRow struct {
	PatientID   carenet.ID
	State       string
	AlertID     *carenet.ID
	FindingID   carenet.ID
	RuleID      string
	RuleVersion int
	Evidence    carenet.Evidence
	AlertState  *string
}

// TickOffers ends offers of a call that nobody answered in time: then staff are
// called, as for a yes.
func (s *Store) TickOffers(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlOffersDue, limit, func(tx pgx.Tx, t *ticking) error {
		if err := scope(ctx, tx, t.orgs); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlOfferOwners, t.orgs, t.ids)
		if err != nil {
			return err
		}
		var org, patient carenet.ID
		var patients []carenet.ID
		if _, err := pgx.ForEachRow(rows, []any{&org, &patient}, func() error {
			patients = append(patients, patient)
			return nil
		}); err != nil {
			return err
		}
		var locked []patientRow
		var over []offerAmong
		b := &pgx.Batch{}
		collect(b.Queue(sqlLockPatients, t.orgs, patients), &locked)
		collect(b.Queue(sqlEndOffers, t.orgs, t.ids, t.now), &over)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, o := range over {
			e := carenet.Event{
				ID: carenet.NewID(t.now), Org: o.OrgID, Batch: t.batch.ID, Kind: carenet.EventCallWanted, Patient: o.PatientID, Subject: o.ID,
				Detail: carenet.Detail{Person: o.PatientID}, At: t.now,
			}
			queueEvent(w, e)
			s.queueAudit(w, carenet.SystemActor(o.OrgID), t.now, audited{Action: "call.no_answer", Table: "call_offer", Row: o.ID, Patient: o.PatientID})
			t.batch.Events = append(t.batch.Events, e)
		}
		t.done = len(over)
		return tx.SendBatch(ctx, w).Close()
	})
}

// queueOfferAnswer writes what a patient said to an offer.
func (s *Store) queueOfferAnswer(b *pgx.Batch, actor carenet.Actor, offer, patient carenet.ID, state carenet.OfferState, now time.Time) {
	b.Queue(sqlAnswerOffer, actor.Org, offer, string(state), now)
	s.queueAudit(b, actor, now, audited{
		Action: "call.answer", Table: "call_offer", Row: offer, Patient: patient, Detail: map[string]any{"answer": string(state)},
	})
}

// openCallAlert calls staff for a patient who would like a call, or who has not said
// whether they would. For somebody whom staff were called for already it says so on
// that alert: a yes is never lost, and nobody is called twice for a silence.
func (s *Store) openCallAlert(ctx context.Context, tx pgx.Tx, e carenet.Event, now time.Time) ([]carenet.Event, error) {
	rows, err := tx.Query(ctx, sqlOfferFor, e.Org, e.Subject)
	if err != nil {
		return nil, err
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[offerForRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	state := carenet.OfferState(o.State)
	if state != carenet.OfferYes && state != carenet.OfferNoAnswer {
		return nil, nil
	}
	evidence := o.Evidence
	evidence.Offer = state
	if state == carenet.OfferNoAnswer {
		var arrived bool
		if err := tx.QueryRow(ctx, sqlOfferArrived, e.Org, o.PatientID, e.Subject).Scan(&arrived); err != nil {
			return nil, err
		}
		if !arrived {
			// What nobody heard is no silence.
			evidence.Offer, evidence.Unheard = carenet.OfferUnasked, carenet.UnheardLost
		}
	}
	b := &pgx.Batch{}
	if o.AlertID != nil && o.AlertState != nil && *o.AlertState != string(alerts.StatusResolved) {
		if state != carenet.OfferYes {
			return nil, nil
		}
		b.Queue(sqlEvidence, e.Org, *o.AlertID, evidence, now)
		// Who put it off did not know that the patient would like to be called.
		b.Queue(sqlWakeAlert, e.Org, *o.AlertID, now)
		b.Queue(sqlAskNow, e.Org, *o.AlertID, now) // nor does it wait for staffed hours any more
		if err := s.queueAlertEntry(b, e.Org, *o.AlertID, "wants_call", carenet.Actor{Kind: carenet.ActorPatient, Org: e.Org, Person: o.PatientID}, "", now); err != nil {
			return nil, err
		}
		changed := carenet.Event{
			ID: carenet.NewID(now), Org: e.Org, Batch: e.Batch, Kind: carenet.EventAlertChanged, Patient: o.PatientID, Subject: *o.AlertID,
			Detail: carenet.Detail{Alert: *o.AlertID}, At: now,
		}
		queueEvent(b, changed)
		return []carenet.Event{changed}, tx.SendBatch(ctx, b).Close()
	}
	if state == carenet.OfferNoAnswer {
		var stands bool
		if err := tx.QueryRow(ctx, sqlStandsAlone, e.Org, o.PatientID, o.RuleID).Scan(&stands); err != nil || stands {
			return nil, err
		}
	}
	raised, err := s.openAlert(ctx, tx, b, newAlert{
		org: e.Org, patient: o.PatientID, finding: o.FindingID, rule: o.RuleID, version: o.RuleVersion, severity: alerts.AmberHigh,
		evidence: evidence, batch: e.Batch, now: now, offer: e.Subject,
	})
	if err != nil {
		return nil, err
	}
	return raised, tx.SendBatch(ctx, b).Close()
}

// promised says whether the patient was asked if they would like a call today, or somebody
// who answers for them gave the lowest answer there is.
func promised(rule string, e carenet.Evidence) bool {
	return e.Offer != "" || rule == carenet.LowestByProxy
}

// applyOffers writes what texts say to offers of a call. Their patients are locked.
func (in *intake) applyOffers(ctx context.Context) error {
	b := &pgx.Batch{}
	for _, it := range in.items {
		if a := it.out.Offer; a != nil {
			actor := carenet.Actor{Kind: carenet.ActorPatient, Org: it.org, Person: a.Patient, Via: "sms"}
			in.store.queueOfferAnswer(b, actor, a.Offer, a.Patient, a.State, in.now)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return in.tx.SendBatch(ctx, b).Close()
}

// newestOffer is the offer that an answer led to; its state is "" when there is none.
func newestOffer(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, answered time.Time) (offerFacts, error) {
	rows, err := tx.Query(ctx, sqlNewestOffer, org, patient, answered)
	if err != nil {
		return offerFacts{}, err
	}
	o, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[offerFacts])
	if errors.Is(err, pgx.ErrNoRows) {
		return offerFacts{}, nil
	}
	return o, err
}

// AnswerOffer takes what a patient says on the page to the offer of a call. A yes is
// heard also after a no and after its time; a no changes nothing that a yes began.
func (s *Store) AnswerOffer(ctx context.Context, token string, yes bool) (carenet.Batch, error) {
	var batch carenet.Batch
	err := s.fromPage(ctx, token, func(tx pgx.Tx, l linkRow, now time.Time) error {
		batch = carenet.Batch{}
		offer, err := newestOffer(ctx, tx, l.OrgID, l.PersonID, now.Add(-dialogue.OfferFor))
		if err != nil {
			return err
		}
		said, was := carenet.OfferNo, carenet.OfferState(offer.State)
		if yes {
			said = carenet.OfferYes
		}
		if was == "" || was == said || was == carenet.OfferYes || was == carenet.OfferNoAnswer && !yes {
			return nil
		}
		actor := carenet.Actor{Kind: carenet.ActorPatient, Org: l.OrgID, Person: l.PersonID, Via: "page"}
		b := &pgx.Batch{}
		s.queueOfferAnswer(b, actor, offer.ID, l.PersonID, said, now)
		if yes {
			batch.ID = carenet.NewID(now)
			e := carenet.Event{
				ID: carenet.NewID(now), Org: l.OrgID, Batch: batch.ID, Kind: carenet.EventCallWanted, Patient: l.PersonID, Subject: offer.ID,
				Detail: carenet.Detail{Person: l.PersonID}, At: now,
			}
			queueEvent(b, e)
			batch.Events = []carenet.Event{e}
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}
