package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// noteEntries is how many entries the page of a patient shows.
const noteEntries = 400

const (
	// The newest, in the order of writing.
	sqlNotes = `SELECT t.* FROM (SELECT e.org_id, e.id, e.kind, e.about_id, e.by_id, n.name_enc, e.note_enc, e.at FROM patient_note e
JOIN person n ON n.org_id = e.org_id AND n.id = e.by_id WHERE e.org_id = $1 AND e.patient_id = $2 ORDER BY e.id DESC LIMIT $3) t ORDER BY t.id`
	sqlNoteKept = `SELECT e.id, e.patient_id, e.by_id, e.kind, e.about_id, e.note_enc FROM patient_note e WHERE e.org_id = $1 AND e.form_key = $2`
	// Whether an entry is there, and the newest of its note, which is not withdrawn.
	sqlNoteStands = `SELECT EXISTS (SELECT FROM patient_note e WHERE e.org_id = $1 AND e.patient_id = $2 AND e.id = $3) AS there,
  EXISTS (SELECT FROM patient_note e WHERE e.org_id = $1 AND e.patient_id = $2 AND e.id = $3 AND e.kind <> 'withdrawn'
  AND NOT EXISTS (SELECT FROM patient_note l WHERE l.org_id = e.org_id AND l.about_id = e.id)) AS stands`
	sqlInsertNote = `INSERT INTO patient_note (org_id, id, patient_id, kind, about_id, form_key, by_id, note_enc, at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlIsPatient  = `SELECT p.state FROM patient p WHERE p.org_id = $1 AND p.id = $2 FOR NO KEY UPDATE`
)

type noteRow struct {
	OrgID   carenet.ID
	ID      carenet.ID
	Kind    string
	AboutID *carenet.ID
	ByID    carenet.ID
	NameEnc []byte
	NoteEnc []byte
	At      time.Time
}

// notes are a patient's, the newest first; more says that older ones are left out.
func (s *Store) notes(ctx context.Context, tx pgx.Tx, org, patient carenet.ID) (all []carenet.Note, more bool, err error) {
	rows, err := tx.Query(ctx, sqlNotes, org, patient, noteEntries+1)
	if err != nil {
		return nil, false, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[noteRow])
	if err != nil {
		return nil, false, err
	}
	if more = len(found) > noteEntries; more {
		found = found[1:]
	}
	var entries []carenet.NoteEntry
	for _, r := range found {
		e := carenet.NoteEntry{ID: r.ID, Kind: carenet.NoteKind(r.Kind), About: orNil(r.AboutID), ByID: r.ByID, At: r.At}
		if e.By, err = s.personName(r.NameEnc, r.OrgID, r.ByID); err != nil {
			return nil, false, err
		}
		if e.Words, err = s.open(r.NoteEnc, r.OrgID, "patient_note", "note_enc", r.ID); err != nil {
			return nil, false, err
		}
		entries = append(entries, e)
	}
	return carenet.Notes(entries), more, nil
}

type noteKeptRow struct {
	ID        carenet.ID
	PatientID carenet.ID
	ByID      carenet.ID
	Kind      string
	AboutID   *carenet.ID
	NoteEnc   []byte
}

// WriteNote keeps what a member of staff wrote about a patient: a note, or the correction
// or withdrawal of one. Nothing is overwritten. The same form sent twice writes once. It is
// of code Invalid without words or with too many, NotFound when there is no such patient or
// note, Conflict when somebody has corrected or withdrawn that entry already.
func (s *Store) WriteNote(ctx context.Context, actor carenet.Actor, patient carenet.ID, n carenet.NewNote) (batch carenet.Batch, err error) {
	const op = "write note"
	n, err = n.Clean()
	if err != nil {
		return batch, err
	}
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		batch = carenet.Batch{ID: carenet.NewID(now)}
		if err := s.lockPatient(ctx, tx, actor, op, patient); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlNoteKept, actor.Org, n.Key)
		if err != nil {
			return err
		}
		kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[noteKeptRow])
		if err != nil {
			return err
		}
		for _, k := range kept {
			words, err := s.open(k.NoteEnc, actor.Org, "patient_note", "note_enc", k.ID)
			if err != nil {
				return err
			}
			if k.PatientID == patient && k.ByID == actor.Person && k.Kind == string(n.Kind) && orNil(k.AboutID) == n.About && words == n.Words {
				return nil // it was sent twice
			}
			n.Key = carenet.NewID(now) // a form that was gone back to, with other words: lost they must not be
		}
		if n.About != carenet.NilID {
			var there, stands bool
			if err := tx.QueryRow(ctx, sqlNoteStands, actor.Org, patient, n.About).Scan(&there, &stands); err != nil {
				return err
			}
			if !there {
				return carenet.Errorf(carenet.NotFound, op, "there is no such note")
			}
			if !stands {
				return carenet.Errorf(carenet.Conflict, op, "this note was changed meanwhile")
			}
		}
		id := carenet.NewID(now)
		sealed, err := s.seal(n.Words, actor.Org, "patient_note", "note_enc", id)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlInsertNote, actor.Org, id, patient, string(n.Kind), orNull(n.About), n.Key, actor.Person, sealed, now)
		batch.Events = s.queueRecorded(b, actor, patient, batch.ID, now, audited{Action: "note." + string(n.Kind), Table: "patient_note", Row: id, Patient: patient})
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.Batch{}, err
	}
	return batch, nil
}

// lockPatient lets staff alone through, and one at a time to a patient.
func (s *Store) lockPatient(ctx context.Context, tx pgx.Tx, actor carenet.Actor, op string, patient carenet.ID) error {
	if err := s.requireStaff(ctx, tx, actor); err != nil {
		return err
	}
	rows, err := tx.Query(ctx, sqlIsPatient, actor.Org, patient)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err == nil && len(found) == 0 {
		return carenet.Errorf(carenet.NotFound, op, "there is no such patient")
	}
	return err
}

// queueRecorded puts what was written on the record and tells open pages.
func (s *Store) queueRecorded(b *pgx.Batch, actor carenet.Actor, patient, batch carenet.ID, now time.Time, w audited) []carenet.Event {
	s.queueAudit(b, actor, now, w)
	e := carenet.Event{ID: carenet.NewID(now), Org: actor.Org, Batch: batch, Kind: carenet.EventPatientChange, Patient: patient, Subject: w.Row, At: now}
	queueEvent(b, e)
	return []carenet.Event{e}
}
