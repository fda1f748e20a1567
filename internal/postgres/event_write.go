package postgres

import (
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const sqlInsertEvent = `INSERT INTO event (org_id, id, batch_id, kind, patient_id, subject_id, detail, at, state)
SELECT n.*, 'pending' FROM unnest($1::uuid[], $2::uuid[], $3::uuid[], $4::text[], $5::uuid[], $6::uuid[], $7::jsonb[], $8::timestamptz[]) AS n`

// eventRows collects events, a slice a column, so that many cost one statement.
type eventRows struct {
	org, id, batch   []carenet.ID
	kind             []string
	patient, subject []*carenet.ID
	detail           []carenet.Detail
	at               []time.Time
}

func (r *eventRows) add(e carenet.Event) {
	r.org, r.id, r.batch = append(r.org, e.Org), append(r.id, e.ID), append(r.batch, e.Batch)
	r.kind, r.detail, r.at = append(r.kind, string(e.Kind)), append(r.detail, e.Detail), append(r.at, e.At)
	r.patient, r.subject = append(r.patient, orNull(e.Patient)), append(r.subject, orNull(e.Subject))
}

func (r *eventRows) queue(b *pgx.Batch) {
	if len(r.id) > 0 {
		b.Queue(sqlInsertEvent, r.org, r.id, r.batch, r.kind, r.patient, r.subject, r.detail, r.at)
	}
}

// queueEvent writes one event.
func queueEvent(b *pgx.Batch, e carenet.Event) {
	var rows eventRows
	rows.add(e)
	rows.queue(b)
}
