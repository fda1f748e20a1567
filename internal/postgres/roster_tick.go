package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/roster"
)

// importChunk is how many rows of a list are enrolled in one transaction.
const importChunk = 50

const (
	sqlImportsDue = `SELECT org, import FROM lookup_imports_due($1, $2)`
	// Two workers never go on with one list.
	sqlGoOn    = sqlImport + ` AND i.due_at <= $3 FOR UPDATE SKIP LOCKED`
	sqlCameTo  = `UPDATE patient_import SET next_row = $3, imported = $4, left_out = $5 WHERE org_id = $1 AND id = $2`
	sqlIsDone  = `UPDATE patient_import SET state = 'done', rows_enc = NULL, due_at = NULL, ended_at = $3 WHERE org_id = $1 AND id = $2`
	importRows = "patient_import"

	sqlImportLater = `UPDATE patient_import SET due_at = $3 WHERE org_id = $1 AND id = $2 AND due_at IS NOT NULL`
)

// importAgain is when a list that could not be gone on with is tried again.
const importAgain = 10 * time.Minute

// TickImports enrols the next rows of one confirmed list, or forgets one that nobody
// confirmed in time. How far it came is committed with what it did: a list is enrolled
// once, whoever dies on the way.
func (s *Store) TickImports(ctx context.Context, _ int) (batch carenet.Batch, done int, err error) {
	var org, id carenet.ID
	err = s.inTx(ctx, nil, func(tx pgx.Tx) error {
		now := s.Now()
		batch, done = carenet.Batch{ID: carenet.NewID(now)}, 0
		rows, err := tx.Query(ctx, sqlImportsDue, now, 1)
		if err != nil {
			return err
		}
		if _, err := pgx.ForEachRow(rows, []any{&org, &id}, func() error { done++; return nil }); err != nil || done == 0 {
			return err
		}
		if err := scope(ctx, tx, []carenet.ID{org}); err != nil {
			return err
		}
		if rows, err = tx.Query(ctx, sqlGoOn, org, id, now); err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[importRow])
		if err != nil {
			return err
		}
		if len(found) == 0 {
			done = 0 // somebody else has it
			return nil
		}
		r := found[0]
		b := &pgx.Batch{}
		if roster.State(r.State) == roster.Previewed {
			b.Queue(sqlForgetImport, org, id, now)
			s.queueAudit(b, carenet.SystemActor(org), now, audited{Action: "import.forget", Table: importRows, Row: id})
			return tx.SendBatch(ctx, b).Close()
		}
		list, err := s.importList(r)
		if err != nil {
			return err
		}
		by := carenet.Actor{Kind: carenet.ActorClinician, Org: org, Person: r.ByID, Via: "page"}
		end := min(r.NextRow+importChunk, len(list.Rows))
		for _, row := range list.Rows[r.NextRow:end] {
			if !row.Good() {
				continue
			}
			switch err := s.enrolRow(ctx, tx, by, row, &batch); carenet.CodeOf(err) {
			case "":
				r.Imported++
			case carenet.Conflict, carenet.Invalid:
				// Somebody was quicker, or has stopped the number since.
				r.LeftOut = append(r.LeftOut, row.Line)
			default:
				return err
			}
		}
		slices.Sort(r.LeftOut)
		b.Queue(sqlCameTo, org, id, end, r.Imported, r.LeftOut)
		if end == len(list.Rows) {
			b.Queue(sqlIsDone, org, id, now)
			s.queueAudit(b, by, now, audited{Action: "import.done", Table: importRows, Row: id, Detail: map[string]any{"imported": r.Imported, "left_out": len(r.LeftOut)}})
		}
		return tx.SendBatch(ctx, b).Close()
	})
	if err == nil || passing(err) || id == carenet.NilID {
		return batch, done, err
	}
	// A list that cannot be gone on with must not stand before all others.
	later := s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		_, err := tx.Exec(ctx, sqlImportLater, org, id, s.Now().Add(importAgain))
		return err
	})
	return carenet.Batch{}, 0, errors.Join(err, later)
}

// enrolRow enrols one row, or leaves nothing of it behind.
func (s *Store) enrolRow(ctx context.Context, tx pgx.Tx, by carenet.Actor, row roster.Row, batch *carenet.Batch) error {
	part, err := tx.Begin(ctx)
	if err != nil {
		return err
	}
	before := len(batch.Events)
	one := roster.List{Rows: []roster.Row{row}}
	if err = s.besideOurs(ctx, part, by.Org, &one); err == nil && !one.Rows[0].Good() {
		err = carenet.Errorf(carenet.Conflict, "enrol row", "this person is a patient here already, or the number is stopped")
	}
	if err == nil {
		_, err = s.enrolIn(ctx, part, by, NewPatient{
			NewPerson: NewPerson{Name: row.Name, Phone: row.Phone, Language: row.Language}, RRule: row.RRule, LocalTime: row.LocalTime,
		}, true, batch, s.Now())
	}
	if err != nil {
		batch.Events = batch.Events[:before]
		if undo := part.Rollback(context.WithoutCancel(ctx)); undo != nil {
			return undo
		}
		return err
	}
	return part.Commit(ctx)
}
