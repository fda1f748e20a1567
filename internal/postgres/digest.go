package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlClaimDigests = `SELECT org, follower FROM claim_digests($1, $2)`
	// An answer that was kept private, or corrected since, is none here, nor is one of
	// an imported past. Its id tells when it was written, which may be long after it was
	// given; what is being written at this moment is left to the next summary.
	sqlDueDigests = `SELECT f.org_id, f.id, f.patient_id, f.person_id, f.pace, f.digest_at, f.digest_since, n.zone,
  EXISTS (SELECT FROM check_in k WHERE k.org_id = f.org_id AND k.patient_id = f.patient_id AND k.id >= month_floor_id(f.digest_since) AND k.id < month_floor_id($3)
    AND NOT k.private AND k.superseded_by IS NULL AND k.channel <> 'import') AS news
FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
WHERE f.org_id = ANY ($1) AND f.id = ANY ($2) ORDER BY f.digest_at, f.id`
	sqlNextDigest  = `UPDATE follower SET digest_at = $3, digest_since = $4 WHERE org_id = $1 AND id = $2`
	sqlDigestFacts = `SELECT e.id AS event_id, ` + checkInColumns + `
FROM event e JOIN check_in k ON k.org_id = e.org_id AND k.patient_id = e.patient_id
LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE e.org_id = ANY ($1) AND e.id = ANY ($2) AND k.id >= month_floor_id((e.detail ->> 'since')::timestamptz)
  AND k.id < month_floor_id(e.at - interval '1 minute') AND k.superseded_by IS NULL AND k.channel <> 'import'
ORDER BY e.id, k.at, k.id`
)

// digestWriting is how long an answer may take to be written; the statements say so too.
const digestWriting = time.Minute

type dueDigestRow struct {
	OrgID       carenet.ID
	ID          carenet.ID
	PatientID   carenet.ID
	PersonID    carenet.ID
	Pace        string
	DigestAt    time.Time
	DigestSince time.Time
	Zone        string
	News        bool
}

type digestRow struct {
	EventID carenet.ID
	checkInRow
}

// TickDigests turns up to limit summaries that are due into events, one each, whoever
// claims them, and sets the next. Of a time in which nothing happened nothing is said.
// done is 0 when none is due.
func (s *Store) TickDigests(ctx context.Context, limit int) (carenet.Batch, int, error) {
	return s.tick(ctx, sqlClaimDigests, limit, func(tx pgx.Tx, t *ticking) error {
		var due []dueDigestRow
		b := &pgx.Batch{}
		b.Queue(sqlScope, t.orgs)
		collect(b.Queue(sqlDueDigests, t.orgs, t.ids, t.now.Add(-digestWriting)), &due)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		w := &pgx.Batch{}
		for _, r := range due {
			zone, pace := zoneOf(r.Zone), carenet.Pace(r.Pace)
			next, _ := pace.NextDigest(t.now, zone)
			w.Queue(sqlNextDigest, r.OrgID, r.ID, next, later(t.now.Add(-digestWriting), r.DigestSince))
			if !r.News {
				continue
			}
			e := carenet.Event{
				ID: carenet.NewID(t.now), Org: r.OrgID, Batch: t.batch.ID, Kind: carenet.EventDigest, Patient: r.PatientID, Subject: r.ID, At: t.now,
				Detail: carenet.Detail{Person: r.PersonID, Since: r.DigestSince, At: notify.DigestAt(r.DigestAt, t.now, zone), Weekly: pace == carenet.Weekly},
			}
			queueEvent(w, e)
			t.batch.Events = append(t.batch.Events, e)
		}
		t.done = len(due)
		return tx.SendBatch(ctx, w).Close()
	})
}

func later(a, b time.Time) time.Time {
	if a.Before(b) {
		return b
	}
	return a
}

// aboutDigest cuts what happened to what this follower may know now.
func (f claimFacts) aboutDigest(s *Store, r claimRow, c *notify.Candidate, d *notify.Draft) {
	patient := orNil(r.PatientID)
	fl := f.follow[orNil(r.FollowerID)]
	tie := carenet.Tie{Org: r.OrgID, Patient: patient, Following: fl.State == "active", Scope: carenet.ScopeOf(fl.Scope)}
	c.View = carenet.Look(carenet.Actor{Kind: carenet.ActorFollower, Org: r.OrgID, Person: fl.Person}, tie)
	c.Muted = fl.MutedUntil != nil && fl.MutedUntil.After(c.Now)
	d.Scope, d.Weekly = tie.Scope, r.Detail.Weekly
	for _, k := range f.digests {
		if k.EventID != r.EventID {
			continue
		}
		checkIn, err := s.checkIn(k.checkInRow)
		if err != nil {
			continue // one that cannot be read is left out
		}
		if u, sees := checkIn.For(c.View); sees {
			d.Digest = append(d.Digest, u)
		}
	}
	c.Nothing = len(d.Digest) == 0
}
