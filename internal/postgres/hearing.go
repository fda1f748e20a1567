package postgres

import (
	"context"
	"net/http"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/reply"
	"howareyou/internal/auth"
	"howareyou/notify"
)

const (
	sqlLockHearing = `SELECT f.id, f.pace, n.zone FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
WHERE f.org_id = $1 AND f.person_id = $2 AND f.patient_id = $3 AND f.state = 'active' FOR UPDATE OF f`
	sqlSetHearing = `UPDATE follower SET pace = $3, channel = coalesce($4, channel), digest_at = $5, digest_since = CASE WHEN $5::timestamptz IS NULL THEN NULL ELSE coalesce(digest_since, $6) END
WHERE org_id = $1 AND id = $2`
	sqlSetNights = `UPDATE follower SET nights_held = $4 WHERE org_id = $1 AND person_id = $2 AND patient_id = $3`
	// Who chooses email wants emails again.
	sqlResubscribe = `UPDATE contact_point SET unsubscribed_at = NULL WHERE org_id = $1 AND person_id = $2 AND kind = 'email' AND unsubscribed_at IS NOT NULL`
	sqlUnsubscribe = `UPDATE contact_point SET unsubscribed_at = $3 WHERE org_id = $1 AND person_id = $2 AND kind = 'email' AND unsubscribed_at IS NULL`
)

type hearingRow struct {
	ID   carenet.ID
	Pace string
	Zone string
}

// SetHearing keeps how the follower wants to hear of a patient; which ways there are
// to them is not theirs to say.
func (s *Store) SetHearing(ctx context.Context, actor carenet.Actor, patient carenet.ID, wish carenet.Hearing) error {
	const op = "choose how to hear"
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if actor.Kind != carenet.ActorFollower {
			return carenet.Errorf(carenet.Forbidden, op, "this is for followers")
		}
		rows, err := tx.Query(ctx, sqlFollowing, actor.Org, actor.Person)
		if err != nil {
			return err
		}
		following, err := pgx.CollectRows(rows, pgx.RowToStructByName[followingRow])
		if err != nil {
			return err
		}
		i := slices.IndexFunc(following, func(r followingRow) bool { return r.PatientID == patient })
		if i < 0 {
			return carenet.Errorf(carenet.NotFound, op, "you do not follow this person")
		}
		h := following[i].hearing(slices.Contains(s.channels, notify.Email))
		h.Pace, h.ByEmail, h.NightsHeld = wish.Pace, wish.ByEmail, wish.NightsHeld
		if err := h.Check(op); err != nil {
			return err
		}
		channel := string(notify.SMS)
		if h.ByEmail {
			channel = string(notify.Email)
			if _, err := tx.Exec(ctx, sqlResubscribe, actor.Org, actor.Person); err != nil {
				return err
			}
		}
		if _, err := tx.Exec(ctx, sqlSetNights, actor.Org, actor.Person, patient, h.NightsHeld); err != nil {
			return err
		}
		return s.setHearing(ctx, tx, actor, patient, h.Pace, &channel, s.Now())
	})
}

// setHearing writes what the follower chose, with its record; channel is nil when
// they said nothing of it.
func (s *Store) setHearing(ctx context.Context, tx pgx.Tx, actor carenet.Actor, patient carenet.ID, pace carenet.Pace, channel *string, now time.Time) error {
	rows, err := tx.Query(ctx, sqlLockHearing, actor.Org, actor.Person, patient)
	if err != nil {
		return err
	}
	f, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[hearingRow])
	if err != nil {
		return err
	}
	var due *time.Time
	if at, ok := pace.NextDigest(now, zoneOf(f.Zone)); ok {
		due = &at
	}
	if _, err := tx.Exec(ctx, sqlSetHearing, actor.Org, f.ID, string(pace), channel, due, now); err != nil {
		return err
	}
	detail := map[string]any{"pace": string(pace)}
	if channel != nil {
		detail["channel"] = *channel
	}
	return s.audit(ctx, tx, actor, audited{Action: "hearing.set", Table: "follower", Row: f.ID, Patient: patient, Detail: detail})
}

// ShowUnsubscribe reads the link that ends emails; it never uses it.
func (s *Store) ShowUnsubscribe(ctx context.Context, token string) (page carenet.SignInPage, err error) {
	err = s.followLink(ctx, auth.ForUnsubscribe, token, http.MethodGet, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		page, err = s.pageOfLink(ctx, tx, l)
		return err
	})
	return page, err
}

// Unsubscribe ends emails to whoever the link was sent to, as a follower. Doing it
// again changes nothing. An email that is being handed over at this moment may still
// come.
func (s *Store) Unsubscribe(ctx context.Context, token string) (page carenet.SignInPage, err error) {
	err = s.followLink(ctx, auth.ForUnsubscribe, token, http.MethodPost, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		if page, err = s.pageOfLink(ctx, tx, l); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlUnsubscribe, l.OrgID, l.PersonID, s.Now())
		if err != nil || tag.RowsAffected() == 0 {
			return err
		}
		return s.audit(ctx, tx, carenet.Actor{Kind: carenet.ActorFollower, Org: l.OrgID, Person: l.PersonID, Via: "link"},
			audited{Action: "email.unsubscribe", Table: "contact_point"})
	})
	return page, err
}

func (s *Store) pageOfLink(ctx context.Context, tx pgx.Tx, l linkRow) (page carenet.SignInPage, err error) {
	var sealed []byte
	var zone, emergency string
	if err := tx.QueryRow(ctx, sqlPersonHead, l.OrgID, l.PersonID).Scan(&sealed, &page.Language, &zone, &page.Organisation, &emergency); err != nil {
		return page, err
	}
	page.Door = l.Door
	return page, nil
}

// pace carries out DAILY, WEEKLY and AT ONCE: for all whom the follower follows, on the
// channel that each was on.
func (o *order) pace(ctx context.Context) error {
	pace, said := carenet.AtOnce, carenet.ReplyPaceAtOnce
	switch o.Command {
	case reply.CommandDaily:
		pace, said = carenet.Daily, carenet.ReplyPaceDaily
	case reply.CommandWeekly:
		pace, said = carenet.Weekly, carenet.ReplyPaceWeekly
	}
	rows, err := o.tx.Query(ctx, sqlFollowing, o.it.org, o.By)
	if err != nil {
		return err
	}
	following, err := pgx.CollectRows(rows, pgx.RowToStructByName[followingRow])
	if err != nil {
		return err
	}
	for _, f := range following {
		if err := o.store.setHearing(ctx, o.tx, o.actor(), f.PatientID, pace, nil, o.now); err != nil {
			return err
		}
	}
	o.answer(carenet.Detail{Reply: said})
	return nil
}
