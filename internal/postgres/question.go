package postgres

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/reply"
	"howareyou/notify"
)

const questionColumns = `q.org_id, q.id, q.kind, q.person_id, q.patient_id, q.follower_id, q.scope, q.words_version, q.state, q.asked_by, q.asked_at, q.asked`

const (
	sqlInsertQuestion = `INSERT INTO open_question (org_id, id, kind, person_id, patient_id, follower_id, scope, words_version, state, asked_by, asked_at, next_at, created_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'open', $9, $10, $11, $12)`
	sqlConsentWords = `INSERT INTO consent_words (org_id, id, version, language, words, at) VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (org_id, version) DO NOTHING`
	sqlPersonTongue = `SELECT language, zone FROM person WHERE org_id = $1 AND id = $2`
	// The patient is locked before the question, in the order of the intake.
	sqlQuestionPatient = `SELECT p.state FROM open_question q JOIN patient p ON p.org_id = q.org_id AND p.id = q.patient_id
WHERE q.org_id = $1 AND q.id = $2 FOR NO KEY UPDATE OF p`
	sqlLockQuestion = `SELECT ` + questionColumns + ` FROM open_question q WHERE q.org_id = $1 AND q.id = $2 FOR UPDATE`
	sqlEndQuestion  = `UPDATE open_question SET state = $3, next_at = NULL, answered_at = $4, answered_via = $5 WHERE org_id = $1 AND id = $2`
	sqlJoinPatient  = `UPDATE patient SET state = 'active', enrolled_at = $3 WHERE org_id = $1 AND id = $2`
	sqlPatientState = `UPDATE patient SET state = $3 WHERE org_id = $1 AND id = $2`
	// Whoever is not in the circle answers for nobody, also when they come back.
	sqlSetFollower = `UPDATE follower SET state = $3, scope = $4, consent_id = $5, changed_at = $6,
  proxy_basis = CASE WHEN $3 = 'active' THEN proxy_basis END, proxy_by = CASE WHEN $3 = 'active' THEN proxy_by END, proxy_at = CASE WHEN $3 = 'active' THEN proxy_at END
WHERE org_id = $1 AND id = $2`
	sqlFollowerName = `SELECT person_id FROM follower WHERE org_id = $1 AND id = $2`
	sqlFirstSlots   = `SELECT s.id, s.rrule, s.local_time, s.zone, s.start_day, s.next_at, s.next_day FROM schedule s
WHERE s.org_id = $1 AND s.patient_id = $2 AND s.ended_at IS NULL ORDER BY s.next_at`
)

type questionRow struct {
	OrgID        carenet.ID
	ID           carenet.ID
	Kind         string
	PersonID     carenet.ID
	PatientID    carenet.ID
	FollowerID   *carenet.ID
	Scope        []string
	WordsVersion string
	State        string
	AskedBy      *carenet.ID
	AskedAt      time.Time
	Asked        int
}

func (r questionRow) question() carenet.Question {
	return carenet.Question{
		ID: r.ID, Org: r.OrgID, Kind: carenet.QuestionKind(r.Kind), Person: r.PersonID, Patient: r.PatientID, Follower: orNil(r.FollowerID),
		Scope: carenet.ScopeOf(r.Scope), State: carenet.QuestionState(r.State), AskedAt: r.AskedAt, Asked: r.Asked,
	}
}

// audience is as what the person is asked.
func audienceOf(k carenet.QuestionKind) carenet.Audience {
	if k == carenet.AskFollow || k == carenet.AskDied {
		return carenet.ToFollower
	}
	return carenet.ToPatient
}

// newQuestion is a question to be asked. By is who asks, about whom it names beside the
// patient: a member of staff, or the follower.
type newQuestion struct {
	carenet.Question
	by, about carenet.ID
	hurry     bool // they have just asked for it themselves
	many      bool // one of a long list: all else goes first
	after     time.Duration
}

// ask writes a question and returns the event that has it asked.
func (s *Store) ask(ctx context.Context, tx pgx.Tx, b *pgx.Batch, n newQuestion, batch carenet.ID, now time.Time) (carenet.Event, error) {
	var language, zone string
	if err := tx.QueryRow(ctx, sqlPersonTongue, n.Org, n.Person).Scan(&language, &zone); err != nil {
		return carenet.Event{}, err
	}
	version := byText
	if w, ok := s.composer.(notify.ConsentWords); ok {
		var words string
		version, words = w.ConsentWords(n.Kind, language)
		b.Queue(sqlConsentWords, n.Org, carenet.NewID(now), version, language, words, now)
	}
	at := now
	if !n.hurry {
		at = carenet.InWakingHours(now.Add(n.after), zoneOf(zone))
	}
	b.Queue(sqlInsertQuestion, n.Org, n.ID, string(n.Kind), n.Person, n.Patient, orNull(n.Follower), n.Scope.Strings(), version,
		orNull(n.by), at, n.Kind.NextAsk(at, 1, zoneOf(zone)), now)
	return n.event(batch, at, now), nil
}

