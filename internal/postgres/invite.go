package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/reply"
)

const (
	sqlOrgRegions = `SELECT region, invite_regions FROM organisation WHERE org_id = $1`
	// Those that wait for an answer of whoever is invited, or of the patient.
	sqlInvitations = `SELECT count(*) FROM open_question WHERE org_id = $1 AND patient_id = $2 AND kind IN ('share', 'follow') AND state = 'open'`
	sqlLockPlace   = `SELECT f.id, f.state FROM follower f WHERE f.org_id = $1 AND f.patient_id = $2 AND f.person_id = $3 FOR UPDATE`
	sqlInvitePlace = `INSERT INTO follower (org_id, id, patient_id, person_id, state, scope, created_at, changed_at) VALUES ($1, $2, $3, $4, 'invited', $5, $6, $6)`
	sqlSetRegions  = `UPDATE organisation SET invite_regions = $2 WHERE org_id = $1`
)

// Why nobody was invited.
const (
	inviteNumber  = "this is not a phone number"
	inviteCountry = "numbers of that country are not invited"
	inviteMany    = "three people have an invitation already; wait until one has answered"
	inviteAlready = "this person is in the circle, or is invited already"
)

// mayInvite reads the number, which must be of a country that the organisation allows.
func mayInvite(ctx context.Context, tx pgx.Tx, org carenet.ID, raw string) (carenet.Phone, error) {
	const op = "invite"
	var region string
	var allowed []string
	if err := tx.QueryRow(ctx, sqlOrgRegions, org).Scan(&region, &allowed); err != nil {
		return "", err
	}
	if len(allowed) == 0 {
		allowed = []string{region}
	}
	phone, err := carenet.ParsePhone(raw, region)
	if err != nil {
		return "", carenet.Errorf(carenet.Invalid, op, inviteNumber)
	}
	if !slices.Contains(allowed, phone.Region()) {
		return "", carenet.Errorf(carenet.Forbidden, op, inviteCountry)
	}
	return phone, nil
}

// place finds or makes the place in the circle of whoever is to be invited. The
// patient's row is locked, so that two invitations do not count the same.
func (s *Store) placeFor(ctx context.Context, tx pgx.Tx, b *pgx.Batch, org, patient carenet.ID, n carenet.Invite, now time.Time) (follower, person carenet.ID, err error) {
	const op = "invite"
	phone, err := mayInvite(ctx, tx, org, n.Number)
	if err != nil {
		return follower, person, err
	}
	var locked carenet.ID
	if err := tx.QueryRow(ctx, sqlOnePatient, org, patient).Scan(&locked); err != nil {
		return follower, person, err
	}
	var open int
	if err := tx.QueryRow(ctx, sqlInvitations, org, patient).Scan(&open); err != nil {
		return follower, person, err
	}
	if open >= carenet.MaxInvitations {
		return follower, person, carenet.Errorf(carenet.Busy, op, inviteMany)
	}
	// Who is invited reads what the patient reads, until they say otherwise.
	var language, zone string
	if err := tx.QueryRow(ctx, sqlPersonTongue, org, patient).Scan(&language, &zone); err != nil {
		return follower, person, err
	}
	person, err = s.addPerson(ctx, tx, org, NewPerson{Name: n.Name, Phone: string(phone), Language: language, Zone: zone})
	if err != nil {
		return follower, person, err
	}
	if person == patient {
		return follower, person, carenet.Errorf(carenet.Conflict, op, inviteAlready)
	}
	var state string
	err = tx.QueryRow(ctx, sqlLockPlace, org, patient, person).Scan(&follower, &state)
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		follower = carenet.NewID(now)
		_, err = tx.Exec(ctx, sqlInvitePlace, org, follower, patient, person, n.Scope.Strings(), now)
		return follower, person, err
	case err != nil:
		return follower, person, err
	case state == "active" || state == "invited":
		return follower, person, carenet.Errorf(carenet.Conflict, op, inviteAlready)
	}
	b.Queue(sqlSetFollower, org, follower, "invited", n.Scope.Strings(), nil, now)
	return follower, person, nil
}

