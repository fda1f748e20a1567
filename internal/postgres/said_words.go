package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/reply"
)

const (
	// wordsShown is how many a page lists.
	wordsShown = 100
	// wordsLooked is of how many of those that wait longest the page lists the gravest.
	wordsLooked = 2000
)

const (
	sqlInsertWords = `INSERT INTO said_words (org_id, id, patient_id, kind, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::timestamptz[])`
	// A correction that repeats the words takes the place of what it corrects.
	unreadWords = `w.org_id = $1 AND w.read_at IS NULL AND NOT EXISTS (SELECT FROM check_in o JOIN check_in l ON l.org_id = o.org_id AND l.id = o.superseded_by
  WHERE o.org_id = w.org_id AND o.id = w.id AND l.words_enc IS NOT NULL)`
	sqlCountWords  = `SELECT count(*) FROM said_words w WHERE ` + unreadWords
	sqlUnreadWords = `SELECT w.org_id, w.id, w.patient_id, w.at, n.name_enc, n.language, k.reporter, k.reporter_id, r.name_enc AS reporter_name,
  coalesce(k.private, m.private, false) AS private, k.words_enc AS check_in_words, i.words_enc AS item_words,
  CASE WHEN w.kind = 'text' THEN t.body_enc END AS text_words, coalesce(t.flags, '{}') AS text_flags, a.value, coalesce(i.item, '') AS item, s.items
FROM said_words w
JOIN person n ON n.org_id = w.org_id AND n.id = w.patient_id
LEFT JOIN check_in k ON w.kind = 'check_in' AND k.org_id = w.org_id AND k.id = w.id
LEFT JOIN person r ON k.reporter = 'proxy' AND r.org_id = k.org_id AND r.id = k.reporter_id
LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
LEFT JOIN item_answer i ON w.kind = 'item_answer' AND i.org_id = w.org_id AND i.id = w.id
LEFT JOIN check_in m ON m.org_id = i.org_id AND m.id = i.check_in_id
LEFT JOIN question_set s ON s.org_id = i.org_id AND s.id = i.question_set_id
LEFT JOIN inbound_message t ON t.org_id = w.org_id AND t.id = CASE w.kind WHEN 'check_in' THEN k.inbound_id WHEN 'item_answer' THEN i.inbound_id ELSE w.id END
WHERE ` + unreadWords + ` ORDER BY w.id LIMIT $2`
	sqlMarkWords = `UPDATE said_words SET read_at = $3, read_by = $4 WHERE org_id = $1 AND id = ANY ($2) AND read_at IS NULL RETURNING id, patient_id`
)

// wordsRows are words that were said, for a member of staff to read: a slice a column.
type wordsRows struct {
	org, id, patient []carenet.ID
	kind             []string
	at               []time.Time
}

func (r *wordsRows) add(org, id, patient carenet.ID, kind string, at time.Time) {
	r.org, r.id, r.patient = append(r.org, org), append(r.id, id), append(r.patient, patient)
	r.kind, r.at = append(r.kind, kind), append(r.at, at)
}

func (r *wordsRows) queue(b *pgx.Batch) {
	if len(r.id) > 0 {
		b.Queue(sqlInsertWords, r.org, r.id, r.patient, r.kind, r.at)
	}
}

type unreadWordsRow struct {
	OrgID        carenet.ID
	ID           carenet.ID
	PatientID    carenet.ID
	At           time.Time
	NameEnc      []byte
	Language     string
	Reporter     *string
	ReporterID   *carenet.ID
	ReporterName []byte
	Private      bool
	CheckInWords []byte
	ItemWords    []byte
	TextWords    []byte
	TextFlags    []string
	Value        *float64
	Item         string
	Items        []ask.Item
}

func (s *Store) saidWords(r unreadWordsRow) (w carenet.SaidWords, err error) {
	w = carenet.SaidWords{ID: r.ID, Patient: r.PatientID, Score: r.Value, Private: r.Private, At: r.At}
	if w.Name, err = s.personName(r.NameEnc, r.OrgID, r.PatientID); err != nil {
		return w, err
	}
	if r.ReporterName != nil {
		if w.By, err = s.personName(r.ReporterName, r.OrgID, orNil(r.ReporterID)); err != nil {
			return w, err
		}
	}
	sealed, table, column := r.CheckInWords, "check_in", "words_enc"
	switch {
	case r.TextWords != nil:
		sealed, table, column = r.TextWords, "inbound_message", "body_enc"
	case r.Item != "":
		sealed, table = r.ItemWords, "item_answer"
		if item, ok := (ask.QuestionSet{Items: r.Items}).Item(r.Item); ok {
			w.Question = item.Question
		}
	}
	if w.Words, err = s.open(sealed, r.OrgID, table, column, r.ID); err != nil {
		return w, err
	}
	read := reply.Read(w.Words, reply.Context{Lang: r.Language, Role: reply.Patient})
	w.Screened = !read.Has(reply.FlagNotScreened)
	// What was found in a text may be words of another language on the phone.
	if w.Flags = (reply.Reading{Flags: r.TextFlags}).Alarms(); w.Flags == nil {
		w.Flags = read.Alarms()
	}
	return w, nil
}

// Words are what patients said in words and no member of staff has marked as read.
func (s *Store) Words(ctx context.Context, actor carenet.Actor) (page carenet.WordsPage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.WordsPage{}
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		var zone, emergency string
		if err := tx.QueryRow(ctx, sqlOrgHead, actor.Org).Scan(&page.Organisation, &zone, &emergency); err != nil {
			return err
		}
		page.Zone = zoneOf(zone)
		if page.Viewer, err = s.nameOf(ctx, tx, actor.Org, actor.Person); err != nil {
			return err
		}
		if page.Waiting, err = wordsWaiting(ctx, tx, actor.Org); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlUnreadWords, actor.Org, wordsLooked)
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
		slices.SortStableFunc(page.List, func(a, b carenet.SaidWords) int { return a.Rank() - b.Rank() })
		page.List = page.List[:min(len(page.List), wordsShown)]
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
