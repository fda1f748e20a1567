package postgres

import (
	"bytes"
	"context"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/crypto"
)

const (
	sqlNameWords = `SELECT w.id, w.person_id, w.word_idx, w.word_idx_next FROM person_name_word w
WHERE w.org_id = $1 AND w.person_id = ANY ($2) ORDER BY w.person_id, w.id`
	sqlMoveNameWord = `UPDATE person_name_word SET word_idx = $3, word_idx_next = $4 WHERE org_id = $1 AND id = $2`
	sqlDropNameWord = `DELETE FROM person_name_word WHERE org_id = $1 AND id = $2`
)

type nameWordRow struct {
	ID          carenet.ID
	PersonID    carenet.ID
	WordIdx     []byte
	WordIdxNext []byte
}

// staleWords says whose stored name words are not those of the name under the
// index keys of today.
func (s *Store) staleWords(ctx context.Context, tx pgx.Tx, org carenet.ID, names map[carenet.ID]string) (map[carenet.ID]bool, error) {
	stored, err := nameWords(ctx, tx, org, names)
	if err != nil {
		return nil, err
	}
	stale := map[carenet.ID]bool{}
	for person, name := range names {
		b := &pgx.Batch{}
		s.queueWords(b, org, person, name, stored[person])
		if b.Len() > 0 {
			stale[person] = true
		}
	}
	return stale, nil
}

// renewWords brings the name words of the people whose rows are locked up to date.
func (s *Store) renewWords(ctx context.Context, tx pgx.Tx, org carenet.ID, names map[carenet.ID]string, locked map[carenet.ID]bool) error {
	if len(locked) == 0 {
		return nil
	}
	mine := make(map[carenet.ID]string, len(locked))
	for person := range locked {
		mine[person] = names[person]
	}
	stored, err := nameWords(ctx, tx, org, mine)
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	for person, name := range mine {
		s.queueWords(b, org, person, name, stored[person])
	}
	return tx.SendBatch(ctx, b).Close()
}

func nameWords(ctx context.Context, tx pgx.Tx, org carenet.ID, of map[carenet.ID]string) (map[carenet.ID][]nameWordRow, error) {
	if len(of) == 0 {
		return nil, nil
	}
	people := make([]carenet.ID, 0, len(of))
	for person := range of {
		people = append(people, person)
	}
	rows, err := tx.Query(ctx, sqlNameWords, org, people)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[nameWordRow])
	stored := make(map[carenet.ID][]nameWordRow, len(people))
	for _, w := range found {
		stored[w.PersonID] = append(stored[w.PersonID], w)
	}
	return stored, err
}

// queueWords queues what makes the stored words of a name those of today. A row
// is kept for its own word while any of its indexes is known; beyond that rows
// are alike, and any may serve for any word.
func (s *Store) queueWords(b *pgx.Batch, org, person carenet.ID, name string, stored []nameWordRow) {
	type index struct{ idx, next []byte }
	var homeless []index
	taken := make([]bool, len(stored))
	for _, w := range carenet.NameWords(name) {
		want := index{s.keys.Index(crypto.ForNameWord, w), s.keys.IndexNext(crypto.ForNameWord, w)}
		home := -1
		for i, row := range stored {
			if !taken[i] && home < 0 && (stands(row, want.idx) || stands(row, want.next)) {
				home = i
			}
		}
		if home < 0 {
			homeless = append(homeless, want)
			continue
		}
		taken[home] = true
		if row := stored[home]; !bytes.Equal(row.WordIdx, want.idx) || !bytes.Equal(row.WordIdxNext, want.next) {
			b.Queue(sqlMoveNameWord, org, row.ID, want.idx, want.next)
		}
	}
	for i, row := range stored {
		switch {
		case taken[i]:
		case len(homeless) > 0:
			b.Queue(sqlMoveNameWord, org, row.ID, homeless[0].idx, homeless[0].next)
			homeless = homeless[1:]
		default:
			b.Queue(sqlDropNameWord, org, row.ID)
		}
	}
	for _, want := range homeless {
		b.Queue(sqlInsertNameWord, org, carenet.NewID(s.Now()), person, want.idx, want.next)
	}
}

// stands says whether a word's row is found by an index.
func stands(row nameWordRow, idx []byte) bool {
	return len(idx) > 0 && (bytes.Equal(row.WordIdx, idx) || bytes.Equal(row.WordIdxNext, idx))
}
