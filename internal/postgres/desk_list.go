package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	// deskLength is how many texts a page of the list shows.
	deskLength = 50
	// attentionLength bounds what waits for a human on one page.
	attentionLength = 100
	// deskDays is how far back the list goes.
	deskDays = 90
)

const (
	sqlRolesOf  = `SELECT roles FROM clinician WHERE org_id = $1 AND id = $2 AND left_at IS NULL`
	textColumns = `d.org_id, d.event_id, d.id, d.kind, d.channel, d.audience, d.recipient_id, d.conversation_id, d.patient_id, d.author_id, d.state,
  d.reason, d.cause, d.attempt_no, d.created_at, d.changed_at, d.due_at, d.expires_at, d.staff_at, d.handled_at`
	sqlDeskHead = `SELECT o.name, o.zone, o.held_at, coalesce(o.daily_cap, 0) AS per_day,
  (SELECT count(*) FROM delivery d WHERE d.org_id = o.org_id AND d.state IN ('queued', 'sending', 'uncertain') AND d.event_id >= $2) AS waiting
FROM organisation o WHERE o.org_id = $1`
	sqlPlannedOn = `SELECT coalesce(sum(planned), 0) FROM daily_texts WHERE org_id = $1 AND day = $2`
	sqlAttendOut = `SELECT ` + textColumns + ` FROM delivery d WHERE d.org_id = $1 AND d.staff_at IS NOT NULL AND d.handled_at IS NULL AND (d.state IN ('needs_human', 'failed', 'expired') OR d.kind = 'number_check')
ORDER BY d.staff_at DESC, d.event_id DESC, d.id DESC LIMIT $2`
	sqlAttendIn = `SELECT m.org_id, m.id, m.person_id, m.patient_id, m.conversation_id, m.reason, m.body_enc, m.received_at, m.handled_at
FROM inbound_message m WHERE m.org_id = $1 AND m.state = 'unread' AND m.handled_at IS NULL ORDER BY m.id DESC LIMIT $2`
	sqlAttendFacts = `SELECT e.id, e.kind, e.patient_id, e.tries, e.at FROM event e WHERE e.org_id = $1 AND e.state = 'dead' ORDER BY e.id DESC LIMIT $2`
	sqlAttention   = `SELECT (SELECT count(*) FROM delivery d WHERE d.org_id = $1 AND d.staff_at IS NOT NULL AND d.handled_at IS NULL AND (d.state IN ('needs_human', 'failed', 'expired') OR d.kind = 'number_check'))
  + (SELECT count(*) FROM inbound_message m WHERE m.org_id = $1 AND m.state = 'unread' AND m.handled_at IS NULL)
  + (SELECT count(*) FROM event e WHERE e.org_id = $1 AND e.state = 'dead')`
	// Read from its newest end; a filter that nothing fits ends at deskDays.
	sqlDeskTexts = `SELECT ` + textColumns + ` FROM delivery d
WHERE d.org_id = $1 AND d.event_id >= $2 AND (d.event_id, d.id) < ($3, $4)
  AND ($5::text[] IS NULL OR d.state = ANY ($5)) AND ($6 = '' OR d.kind = $6)
  AND ($7::uuid IS NULL OR d.patient_id = $7 OR d.recipient_id = $7)
ORDER BY d.event_id DESC, d.id DESC LIMIT $8`
	sqlDeskPatients = `SELECT n.org_id, n.id, n.name_enc, n.language, n.zone FROM patient p JOIN person n ON n.org_id = p.org_id AND n.id = p.id
WHERE p.org_id = $1 AND p.state IN ('active', 'in_hospital') ORDER BY n.id`
)

// waitingStates are those of texts that have not left.
var waitingStates = []string{"queued", "sending", "uncertain"}

type textRow struct {
	OrgID          carenet.ID
	EventID        carenet.ID
	ID             carenet.ID
	Kind           string
	Channel        string
	Audience       string
	RecipientID    carenet.ID
	ConversationID carenet.ID
	PatientID      *carenet.ID
	AuthorID       *carenet.ID
	State          string
	Reason         string
	Cause          string
	AttemptNo      int
	CreatedAt      time.Time
	ChangedAt      time.Time
	DueAt          time.Time
	ExpiresAt      time.Time
	StaffAt        *time.Time
	HandledAt      *time.Time
}

func (r textRow) text(names map[carenet.ID]string) carenet.TextOut {
	return carenet.TextOut{
		Ref: carenet.TextRef{Event: r.EventID, ID: r.ID}, Kind: r.Kind, Channel: r.Channel, Audience: carenet.Audience(r.Audience),
		To: names[r.RecipientID], Patient: orNil(r.PatientID), About: names[orNil(r.PatientID)], Author: names[orNil(r.AuthorID)],
		State: r.State, Reason: r.Reason, Cause: r.Cause, Tries: r.AttemptNo, CreatedAt: r.CreatedAt, ChangedAt: r.ChangedAt,
		DueAt: r.DueAt, ExpiresAt: r.ExpiresAt, HandledAt: orZero(r.HandledAt),
	}
}

type attendInRow struct {
	OrgID          carenet.ID
	ID             carenet.ID
	PersonID       *carenet.ID
	PatientID      *carenet.ID
	ConversationID carenet.ID
	Reason         string
	BodyEnc        []byte
	ReceivedAt     time.Time
	HandledAt      *time.Time
}

func (r attendInRow) text(names map[carenet.ID]string) carenet.TextIn {
	return carenet.TextIn{ID: r.ID, From: names[orNil(r.PersonID)], Patient: orNil(r.PatientID), Reason: r.Reason, ReceivedAt: r.ReceivedAt, HandledAt: orZero(r.HandledAt)}
}

