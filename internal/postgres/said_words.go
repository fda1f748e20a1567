package postgres

import (
	"context"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/reply"
)

// wordsShown is how many a page lists.
const wordsShown = 100

const (
	sqlInsertWords = `INSERT INTO said_words (org_id, id, patient_id, kind, flags, rank, at)
SELECT u.org_id, u.id, u.patient_id, u.kind, string_to_array(u.flags, ','), u.rank, u.at
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::text[], $6::int[], $7::timestamptz[]) AS u(org_id, id, patient_id, kind, flags, rank, at)`
	sqlCountWords  = `SELECT count(*) FROM said_words w WHERE w.org_id = $1 AND w.read_at IS NULL`
	sqlUnreadWords = `SELECT w.org_id, w.id, w.patient_id, w.kind, w.flags, w.at, n.name_enc, k.reporter_id, r.name_enc AS reporter_name,
  coalesce(k.private, m.private, false) AS private, coalesce(k.words_enc, i.words_enc, t.body_enc) AS said, a.value, coalesce(i.item, '') AS item, s.items
FROM said_words w
JOIN person n ON n.org_id = w.org_id AND n.id = w.patient_id
LEFT JOIN check_in k ON w.kind = 'check_in' AND k.org_id = w.org_id AND k.id = w.id
LEFT JOIN person r ON k.reporter = 'proxy' AND r.org_id = k.org_id AND r.id = k.reporter_id
LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
LEFT JOIN item_answer i ON w.kind = 'item_answer' AND i.org_id = w.org_id AND i.id = w.id
LEFT JOIN check_in m ON m.org_id = i.org_id AND m.id = i.check_in_id
LEFT JOIN question_set s ON s.org_id = i.org_id AND s.id = i.question_set_id
LEFT JOIN inbound_message t ON w.kind = 'text' AND t.org_id = w.org_id AND t.id = w.id
WHERE w.org_id = $1 AND w.read_at IS NULL ORDER BY w.rank, w.id, w.patient_id LIMIT $2`
	sqlMarkWords = `UPDATE said_words SET read_at = $3, read_by = $4 WHERE org_id = $1 AND id = ANY ($2) AND read_at IS NULL RETURNING id, patient_id`
)

// wordsRows are words that were said, for a member of staff to read: a slice a column.
type wordsRows struct {
	org, id, patient []carenet.ID
	kind, flags      []string
	rank             []int
	at               []time.Time
}

// add takes words that stand under an id in the table that kind says. Flagged words are
// read first, then those in a language that nothing screens.
func (r *wordsRows) add(org, id, patient carenet.ID, kind string, flags []string, at time.Time) {
	read := reply.Reading{Flags: flags}
	kept, rank := read.Alarms(), 2
	switch {
	case len(kept) > 0:
		rank = 0
	case read.Has(reply.FlagNotScreened):
		kept, rank = []string{reply.FlagNotScreened}, 1
	}
	r.org, r.id, r.patient = append(r.org, org), append(r.id, id), append(r.patient, patient)
	r.kind, r.flags, r.rank, r.at = append(r.kind, kind), append(r.flags, strings.Join(kept, ",")), append(r.rank, rank), append(r.at, at)
}

func (r *wordsRows) queue(b *pgx.Batch) {
	if len(r.id) > 0 {
		b.Queue(sqlInsertWords, r.org, r.id, r.patient, r.kind, r.flags, r.rank, r.at)
	}
}

type unreadWordsRow struct {
	OrgID        carenet.ID
	ID           carenet.ID
	PatientID    carenet.ID
	Kind         string
	Flags        []string
	At           time.Time
	NameEnc      []byte
	ReporterID   *carenet.ID
	ReporterName []byte
	Private      bool
	Said         []byte
	Value        *float64
	Item         string
	Items        []ask.Item
}

// wordsPlaces are the columns that hold words, by kind.
var wordsPlaces = map[string][2]string{
	"check_in": {"check_in", "words_enc"}, "item_answer": {"item_answer", "words_enc"}, "text": {"inbound_message", "body_enc"},
}

func (s *Store) saidWords(r unreadWordsRow) (w carenet.SaidWords, err error) {
	read := reply.Reading{Flags: r.Flags}
	w = carenet.SaidWords{ID: r.ID, Patient: r.PatientID, Score: r.Value, Private: r.Private, Flags: read.Alarms(), Screened: !read.Has(reply.FlagNotScreened), At: r.At}
	if w.Name, err = s.personName(r.NameEnc, r.OrgID, r.PatientID); err != nil {
		return w, err
	}
	if r.ReporterName != nil {
		if w.By, err = s.personName(r.ReporterName, r.OrgID, orNil(r.ReporterID)); err != nil {
			return w, err
		}
	}
	if item, ok := (ask.QuestionSet{Items: r.Items}).Item(r.Item); ok {
		w.Question = item.Question
	}
	at := wordsPlaces[r.Kind]
	w.Words, err = s.open(r.Said, r.OrgID, at[0], at[1], r.ID)
	return w, err
}

// Words are what patients said in words and no member of staff has marked as read.
func (s *Store) Words(ctx context.Context, actor carenet.Actor) (page carenet.WordsPage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.WordsPage{}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		if err := orgHead(ctx, tx, actor.Org, &page.Organisation, &page.Zone); err != nil {
			return err
		}
		if page.Waiting, err = wordsWaiting(ctx, tx, actor.Org); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlUnreadWords, actor.Org, wordsShown)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[unreadWordsRow])
		if err != nil {
			return err
		}
		for _, r := range found {
			w, err := s.saidWords(r)
			if err != nil {
				return err
			}
			page.List = append(page.List, w)
		}
		return s.audit(ctx, tx, actor, audited{Action: "words.read", Table: "said_words"})
	})
	return page, err
}

func wordsWaiting(ctx context.Context, tx pgx.Tx, org carenet.ID) (n int, err error) {
	err = tx.QueryRow(ctx, sqlCountWords, org).Scan(&n)
	return n, err
}

// MarkWords notes that the actor has read what patients said, and returns how many of
// them nobody had marked before.
func (s *Store) MarkWords(ctx context.Context, actor carenet.Actor, ids []carenet.ID) (n int, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		now := s.Now()
		rows, err := tx.Query(ctx, sqlMarkWords, actor.Org, ids, now, actor.Person)
		if err != nil {
			return err
		}
		n = 0
		b := &pgx.Batch{}
		var id, patient carenet.ID
		if _, err := pgx.ForEachRow(rows, []any{&id, &patient}, func() error {
			n++
			s.queueAudit(b, actor, now, audited{Action: "words.mark", Table: "said_words", Row: id, Patient: patient})
			return nil
		}); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
	return n, err
}
