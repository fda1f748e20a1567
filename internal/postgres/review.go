package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlClaimReviews = `SELECT org, review FROM claim_reviews($1, $2)`
	// Who was told of the week already is not told again, whatever clock or worker says so.
	sqlReviewReaders = `SELECT c.id FROM clinician c WHERE c.org_id = $1 AND c.left_at IS NULL AND c.no_review_at IS NULL
  AND NOT EXISTS (SELECT FROM week_told w WHERE w.org_id = c.org_id AND w.clinician_id = c.id AND w.week >= $2) ORDER BY c.id`
	sqlWeekTold   = `INSERT INTO week_told (org_id, clinician_id, week, at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING`
	sqlNextReview = `UPDATE week_review SET next_at = $2 WHERE org_id = $1`
	sqlNewReview  = `INSERT INTO week_review (org_id, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlSetReview  = `UPDATE clinician SET no_review_at = $3 WHERE org_id = $1 AND id = $2`
	sqlNoReview   = `SELECT no_review_at IS NOT NULL FROM clinician WHERE org_id = $1 AND id = $2`
	sqlNoReviews  = `SELECT c.id FROM clinician c WHERE c.org_id = ANY ($1) AND c.no_review_at IS NOT NULL`
	sqlStanding   = `SELECT count(*)::int FROM alert a WHERE a.org_id = $1 AND a.state <> 'resolved'`
)

// TickReviews tells the staff of organisations whose week is over, once each; of a week
// that an outage has held up for longer than it is of use nobody is told, and it is said
// on the page alone. It sets when the next is due.
func (s *Store) TickReviews(ctx context.Context, limit int) (carenet.Batch, int, error) {
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
		for _, z := range zones {
			zone := zoneOf(z.Zone)
			due, week := carenet.ReviewDue(t.now, zone)
			w.Queue(sqlNextReview, z.OrgID, carenet.NextReview(t.now, zone))
			until := due.Add(carenet.ReviewLife)
			if !t.now.Before(until) {
				continue
			}
			rows, err := tx.Query(ctx, sqlReviewReaders, z.OrgID, int(week))
			if err != nil {
				return err
			}
			readers, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
			if err != nil {
				return err
			}
			for _, id := range readers {
				e := carenet.Event{
					ID: carenet.NewID(t.now), Org: z.OrgID, Batch: t.batch.ID, Kind: carenet.EventReview, Subject: id, At: t.now,
					Detail: carenet.Detail{Person: id, Since: (week - 7).Time(zone), At: until},
				}
				w.Queue(sqlWeekTold, z.OrgID, id, int(week), t.now)
				queueEvent(w, e)
				t.batch.Events = append(t.batch.Events, e)
			}
		}
		t.done = len(t.ids)
		return tx.SendBatch(ctx, w).Close()
	})
}

// Review is the week of the actor's organisation as it stands: the last seven days.
func (s *Store) Review(ctx context.Context, actor carenet.Actor) (r carenet.Review, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		if r, err = s.review(ctx, tx, actor.Org, s.Now()); err != nil {
			return err
		}
		var off bool
		if err := tx.QueryRow(ctx, sqlNoReview, actor.Org, actor.Person).Scan(&off); err != nil {
			return err
		}
		r.Wanted = !off
		return s.audit(ctx, tx, actor, audited{Action: "review.read", Table: "patient"})
	})
	return r, err
}

// review gathers an organisation's last seven days.
func (s *Store) review(ctx context.Context, tx pgx.Tx, org carenet.ID, now time.Time) (r carenet.Review, err error) {
	var zone, emergency string
	if err := tx.QueryRow(ctx, sqlOrgHead, org).Scan(&r.Organisation, &zone, &emergency); err != nil {
		return r, err
	}
	r.Zone, r.Until = zoneOf(zone), now
	today := carenet.LocalDay(now, r.Zone)
	r.Since = (today - 7).Time(r.Zone)
	rows, err := s.boardRows(ctx, tx, org, nil, today-boardDays)
	if err != nil {
		return r, err
	}
	carenet.SortByNeed(rows, today)
	for _, row := range rows {
		p := carenet.ReviewPatient{ID: row.Patient, Name: row.Name}
		drift, watch := p, p
		for _, w := range row.Watch {
			if w.Severity == string(alerts.Digest) {
				drift.Why = append(drift.Why, w.Evidence)
			} else {
				watch.Why = append(watch.Why, w.Evidence)
			}
		}
		if len(drift.Why) > 0 {
			r.Drift = append(r.Drift, drift)
		}
		if len(watch.Why) > 0 {
			r.Watch = append(r.Watch, watch)
		}
		if !row.InHospital && (row.Silence == carenet.NoReply || row.Silence == carenet.Undelivered) {
			p.Cause, p.Missed = row.Silence, row.MissedInRow
			r.Silent = append(r.Silent, p)
		}
	}
	all, err := worths(ctx, tx, org, r.Since, now)
	if err != nil {
		return r, err
	}
	for _, w := range all {
		r.Rules = append(r.Rules, carenet.ReviewRule{
			Rule: w.Rule, Severity: string(w.Severity), Opened: w.Opened, Closed: w.Opened - w.Standing,
			FalseAlarm: w.Outcomes[alerts.OutcomeFalseAlarm], Useful: w.Useful, NotUseful: w.NotUseful,
		})
	}
	return r, tx.QueryRow(ctx, sqlStanding, org).Scan(&r.Standing)
}

// SetReview says whether the actor wants to be told of each week.
func (s *Store) SetReview(ctx context.Context, actor carenet.Actor, wanted bool) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		now := s.Now()
		var off *time.Time
		if !wanted {
			off = &now
		}
		if _, err := tx.Exec(ctx, sqlSetReview, actor.Org, actor.Person, off); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "review.choose", Table: "clinician", Row: actor.Person, Detail: map[string]any{"wanted": wanted}})
	})
}

// StartReviews has the staff of an organisation told of weeks from the next Monday on:
// one whose past was brought in has had weeks of which nobody wants to hear.
func (s *Store) StartReviews(ctx context.Context, actor carenet.Actor) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		var name, zone, emergency string
		if err := tx.QueryRow(ctx, sqlOrgHead, actor.Org).Scan(&name, &zone, &emergency); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlNextReview, actor.Org, carenet.NextReview(s.Now(), zoneOf(zone))); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "review.start", Table: "week_review", Row: actor.Org})
	})
}

// reviewFacts is what the emails of weeks say, and who wants none any more.
type reviewFacts struct {
	reviews    map[carenet.ID]carenet.Review
	unwanted   map[carenet.ID]bool
	unreadable map[carenet.ID]bool // organisations whose week holds what cannot be opened
}

var errUnreadableWeek = errors.New("the week holds what cannot be opened")

// loadReviewFacts reads them, only when something needs them.
func (s *Store) loadReviewFacts(ctx context.Context, tx pgx.Tx, rows []claimRow, now time.Time) (f reviewFacts, err error) {
	for _, r := range rows {
		if r.EventKind != string(carenet.EventReview) {
			continue
		}
		if f.reviews == nil {
			f.reviews, f.unwanted, f.unreadable = map[carenet.ID]carenet.Review{}, map[carenet.ID]bool{}, map[carenet.ID]bool{}
		}
		if _, known := f.reviews[r.OrgID]; known {
			continue
		}
		if f.reviews[r.OrgID], err = s.review(ctx, tx, r.OrgID, now); passing(err) {
			return f, err
		} else if err != nil {
			f.unreadable[r.OrgID] = true // this one waits, and the others go on
		}
		found, err := tx.Query(ctx, sqlNoReviews, []carenet.ID{r.OrgID})
		if err != nil {
			return f, err
		}
		off, err := pgx.CollectRows(found, pgx.RowTo[carenet.ID])
		if err != nil {
			return f, err
		}
		for _, id := range off {
			f.unwanted[id] = true
		}
	}
	return f, nil
}
