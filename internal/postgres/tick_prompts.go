package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
)

// promptOnTime is how late a prompt may leave and still make sense: after it
// the slot is our outage, and nobody is asked in the middle of the night.
const promptOnTime = 6 * time.Hour

// promptGrace is how long staff let a patient answer before it is a silence.
const promptGrace = 24 * time.Hour

const (
	sqlClaimSchedules = `SELECT org, schedule FROM claim_schedules($1, $2)`
	sqlDueSchedules   = `SELECT s.org_id, s.id, s.patient_id, s.question_set_id, s.rrule, s.local_time, s.zone, s.start_day, s.next_at, s.next_day,
  p.state AS patient_state, p.paused_at, p.paused_until, c.opted_out_at, c.check_asked_at
FROM schedule s
JOIN patient p ON p.org_id = s.org_id AND p.id = s.patient_id
LEFT JOIN LATERAL (SELECT k.opted_out_at, k.check_asked_at FROM contact_point cp JOIN conversation k ON k.org_id = cp.org_id AND k.id = cp.conversation_id
  WHERE cp.org_id = s.org_id AND cp.person_id = s.patient_id AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1) c ON true
WHERE s.org_id = ANY ($1) AND s.id = ANY ($2) ORDER BY s.next_at, s.id`
	sqlOpenPrompts = `SELECT q.org_id, q.id, q.patient_id, q.slot_at, q.handing, q.handed_over_at FROM prompt q
WHERE q.org_id = ANY ($1) AND q.patient_id = ANY ($2) AND q.state = 'open' ORDER BY q.id FOR UPDATE`
	sqlInsertPrompt = `INSERT INTO prompt (org_id, id, patient_id, schedule_id, question_set_id, slot_at, slot_day, state, cause, created_at, sets)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11) ON CONFLICT (org_id, schedule_id, slot_day) DO NOTHING`
	sqlClosePrompt = `UPDATE prompt SET state = 'closed', cause = $3, closed_at = $4 WHERE org_id = $1 AND id = $2 AND state = 'open'`
	sqlNextSlot    = `UPDATE schedule SET next_at = $3, next_day = $4 WHERE org_id = $1 AND id = $2`
)

type scheduleRow struct {
	OrgID         carenet.ID
	ID            carenet.ID
	PatientID     carenet.ID
	QuestionSetID carenet.ID
	RRule         string
	LocalTime     string
	Zone          string
	StartDay      int
	NextAt        time.Time
	NextDay       int
	PatientState  string
	PausedAt      *time.Time
	PausedUntil   *time.Time
	OptedOutAt    *time.Time
	CheckAskedAt  *time.Time
}

type openPromptRow struct {
	OrgID        carenet.ID
	ID           carenet.ID
	PatientID    carenet.ID
	SlotAt       time.Time
	Handing      string
	HandedOverAt *time.Time
}

// TickPrompts turns up to limit due slots into prompts, one each, whoever
// claims them (INV-6), and moves their schedules on. done is 0 when none is due.
func (s *Store) TickPrompts(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlClaimSchedules, limit, func(tx pgx.Tx, t *ticking) error {
		var due []scheduleRow
		b := &pgx.Batch{}
		b.Queue(sqlScope, t.orgs)
		collect(b.Queue(sqlDueSchedules, t.orgs, t.ids), &due)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		var patients []carenet.ID
		for _, r := range due {
			patients = addID(patients, r.PatientID)
		}
		var open []openPromptRow
		var planned []plannedSetRow
		b = &pgx.Batch{}
		collect(b.Queue(sqlOpenPrompts, t.orgs, patients), &open)
		collect(b.Queue(sqlPlannedSets, t.orgs, patients), &planned)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		openOf := map[carenet.ID][]openPromptRow{}
		for _, q := range open {
			openOf[q.PatientID] = append(openOf[q.PatientID], q)
		}
		w := &pgx.Batch{}
		for _, r := range due {
			for _, e := range queueSlot(w, r, openOf[r.PatientID], setsOn(planned, r.PatientID, carenet.Day(r.NextDay)), t.batch.ID, t.now) {
				queueEvent(w, e)
				t.batch.Events = append(t.batch.Events, e)
			}
		}
		t.done = len(due)
		return tx.SendBatch(ctx, w).Close()
	})
}

