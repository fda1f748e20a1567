package postgres

import (
	"context"
	"errors"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/crypto"
)

const (
	sqlLookupContact = `SELECT org, person FROM lookup_contact($1)`
	// Whether the person may come in by this door at all.
	sqlMayEnter = `SELECT CASE $3
  WHEN 'clinic' THEN EXISTS (SELECT 1 FROM clinician c WHERE c.org_id = $1 AND c.id = $2 AND c.left_at IS NULL)
  WHEN 'follower' THEN EXISTS (SELECT 1 FROM follower f WHERE f.org_id = $1 AND f.person_id = $2 AND f.state = 'active')
  WHEN 'patient' THEN EXISTS (SELECT 1 FROM patient p WHERE p.org_id = $1 AND p.id = $2 AND p.state IN ('active', 'in_hospital'))
  ELSE false END`
	sqlInsertSession = `INSERT INTO session (org_id, id, token_hash, person_id, door, created_at, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
	sqlLookupSession = `SELECT org, session FROM lookup_session($1)`
	sqlSession       = `SELECT s.org_id, s.id, s.person_id, s.door, s.created_at, s.expires_at, s.ended_at, n.language, coalesce(c.roles, '{}') AS roles
FROM session s JOIN person n ON n.org_id = s.org_id AND n.id = s.person_id
LEFT JOIN clinician c ON c.org_id = s.org_id AND c.id = s.person_id WHERE s.org_id = $1 AND s.id = $2`
	sqlTouchSession = `UPDATE session SET expires_at = $3 WHERE org_id = $1 AND id = $2 AND expires_at < $3`
	sqlEndSession   = `UPDATE session SET ended_at = $3 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL RETURNING person_id, door`
)

// RequestSignIn texts a sign-in link to whoever has this number and may come in
// by this door, which leads on to a page of ours ("" for the door's own). The caller
// learns nothing of who that is, nor whether anybody.
func (s *Store) RequestSignIn(ctx context.Context, phone carenet.Phone, door auth.Door, leadsTo string) ([]carenet.Batch, error) {
	return s.requestSignIn(ctx, s.keys.Lookups(crypto.ForPhone, string(phone)), carenet.Detail{Door: string(door), LeadsTo: auth.LeadsTo(door, leadsTo)})
}

// RequestSignInByEmail sends the link to an email address, as RequestSignIn texts it.
func (s *Store) RequestSignInByEmail(ctx context.Context, email carenet.Email, door auth.Door, leadsTo string) ([]carenet.Batch, error) {
	return s.requestSignIn(ctx, s.keys.Lookups(crypto.ForEmail, string(email)), carenet.Detail{Door: string(door), LeadsTo: auth.LeadsTo(door, leadsTo), ByEmail: true})
}

func (s *Store) requestSignIn(ctx context.Context, lookups [][]byte, asks carenet.Detail) ([]carenet.Batch, error) {
	door := auth.Door(asks.Door)
	rows, err := s.pool.Query(ctx, sqlLookupContact, lookups)
	if err != nil {
		return nil, err
	}
	type found struct{ Org, Person carenet.ID }
	people, err := pgx.CollectRows(rows, pgx.RowToStructByName[found])
	if err != nil {
		return nil, err
	}
	var batches []carenet.Batch
	for _, p := range people {
		var batch carenet.Batch
		err := s.inTx(ctx, []carenet.ID{p.Org}, func(tx pgx.Tx) error {
			now := s.Now()
			batch = carenet.Batch{ID: carenet.NewID(now)}
			if ok, err := mayEnter(ctx, tx, p.Org, p.Person, door); err != nil || !ok {
				return err
			}
			asks.Person = p.Person
			e := carenet.Event{
				ID: carenet.NewID(now), Org: p.Org, Batch: batch.ID, Kind: carenet.EventSignIn, Subject: p.Person, Detail: asks, At: now,
			}
			b := &pgx.Batch{}
			queueEvent(b, e)
			s.queueAudit(b, carenet.Actor{Kind: kindOfDoor(door), Org: p.Org, Person: p.Person, Via: "page"}, now,
				audited{Action: "sign_in.request", Table: "event", Row: e.ID})
			batch.Events = []carenet.Event{e}
			return tx.SendBatch(ctx, b).Close()
		})
		if err != nil {
			return batches, err
		}
		if len(batch.Events) > 0 {
			batches = append(batches, batch)
		}
	}
	return batches, nil
}

func mayEnter(ctx context.Context, tx pgx.Tx, org, person carenet.ID, door auth.Door) (bool, error) {
	var ok bool
	err := tx.QueryRow(ctx, sqlMayEnter, org, person, string(door)).Scan(&ok)
	return ok, err
}

// ShowSignIn reads a sign-in link; it never uses it up.
func (s *Store) ShowSignIn(ctx context.Context, token string) (carenet.SignInPage, error) {
	var page carenet.SignInPage
	err := s.followLink(ctx, auth.ForSignIn, token, http.MethodGet, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		var sealed []byte
		var zone, emergency string
		if err := tx.QueryRow(ctx, sqlPersonHead, l.OrgID, l.PersonID).Scan(&sealed, &page.Language, &zone, &page.Organisation, &emergency); err != nil {
			return err
		}
		page.Door = l.Door
		name, err := s.personName(sealed, l.OrgID, l.PersonID)
		page.Name = carenet.FirstName(name)
		return err
	})
	return page, err
}

// SignIn uses up a sign-in link and opens a session; token is for the cookie, leadsTo
// the page that its reader was on the way to. Of two who use a link at once, one gets in.
func (s *Store) SignIn(ctx context.Context, linkToken string) (door auth.Door, token, leadsTo string, err error) {
	err = s.followLink(ctx, auth.ForSignIn, linkToken, http.MethodPost, func(tx pgx.Tx, l linkRow, _ auth.LinkUse) error {
		now := s.Now()
		tag, err := tx.Exec(ctx, sqlUseLink, l.OrgID, l.ID, now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return carenet.Errorf(carenet.Expired, "sign in", "this link was used already; ask for a new one")
		}
		door, leadsTo = auth.Door(l.Door), l.LeadsTo
		if token, err = s.openSession(ctx, tx, l.OrgID, l.PersonID, door); err != nil {
			return err
		}
		_, err = tx.Exec(ctx, sqlNumberReached, l.OrgID, l.PersonID, now, carenet.FloorID(now.Add(-time.Hour)))
		return err
	})
	return door, token, leadsTo, err
}

func (s *Store) openSession(ctx context.Context, tx pgx.Tx, org, person carenet.ID, door auth.Door) (string, error) {
	now := s.Now()
	ok, err := mayEnter(ctx, tx, org, person, door)
	if err != nil {
		return "", err
	}
	if !ok {
		return "", carenet.Errorf(carenet.Forbidden, "sign in", "there is nothing here for you any more")
	}
	token, hash := auth.NewToken(auth.ForSession)
	id := carenet.NewID(now)
	b := &pgx.Batch{}
	b.Queue(sqlInsertSession, org, id, hash, person, string(door), now, auth.SessionExpiry(door, now, now))
	s.queueAudit(b, carenet.Actor{Kind: kindOfDoor(door), Org: org, Person: person, Via: "page"}, now, audited{Action: "sign_in", Table: "session", Row: id})
	return token, tx.SendBatch(ctx, b).Close()
}

// OpenSession signs a person in without a link: for commands on the server and
// the demo's side-by-side page.
func (s *Store) OpenSession(ctx context.Context, org, person carenet.ID, door auth.Door) (token string, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		token, err = s.openSession(ctx, tx, org, person, door)
		return err
	})
	return token, err
}

func kindOfDoor(door auth.Door) carenet.ActorKind {
	switch door {
	case auth.ClinicDoor:
		return carenet.ActorClinician
	case auth.FollowerDoor:
		return carenet.ActorFollower
	}
	return carenet.ActorPatient
}

type sessionRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PersonID  carenet.ID
	Door      string
	CreatedAt time.Time
	ExpiresAt time.Time
	EndedAt   *time.Time
	Language  string
	Roles     []string
}

// SessionOf finds who a cookie belongs to and the language they read, checks
// that they may still come in by this door, and, when it is a person who acts and
// not a page that asks again by itself, moves the session's end on. One that is
// unknown, ended or past its time is Expired.
func (s *Store) SessionOf(ctx context.Context, door auth.Door, token string, acts bool) (in carenet.SignedIn, err error) {
	gone := carenet.Errorf(carenet.Expired, "open session", "please sign in again")
	if !auth.IsToken(token) {
		return in, gone
	}
	var org, id carenet.ID
	err = s.pool.QueryRow(ctx, sqlLookupSession, auth.HashToken(auth.ForSession, token)).Scan(&org, &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return in, gone
	}
	if err != nil {
		return in, err
	}
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		rows, err := tx.Query(ctx, sqlSession, org, id)
		if err != nil {
			return err
		}
		r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[sessionRow])
		if err != nil {
			return err
		}
		now := s.Now()
		if r.EndedAt != nil || !now.Before(r.ExpiresAt) || r.Door != string(door) {
			return gone
		}
		ok, err := mayEnter(ctx, tx, org, r.PersonID, door)
		if err != nil {
			return err
		}
		if !ok {
			return carenet.Errorf(carenet.Forbidden, "open session", "there is nothing here for you any more")
		}
		in = carenet.SignedIn{
			Actor:    carenet.Actor{Kind: kindOfDoor(door), Org: org, Person: r.PersonID, Via: "page"},
			Language: r.Language, Governs: door == auth.ClinicDoor && rulebook.MayGovern(r.Roles),
		}
		if next := auth.SessionExpiry(door, r.CreatedAt, now); acts && next.Sub(r.ExpiresAt) > time.Minute {
			_, err = tx.Exec(ctx, sqlTouchSession, org, id, next)
		}
		return err
	})
	return in, err
}

// EndSession signs out.
func (s *Store) EndSession(ctx context.Context, token string) error {
	if !auth.IsToken(token) {
		return nil
	}
	var org, id carenet.ID
	err := s.pool.QueryRow(ctx, sqlLookupSession, auth.HashToken(auth.ForSession, token)).Scan(&org, &id)
	if errors.Is(err, pgx.ErrNoRows) {
		return nil
	}
	if err != nil {
		return err
	}
	return s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		now := s.Now()
		var person carenet.ID
		var door auth.Door
		err := tx.QueryRow(ctx, sqlEndSession, org, id, now).Scan(&person, &door)
		if errors.Is(err, pgx.ErrNoRows) {
			return nil // it had ended
		}
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, carenet.Actor{Kind: kindOfDoor(door), Org: org, Person: person, Via: "page"}, audited{Action: "sign_out", Table: "session", Row: id})
	})
}
