package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/roster"
	"howareyou/internal/crypto"
)

// previewLife is how long an uploaded list waits for a word.
const previewLife = time.Hour

const (
	sqlInsertImport = `INSERT INTO patient_import (org_id, id, by_id, state, rows_enc, total, good, created_at, due_at) VALUES ($1, $2, $3, 'preview', $4, $5, $6, $7, $8)`
	// Whoever uploads another list does not mean the one before.
	sqlForgetEarlier = `UPDATE patient_import SET state = 'forgotten', rows_enc = NULL, due_at = NULL, ended_at = $3 WHERE org_id = $1 AND by_id = $2 AND state = 'preview'`
	sqlImport        = `SELECT i.org_id, i.id, i.by_id, i.state, i.rows_enc, i.total, i.good, i.next_row, i.imported, i.left_out, i.due_at FROM patient_import i WHERE i.org_id = $1 AND i.id = $2`
	sqlConfirmImport = `UPDATE patient_import SET state = 'running', confirmed_at = $3, due_at = $3 WHERE org_id = $1 AND id = $2`
	sqlForgetImport  = `UPDATE patient_import SET state = 'forgotten', rows_enc = NULL, due_at = NULL, ended_at = $3 WHERE org_id = $1 AND id = $2`

	sqlOnNumbers = `SELECT cp.value_idx, cp.value_idx_next, n.id, n.name_enc, p.id IS NOT NULL AS patient FROM contact_point cp
JOIN person n ON n.org_id = cp.org_id AND n.id = cp.person_id
LEFT JOIN patient p ON p.org_id = n.org_id AND p.id = n.id
WHERE cp.org_id = $1 AND cp.kind = 'phone' AND cp.removed_at IS NULL AND (cp.value_idx = ANY ($2) OR cp.value_idx_next = ANY ($2))`
	sqlStoppedNumbers = `SELECT c.number_idx, c.number_idx_next FROM conversation c
WHERE c.org_id = $1 AND (c.opted_out_at IS NOT NULL OR c.wrong_number_at IS NOT NULL) AND (c.number_idx = ANY ($2) OR c.number_idx_next = ANY ($2))`
)

type importRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	ByID     carenet.ID
	State    string
	RowsEnc  []byte
	Total    int
	Good     int
	NextRow  int
	Imported int
	LeftOut  []int
	DueAt    *time.Time
}

type onNumberRow struct {
	ValueIdx     []byte
	ValueIdxNext []byte
	ID           carenet.ID
	NameEnc      []byte
	Patient      bool
}

type stoppedNumberRow struct {
	NumberIdx     []byte
	NumberIdxNext []byte
}

// PreviewImport reads an uploaded list and keeps it, sealed, until an administrator says
// what becomes of it. Nobody is enrolled. The error is a *roster.Fault when the file as a
// whole cannot be read.
func (s *Store) PreviewImport(ctx context.Context, actor carenet.Actor, file []byte) (id carenet.ID, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		if err := s.requireAdmin(ctx, tx, actor); err != nil {
			return err
		}
		c := roster.Choices{RRule: ask.Usual, At: "09:00"}
		var zone string
		if err := tx.QueryRow(ctx, sqlOrgDefaults, actor.Org).Scan(&c.Language, &zone, &c.Region); err != nil {
			return err
		}
		list, err := roster.Read(file, c)
		if err != nil {
			return err
		}
		if err := s.besideOurs(ctx, tx, actor.Org, &list); err != nil {
			return err
		}
		said, err := json.Marshal(list)
		if err != nil {
			return err
		}
		id = carenet.NewID(now)
		sealed, err := s.seal(string(said), actor.Org, "patient_import", "rows_enc", id)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlForgetEarlier, actor.Org, actor.Person, now)
		b.Queue(sqlInsertImport, actor.Org, id, actor.Person, sealed, len(list.Rows), list.Good(), now, now.Add(previewLife))
		s.queueAudit(b, actor, now, audited{
			Action: "import.preview", Table: "patient_import", Row: id, Detail: map[string]any{"rows": len(list.Rows), "good": list.Good()},
		})
		return tx.SendBatch(ctx, b).Close()
	})
	return id, err
}

// requireAdmin lets only administrators through.
func (s *Store) requireAdmin(ctx context.Context, tx pgx.Tx, actor carenet.Actor) error {
	if err := s.requireStaff(ctx, tx, actor); err != nil {
		return err
	}
	roles, err := s.rolesOf(ctx, tx, actor)
	if err == nil && !slices.Contains(roles, "admin") {
		err = carenet.Errorf(carenet.Forbidden, "check role", "only administrators do this")
	}
	return err
}

