package postgres

import (
	"bytes"
	"context"
	"errors"
	"fmt"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

// RewrapReport says what Rewrap found and did.
type RewrapReport struct {
	Seen    int // values looked at
	Sealed  int // values that were under an old data key, or no key of ours
	Indexed int // rows whose blind indexes were brought up to date
	// Unreadable counts values that no key of the keyset opens; Places are the
	// first of them. They stay as they are: while there are any, an old key that
	// may still turn up must not be thought dropped.
	Unreadable int
	Places     []crypto.AD
	// Doubled counts conversations whose number has a second conversation, made
	// at the same instant by two processes with different keysets. Both are still
	// found, but a human must say which to keep.
	Doubled int
}

// Done says whether the old keys are needed no more.
func (r RewrapReport) Done() bool { return r.Unreadable == 0 && r.Doubled == 0 }

const (
	rewrapPage  = 200 // rows a transaction
	rewrapTries = 5   // how often a page is read again when others keep changing it
	placesShown = 20
)

// Rewrap brings every stored value to what the keyset says: sealed under the
// primary data key, and found by the index keys of today (both, while an index
// rotation is under way; the one that is left, after it). It goes on beside
// live traffic, may be stopped at any point and run again, and by two processes
// at once: what is as it should be is left alone. progress hears after each page
// how many values of the table were looked at, in one organisation; it may be nil.
//
// It reads what is stored in the database. Backups and the spool keep their keys.
func (s *Store) Rewrap(ctx context.Context, progress func(table string, done int)) (RewrapReport, error) {
	r := rewrapper{store: s, progress: progress}
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return r.report, fmt.Errorf("list organisations: %w", err)
	}
	for _, org := range orgs {
		before := r.report.Sealed + r.report.Indexed
		for _, c := range sealedColumns {
			if c.NoOrg {
				continue
			}
			if err := r.walk(ctx, org, c); err != nil {
				return r.report, fmt.Errorf("rewrap %s.%s: %w", c.Table, c.Column, err)
			}
		}
		if changed := r.report.Sealed + r.report.Indexed - before; changed > 0 {
			if err := s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
				return s.audit(ctx, tx, carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"},
					audited{Action: "keys.rewrap", Table: "organisation", Row: org, Detail: map[string]any{"values": changed}})
			}); err != nil {
				return r.report, err
			}
		}
	}
	for _, c := range sealedColumns {
		if !c.NoOrg {
			continue
		}
		if err := r.walk(ctx, carenet.NilID, c); err != nil {
			return r.report, fmt.Errorf("rewrap %s.%s: %w", c.Table, c.Column, err)
		}
	}
	return r.report, nil
}

type rewrapper struct {
	store    *Store
	progress func(table string, done int)
	report   RewrapReport
}

// walk goes through one column of one organisation by key.
func (r *rewrapper) walk(ctx context.Context, org carenet.ID, c sealedColumn) error {
	after := make([]carenet.ID, len(c.Key))
	size, alone, tries, seen := rewrapPage, 0, 0, 0
	for {
		p, err := r.page(ctx, org, c, after, size)
		switch {
		case isDouble(err) && size > 1:
			// One row of the page collides: go through it row by row.
			size, alone = 1, rewrapPage
			continue
		case isDouble(err):
			r.report.Doubled++
			p.sealed, p.indexed, p.missed = 0, 0, 0
		case err != nil:
			return err
		}
		if p.missed > 0 {
			if tries++; tries >= rewrapTries {
				return errors.New("the rows change faster than they can be sealed; try again")
			}
			r.report.Sealed, r.report.Indexed = r.report.Sealed+p.sealed, r.report.Indexed+p.indexed
			continue
		}
		tries = 0
		r.add(p)
		seen += p.seen
		if r.progress != nil && p.seen > 0 {
			r.progress(c.Table, seen)
		}
		if p.seen < size {
			return nil
		}
		after = p.last
		if alone > 0 {
			if alone--; alone == 0 {
				size = rewrapPage
			}
		}
	}
}

