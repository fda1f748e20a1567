package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sqlInsertCheckIn = `INSERT INTO check_in (org_id, id, patient_id, prompt_id, reporter, reporter_id, channel, private, late,
  corrects_id, inbound_id, idempotency, words_enc, local_day, at)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::uuid[], $7::text[], $8::boolean[], $9::boolean[],
  $10::uuid[], $11::uuid[], $12::text[], $13::bytea[], $14::int[], $15::timestamptz[])`

	sqlInsertAnswer = `INSERT INTO answer (org_id, id, check_in_id, question_set_id, item, value)
SELECT * FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::uuid[], $5::text[], $6::float8[])`

	sqlSupersede = `UPDATE check_in k SET superseded_by = n.check_in_id
FROM unnest($1::uuid[], $2::uuid[], $3::uuid[]) AS n(org_id, id, check_in_id) WHERE k.org_id = n.org_id AND k.id = n.id`

	// Nobody's answer for a patient takes the place of the patient's own, also when both
	// came in one batch: of several for one prompt an UPDATE would take any.
	sqlAnswerPrompt = `UPDATE prompt q SET state = 'answered', check_in_id = n.check_in_id, cause = '', by_proxy = n.proxy
FROM (SELECT DISTINCT ON (u.org_id, u.id) u.* FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::boolean[]) AS u(org_id, id, check_in_id, proxy)
  ORDER BY u.org_id, u.id, u.proxy, u.check_in_id DESC) n WHERE q.org_id = n.org_id AND q.id = n.id
  AND (NOT n.proxy OR q.state <> 'answered' OR q.by_proxy)`
)

// checkInRows collects check-ins with what each brings about, a slice a column:
// a batch of any size is written in four statements.
type checkInRows struct {
	org, id, patient, reporterID []carenet.ID
	prompt, corrects, inbound    []*carenet.ID
	reporter, channel, key       []string
	private, late                []bool
	words                        [][]byte
	day                          []int
	at                           []time.Time

	answers            answerRows
	toRead             wordsRows
	superseded, answer becauseOf
	byProxy            []bool // a flag for each of answer
}

type answerRows struct {
	org, id, checkIn, set []carenet.ID
	item                  []string
	value                 []float64
}

// becauseOf are rows of another table that a check-in changes.
type becauseOf struct{ org, id, checkIn []carenet.ID }

func (r *becauseOf) add(c carenet.CheckIn, id carenet.ID) {
	if id != carenet.NilID {
		r.org, r.id, r.checkIn = append(r.org, c.Org), append(r.id, id), append(r.checkIn, c.ID)
	}
}

func (r *becauseOf) queue(b *pgx.Batch, sql string) {
	if len(r.id) > 0 {
		b.Queue(sql, r.org, r.id, r.checkIn)
	}
}

// add takes a check-in, its answer, what it corrects and the prompt it answers.
func (r *checkInRows) add(s *Store, c carenet.CheckIn) error {
	words, err := s.seal(c.Words, c.Org, "check_in", "words_enc", c.ID)
	if err != nil {
		return err
	}
	r.org, r.id, r.patient, r.reporterID = append(r.org, c.Org), append(r.id, c.ID), append(r.patient, c.Patient), append(r.reporterID, c.ReporterID)
	r.prompt, r.corrects, r.inbound = append(r.prompt, orNull(c.Prompt)), append(r.corrects, orNull(c.Corrects)), append(r.inbound, orNull(c.Inbound))
	r.reporter, r.channel, r.key = append(r.reporter, string(c.Reporter)), append(r.channel, string(c.Channel)), append(r.key, c.Key)
	r.private, r.late, r.words = append(r.private, c.Private), append(r.late, c.Late), append(r.words, words)
	r.day, r.at = append(r.day, int(c.Day)), append(r.at, c.At)
	if words != nil && !c.Repeats && c.Reporter != carenet.ReporterStaff {
		r.toRead.add(c.Org, c.ID, c.Patient, "check_in", c.Flags, c.At)
	}
	if c.Score != nil {
		a := &r.answers
		a.org, a.id, a.checkIn, a.set = append(a.org, c.Org), append(a.id, carenet.NewID(c.At)), append(a.checkIn, c.ID), append(a.set, c.Set)
		a.item, a.value = append(a.item, c.Item), append(a.value, *c.Score)
	}
	r.superseded.add(c, c.Corrects)
	if s := &r.superseded; c.OvertakenBy != carenet.NilID {
		s.org, s.id, s.checkIn = append(s.org, c.Org), append(s.id, c.ID), append(s.checkIn, c.OvertakenBy)
	}
	if r.answer.add(c, c.Prompt); c.Prompt != carenet.NilID {
		r.byProxy = append(r.byProxy, c.Reporter == carenet.ReporterProxy)
	}
	return nil
}

func (r *checkInRows) queue(b *pgx.Batch) {
	if len(r.id) == 0 {
		return
	}
	b.Queue(sqlInsertCheckIn, r.org, r.id, r.patient, r.prompt, r.reporter, r.reporterID, r.channel, r.private, r.late,
		r.corrects, r.inbound, r.key, r.words, r.day, r.at)
	if a := r.answers; len(a.id) > 0 {
		b.Queue(sqlInsertAnswer, a.org, a.id, a.checkIn, a.set, a.item, a.value)
	}
	r.toRead.queue(b)
	r.superseded.queue(b, sqlSupersede)
	if a := r.answer; len(a.id) > 0 {
		b.Queue(sqlAnswerPrompt, a.org, a.id, a.checkIn, r.byProxy)
	}
}

// queueCheckIn writes one check-in.
func (s *Store) queueCheckIn(b *pgx.Batch, c carenet.CheckIn) error {
	var rows checkInRows
	if err := rows.add(s, c); err != nil {
		return err
	}
	rows.queue(b)
	return nil
}