// event has the question asked.
func (n newQuestion) event(batch carenet.ID, at, now time.Time) carenet.Event {
	return carenet.Event{
		ID: carenet.NewID(now), Org: n.Org, Batch: batch, Kind: carenet.EventQuestion, Patient: n.Patient, Subject: n.ID,
		Detail: carenet.Detail{Person: n.Person, Audience: audienceOf(n.Kind), About: n.about, At: at, Many: n.many}, At: now,
	}
}

// answered is what an answer to a question brings about.
type answered struct {
	question carenet.Question
	reply    carenet.Detail // how it is answered
	events   []carenet.Event
}

// answer carries out what somebody said to a question, once: whoever answers again, or
// answers what is no longer asked, hears so and changes nothing.
func (s *Store) answer(ctx context.Context, tx pgx.Tx, b *pgx.Batch, actor carenet.Actor, id carenet.ID, said reply.Said, batch carenet.ID, now time.Time) (out answered, err error) {
	var state string
	if err := tx.QueryRow(ctx, sqlQuestionPatient, actor.Org, id).Scan(&state); err != nil {
		return out, err
	}
	rows, err := tx.Query(ctx, sqlLockQuestion, actor.Org, id)
	if err != nil {
		return out, err
	}
	r, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[questionRow])
	if err != nil {
		return out, err
	}
	q := r.question()
	out.question = q
	if q.Person != actor.Person {
		return out, carenet.Errorf(carenet.Forbidden, "answer question", "somebody else was asked this")
	}
	over := q.State != carenet.QuestionOpen
	switch q.Kind {
	case carenet.AskEnrol:
		over = over || state != "invited"
	default:
		over = over || state != "active" && state != "in_hospital"
	}
	if over {
		out.reply.Reply = carenet.ReplyOver
		return out, nil
	}
	a := answering{Store: s, tx: tx, b: b, actor: actor, q: q, row: r, batch: batch, now: now, out: &out}
	became := carenet.QuestionYes
	if said == reply.No {
		became = carenet.QuestionNo
	}
	b.Queue(sqlEndQuestion, q.Org, q.ID, string(became), now, actor.Via)
	table, row := "patient", q.Patient
	if q.Follower != carenet.NilID {
		table, row = "follower", q.Follower
	}
	s.queueAudit(b, actor, now, audited{Action: "question." + string(q.Kind) + "." + string(became), Table: table, Row: row, Patient: q.Patient, Detail: map[string]any{"words": r.WordsVersion}})
	a.event(carenet.EventPatientChange, row, carenet.Detail{})
	switch q.Kind {
	case carenet.AskEnrol:
		return out, a.enrol(ctx, became)
	case carenet.AskShare:
		return out, a.share(ctx, became)
	case carenet.AskFollow:
		return out, a.follow(ctx, became)
	case carenet.AskDied:
		return out, a.died(ctx, became)
	case carenet.AskEase:
		return out, a.eased(ctx, became)
	case carenet.AskProxy:
		return out, a.proxy(ctx, became)
	}
	return out, errors.New("nobody knows what this question is about")
}

// endWrong ends a question to a number that is somebody else's: nobody has answered
// it, and nobody will.
func (s *Store) endWrong(b *pgx.Batch, q carenet.Question, batch carenet.ID, now time.Time) []carenet.Event {
	b.Queue(sqlEndQuestion, q.Org, q.ID, string(carenet.QuestionWithdrawn), now, "sms")
	if q.Kind != carenet.AskFollow {
		return nil
	}
	b.Queue(sqlLapsedPlaces, q.Org, q.Follower, now)
	return []carenet.Event{{
		ID: carenet.NewID(now), Org: q.Org, Batch: batch, Kind: carenet.EventCircleChange, Patient: q.Patient, Subject: q.Follower,
		Detail: carenet.Detail{About: q.Person, Change: carenet.ChangeLapsed, At: now}, At: now,
	}}
}

// answering is one answer on its way.
type answering struct {
	*Store
	tx    pgx.Tx
	b     *pgx.Batch
	actor carenet.Actor
	q     carenet.Question
	row   questionRow
	batch carenet.ID
	now   time.Time
	out   *answered
}

func (a answering) event(kind carenet.EventKind, subject carenet.ID, d carenet.Detail) {
	a.out.events = append(a.out.events, carenet.Event{
		ID: carenet.NewID(a.now), Org: a.q.Org, Batch: a.batch, Kind: kind, Patient: a.q.Patient, Subject: subject, Detail: d, At: a.now,
	})
}

