package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const alertColumns = `a.org_id, a.id, a.number, a.patient_id, a.episode_id, a.rule_id, a.severity, a.evidence, a.state, a.asking_since, a.asked,
  a.opened_at, a.acked_by, a.acked_at, a.ack_until, a.resolved_by, a.resolved_at, a.outcome, a.snoozed_by, a.snoozed_at, a.snoozed_until, a.snoozes, a.pressed, a.useful,
  ` + policyOf

type alertRow struct {
	OrgID       carenet.ID
	ID          carenet.ID
	Number      int
	PatientID   carenet.ID
	EpisodeID   *carenet.ID
	RuleID      string
	Severity    string
	Evidence    carenet.Evidence
	State       string
	AskingSince time.Time
	Asked       int
	OpenedAt    time.Time
	AckedBy     *carenet.ID
	AckedAt     *time.Time
	AckUntil    *time.Time
	ResolvedBy  *carenet.ID
	ResolvedAt  *time.Time
	Outcome     string

	SnoozedBy    *carenet.ID
	SnoozedAt    *time.Time
	SnoozedUntil *time.Time
	Snoozes      int
	Pressed      bool
	Useful       *bool
	Policy       *policyDoc
	Staffed      staffedDoc
	Zone         string
}

// escalation is who is asked about the alert, and after how long.
func (r alertRow) escalation() alerts.Escalation {
	e := r.Policy.escalation(alerts.Severity(r.Severity))
	e.Hours = r.Staffed.hours(r.Zone)
	return e
}

// alert is the row as the pure state machine sees it.
func (r alertRow) alert() alerts.Alert {
	a := alerts.Alert{
		ID: r.ID, Rule: r.RuleID, Severity: alerts.Severity(r.Severity), OpenedAt: r.OpenedAt, Status: alerts.Status(r.State),
		AskingSince: r.AskingSince, Asked: r.Asked, Snoozes: r.Snoozes, Pressed: r.Pressed, Promised: promised(r.RuleID, r.Evidence),
	}
	if r.SnoozedBy != nil && r.SnoozedAt != nil && r.SnoozedUntil != nil {
		a.Snooze = alerts.Snooze{By: *r.SnoozedBy, At: *r.SnoozedAt, Until: *r.SnoozedUntil}
	}
	if r.AckedBy != nil && r.AckedAt != nil && r.AckUntil != nil {
		a.Ack = alerts.Ack{By: *r.AckedBy, At: *r.AckedAt, Until: *r.AckUntil}
	}
	if r.ResolvedBy != nil && r.ResolvedAt != nil {
		a.Resolution = alerts.Resolution{By: *r.ResolvedBy, At: *r.ResolvedAt, Outcome: alerts.Outcome(r.Outcome)}
	}
	return a
}

const (
	sqlAlertsByNumber = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = $1 AND a.number = $2 FOR UPDATE`
	sqlAlertByID      = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = $1 AND a.id = $2 FOR UPDATE`
	sqlAlertsOpen     = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = $1 AND a.state = 'open' ORDER BY a.id FOR UPDATE`
	sqlUpdateAlert    = `UPDATE alert SET state = $3, asking_since = $4, asked = $5, next_step_at = $6, acked_by = $7, acked_at = $8,
  ack_until = $9, resolved_by = $10, resolved_at = $11, outcome = $12, changed_at = $13,
  snoozed_by = $14, snoozed_at = $15, snoozed_until = $16, snoozes = $17, pressed = $18 WHERE org_id = $1 AND id = $2`
	sqlAlertEntry = `INSERT INTO alert_entry (org_id, id, alert_id, kind, actor_kind, actor_id, channel, note_enc, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
)

func alertsFor(ctx context.Context, tx pgx.Tx, sql string, args ...any) ([]alertRow, error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[alertRow])
}

// queueAlert writes the alert as the state machine left it.
func queueAlert(b *pgx.Batch, row alertRow, a alerts.Alert, now time.Time) {
	var next, ackedAt, ackUntil, resolvedAt, snoozedAt, snoozedUntil *time.Time
	if at, ok := alerts.Wake(a, row.escalation()); ok {
		next = &at
	}
	if a.Ack.By != carenet.NilID {
		ackedAt, ackUntil = &a.Ack.At, &a.Ack.Until
	}
	if a.Resolution.By != carenet.NilID {
		resolvedAt = &a.Resolution.At
	}
	if a.Snooze.By != carenet.NilID {
		snoozedAt, snoozedUntil = &a.Snooze.At, &a.Snooze.Until
	}
	b.Queue(sqlUpdateAlert, row.OrgID, a.ID, string(a.Status), a.AskingSince, a.Asked, next, orNull(a.Ack.By), ackedAt, ackUntil,
		orNull(a.Resolution.By), resolvedAt, string(a.Resolution.Outcome), now,
		orNull(a.Snooze.By), snoozedAt, snoozedUntil, a.Snoozes, a.Pressed)
}

