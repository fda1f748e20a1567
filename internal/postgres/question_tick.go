package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlClaimQuestions = `SELECT org, question FROM claim_questions($1, $2)`
	sqlDueQuestions   = `SELECT ` + questionColumns + `, n.zone, z.zone AS patient_zone FROM open_question q
JOIN person n ON n.org_id = q.org_id AND n.id = q.person_id
JOIN person z ON z.org_id = q.org_id AND z.id = q.patient_id
WHERE q.org_id = ANY ($1) AND q.id = ANY ($2) ORDER BY q.id`
	sqlAskAgain     = `UPDATE open_question SET asked = asked + 1, asked_at = $3, next_at = $4 WHERE org_id = $1 AND id = $2`
	sqlLapse        = `UPDATE open_question SET state = 'lapsed', next_at = NULL WHERE org_id = $1 AND id = $2`
	sqlLapsedPlaces = `UPDATE follower SET state = 'dropped', changed_at = $3 WHERE org_id = $1 AND id = $2 AND state = 'invited'`
)

type dueQuestionRow struct {
	questionRow
	Zone        string
	PatientZone string
}

// TickQuestions asks once more what nobody has answered, and gives up what was asked
// twice: then staff see it, and a patient hears that their invitation came to nothing.
// done is 0 when none is due.
func (s *Store) TickQuestions(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlClaimQuestions, limit, func(tx pgx.Tx, t *ticking) error {
		var due []dueQuestionRow
		b := &pgx.Batch{}
		b.Queue(sqlScope, t.orgs)
		collect(b.Queue(sqlDueQuestions, t.orgs, t.ids), &due)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, r := range due {
			q := r.question()
			if q.Asked < 2 && !q.Kind.AskedOnce() {
				at := carenet.InWakingHours(t.now, zoneOf(r.Zone))
				w.Queue(sqlAskAgain, q.Org, q.ID, at, q.Kind.NextAsk(at, q.Asked+1, zoneOf(r.Zone)))
				about := orNil(r.AskedBy)
				if q.Kind == carenet.AskFollow {
					about = q.Patient
				}
				t.batch.Events = append(t.batch.Events, newQuestion{Question: q, about: about, many: q.Kind == carenet.AskEnrol}.event(t.batch.ID, at, t.now))
				continue
			}
			w.Queue(sqlLapse, q.Org, q.ID)
			s.queueAudit(w, carenet.SystemActor(q.Org), t.now, audited{Action: "question." + string(q.Kind) + ".lapsed", Table: "open_question", Row: q.ID, Patient: q.Patient})
			if q.Follower != carenet.NilID && q.Kind != carenet.AskDied {
				w.Queue(sqlLapsedPlaces, q.Org, q.Follower, t.now)
			}
			e := carenet.Event{ID: carenet.NewID(t.now), Org: q.Org, Batch: t.batch.ID, Kind: carenet.EventPatientChange, Patient: q.Patient, Subject: q.ID, At: t.now}
			if q.Kind == carenet.AskFollow {
				e.Kind, e.Subject = carenet.EventCircleChange, q.Follower
				e.Detail = carenet.Detail{About: q.Person, Change: carenet.ChangeLapsed, At: carenet.InWakingHours(t.now, zoneOf(r.PatientZone))}
			}
			t.batch.Events = append(t.batch.Events, e)
		}
		for _, e := range t.batch.Events {
			queueEvent(w, e)
		}
		t.done = len(due)
		return tx.SendBatch(ctx, w).Close()
	})
}

const sqlNextQuestion = `SELECT lookup_next_question()`

// nextQuestion is when the next question is due; nil when none is.
func (s *Store) nextQuestion(ctx context.Context) (at *time.Time, err error) {
	err = s.pool.QueryRow(ctx, sqlNextQuestion).Scan(&at)
	return at, err
}