func isDouble(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && pe.Code == "23505"
}

func (r *rewrapper) add(p rewrapped) {
	r.report.Seen += p.seen
	r.report.Sealed += p.sealed
	r.report.Indexed += p.indexed
	r.report.Unreadable += len(p.unreadable)
	room := max(0, placesShown-len(r.report.Places))
	r.report.Places = append(r.report.Places, p.unreadable[:min(room, len(p.unreadable))]...)
}

// rewrapped is what became of one page.
type rewrapped struct {
	seen, sealed, indexed, missed int
	unreadable                    []crypto.AD
	last                          []carenet.ID
}

type sealedRow struct {
	Key     []carenet.ID
	Enc     []byte
	Idx     []byte
	IdxNext []byte
	Purpose string
}

// page reads a page, seals again what must be and writes it back, in one
// transaction. A row that somebody changed in between is missed, not overwritten.
func (r *rewrapper) page(ctx context.Context, org carenet.ID, c sealedColumn, after []carenet.ID, size int) (rewrapped, error) {
	var p rewrapped
	err := r.store.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		p = rewrapped{}
		rows, err := tx.Query(ctx, c.sqlRead(), org, after, size)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sealedRow])
		if err != nil {
			return err
		}
		names := map[carenet.ID]string{}
		opened := make([]string, len(found))
		readable := make([]bool, len(found))
		for i, row := range found {
			p.seen, p.last = p.seen+1, row.Key
			place := c.place(org, row)
			plain, err := r.store.keys.Open(row.Enc, place)
			if errors.Is(err, crypto.ErrOpen) {
				p.unreadable = append(p.unreadable, place)
				continue
			}
			if err != nil {
				return err
			}
			opened[i], readable[i] = plain, true
			if c.Words {
				names[place.Row] = plain
			}
		}
		stale, err := r.store.staleWords(ctx, tx, org, names)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		for i, row := range found {
			if readable[i] {
				if err := r.queueRow(b, org, c, row, opened[i], stale, &p); err != nil {
					return err
				}
			}
		}
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		return r.store.renewWords(ctx, tx, org, names, stale)
	})
	return p, err
}

func (c sealedColumn) place(org carenet.ID, row sealedRow) crypto.AD {
	return crypto.AD{Org: org, Table: c.Table, Column: c.Column, Row: row.Key[len(row.Key)-1]}
}

// queueRow writes a row back if anything about it is not as the keyset says. A
// person whose name words are stale is written too: that locks the row, so that
// two who renew the words of one person do it one after the other.
func (r *rewrapper) queueRow(b *pgx.Batch, org carenet.ID, c sealedColumn, row sealedRow, plain string, stale map[carenet.ID]bool, p *rewrapped) error {
	keys, place := r.store.keys, c.place(org, row)
	enc, sealed := row.Enc, 0
	if keys.NeedsRewrap(row.Enc) {
		var err error
		if enc, err = keys.Seal(plain, place); err != nil {
			return err
		}
		sealed = 1
	}
	args := []any{org, row.Key, row.Enc, enc}
	indexed := 0
	if c.Index != "" {
		idx, next := keys.Index(crypto.Purpose(row.Purpose), plain), keys.IndexNext(crypto.Purpose(row.Purpose), plain)
		if !bytes.Equal(idx, row.Idx) || !bytes.Equal(next, row.IdxNext) {
			indexed = 1
		}
		args = append(args, idx, next)
	}
	if c.Words && stale[place.Row] {
		indexed = 1
	}
	if sealed+indexed == 0 {
		return nil
	}
	b.Queue(c.sqlWrite(), args...).Exec(func(tag pgconn.CommandTag) error {
		if tag.RowsAffected() == 0 {
			p.missed++
			delete(stale, place.Row)
			return nil
		}
		p.sealed, p.indexed = p.sealed+sealed, p.indexed+indexed
		return nil
	})
	return nil
}
