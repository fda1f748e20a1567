package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

// staffedOf are the newest staffed hours of an organisation, as a column of a query
// upon a row a that has its org_id.
const staffedOf = `(SELECT sw.spans FROM staffed_week sw WHERE sw.org_id = a.org_id ORDER BY sw.version DESC LIMIT 1) AS staffed`

const (
	sqlStaffed       = `SELECT a.zone, ` + staffedOf + ` FROM organisation a WHERE a.org_id = $1`
	sqlInsertStaffed = `INSERT INTO staffed_week (org_id, version, spans, made_by, made_at)
VALUES ($1, (SELECT coalesce(max(sw.version), 0) + 1 FROM staffed_week sw WHERE sw.org_id = $1), $2, $3, $4)`
	sqlStaffedWords = `UPDATE organisation SET staffed_hours = CASE language WHEN 'es' THEN $3 WHEN 'ar' THEN $4 ELSE $2 END,
  staffed_hours_en = $2, staffed_hours_es = $3, staffed_hours_ar = $4 WHERE org_id = $1`
	// What stands open looks again when it next asks.
	sqlStaffedChanged = `UPDATE alert SET next_step_at = $2 WHERE org_id = $1 AND state = 'open' AND next_step_at IS NOT NULL`
)

// staffedDoc are staffed hours as they are stored.
type staffedDoc []alerts.WeekSpan

func (d staffedDoc) hours(zone string) alerts.Hours {
	h := alerts.Hours{Zone: zoneOf(zone), Spans: d}
	if len(d) == 0 || h.Check() != nil { // an alert does not wait for hours that no clock shows
		return alerts.Hours{}
	}
	return h
}

func staffedHours(ctx context.Context, tx pgx.Tx, org carenet.ID) (alerts.Hours, error) {
	var zone string
	var doc staffedDoc
	err := tx.QueryRow(ctx, sqlStaffed, org).Scan(&zone, &doc)
	return doc.hours(zone), err
}

// SetStaffedHours sets when the organisation is staffed; no span means all the time.
// words say it to patients, in each language. It is of code Invalid for spans that no
// clock shows, and Forbidden to whoever is no administrator.
func (s *Store) SetStaffedHours(ctx context.Context, actor carenet.Actor, spans []alerts.WeekSpan, words map[string]string) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		if err := s.requireAdmin(ctx, tx, actor); err != nil {
			return err
		}
		h := alerts.Hours{Zone: time.UTC, Spans: spans}
		if err := h.Check(); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlLockOrg, actor.Org); err != nil {
			return err
		}
		before, err := staffedHours(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlInsertStaffed, actor.Org, append(staffedDoc{}, h.Sorted()...), orNull(actor.Person), now)
		if len(spans)+len(before.Spans) > 0 { // hours that an operator wrote by hand are not those of this page
			b.Queue(sqlStaffedWords, actor.Org, words["en"], words["es"], words["ar"])
		}
		b.Queue(sqlStaffedChanged, actor.Org, now)
		s.queueAudit(b, actor, now, audited{Action: "staffed_hours.set", Table: "organisation", Row: actor.Org, Detail: map[string]any{"spans": len(spans)}})
		return tx.SendBatch(ctx, b).Close()
	})
}
