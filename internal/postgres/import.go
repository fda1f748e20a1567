package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// PastPrompt is one asking of a patient's past: from another system, from paper
// or from a demo's seed.
type PastPrompt struct {
	At     time.Time     // when the patient was asked
	Answer *PastAnswer   // nil when nobody answered
	Cause  carenet.Cause // then: why
}

// PastAnswer is what the patient said to it.
type PastAnswer struct {
	At      time.Time
	Score   *float64 // nil: words alone
	Words   string
	Private bool
}

const (
	sqlImportSchedule = `SELECT id, question_set_id, rrule, local_time, zone, start_day, next_at FROM schedule
WHERE org_id = $1 AND patient_id = $2 AND ended_at IS NULL AND next_at IS NOT NULL ORDER BY created_at, id LIMIT 1 FOR UPDATE`

	sqlImportPrompts = `INSERT INTO prompt (org_id, id, patient_id, schedule_id, question_set_id, slot_at, slot_day, state, cause, handing,
  handed_over_at, check_in_id, created_at)
SELECT $1, q.id, $2, $3, $4, q.slot_at, q.slot_day, CASE WHEN q.check_in_id IS NULL THEN 'closed' ELSE 'answered' END, q.cause, q.handing,
  CASE WHEN q.handing = 'confirmed' THEN q.slot_at END, q.check_in_id, q.slot_at
FROM unnest($5::uuid[], $6::timestamptz[], $7::int[], $8::text[], $9::text[], $10::uuid[])
  AS q (id, slot_at, slot_day, cause, handing, check_in_id)`

	sqlImportCheckIns = `INSERT INTO check_in (org_id, id, patient_id, prompt_id, reporter, reporter_id, channel, private, late, words_enc, local_day, at)
SELECT $1, k.id, $2, k.prompt_id, 'self', $2, 'import', k.private, false, k.words_enc, k.local_day, k.at
FROM unnest($3::uuid[], $4::uuid[], $5::boolean[], $6::bytea[], $7::int[], $8::timestamptz[])
  AS k (id, prompt_id, private, words_enc, local_day, at)`

	sqlImportAnswers = `INSERT INTO answer (org_id, id, check_in_id, question_set_id, item, value)
SELECT $1, a.id, a.check_in_id, $2, $3, a.value
FROM unnest($4::uuid[], $5::uuid[], $6::float8[]) AS a (id, check_in_id, value)`
)

// ImportHistory writes a patient's past askings and answers and runs the rules
// over them. The past tells nobody anything; but what the rules find to be true
// now opens its alert and calls whom it must, in the same transaction. It needs
// the patient's schedule, which it moves on to the next slot to come, and
// refuses a day that the patient was asked on already (Conflict) and anything
// that is not past (Invalid). The batch holds the events of alerts, already
// planned.
func (s *Store) ImportHistory(ctx context.Context, actor carenet.Actor, patient carenet.ID, past []PastPrompt) (carenet.Batch, error) {
	const op = "import history"
	var batch carenet.Batch
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		h := history{store: s, org: actor.Org, patient: patient}
		rows, err := tx.Query(ctx, sqlImportSchedule, actor.Org, patient)
		if err != nil {
			return err
		}
		h.schedule, err = pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[importScheduleRow])
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "there is no such patient, or the patient has no schedule")
		} else if err != nil {
			return err
		}
		h.zone = zoneOf(h.schedule.Zone)
		for _, p := range past {
			if err := h.add(p, now); err != nil {
				return err
			}
		}
		b := &pgx.Batch{}
		h.queue(b, now)
		s.queueAudit(b, actor, now, audited{
			Action: "history.import", Table: "prompt", Patient: patient,
			Detail: map[string]any{"prompts": len(h.prompts.id), "answers": len(h.checkIns.id)},
		})
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return asConflict(err, op, "the patient was asked on one of these days already")
		}
		orgs, patients := []carenet.ID{actor.Org}, []carenet.ID{patient}
		raised, err := s.evaluatePatients(ctx, tx, orgs, patients, []carenet.Event{{Batch: batch.ID}}, now)
		if err != nil || len(raised) == 0 {
			return err
		}
		batch.Events, err = s.roundIn(ctx, tx, raised)
		return err
	})
	return batch, err
}

// history collects the columns of what is written.
type history struct {
	store              *Store
	org, patient       carenet.ID
	schedule           importScheduleRow
	zone               *time.Location
	prompts            pastPrompts
	checkIns           pastCheckIns
	answerID, answerOf []carenet.ID
	value              []float64
}