// consent adds to the history, which is never changed.
func (a answering) consent(kind string, scope carenet.Scope) carenet.ID {
	id := carenet.NewID(a.now)
	a.b.Queue(sqlInsertConsent, a.q.Org, id, a.q.Patient, orNull(a.q.Follower), kind, scope.Strings(), a.row.WordsVersion, a.actor.Person, string(a.actor.Kind), a.now)
	return id
}

// enrol: from now on the patient is asked how they are, or never will be.
func (a answering) enrol(ctx context.Context, became carenet.QuestionState) error {
	if became == carenet.QuestionNo {
		a.consent("withdraw", nil)
		a.b.Queue(sqlPatientState, a.q.Org, a.q.Patient, "left")
		a.out.reply.Reply = carenet.ReplyNotJoined
		return nil
	}
	a.consent("enrol", nil)
	a.b.Queue(sqlJoinPatient, a.q.Org, a.q.Patient, a.now)
	a.out.reply.Reply = carenet.ReplyJoined
	rows, err := a.tx.Query(ctx, sqlFirstSlots, a.q.Org, a.q.Patient)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[firstSlotRow])
	if err != nil {
		return err
	}
	for _, r := range found {
		if r.NextAt != nil && (a.out.reply.At.IsZero() || r.NextAt.Before(a.out.reply.At)) {
			a.out.reply.At = *r.NextAt
		}
	}
	return nil
}

type firstSlotRow struct {
	ID        carenet.ID
	RRule     string
	LocalTime string
	Zone      string
	StartDay  int
	NextAt    *time.Time
	NextDay   *int
}

// share: the patient has seen what a follower would get, and says whether that is
// right. Only then is the follower asked.
func (a answering) share(ctx context.Context, became carenet.QuestionState) error {
	var person carenet.ID
	if err := a.tx.QueryRow(ctx, sqlFollowerName, a.q.Org, a.q.Follower).Scan(&person); err != nil {
		return err
	}
	a.out.reply.About = person
	if became == carenet.QuestionNo {
		a.b.Queue(sqlSetFollower, a.q.Org, a.q.Follower, "dropped", a.q.Scope.Strings(), nil, a.now)
		a.out.reply.Reply = carenet.ReplyNotInvited
		return nil
	}
	consent := a.consent("share", a.q.Scope)
	a.b.Queue(sqlSetFollower, a.q.Org, a.q.Follower, "invited", a.q.Scope.Strings(), consent, a.now)
	a.out.reply.Reply = carenet.ReplyInvited
	n := newQuestion{by: a.q.Patient, about: a.q.Patient, Question: carenet.Question{
		ID: carenet.NewID(a.now), Org: a.q.Org, Kind: carenet.AskFollow, Person: person, Patient: a.q.Patient, Follower: a.q.Follower, Scope: a.q.Scope,
	}}
	e, err := a.ask(ctx, a.tx, a.b, n, a.batch, a.now)
	a.out.events = append(a.out.events, e)
	return err
}

// follow: somebody takes their place in the circle, or does not want it. The patient
// hears which.
func (a answering) follow(ctx context.Context, became carenet.QuestionState) error {
	state, change := "active", carenet.ChangeJoined
	a.out.reply.Reply = carenet.ReplyFollowing
	if became == carenet.QuestionNo {
		state, change = "left", carenet.ChangeDeclined
		a.out.reply.Reply = carenet.ReplyNotFollowed
	}
	kind, scope := "follow", a.q.Scope
	if became == carenet.QuestionNo {
		kind, scope = "withdraw", nil
	}
	consent := a.consent(kind, scope)
	a.b.Queue(sqlSetFollower, a.q.Org, a.q.Follower, state, a.q.Scope.Strings(), consent, a.now)
	return a.tellPatient(ctx, change)
}

// tellPatient lets the patient know what is different, when they may be disturbed.
func (a answering) tellPatient(ctx context.Context, change carenet.Change) error {
	var language, zone string
	if err := a.tx.QueryRow(ctx, sqlPersonTongue, a.q.Org, a.q.Patient).Scan(&language, &zone); err != nil {
		return err
	}
	a.event(carenet.EventCircleChange, a.q.Follower, carenet.Detail{About: a.q.Person, Change: change, At: carenet.InWakingHours(a.now, zoneOf(zone))})
	return nil
}

// perWeek is how often a schedule asks in a week: its slots of four weeks, shared out.
func (r firstSlotRow) perWeek(now time.Time) int {
	const weeks = 4
	table, err := ask.Schedule{RRule: r.RRule, Zone: r.Zone, LocalTime: r.LocalTime, Start: carenet.Day(r.StartDay)}.Compile()
	if err != nil {
		return 0
	}
	n := 0
	for slot, ok := table.Next(now); ok && slot.At.Before(now.AddDate(0, 0, 7*weeks)); slot, ok = table.Next(slot.At) {
		n++
	}
	return max(1, n/weeks)
}