// besideOurs marks who is a patient already, whose number is stopped, and who shares a
// number with somebody known.
func (s *Store) besideOurs(ctx context.Context, tx pgx.Tx, org carenet.ID, list *roster.List) error {
	rowsOn := map[string][]int{}
	var all [][]byte
	for i, r := range list.Rows {
		if !r.Good() {
			continue
		}
		for _, idx := range s.keys.Lookups(crypto.ForPhone, r.Phone) {
			rowsOn[string(idx)], all = append(rowsOn[string(idx)], i), append(all, idx)
		}
	}
	if len(all) == 0 {
		return nil
	}
	var known []onNumberRow
	var stopped []stoppedNumberRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlOnNumbers, org, all), &known)
	collect(b.Queue(sqlStoppedNumbers, org, all), &stopped)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	at := func(idx, next []byte) []int {
		return append(slices.Clone(rowsOn[string(idx)]), rowsOn[string(next)]...)
	}
	for _, k := range known {
		on := at(k.ValueIdx, k.ValueIdxNext)
		if len(on) == 0 {
			continue
		}
		name, err := s.personName(k.NameEnc, org, k.ID)
		if err != nil {
			return err
		}
		for _, i := range on {
			switch same := slices.Equal(carenet.NameWords(name), carenet.NameWords(list.Rows[i].Name)); {
			case same && k.Patient:
				list.Rows[i] = list.Rows[i].With(roster.Known)
			case !same:
				list.Rows[i].SharesOur = true
			}
		}
	}
	for _, k := range stopped {
		for _, i := range at(k.NumberIdx, k.NumberIdxNext) {
			list.Rows[i] = list.Rows[i].With(roster.Stopped)
		}
	}
	return nil
}

// ImportStart is the page on which a list is uploaded.
func (s *Store) ImportStart(ctx context.Context, actor carenet.Actor) (page roster.Page, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page, err = s.importHead(ctx, tx, actor)
		return err
	})
	return page, err
}

func (s *Store) importHead(ctx context.Context, tx pgx.Tx, actor carenet.Actor) (page roster.Page, err error) {
	if err := s.requireAdmin(ctx, tx, actor); err != nil {
		return page, err
	}
	var zone, region string
	if err := tx.QueryRow(ctx, sqlOrgHead, actor.Org).Scan(&page.Organisation, &zone, &page.Emergency); err != nil {
		return page, err
	}
	if err := tx.QueryRow(ctx, sqlOrgDefaults, actor.Org).Scan(&page.Language, &zone, &region); err != nil {
		return page, err
	}
	page.Zone = zoneOf(zone)
	page.Viewer, err = s.nameOf(ctx, tx, actor.Org, actor.Person)
	return page, err
}

// ImportPage is where an import stands, to whoever uploaded it. The list is in it until
// it is confirmed.
func (s *Store) ImportPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (page roster.Page, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if page, err = s.importHead(ctx, tx, actor); err != nil {
			return err
		}
		r, err := s.ownImport(ctx, tx, actor, id, "")
		if err != nil {
			return err
		}
		page.ID, page.State, page.Total, page.Good = r.ID, roster.State(r.State), r.Total, r.Good
		page.Imported, page.LeftOut, page.ExpiresAt = r.Imported, r.LeftOut, orZero(r.DueAt)
		if page.State == roster.Previewed {
			if page.List, err = s.importList(r); err != nil {
				return err
			}
		}
		return s.audit(ctx, tx, actor, audited{Action: "import.read", Table: "patient_import", Row: id})
	})
	return page, err
}

// ownImport finds the import of whoever uploaded it: it is nobody else's yet.
func (s *Store) ownImport(ctx context.Context, tx pgx.Tx, actor carenet.Actor, id carenet.ID, lock string) (importRow, error) {
	rows, err := tx.Query(ctx, sqlImport+lock, actor.Org, id)
	if err != nil {
		return importRow{}, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[importRow])
	if errors.Is(err, pgx.ErrNoRows) || err == nil && r.ByID != actor.Person {
		return r, carenet.Errorf(carenet.NotFound, "find import", "there is no such list")
	}
	return r, err
}

func (s *Store) importList(r importRow) (list roster.List, err error) {
	said, err := s.open(r.RowsEnc, r.OrgID, "patient_import", "rows_enc", r.ID)
	if err == nil {
		err = json.Unmarshal([]byte(said), &list)
	}
	return list, err
}

// ConfirmImport has the good rows of a list enrolled, as they were previewed. Confirmed
// again it changes nothing; of a list that is forgotten it is a Conflict.
func (s *Store) ConfirmImport(ctx context.Context, actor carenet.Actor, id carenet.ID) error {
	return s.changeImport(ctx, actor, id, func(b *pgx.Batch, r importRow, now time.Time) error {
		switch roster.State(r.State) {
		case roster.Running, roster.Done:
			return nil
		case roster.Forgotten:
			return carenet.Errorf(carenet.Conflict, "confirm import", "this list is not kept any more")
		}
		if !r.DueAt.After(now) {
			return carenet.Errorf(carenet.Conflict, "confirm import", "this list is not kept any more")
		}
		b.Queue(sqlConfirmImport, r.OrgID, r.ID, now)
		s.queueAudit(b, actor, now, audited{Action: "import.confirm", Table: "patient_import", Row: id})
		return nil
	})
}

// ForgetImport takes a list back that nobody has confirmed.
func (s *Store) ForgetImport(ctx context.Context, actor carenet.Actor, id carenet.ID) error {
	return s.changeImport(ctx, actor, id, func(b *pgx.Batch, r importRow, now time.Time) error {
		if roster.State(r.State) != roster.Previewed {
			return nil
		}
		b.Queue(sqlForgetImport, r.OrgID, r.ID, now)
		s.queueAudit(b, actor, now, audited{Action: "import.forget", Table: "patient_import", Row: id})
		return nil
	})
}

func (s *Store) changeImport(ctx context.Context, actor carenet.Actor, id carenet.ID, fn func(*pgx.Batch, importRow, time.Time) error) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireAdmin(ctx, tx, actor); err != nil {
			return err
		}
		r, err := s.ownImport(ctx, tx, actor, id, " FOR UPDATE")
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := fn(b, r, s.Now()); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
}
