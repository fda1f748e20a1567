package postgres

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/auth"
)

// Ways in without a text, beside OpenSession: for the demo's side-by-side page.

const (
	sqlFollowerPerson = `SELECT person_id FROM follower WHERE org_id = $1 AND id = $2`
	sqlNewestPrompt   = `SELECT q.id, n.zone FROM prompt q JOIN person n ON n.org_id = q.org_id AND n.id = q.patient_id
WHERE q.org_id = $1 AND q.patient_id = $2 ORDER BY q.slot_at DESC, q.id DESC LIMIT 1`
)

// FollowerPerson is who has this place in a circle.
func (s *Store) FollowerPerson(ctx context.Context, org, follower carenet.ID) (person carenet.ID, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		err := tx.QueryRow(ctx, sqlFollowerPerson, org, follower).Scan(&person)
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "find follower", "there is no such place in a circle")
		}
		return err
	})
	return person, err
}

// OpenCheckIn makes one more link to a patient's newest prompt, as the text of
// the prompt carries one; NotFound when the patient was never asked.
func (s *Store) OpenCheckIn(ctx context.Context, org, patient carenet.ID) (token string, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		now := s.Now()
		var prompt carenet.ID
		var zone string
		err := tx.QueryRow(ctx, sqlNewestPrompt, org, patient).Scan(&prompt, &zone)
		if errors.Is(err, pgx.ErrNoRows) {
			return carenet.Errorf(carenet.NotFound, "open check-in", "nobody was asked yet")
		} else if err != nil {
			return err
		}
		var hash []byte
		token, hash = auth.NewToken(auth.ForCheckIn)
		local := zoneOf(zone)
		expires := auth.CheckInExpiry(carenet.LocalDay(now, local), local)
		id := carenet.NewID(now)
		b := &pgx.Batch{}
		b.Queue(sqlInsertLink, org, id, hash, string(auth.ForCheckIn), patient, prompt, string(auth.PatientDoor), expires, now)
		s.queueAudit(b, carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}, now,
			audited{Action: "link.make", Table: "link", Row: id, Patient: patient})
		return tx.SendBatch(ctx, b).Close()
	})
	return token, err
}