// queueSlot writes what becomes of one due slot, closes what it overtakes and
// sets the next. It returns the events of a prompt that is to be sent and of those
// that nobody answered: the rules look at a silence when it is certain.
func queueSlot(w *pgx.Batch, r scheduleRow, open []openPromptRow, sets []carenet.ID, batch carenet.ID, now time.Time) (events []carenet.Event) {
	next, day := nextSlot(r)
	w.Queue(sqlNextSlot, r.OrgID, r.ID, next, day)
	if r.PatientState != "active" && r.PatientState != "in_hospital" {
		return nil // nobody is asked, and there is nothing to be silent about
	}
	for _, q := range open {
		// The next asking has come, so the time to answer this one is over.
		cause, _ := carenet.SilenceCause(r.promptFacts(q, now.Add(promptGrace+promptOnTime)))
		cause = unsure(cause, r.CheckAskedAt)
		w.Queue(sqlClosePrompt, q.OrgID, q.ID, string(cause), now)
		if cause == carenet.NoReply {
			events = append(events, promptEvent(r, carenet.EventUnanswered, q.ID, batch, now))
		}
	}
	state, cause := "open", carenet.Cause("")
	switch {
	case r.OptedOutAt != nil:
		state, cause = "closed", carenet.OptedOut
	case r.PatientState == "in_hospital", r.PausedUntil != nil && r.PausedUntil.After(r.NextAt):
		state, cause = "closed", carenet.Paused
	case now.Sub(r.NextAt) > promptOnTime:
		state, cause = "closed", carenet.OurOutage
	}
	id := carenet.NewID(now)
	w.Queue(sqlInsertPrompt, r.OrgID, id, r.PatientID, r.ID, r.QuestionSetID, r.NextAt, r.NextDay, state, string(cause), now, sets)
	if state != "open" {
		return events
	}
	return append(events, promptEvent(r, carenet.EventPrompt, id, batch, now))
}

func promptEvent(r scheduleRow, kind carenet.EventKind, prompt, batch carenet.ID, now time.Time) carenet.Event {
	return carenet.Event{ID: carenet.NewID(now), Org: r.OrgID, Batch: batch, Kind: kind, Patient: r.PatientID, Subject: prompt, At: now}
}

func (r scheduleRow) promptFacts(q openPromptRow, now time.Time) carenet.PromptFacts {
	return promptFactsOf(q.SlotAt, q.Handing, q.HandedOverAt, r.OptedOutAt, r.PausedAt, r.PausedUntil, now)
}

func promptFactsOf(slot time.Time, handing string, handed, optedOut, pausedAt, pausedTill *time.Time, now time.Time) carenet.PromptFacts {
	return carenet.PromptFacts{
		Slot: slot, Handing: carenet.Handing(handing), HandedAt: orZero(handed), OnTime: promptOnTime,
		Grace: promptGrace, OptedOutAt: orZero(optedOut), PausedAt: orZero(pausedAt), PausedTill: orZero(pausedTill), Now: now,
	}
}

func orZero(t *time.Time) time.Time {
	if t == nil {
		return time.Time{}
	}
	return *t
}

// nextSlot is the slot after the one that is due; nil when the schedule is over
// or can no longer be read (doctor reports those).
func nextSlot(r scheduleRow) (*time.Time, *int) {
	table, err := ask.Schedule{RRule: r.RRule, Zone: r.Zone, LocalTime: r.LocalTime, Start: carenet.Day(r.StartDay)}.Compile()
	if err != nil {
		return nil, nil
	}
	slot, ok := table.Follow(r.NextAt, carenet.Day(r.NextDay))
	if !ok {
		return nil, nil
	}
	day := int(slot.Day)
	return &slot.At, &day
}
