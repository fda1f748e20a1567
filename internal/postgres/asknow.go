package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/notify"
)

const (
	sqlAskNowFacts = `SELECT p.state, p.paused_at, p.paused_until, n.zone, c.opted_out_at, c.opted_out_at IS NOT NULL AS stopped, c.wrong_number_at IS NOT NULL AS wrong, c.suspect_at IS NOT NULL AS suspect, c.id IS NULL AS none,
  (SELECT max(q.slot_at) FROM prompt q WHERE q.org_id = p.org_id AND q.patient_id = p.id AND q.cause NOT IN ('paused', 'opted_out', 'our_outage')) AS last_asked,
  (SELECT array_agg(q.slot_at) FROM prompt q WHERE q.org_id = p.org_id AND q.patient_id = p.id AND q.schedule_id IS NULL AND q.slot_at > $3) AS between,
  (SELECT min(s.next_at) FROM schedule s WHERE s.org_id = p.org_id AND s.patient_id = p.id AND s.ended_at IS NULL) AS next_at
FROM patient p JOIN person n ON n.org_id = p.org_id AND n.id = p.id
LEFT JOIN LATERAL (SELECT k.id, k.opted_out_at, k.wrong_number_at, k.suspect_at FROM contact_point cp
  JOIN conversation k ON k.org_id = cp.org_id AND k.id = cp.conversation_id
  WHERE cp.org_id = p.org_id AND cp.person_id = p.id AND cp.kind = 'phone' AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1) c ON true
WHERE p.org_id = $1 AND p.id = $2`
	sqlInsertExtra = `INSERT INTO prompt (org_id, id, patient_id, question_set_id, slot_at, slot_day, state, created_at, asked_by) VALUES ($1, $2, $3, $4, $5, $6, 'open', $5, $7)`
)

type askNowRow struct {
	State       string
	PausedAt    *time.Time
	PausedUntil *time.Time
	Zone        string
	OptedOutAt  *time.Time
	Stopped     bool
	Wrong       bool
	Suspect     bool
	None        bool
	LastAsked   *time.Time
	Between     []time.Time
	NextAt      *time.Time
}

func (r askNowRow) facts(now time.Time) carenet.AskNowFacts {
	n := notify.Number{None: r.None, Stopped: r.Stopped, Wrong: r.Wrong, Suspect: r.Suspect}
	return carenet.AskNowFacts{
		State: r.State, Stopped: n.Texts() != "", PausedUntil: orZero(r.PausedUntil), LastAsked: orZero(r.LastAsked), InBetween: r.Between,
		Next: orZero(r.NextAt), Now: now, Zone: zoneOf(r.Zone),
	}
}

func askNowFacts(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, now time.Time) (askNowRow, error) {
	rows, err := tx.Query(ctx, sqlAskNowFacts, org, patient, now.AddDate(0, 0, -2))
	if err != nil {
		return askNowRow{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[askNowRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return r, carenet.Errorf(carenet.NotFound, "ask now", "there is no such patient")
	}
	return r, err
}

// AskNow asks a patient at once how they are, besides their plan. Conflict when they may
// not be asked now: carenet.AskNow says why, on the patient's page. Pressed twice it asks
// once, since whoever was just asked is not asked again.
func (s *Store) AskNow(ctx context.Context, actor carenet.Actor, patient carenet.ID) (batch carenet.Batch, err error) {
	const op = "ask now"
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		var by *carenet.ID
		if actor.Kind != carenet.ActorOperator {
			if err := s.requireStaff(ctx, tx, actor); err != nil {
				return err
			}
			by = &actor.Person
		}
		var state string
		if err := tx.QueryRow(ctx, sqlPatientLocked, actor.Org, patient).Scan(&state); errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "there is no such patient")
		} else if err != nil {
			return err
		}
		r, err := askNowFacts(ctx, tx, actor.Org, patient, now)
		if err != nil {
			return err
		}
		if answer, _ := carenet.AskNow(r.facts(now)); answer != carenet.AskNowYes {
			return carenet.Errorf(carenet.Conflict, op, "they are not asked now: %s", answer)
		}
		var set carenet.ID
		if err := tx.QueryRow(ctx, sqlNewestSet, actor.Org, ask.Wellbeing().Code).Scan(&set); err != nil {
			return err
		}
		var open []openPromptRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlOpenPrompts, []carenet.ID{actor.Org}, []carenet.ID{patient}), &open)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, q := range open {
			// Whose time is not over yet is asked again, and the answer goes to this one.
			f := promptFactsOf(q.SlotAt, q.Handing, q.HandedOverAt, r.OptedOutAt, r.PausedAt, r.PausedUntil, now)
			cause, _ := carenet.SilenceCause(f)
			if cause == carenet.Waiting {
				cause = carenet.Replaced
			}
			w.Queue(sqlClosePrompt, q.OrgID, q.ID, string(cause), now)
			if cause == carenet.NoReply {
				batch.Events = append(batch.Events, carenet.Event{ID: carenet.NewID(now), Org: q.OrgID, Batch: batch.ID, Kind: carenet.EventUnanswered, Patient: patient, Subject: q.ID, At: now})
			}
		}
		prompt := carenet.NewID(now)
		w.Queue(sqlInsertExtra, actor.Org, prompt, patient, set, now, int(carenet.LocalDay(now, zoneOf(r.Zone))), by)
		batch.Events = append(batch.Events, carenet.Event{ID: carenet.NewID(now), Org: actor.Org, Batch: batch.ID, Kind: carenet.EventPrompt, Patient: patient, Subject: prompt, At: now})
		for _, e := range batch.Events {
			queueEvent(w, e)
		}
		s.queueAudit(w, actor, now, audited{Action: "prompt.ask_now", Table: "prompt", Row: prompt, Patient: patient})
		return tx.SendBatch(ctx, w).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}
