package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

// feedDays and feedLength bound what a follower sees of the past.
const (
	feedDays   = 30
	feedLength = 200
)

const (
	sqlFollowing = `SELECT f.org_id, f.id, f.patient_id, f.person_id, f.scope, n.name_enc, f.created_at, f.pace, f.nights_held, coalesce(f.channel, '') AS channel, f.proxy_basis IS NOT NULL AS may_answer, p.state AS patient_state,
  coalesce((SELECT r.by_id = f.person_id FROM report r WHERE r.org_id = f.org_id AND r.patient_id = f.patient_id ORDER BY r.id DESC LIMIT 1), false) AS reported,
  EXISTS (SELECT FROM contact_point c WHERE c.org_id = f.org_id AND c.person_id = f.person_id AND c.kind = 'phone' AND c.removed_at IS NULL) AS has_phone,
  EXISTS (SELECT FROM contact_point c WHERE c.org_id = f.org_id AND c.person_id = f.person_id AND c.kind = 'email' AND c.removed_at IS NULL) AS has_email,
  EXISTS (SELECT FROM contact_point c WHERE c.org_id = f.org_id AND c.person_id = f.person_id AND c.kind = 'email' AND c.removed_at IS NULL AND c.unsubscribed_at IS NULL) AS emailed
FROM follower f
JOIN patient p ON p.org_id = f.org_id AND p.id = f.patient_id
JOIN person n ON n.org_id = f.org_id AND n.id = f.patient_id
WHERE f.org_id = $1 AND f.person_id = $2 AND f.state = 'active' ORDER BY f.created_at, f.id`
	sqlFeedCheckIns = `SELECT ` + checkInColumns + `
FROM check_in k LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE k.org_id = $1 AND k.patient_id = ANY ($2) AND k.superseded_by IS NULL AND k.at > $3
ORDER BY k.at DESC, k.id DESC LIMIT $4`
	sqlPersonHead = `SELECT n.name_enc, n.language, n.zone, o.name, o.emergency_number FROM person n JOIN organisation o ON o.org_id = n.org_id
WHERE n.org_id = $1 AND n.id = $2`
)

type followingRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	PatientID  carenet.ID
	PersonID   carenet.ID
	Scope      []string
	NameEnc    []byte
	CreatedAt  time.Time
	Pace       string
	NightsHeld bool
	Channel    string
	MayAnswer  bool
	Reported   bool // the newest report of where the patient is was theirs
	HasPhone   bool
	HasEmail   bool
	Emailed    bool

	PatientState string
}

// hearing is how the follower hears, on a service that sends emails or does not.
func (r followingRow) hearing(emails bool) carenet.Hearing {
	h := carenet.Hearing{Pace: carenet.Pace(r.Pace), NightsHeld: r.NightsHeld, HasPhone: r.HasPhone, HasEmail: r.HasEmail && emails}
	h.ByEmail = h.HasEmail && r.Emailed && (r.Channel == "email" || !r.HasPhone)
	return h
}

// Feed is what the follower may see of those they follow, decided by the
// consent of this very moment. What was before they joined is not shown.
func (s *Store) Feed(ctx context.Context, actor carenet.Actor) (carenet.Feed, error) {
	var feed carenet.Feed
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		feed = carenet.Feed{}
		if actor.Kind != carenet.ActorFollower {
			return carenet.Errorf(carenet.Forbidden, "read feed", "this page is for followers")
		}
		var name []byte
		var zone string
		if err := tx.QueryRow(ctx, sqlPersonHead, actor.Org, actor.Person).Scan(&name, &feed.Language, &zone, &feed.Organisation, &feed.EmergencyNumber); err != nil {
			return err
		}
		feed.Zone = zoneOf(zone)
		var err error
		if feed.Viewer, err = s.personName(name, actor.Org, actor.Person); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlFollowing, actor.Org, actor.Person)
		if err != nil {
			return err
		}
		following, err := pgx.CollectRows(rows, pgx.RowToStructByName[followingRow])
		if err != nil {
			return err
		}
		var patients []carenet.ID
		for _, f := range following {
			patients = addID(patients, f.PatientID)
		}
		rows, err = tx.Query(ctx, sqlFeedCheckIns, actor.Org, patients, s.Now().AddDate(0, 0, -feedDays), feedLength)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[checkInRow])
		if err != nil {
			return err
		}
		names, err := s.proxyNames(ctx, tx, actor.Org, found)
		if err != nil {
			return err
		}
		for _, f := range following {
			p, err := s.feedPatient(actor, f, found, names)
			if err != nil {
				return err
			}
			if p.Scope.Has(carenet.PartMore) {
				if p.More, err = sharedAnswers(ctx, tx, f, s.Now()); err != nil {
					return err
				}
			}
			feed.Patients = append(feed.Patients, p)
			if err := s.audit(ctx, tx, actor, audited{Action: "feed.read", Table: "check_in", Patient: f.PatientID}); err != nil {
				return err
			}
		}
		return nil
	})
	return feed, err
}

func (s *Store) feedPatient(actor carenet.Actor, f followingRow, found []checkInRow, names map[carenet.ID]string) (carenet.FeedPatient, error) {
	name, err := s.personName(f.NameEnc, f.OrgID, f.PatientID)
	if err != nil {
		return carenet.FeedPatient{}, err
	}
	p := carenet.FeedPatient{Patient: f.PatientID, Name: name, Scope: carenet.ScopeOf(f.Scope), Hearing: f.hearing(slices.Contains(s.channels, notify.Email))}
	here := f.PatientState == "active" || f.PatientState == "in_hospital"
	p.Answers, p.Where = f.MayAnswer && here, here || f.Reported
	view := carenet.Look(actor, carenet.Tie{Org: f.OrgID, Patient: f.PatientID, Following: true, Scope: p.Scope})
	for _, r := range found {
		if r.PatientID != f.PatientID || r.At.Before(f.CreatedAt) {
			continue
		}
		c, err := s.checkIn(r)
		if err != nil {
			return p, err
		}
		if u, ok := c.For(view); ok {
			if c.Reporter == carenet.ReporterProxy {
				u.By = names[c.ReporterID]
			}
			p.Updates = append(p.Updates, u)
		}
	}
	return p, nil
}

// proxyNames are the names of those who answered for somebody.
func (s *Store) proxyNames(ctx context.Context, tx pgx.Tx, org carenet.ID, rows []checkInRow) (map[carenet.ID]string, error) {
	var by []carenet.ID
	for _, r := range rows {
		if r.Reporter == string(carenet.ReporterProxy) {
			by = addID(by, r.ReporterID)
		}
	}
	if len(by) == 0 {
		return nil, nil
	}
	return s.names(ctx, tx, org, by)
}

// Following lists the patients whom the actor may follow live.
func (s *Store) Following(ctx context.Context, actor carenet.Actor) ([]carenet.ID, error) {
	var out []carenet.ID
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlFollowing, actor.Org, actor.Person)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[followingRow])
		out = nil
		for _, f := range found {
			out = addID(out, f.PatientID)
		}
		return err
	})
	return out, err
}