type deadRow struct {
	ID        carenet.ID
	Kind      string
	PatientID *carenet.ID
	Tries     int
	At        time.Time
}

type deskHeadRow struct {
	Name    string
	Zone    string
	HeldAt  *time.Time
	PerDay  int
	Waiting int
}

// requireManager lets only those through who see to an organisation's texts.
func (s *Store) requireManager(ctx context.Context, tx pgx.Tx, actor carenet.Actor) error {
	if err := s.requireStaff(ctx, tx, actor); err != nil {
		return err
	}
	roles, err := s.rolesOf(ctx, tx, actor)
	if err != nil {
		return err
	}
	if !carenet.MayManageMessages(roles) {
		return carenet.Errorf(carenet.Forbidden, "check role", "only coordinators and administrators see all texts")
	}
	return nil
}

func (s *Store) rolesOf(ctx context.Context, tx pgx.Tx, actor carenet.Actor) (roles []string, err error) {
	err = tx.QueryRow(ctx, sqlRolesOf, actor.Org, actor.Person).Scan(&roles)
	return roles, err
}

// attention is how many things wait for a human, for staff who see to them; -1 for
// others.
func (s *Store) attention(ctx context.Context, tx pgx.Tx, actor carenet.Actor) (n int, err error) {
	roles, err := s.rolesOf(ctx, tx, actor)
	if err != nil {
		return 0, err
	}
	if !carenet.MayManageMessages(roles) {
		return -1, nil
	}
	err = tx.QueryRow(ctx, sqlAttention, actor.Org).Scan(&n)
	return n, err
}

// Desk is the texts of the actor's organisation, for those who see to them.
func (s *Store) Desk(ctx context.Context, actor carenet.Actor, filter carenet.TextFilter) (carenet.Desk, error) {
	desk := carenet.Desk{Filter: filter}
	err := s.forActor(ctx, actor, func(tx pgx.Tx) (err error) {
		if err := s.requireManager(ctx, tx, actor); err != nil {
			return err
		}
		now := s.Now()
		var head []deskHeadRow
		var out, list []textRow
		var in []attendInRow
		var dead []deadRow
		var patients []personFacts
		b := &pgx.Batch{}
		collect(b.Queue(sqlDeskHead, actor.Org, carenet.FloorID(now.AddDate(0, 0, -8))), &head)
		collect(b.Queue(sqlAttendOut, actor.Org, attentionLength), &out)
		collect(b.Queue(sqlAttendIn, actor.Org, attentionLength), &in)
		collect(b.Queue(sqlAttendFacts, actor.Org, attentionLength), &dead)
		queueDeskTexts(b, actor.Org, filter, now, &list)
		collect(b.Queue(sqlDeskPatients, actor.Org), &patients)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		h := head[0]
		desk.Organisation, desk.Zone, desk.HeldSince, desk.PerDay, desk.Waiting = h.Name, zoneOf(h.Zone), orZero(h.HeldAt), h.PerDay, h.Waiting
		if err := tx.QueryRow(ctx, sqlPlannedOn, actor.Org, int(carenet.LocalDay(now, desk.Zone))).Scan(&desk.Planned); err != nil {
			return err
		}
		if desk.Usage, desk.Price, err = usage(ctx, tx, actor.Org, 2); err != nil {
			return err
		}
		people := []carenet.ID{actor.Person}
		for _, r := range append(out[:len(out):len(out)], list...) {
			people = addID(addID(addID(people, r.RecipientID), orNil(r.PatientID)), orNil(r.AuthorID))
		}
		for _, r := range in {
			people = addID(people, orNil(r.PersonID))
		}
		for _, r := range dead {
			people = addID(people, orNil(r.PatientID))
		}
		names, err := s.names(ctx, tx, actor.Org, people)
		if err != nil {
			return err
		}
		desk.Viewer = names[actor.Person]
		for _, r := range out {
			desk.Out = append(desk.Out, r.text(names))
		}
		for _, r := range in {
			desk.In = append(desk.In, r.text(names))
		}
		for _, r := range dead {
			desk.Facts = append(desk.Facts, carenet.DeadFact{
				ID: r.ID, Kind: carenet.EventKind(r.Kind), Patient: orNil(r.PatientID),
				About: names[orNil(r.PatientID)], Tries: r.Tries, At: r.At,
			})
		}
		if len(list) > deskLength {
			list = list[:deskLength]
			last := list[deskLength-1]
			desk.Next = carenet.TextRef{Event: last.EventID, ID: last.ID}
		}
		for _, r := range list {
			desk.List = append(desk.List, r.text(names))
		}
		for _, p := range patients {
			name, err := s.personName(p.NameEnc, p.OrgID, p.ID)
			if err != nil {
				return err
			}
			desk.Patients = append(desk.Patients, carenet.PersonName{ID: p.ID, Name: name})
		}
		return s.audit(ctx, tx, actor, audited{Action: "messages.read", Table: "delivery", Patient: filter.Patient})
	})
	return desk, err
}

// queueDeskTexts asks for one text more than a page holds: whether there are older ones.
func queueDeskTexts(b *pgx.Batch, org carenet.ID, f carenet.TextFilter, now time.Time, list *[]textRow) {
	before := f.Before
	if before.Event == carenet.NilID {
		before = carenet.TextRef{Event: carenet.FloorID(now.Add(time.Hour)), ID: carenet.NilID}
	}
	var states []string
	switch f.State {
	case "":
	case "waiting":
		states = waitingStates
	default:
		states = []string{f.State}
	}
	collect(b.Queue(sqlDeskTexts, org, carenet.FloorID(now.AddDate(0, 0, -deskDays)), before.Event, before.ID, states, f.Kind, orNull(f.Patient), deskLength+1), list)
}