// add asks the patient whether somebody may be shown what they said, in the words that
// the follower would get. Nobody else hears anything yet.
func (o *order) add(ctx context.Context) error {
	in := o.Invite
	follower, person, err := o.store.placeFor(ctx, o.tx, o.b, o.it.org, o.Patient, in, o.now)
	switch carenet.CodeOf(err) {
	case carenet.Invalid:
		o.answer(carenet.Detail{Reply: carenet.ReplyAddHow})
		return nil
	case carenet.Forbidden:
		o.answer(carenet.Detail{Reply: carenet.ReplyAddCountry})
		return nil
	case carenet.Busy:
		o.answer(carenet.Detail{Reply: carenet.ReplyAddMany})
		return nil
	case carenet.Conflict:
		o.answer(carenet.Detail{Reply: carenet.ReplyAddAlready, About: person})
		return nil
	}
	if err != nil {
		return err
	}
	q := newQuestion{by: o.Patient, about: person, hurry: true, Question: carenet.Question{
		ID: carenet.NewID(o.now), Org: o.it.org, Kind: carenet.AskShare, Person: o.Patient, Patient: o.Patient, Follower: follower, Scope: in.Scope,
	}}
	if err := o.asks(ctx, q); err != nil {
		return err
	}
	o.store.queueAudit(o.b, o.actor(), o.now, audited{Action: "follower.invite", Table: "follower", Row: follower, Patient: o.Patient})
	return nil
}

// answerQuestion carries out what somebody said to what they were asked.
func (o *order) answerQuestion(ctx context.Context) error {
	out, err := o.store.answer(ctx, o.tx, o.b, o.actor(), o.Question, o.Said, o.batch.ID, o.now)
	if err != nil {
		return err
	}
	o.it.out.Events = append(o.it.out.Events, out.events...)
	o.answer(out.reply)
	return nil
}

// SetInviteRegions says the numbers of which countries patients may invite: two
// letters each; none for the organisation's own alone.
func (s *Store) SetInviteRegions(ctx context.Context, actor carenet.Actor, regions []string) error {
	for _, r := range regions {
		if !carenet.KnownRegion(r) {
			return carenet.Errorf(carenet.Invalid, "set invite countries", "%q is no country; write two letters, such as GB", r)
		}
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		b.Queue(sqlSetRegions, actor.Org, regions)
		s.queueAudit(b, actor, s.Now(), audited{Action: "organisation.invite_countries", Table: "organisation", Row: actor.Org, Detail: map[string]any{"regions": regions}})
		return tx.SendBatch(ctx, b).Close()
	})
}

// endQuestions: a STOP says no to all that the people of the number are asked, and
// whoever has somebody else's number says nothing for them. Neither is answered.
func (in *intake) endQuestions(ctx context.Context, it *intakeItem) error {
	if !it.out.OptOut && !it.out.WrongNumber {
		return nil
	}
	b := &pgx.Batch{}
	for _, q := range it.ctx.Questions {
		actor := carenet.Actor{Kind: carenet.ActorPatient, Org: it.org, Person: q.Person, Via: "sms"}
		if audienceOf(q.Kind) == carenet.ToFollower {
			actor.Kind = carenet.ActorFollower
		}
		if it.out.OptOut {
			out, err := in.store.answer(ctx, in.tx, b, actor, q.ID, reply.No, in.batch.ID, in.now)
			if err != nil {
				return err
			}
			it.out.Events = append(it.out.Events, out.events...)
			continue
		}
		rows, err := in.tx.Query(ctx, sqlLockQuestion, it.org, q.ID)
		if err != nil {
			return err
		}
		r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[questionRow])
		if err != nil {
			return err
		}
		if r.State == string(carenet.QuestionOpen) {
			it.out.Events = append(it.out.Events, in.store.endWrong(b, r.question(), in.batch.ID, in.now)...)
		}
	}
	if b.Len() == 0 {
		return nil
	}
	return in.tx.SendBatch(ctx, b).Close()
}