type importScheduleRow struct {
	ID            carenet.ID
	QuestionSetID carenet.ID
	RRule         string
	LocalTime     string
	Zone          string
	StartDay      int
	NextAt        time.Time
}

type pastPrompts struct {
	id             []carenet.ID
	at             []time.Time
	day            []int
	cause, handing []string
	checkIn        []*carenet.ID
}

type pastCheckIns struct {
	id, prompt []carenet.ID
	private    []bool
	words      [][]byte
	day        []int
	at         []time.Time
}

// unanswered are the causes that a past prompt may have, with what became of
// the asking itself.
var unanswered = map[carenet.Cause]carenet.Handing{
	carenet.NoReply:     carenet.Confirmed,
	carenet.Undelivered: carenet.Refused,
	carenet.OurOutage:   carenet.NotHanded,
	carenet.Paused:      carenet.NotHanded,
	carenet.OptedOut:    carenet.NotHanded,
}

func (h *history) add(p PastPrompt, now time.Time) error {
	const op = "import history"
	day := carenet.LocalDay(p.At, h.zone)
	handing, known := unanswered[p.Cause]
	switch {
	case !p.At.Before(now) || p.Answer != nil && p.Answer.At.After(now):
		return carenet.Errorf(carenet.Invalid, op, "%s has not passed yet", day)
	case p.Answer != nil && (p.Cause != "" || p.Answer.At.Before(p.At)):
		return carenet.Errorf(carenet.Invalid, op, "%s: an answer comes after its question and has no cause of silence", day)
	case p.Answer == nil && !known:
		return carenet.Errorf(carenet.Invalid, op, "%s: a question without an answer needs the cause", day)
	}
	prompt := carenet.NewID(p.At)
	var checkIn *carenet.ID
	if p.Answer != nil {
		handing = carenet.Confirmed
		id, err := h.addAnswer(prompt, day, *p.Answer)
		if err != nil {
			return err
		}
		checkIn = &id
	}
	q := &h.prompts
	q.id, q.at, q.day, q.cause = append(q.id, prompt), append(q.at, p.At), append(q.day, int(day)), append(q.cause, string(p.Cause))
	q.handing, q.checkIn = append(q.handing, string(handing)), append(q.checkIn, checkIn)
	return nil
}

func (h *history) addAnswer(prompt carenet.ID, day carenet.Day, a PastAnswer) (carenet.ID, error) {
	c, err := carenet.NewCheckIn(carenet.CheckIn{ID: carenet.NewID(a.At), Score: a.Score, Words: a.Words}, carenet.WellbeingScale)
	if err != nil {
		return c.ID, err
	}
	words, err := h.store.seal(c.Words, h.org, "check_in", "words_enc", c.ID)
	if err != nil {
		return c.ID, err
	}
	k := &h.checkIns
	k.id, k.prompt, k.private = append(k.id, c.ID), append(k.prompt, prompt), append(k.private, a.Private)
	k.words, k.day, k.at = append(k.words, words), append(k.day, int(day)), append(k.at, a.At)
	if c.Score != nil {
		h.answerID, h.answerOf = append(h.answerID, carenet.NewID(a.At)), append(h.answerOf, c.ID)
		h.value = append(h.value, *c.Score)
	}
	return c.ID, nil
}

func (h *history) queue(b *pgx.Batch, now time.Time) {
	if !h.schedule.NextAt.After(now) {
		next, day := nextSlot(scheduleRow{
			RRule: h.schedule.RRule, LocalTime: h.schedule.LocalTime, Zone: h.schedule.Zone,
			StartDay: h.schedule.StartDay, NextAt: now,
		})
		b.Queue(sqlNextSlot, h.org, h.schedule.ID, next, day)
	}
	q, k := h.prompts, h.checkIns
	b.Queue(sqlImportPrompts, h.org, h.patient, h.schedule.ID, h.schedule.QuestionSetID, q.id, q.at, q.day, q.cause, q.handing, q.checkIn)
	b.Queue(sqlImportCheckIns, h.org, h.patient, k.id, k.prompt, k.private, k.words, k.day, k.at)
	b.Queue(sqlImportAnswers, h.org, h.schedule.QuestionSetID, wellbeingItem, h.answerID, h.answerOf, h.value)
}
