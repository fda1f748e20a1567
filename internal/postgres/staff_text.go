package postgres

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	// The conversation is locked, so that this text and a STOP have an order (INV-8).
	sqlStaffReach = `SELECT c.id, c.sender_id, c.opted_out_at IS NOT NULL OR c.wrong_number_at IS NOT NULL OR c.suspect_at IS NOT NULL AS stopped FROM contact_point cp
JOIN conversation c ON c.org_id = cp.org_id AND c.id = cp.conversation_id
JOIN patient p ON p.org_id = cp.org_id AND p.id = cp.person_id AND p.state <> 'died'
WHERE cp.org_id = $1 AND cp.person_id = $2 AND cp.kind = 'phone' AND cp.removed_at IS NULL
ORDER BY cp.position, cp.id LIMIT 1 FOR UPDATE OF c`
	sqlStaffEvent = `INSERT INTO event (org_id, id, batch_id, kind, patient_id, subject_id, detail, state, at, done_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, 'done', $8, $8) ON CONFLICT DO NOTHING`
	sqlStaffDelivery = `INSERT INTO delivery (org_id, event_id, id, kind, audience, recipient_id, conversation_id, patient_id, author_id,
  channel, priority, state, reason, due_at, expires_at, body_enc, created_at, changed_at, sender_id)
VALUES ($1, $2, $3, $4, 'patient', $5, $6, $5, $7, 'sms', $8, 'queued', 'a member of staff wrote it', $9, $10, $11, $9, $9, $12)
ON CONFLICT (org_id, event_id, recipient_id, channel) DO NOTHING`
	sqlStaffWords = `SELECT o.name AS organisation, w.name_enc AS author_enc, n.language FROM organisation o
JOIN person w ON w.org_id = o.org_id AND w.id = $2 JOIN person n ON n.org_id = o.org_id AND n.id = $3 WHERE o.org_id = $1`
)

// MaxStaffText is the longest text that staff may write, in characters: three parts
// of a long text, with the frame around it.
const MaxStaffText = 400

type staffReachRow struct {
	ID       carenet.ID
	SenderID *carenet.ID
	Stopped  bool
}

// keyAge is how old the form of a text may be.
const keyAge = 24 * time.Hour

// WriteToPatient sends a text that a member of staff wrote, under their name, like
// any other text. key is made with the form: sending it twice has one effect. To a
// number that is stopped no text goes: Conflict.
func (s *Store) WriteToPatient(ctx context.Context, actor carenet.Actor, patient carenet.ID, words string, key carenet.ID) (batch carenet.Batch, err error) {
	const op = "write to patient"
	words = strings.TrimSpace(words)
	switch {
	case words == "":
		return batch, carenet.Errorf(carenet.Invalid, op, "write a few words")
	case len([]rune(words)) > MaxStaffText:
		return batch, carenet.Errorf(carenet.Invalid, op, "this text is too long")
	}
	now := s.Now()
	if at := time.Unix(key.Time().UnixTime()); key.Version() != 7 || now.Sub(at).Abs() > keyAge {
		return batch, carenet.Errorf(carenet.Invalid, op, "this form is too old; open the page again")
	}
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		batch = carenet.Batch{}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlStaffReach, actor.Org, patient)
		if err != nil {
			return err
		}
		reach, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[staffReachRow])
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, op, "no number of theirs is known")
		}
		if err != nil {
			return err
		}
		if reach.Stopped {
			return carenet.Errorf(carenet.Conflict, op, "the number is stopped: call, do not text")
		}
		var d notify.Draft
		var author []byte
		if err := tx.QueryRow(ctx, sqlStaffWords, actor.Org, actor.Person, patient).Scan(&d.Organisation, &author, &d.Language); err != nil {
			return err
		}
		if d.Author, err = s.personName(author, actor.Org, actor.Person); err != nil {
			return err
		}
		d.Kind, d.Audience, d.Words = notify.KindStaff, carenet.ToPatient, words
		body, err := s.compose(d)
		if err != nil {
			return err
		}
		sender, err := s.senderFor(ctx, tx, actor.Org, orNil(reach.SenderID), reach.ID)
		if err != nil {
			return err
		}
		id := carenet.NewID(now)
		sealed, err := s.seal(body, actor.Org, "delivery", "body_enc", id)
		if err != nil {
			return err
		}
		batch.ID = carenet.NewID(now)
		e := carenet.Event{
			ID: key, Org: actor.Org, Batch: batch.ID, Kind: carenet.EventStaffText, Patient: patient, Subject: patient,
			Detail: carenet.Detail{Person: actor.Person}, At: now,
		}
		// The event has nobody to be planned for: its one delivery is written with it.
		tag, err := tx.Exec(ctx, sqlStaffEvent, e.Org, e.ID, e.Batch, string(e.Kind), e.Patient, e.Subject, e.Detail, now)
		if err != nil || tag.RowsAffected() == 0 {
			return err // the same form once more
		}
		b := &pgx.Batch{}
		b.Queue(sqlStaffDelivery, actor.Org, e.ID, id, string(notify.KindStaff), patient, reach.ID, actor.Person, int(notify.PriorityReply),
			now, now.Add(notify.Life(notify.KindStaff)), sealed, sender)
		s.queueAudit(b, actor, now, audited{Action: "patient.text", Table: "delivery", Row: id, Patient: patient})
		batch.Events = []carenet.Event{e}
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// senderFor is the sender that a text to a number leaves from: the one that the
// number knows us by.
func (s *Store) senderFor(ctx context.Context, tx pgx.Tx, org, usual, conversation carenet.ID) (carenet.ID, error) {
	rows, err := tx.Query(ctx, sqlActiveSenders, []carenet.ID{org})
	if err != nil {
		return carenet.NilID, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[activeSenderRow])
	if err != nil {
		return carenet.NilID, err
	}
	var pool []notify.Sender
	for _, x := range found {
		pool = append(pool, notify.Sender{ID: x.ID, Position: x.Position})
	}
	chosen, why := notify.ChooseSender(pool, carenet.NilID, usual, conversation)
	if chosen == carenet.NilID {
		return chosen, carenet.Errorf(carenet.Conflict, "choose sender", "%s", why)
	}
	return chosen, nil
}
