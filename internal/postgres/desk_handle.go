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
	// The delivery is locked: a claim, and news of an older try, see what a person did
	// or are seen by them.
	sqlLockText = `SELECT d.state, d.kind, d.patient_id, d.conversation_id, c.suspect_at IS NOT NULL AS suspect, coalesce(c.opted_out_at IS NOT NULL OR c.wrong_number_at IS NOT NULL, false) AS stopped
FROM delivery d LEFT JOIN conversation c ON c.org_id = d.org_id AND c.id = d.conversation_id
WHERE d.org_id = $1 AND d.event_id = $2 AND d.id = $3 FOR UPDATE OF d`
	sqlTriesOf   = `SELECT a.state FROM attempt a WHERE a.org_id = $1 AND a.event_id = $2 AND a.delivery_id = $3 ORDER BY a.no`
	sqlRetryText = `UPDATE delivery SET state = 'queued', cause = '', due_at = $4, expires_at = $5, staff_at = NULL, handled_at = NULL, handled_by = NULL, changed_at = $4
WHERE org_id = $1 AND event_id = $2 AND id = $3`
	// A number that the provider has called dead is tried again by a person's word alone.
	sqlTrustNumber = `UPDATE conversation SET suspect_at = NULL, suspect_code = 0 WHERE org_id = $1 AND id = $2`
	sqlCloseText   = `UPDATE delivery SET handled_at = $4, handled_by = $5, changed_at = $4
WHERE org_id = $1 AND event_id = $2 AND id = $3 AND staff_at IS NOT NULL AND handled_at IS NULL RETURNING patient_id`
	sqlCloseIn = `UPDATE inbound_message SET handled_at = $3 WHERE org_id = $1 AND id = $2 AND state = 'unread' AND handled_at IS NULL RETURNING patient_id`
	// A fact tried once more is found by the sweep, a second later.
	sqlRetryFact = `UPDATE event SET state = 'pending', tries = 0, at = $3 WHERE org_id = $1 AND id = $2 AND state = 'dead' RETURNING patient_id`
	sqlCloseFact = `UPDATE event SET state = 'done', done_at = $3 WHERE org_id = $1 AND id = $2 AND state = 'dead' RETURNING patient_id`
	sqlHandling  = `INSERT INTO handling (org_id, id, about, about_id, action, by_id, note_enc, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
)

// maxNote is the longest note on a text, in bytes.
const maxNote = 1000

type lockTextRow struct {
	State          string
	Kind           string
	PatientID      *carenet.ID
	ConversationID carenet.ID
	Suspect        bool
	Stopped        bool
}

// handle records what somebody did about a text: an entry, and the audit.
func (s *Store) handle(b *pgx.Batch, actor carenet.Actor, about string, id carenet.ID, patient *carenet.ID, action, note string, now time.Time) error {
	entry := carenet.NewID(now)
	sealed, err := s.seal(note, actor.Org, "handling", "note_enc", entry)
	if err != nil {
		return err
	}
	b.Queue(sqlHandling, actor.Org, entry, about, id, action, actor.Person, sealed, now)
	s.queueAudit(b, actor, now, audited{Action: "message." + action, Table: about, Row: id, Patient: orNil(patient)})
	return nil
}

// changedText is the event that lets open pages know, and the senders that
// something may be due.
func changedText(b *pgx.Batch, actor carenet.Actor, patient *carenet.ID, subject carenet.ID, now time.Time) carenet.Batch {
	batch := carenet.Batch{ID: carenet.NewID(now)}
	e := carenet.Event{ID: carenet.NewID(now), Org: actor.Org, Batch: batch.ID, Kind: carenet.EventDeliveryEnd, Patient: orNil(patient), Subject: subject, At: now}
	queueEvent(b, e)
	batch.Events = []carenet.Event{e}
	return batch
}

// cleanNote is a note as it is kept: Invalid when a note is needed and there is none.
func cleanNote(note string, needed bool) (string, error) {
	note = strings.TrimSpace(note)
	switch {
	case note == "" && needed:
		return "", carenet.Errorf(carenet.Invalid, "note", "write a few words about what was done")
	case len(note) > maxNote:
		return "", carenet.Errorf(carenet.Invalid, "note", "this note is too long")
	}
	return note, nil
}

// RetryText has a text that did not arrive tried once more, under the same delivery:
// the next try gets the next number, and says the same words. Conflict when it may
// not be tried again.
func (s *Store) RetryText(ctx context.Context, actor carenet.Actor, ref carenet.TextRef, note string) (batch carenet.Batch, err error) {
	if note, err = cleanNote(note, false); err != nil {
		return batch, err
	}
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		now := s.Now()
		rows, err := tx.Query(ctx, sqlLockText, actor.Org, ref.Event, ref.ID)
		if err != nil {
			return err
		}
		d, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[lockTextRow])
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "try again", "there is no such text")
		}
		if err != nil {
			return err
		}
		rows, err = tx.Query(ctx, sqlTriesOf, actor.Org, ref.Event, ref.ID)
		if err != nil {
			return err
		}
		tries, err := pgx.CollectRows(rows, pgx.RowTo[notify.AttemptState])
		if err != nil {
			return err
		}
		if ok, why := notify.MayRetry(notify.State(d.State), tries, d.Stopped); !ok {
			return carenet.Errorf(carenet.Conflict, "try again", "%s", why)
		}
		b := &pgx.Batch{}
		if d.Suspect {
			b.Queue(sqlTrustNumber, actor.Org, d.ConversationID)
		}
		b.Queue(sqlRetryText, actor.Org, ref.Event, ref.ID, now, now.Add(notify.Life(notify.Kind(d.Kind))))
		if err := s.handle(b, actor, "delivery", ref.ID, d.PatientID, "retry", note, now); err != nil {
			return err
		}
		batch = changedText(b, actor, d.PatientID, ref.ID, now)
		return tx.SendBatch(ctx, b).Close()
	})
	return batch, err
}

// CloseText notes that somebody has seen to a text that did not arrive.
func (s *Store) CloseText(ctx context.Context, actor carenet.Actor, ref carenet.TextRef, note string) (carenet.Batch, error) {
	return s.close(ctx, actor, "delivery", ref.ID, note, true, "close", func(tx pgx.Tx, now time.Time) pgx.Row {
		return tx.QueryRow(ctx, sqlCloseText, actor.Org, ref.Event, ref.ID, now, actor.Person)
	})
}

// CloseIn notes that somebody has read a text that no reading understood.
func (s *Store) CloseIn(ctx context.Context, actor carenet.Actor, id carenet.ID, note string) (carenet.Batch, error) {
	return s.close(ctx, actor, "inbound_message", id, note, true, "close", func(tx pgx.Tx, now time.Time) pgx.Row {
		return tx.QueryRow(ctx, sqlCloseIn, actor.Org, id, now)
	})
}

// RetryFact has a fact that could not be acted upon tried anew.
func (s *Store) RetryFact(ctx context.Context, actor carenet.Actor, id carenet.ID) (carenet.Batch, error) {
	return s.close(ctx, actor, "event", id, "", false, "retry", func(tx pgx.Tx, now time.Time) pgx.Row {
		return tx.QueryRow(ctx, sqlRetryFact, actor.Org, id, now)
	})
}

// CloseFact notes that somebody has seen to a fact that could not be acted upon.
func (s *Store) CloseFact(ctx context.Context, actor carenet.Actor, id carenet.ID, note string) (carenet.Batch, error) {
	return s.close(ctx, actor, "event", id, note, true, "close", func(tx pgx.Tx, now time.Time) pgx.Row {
		return tx.QueryRow(ctx, sqlCloseFact, actor.Org, id, now)
	})
}

// close changes one row, if it still waits for a human (Conflict when not), and
// records who did.
func (s *Store) close(ctx context.Context, actor carenet.Actor, about string, id carenet.ID, note string, needed bool, action string,
	change func(pgx.Tx, time.Time) pgx.Row,
) (batch carenet.Batch, err error) {
	if note, err = cleanNote(note, needed); err != nil {
		return batch, err
	}
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		now := s.Now()
		var patient *carenet.ID
		err := change(tx, now).Scan(&patient)
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.Conflict, action, "nobody waits for this any more")
		}
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := s.handle(b, actor, about, id, patient, action, note, now); err != nil {
			return err
		}
		batch = changedText(b, actor, patient, id, now)
		return tx.SendBatch(ctx, b).Close()
	})
	return batch, err
}

// FactPage is one fact that could not be acted upon.
func (s *Store) FactPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (desk carenet.Desk, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		desk = carenet.Desk{}
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		if err := orgHead(ctx, tx, actor.Org, &desk.Organisation, &desk.Zone); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlDeskFact, actor.Org, id)
		if err != nil {
			return err
		}
		r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[deadRow])
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "read fact", "nobody waits for this any more")
		}
		if err != nil {
			return err
		}
		names, err := s.names(ctx, tx, actor.Org, addID(nil, orNil(r.PatientID)))
		if err != nil {
			return err
		}
		desk.Facts = []carenet.DeadFact{{ID: r.ID, Kind: carenet.EventKind(r.Kind), Patient: orNil(r.PatientID), About: names[orNil(r.PatientID)], Tries: r.Tries, At: r.At}}
		return s.audit(ctx, tx, actor, audited{Action: "message.read", Table: "event", Row: id, Patient: orNil(r.PatientID)})
	})
	return desk, err
}
