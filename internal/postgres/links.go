package postgres

import (
	"context"
	"errors"
	"strconv"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/notify"
)

const (
	sqlInsertLink = `INSERT INTO link (org_id, id, token_hash, purpose, person_id, prompt_id, door, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlInsertAgree = `INSERT INTO link (org_id, id, token_hash, purpose, person_id, question_id, door, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlInsertSignIn = `INSERT INTO link (org_id, id, token_hash, purpose, person_id, door, leads_to, expires_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
)

// queueLink makes the link that a text carries, if its kind carries one. The
// token exists in the text alone; only its hash is stored.
func (s *Store) queueLink(b *pgx.Batch, r claimRow, d notify.Draft, now time.Time) (string, error) {
	switch notify.Kind(r.Kind) {
	case notify.KindPrompt:
		token, hash := auth.NewToken(auth.ForCheckIn)
		expires := auth.CheckInExpiry(carenet.LocalDay(now, d.Zone), d.Zone)
		b.Queue(sqlInsertLink, r.OrgID, carenet.NewID(now), hash, string(auth.ForCheckIn), r.RecipientID, r.SubjectID, string(auth.PatientDoor), expires, now)
		return s.siteURL + "/c/" + token, nil
	case notify.KindSignIn:
		token, hash := auth.NewToken(auth.ForSignIn)
		b.Queue(sqlInsertSignIn, r.OrgID, carenet.NewID(now), hash, string(auth.ForSignIn), r.RecipientID, r.Detail.Door,
			auth.LeadsTo(auth.Door(r.Detail.Door), r.Detail.LeadsTo), auth.SignInExpiry(now), now)
		return s.siteURL + "/in/" + token, nil
	case notify.KindQuestion:
		if d.Question == carenet.AskEase {
			return "", nil // a word answers it, or their own page
		}
		token, hash := auth.NewToken(auth.ForAgree)
		door := auth.PatientDoor
		if r.Detail.Audience == carenet.ToFollower {
			door = auth.FollowerDoor
		}
		b.Queue(sqlInsertAgree, r.OrgID, carenet.NewID(now), hash, string(auth.ForAgree), r.RecipientID, r.SubjectID, string(door), now.Add(auth.AgreeLasts), now)
		return s.siteURL + "/a/" + token, nil
	case notify.KindReport:
		return s.siteURL + "/clinic/patients/" + orNil(r.PatientID).String(), nil
	case notify.KindReview:
		return s.siteURL + "/clinic/week", nil
	case notify.KindDutyOn, notify.KindDutyOff:
		return s.siteURL + "/clinic", nil
	case notify.KindTask:
		return s.siteURL + "/clinic/messages", nil
	case notify.KindAlert:
		return s.siteURL + "/clinic/alerts/" + strconv.Itoa(d.AlertNumber), nil
	}
	return "", nil
}

// linkRow is what is known of a link when somebody follows it.
type linkRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	Purpose    string
	PersonID   carenet.ID
	PromptID   *carenet.ID
	QuestionID *carenet.ID
	Door       string
	LeadsTo    string
	ExpiresAt  time.Time
	UsedAt     *time.Time
}

func (r linkRow) link() auth.Link {
	l := auth.Link{Purpose: auth.Purpose(r.Purpose), ExpiresAt: r.ExpiresAt}
	if r.UsedAt != nil {
		l.UsedAt = *r.UsedAt
	}
	return l
}

const (
	sqlLookupLink = `SELECT org, link FROM lookup_link($1)`
	sqlLinkByID   = `SELECT org_id, id, purpose, person_id, prompt_id, question_id, door, leads_to, expires_at, used_at FROM link WHERE org_id = $1 AND id = $2`
	sqlUseLink    = `UPDATE link SET used_at = $3 WHERE org_id = $1 AND id = $2 AND used_at IS NULL`
)

// followLink finds a link by its token and runs fn in its organisation, when
// the link may be used by a request of this method.
func (s *Store) followLink(ctx context.Context, purpose auth.Purpose, token, method string, fn func(tx pgx.Tx, l linkRow, use auth.LinkUse) error) error {
	notFound := carenet.Errorf(carenet.NotFound, "follow link", "this link does not work; ask for a new one")
	if !auth.IsToken(token) {
		return notFound
	}
	var org, id carenet.ID
	err := s.pool.QueryRow(ctx, sqlLookupLink, auth.HashToken(purpose, token)).Scan(&org, &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return notFound
	}
	if err != nil {
		return err
	}
	return s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlLinkByID, org, id)
		if err != nil {
			return err
		}
		l, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[linkRow])
		if err != nil {
			return err
		}
		use, err := l.link().Follow(method, s.Now())
		if err != nil {
			return err
		}
		return fn(tx, l, use)
	})
}
