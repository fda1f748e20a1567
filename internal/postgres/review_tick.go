package postgres

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlReviewsDue   = `SELECT org, review FROM lookup_reviews_due($1, $2)`
	sqlClaimReviews = `SELECT org, review FROM claim_reviews($1, $2)`
	// Who was told of their organisation's week already is not told again, whatever clock
	// or worker says so.
	sqlReviewReaders = `SELECT c.org_id, c.id FROM clinician c JOIN unnest($1::uuid[], $2::int[]) AS w (org_id, week) ON w.org_id = c.org_id
WHERE c.left_at IS NULL AND c.no_review_at IS NULL
  AND NOT EXISTS (SELECT FROM week_told t WHERE t.org_id = c.org_id AND t.clinician_id = c.id AND t.week >= w.week) ORDER BY c.org_id, c.id`
	sqlWeekTold = `INSERT INTO week_told (org_id, clinician_id, week, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	// The week before is over, and what it said of whom need not be kept.
	sqlForgetLetters = `UPDATE week_letter SET body_enc = NULL WHERE org_id = $1 AND week < $2 AND body_enc IS NOT NULL`
	sqlWeekLetter    = `INSERT INTO week_letter (org_id, id, week, body_enc, at) VALUES ($1, $2, $3, $4, $5) ON CONFLICT (org_id, week) DO NOTHING`
	sqlWeekLetters   = `SELECT DISTINCT ON (l.org_id) l.org_id, l.id, l.body_enc FROM week_letter l WHERE l.org_id = ANY ($1) AND l.body_enc IS NOT NULL ORDER BY l.org_id, l.week DESC`
	sqlNoReviews     = `SELECT c.id FROM clinician c WHERE c.org_id = ANY ($1) AND c.no_review_at IS NOT NULL`
)

// unreadableWeekWait is how long an organisation waits whose week could not be worked out.
const unreadableWeekWait = 15 * time.Minute

// letter is an organisation's week as it is emailed, worked out before anybody is claimed.
type letter struct {
	week   carenet.Day
	body   []byte // the review
	unread bool   // it holds what cannot be opened
}

type readerRow struct {
	OrgID carenet.ID
	ID    carenet.ID
}

// boardsAtOnce is how many organisations' weeks are worked out before they are told: what
// is worked out and not told when the time is over is lost.
const boardsAtOnce = 4

// TickReviews tells the staff of organisations whose week is over, once each; of a week
// that an outage has held up for longer than it is of use nobody is told, and it is said
// on the page alone. It sets when the next is due.
//
// What the emails say is worked out first, an organisation at a time and with nothing
// locked: it reads a whole board. The claim decides who tells, so that of several workers
// that have worked it out one writes it. An organisation whose week cannot be worked out
// waits, and keeps no other.
func (s *Store) TickReviews(ctx context.Context, limit int) (carenet.Batch, int, error) {
	limit = min(limit, boardsAtOnce)
	letters, err := s.weekLetters(ctx, limit)
	if err != nil || len(letters) == 0 {
		return carenet.Batch{}, 0, err
	}
	return s.tick(ctx, sqlClaimReviews, limit, func(tx pgx.Tx, t *ticking) error {
		if err := scope(ctx, tx, t.orgs); err != nil {
			return err
		}
		var zones []orgZoneRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlOrgZones, t.orgs), &zones)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		var orgs []carenet.ID
		var weeks []int
		untils, inZone := map[carenet.ID]time.Time{}, map[carenet.ID]*time.Location{}
		for _, z := range zones {
			zone := zoneOf(z.Zone)
			due, week := carenet.ReviewDue(t.now, zone)
			until := due.Add(carenet.ReviewLife)
			l, known := letters[z.OrgID]
			switch {
			case !t.now.Before(until):
			case !known || !l.unread && l.week != week:
				continue // it has only just become due: the next round has its letter
			case l.unread:
				w.Queue(sqlNextReview, z.OrgID, t.now.Add(unreadableWeekWait))
				t.done++
				continue
			default:
				orgs, weeks = append(orgs, z.OrgID), append(weeks, int(week))
				untils[z.OrgID], inZone[z.OrgID] = until, zone
			}
			w.Queue(sqlNextReview, z.OrgID, carenet.NextReview(t.now, zone))
			t.done++
		}
		rows, err := tx.Query(ctx, sqlReviewReaders, orgs, weeks)
		if err != nil {
			return err
		}
		readers, err := pgx.CollectRows(rows, pgx.RowToStructByName[readerRow])
		if err != nil {
			return err
		}
		for i, org := range orgs {
			id := carenet.NewID(t.now)
			sealed, err := s.seal(string(letters[org].body), org, "week_letter", "body_enc", id)
			if err != nil {
				return err
			}
			w.Queue(sqlForgetLetters, org, weeks[i])
			w.Queue(sqlWeekLetter, org, id, weeks[i], sealed, t.now)
		}
		for _, r := range readers {
			week := letters[r.OrgID].week
			e := carenet.Event{
				ID: carenet.NewID(t.now), Org: r.OrgID, Batch: t.batch.ID, Kind: carenet.EventReview, Subject: r.ID, At: t.now,
				Detail: carenet.Detail{Person: r.ID, Since: (week - 7).Time(inZone[r.OrgID]), At: untils[r.OrgID]},
			}
			w.Queue(sqlWeekTold, r.OrgID, r.ID, int(week), t.now)
			queueEvent(w, e)
			t.batch.Events = append(t.batch.Events, e)
		}
		return tx.SendBatch(ctx, w).Close()
	})
}

// weekLetters works out the weeks of the organisations that are due. It changes nothing.
func (s *Store) weekLetters(ctx context.Context, limit int) (map[carenet.ID]letter, error) {
	now := s.Now()
	rows, err := s.pool.Query(ctx, sqlReviewsDue, now, limit)
	if err != nil {
		return nil, err
	}
	var org, same carenet.ID
	var due []carenet.ID
	if _, err := pgx.ForEachRow(rows, []any{&org, &same}, func() error { due = append(due, org); return nil }); err != nil {
		return nil, err
	}
	letters := make(map[carenet.ID]letter, len(due))
	for _, org := range due {
		var l letter
		err := s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
			r, err := s.review(ctx, tx, org, now)
			if err != nil {
				return err
			}
			_, l.week = carenet.ReviewDue(now, r.Zone)
			r.Zone = nil // whoever reads it has it
			l.body, err = json.Marshal(r)
			return err
		})
		if err != nil && passing(err) {
			return nil, err
		}
		if err != nil {
			s.onFault(alerts.Fault{Rule: "WEEK", Why: "the week holds what cannot be opened"})
			l.unread = true
		}
		letters[org] = l
	}
	return letters, nil
}

// reviewFacts is what the emails of weeks say, and who wants none any more.
type reviewFacts struct {
	reviews  map[carenet.ID]carenet.Review // of organisations whose week can be read
	unwanted map[carenet.ID]bool
}

var errUnreadableWeek = errors.New("the week holds what cannot be opened")

type weekLetterRow struct {
	OrgID   carenet.ID
	ID      carenet.ID
	BodyEnc []byte
}

// loadReviewFacts reads them as they were worked out, only when something needs them.
func (s *Store) loadReviewFacts(ctx context.Context, tx pgx.Tx, rows []claimRow) (f reviewFacts, err error) {
	var orgs, off []carenet.ID
	for _, r := range rows {
		if r.EventKind == string(carenet.EventReview) {
			orgs = addID(orgs, r.OrgID)
		}
	}
	if len(orgs) == 0 {
		return f, nil
	}
	var letters []weekLetterRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlWeekLetters, orgs), &letters)
	b.Queue(sqlNoReviews, orgs).Query(func(rows pgx.Rows) (err error) {
		off, err = pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
		return err
	})
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return f, err
	}
	f.reviews, f.unwanted = map[carenet.ID]carenet.Review{}, map[carenet.ID]bool{}
	for _, l := range letters {
		var r carenet.Review
		body, err := s.open(l.BodyEnc, l.OrgID, "week_letter", "body_enc", l.ID)
		if err == nil {
			err = json.Unmarshal([]byte(body), &r)
		}
		if err == nil { // without it the email waits, and the others go on
			f.reviews[l.OrgID] = r
		}
	}
	for _, id := range off {
		f.unwanted[id] = true
	}
	return f, nil
}