// queueAlertEntry writes one line of the alert's history.
func (s *Store) queueAlertEntry(b *pgx.Batch, org, alert carenet.ID, kind string, by carenet.Actor, note string, now time.Time) error {
	id := carenet.NewID(now)
	sealed, err := s.seal(note, org, "alert_entry", "note_enc", id)
	if err != nil {
		return err
	}
	b.Queue(sqlAlertEntry, org, id, alert, kind, string(by.Kind), orNull(by.Person), by.Via, sealed, now)
	return nil
}

// Acknowledge gives the alert to the actor. Of several who try, from whatever
// channel, the first gets it; the others get Conflict and TakenError.
func (s *Store) Acknowledge(ctx context.Context, actor carenet.Actor, alert carenet.ID) (carenet.Batch, error) {
	var batch carenet.Batch
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		rows, err := alertsFor(ctx, tx, sqlAlertByID, actor.Org, alert)
		if err != nil {
			return err
		}
		if len(rows) == 0 {
			return carenet.Errorf(carenet.NotFound, "acknowledge", "there is no such alert")
		}
		b := &pgx.Batch{}
		events, err := s.acknowledge(b, actor, rows[0], batch.ID, now)
		if err != nil {
			return err
		}
		batch.Events = events
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// acknowledge decides under the alert's lock and queues what changes.
func (s *Store) acknowledge(b *pgx.Batch, actor carenet.Actor, row alertRow, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	a, change, err := alerts.Acknowledge(row.alert(), actor.Person, now, row.escalation().Hold)
	if err != nil {
		return nil, err
	}
	queueAlert(b, row, a, now)
	if err := s.queueAlertEntry(b, row.OrgID, row.ID, string(change.Kind), actor, "", now); err != nil {
		return nil, err
	}
	s.queueAudit(b, actor, now, audited{Action: "alert.acknowledge", Table: "alert", Row: row.ID, Patient: row.PatientID})
	if change.Kind == alerts.ChangeRenewed {
		return nil, nil
	}
	e := carenet.Event{
		ID: carenet.NewID(now), Org: row.OrgID, Batch: batch, Kind: carenet.EventAlertTaken, Patient: row.PatientID,
		Subject: row.ID, Detail: carenet.Detail{Person: actor.Person, Alert: row.ID, AlertNumber: row.Number}, At: now,
	}
	queueEvent(b, e)
	return []carenet.Event{e}, nil
}

// applyAcks carries out the acknowledgements that came by text, and answers them.
func (in *intake) applyAcks(ctx context.Context) error {
	for _, it := range in.items {
		ack := it.out.Ack
		if ack == nil {
			continue
		}
		sql, args := sqlAlertsOpen, []any{it.org}
		if ack.Number > 0 {
			sql, args = sqlAlertsByNumber, []any{it.org, ack.Number}
		}
		rows, err := alertsFor(ctx, in.tx, sql, args...)
		if err != nil {
			return err
		}
		answer := carenet.Detail{Reply: carenet.ReplyAckUnknown, AlertNumber: ack.Number}
		var about carenet.ID // the patient, whom the answer names and whose thread shows it
		switch {
		case len(rows) == 1:
			about = rows[0].PatientID
			answer.Alert, answer.AlertNumber = rows[0].ID, rows[0].Number
			actor := carenet.Actor{Kind: carenet.ActorClinician, Org: it.org, Person: ack.By, Via: "sms"}
			b := &pgx.Batch{}
			events, err := in.store.acknowledge(b, actor, rows[0], in.batch.ID, in.now)
			if err == nil {
				if err := in.tx.SendBatch(ctx, b).Close(); err != nil {
					return err
				}
				// Written already with their change; only the bell must know.
				in.batch.Events = append(in.batch.Events, events...)
				answer.Reply = carenet.ReplyAckTaken
			} else if carenet.CodeOf(err) == carenet.Conflict {
				answer.Reply = carenet.ReplyAckAlready
			} else {
				return err
			}
		case len(rows) > 1:
			answer.Reply = carenet.ReplyAckWhich
		}
		answer.Conversation, answer.Sender, answer.Person, answer.Audience = it.ctx.Conversation, it.ctx.Sender, ack.By, carenet.ToClinician
		it.out.Events = append(it.out.Events, carenet.Event{
			ID: carenet.NewID(in.now), Org: it.org, Batch: in.batch.ID,
			Kind: carenet.EventReply, Patient: about, Subject: it.id, Detail: answer, At: in.now,
		})
	}
	return nil
}

const sqlIsStaff = `SELECT EXISTS (SELECT 1 FROM clinician WHERE org_id = $1 AND id = $2 AND left_at IS NULL)`

// requireStaff lets only active clinicians of the organisation through.
func (s *Store) requireStaff(ctx context.Context, tx pgx.Tx, actor carenet.Actor) error {
	if actor.Kind != carenet.ActorClinician {
		return carenet.Errorf(carenet.Forbidden, "check staff", "only staff may do this")
	}
	var ok bool
	if err := tx.QueryRow(ctx, sqlIsStaff, actor.Org, actor.Person).Scan(&ok); err != nil {
		return err
	}
	if !ok {
		return carenet.Errorf(carenet.Forbidden, "check staff", "you are not, or no longer, staff here")
	}
	return nil
}
