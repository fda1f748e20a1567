package postgres

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/carenet/dialogue"
	"howareyou/carenet/reply"
)

// applyOrders carries out the commands of a batch, each under the locks of its
// own rows, and answers them.
func (in *intake) applyOrders(ctx context.Context) error {
	for _, it := range in.items {
		if err := in.endQuestions(ctx, it); err != nil {
			return fmt.Errorf("end what was asked: %w", err)
		}
		if it.out.Order == nil {
			continue
		}
		o := order{intake: in, it: it, Order: *it.out.Order, b: &pgx.Batch{}}
		if err := o.carryOut(ctx); err != nil {
			return fmt.Errorf("command %s: %w", o.Command, err)
		}
		if err := in.tx.SendBatch(ctx, o.b).Close(); err != nil {
			return fmt.Errorf("command %s: %w", o.Command, err)
		}
	}
	return nil
}

// order is one command on its way.
type order struct {
	*intake
	it *intakeItem
	dialogue.Order
	b *pgx.Batch
}

func (o *order) carryOut(ctx context.Context) error {
	switch o.Command {
	case reply.CommandDrop:
		return o.drop(ctx)
	case reply.CommandAllow, reply.CommandDisallow:
		return o.allow(ctx)
	case dialogue.OrderProxy:
		return o.proxy(ctx)
	case reply.CommandPause, reply.CommandAway:
		return o.pause(o.Until)
	case reply.CommandResume:
		return o.resume(ctx)
	case reply.CommandWhen:
		next, err := o.next(ctx, nil)
		o.answer(carenet.Detail{Reply: carenet.ReplyWhen, At: next})
		return err
	case reply.CommandMore:
		return o.asMore(ctx)
	case reply.CommandTell, reply.CommandOnIt:
		return o.encourage(ctx)
	case reply.CommandMute, reply.CommandUnmute:
		return o.mute()
	case dialogue.OrderAnswer:
		return o.answerQuestion(ctx)
	case reply.CommandHospital, reply.CommandHome, reply.CommandDied:
		return o.reported(ctx)
	case reply.CommandDaily, reply.CommandWeekly, reply.CommandAtOnce:
		return o.pace(ctx)
	case reply.CommandAdd:
		return o.add(ctx)
	case reply.CommandResolve, reply.CommandEscalate, reply.CommandSnooze:
		return o.alert(ctx)
	case reply.CommandUseful, reply.CommandNotUseful:
		return o.rated(ctx)
	}
	return fmt.Errorf("nobody carries it out")
}

func (o *order) actor() carenet.Actor {
	kind := map[carenet.Audience]carenet.ActorKind{
		carenet.ToPatient: carenet.ActorPatient, carenet.ToFollower: carenet.ActorFollower,
		carenet.ToClinician: carenet.ActorClinician,
	}[o.As]
	return carenet.Actor{Kind: kind, Org: o.it.org, Person: o.By, Via: "sms"}
}

// answer has the command answered; it is written with the batch's other events.
func (o *order) answer(d carenet.Detail) {
	if o.Quiet {
		o.it.out.State, o.it.out.Reason = dialogue.Unread, "too many automatic answers went to this number: it was not told what became of this"
		return
	}
	d.Conversation, d.Sender, d.Person, d.Audience = o.it.ctx.Conversation, o.it.ctx.Sender, o.By, o.As
	o.event(carenet.EventReply, o.it.out.Patient, o.it.id, d)
}

func (o *order) event(kind carenet.EventKind, patient, subject carenet.ID, d carenet.Detail) {
	o.it.out.Events = append(o.it.out.Events, carenet.Event{
		ID: carenet.NewID(o.now), Org: o.it.org, Batch: o.batch.ID,
		Kind: kind, Patient: patient, Subject: subject, Detail: d, At: o.now,
	})
}

const (
	// Locked, so that what is claimed after the withdrawal sees it (INV-7).
	sqlCircleNames = `SELECT f.id, f.person_id, n.name_enc FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.person_id
WHERE f.org_id = $1 AND f.patient_id = $2 AND f.state IN ('active', 'invited') ORDER BY f.id FOR UPDATE OF f`
	sqlDropFollower = `UPDATE follower SET state = 'dropped', proxy_basis = NULL, proxy_by = NULL, proxy_at = NULL, consent_id = $3, changed_at = $4 WHERE org_id = $1 AND id = $2`
)

type circleNameRow struct {
	ID       carenet.ID
	PersonID carenet.ID
	NameEnc  []byte
}

// places are those of a circle by name: what the query finds of person, who is the patient
// or the follower.
func (o *order) places(ctx context.Context, sql string, person carenet.ID) ([]dialogue.Place, error) {
	rows, err := o.tx.Query(ctx, sql, o.it.org, person)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[circleNameRow])
	if err != nil {
		return nil, err
	}
	circle := make([]dialogue.Place, 0, len(found))
	for _, f := range found {
		name, err := o.store.personName(f.NameEnc, o.it.org, f.PersonID)
		if err != nil {
			return nil, err
		}
		circle = append(circle, dialogue.Place{Follower: f.ID, Person: f.PersonID, Name: name})
	}
	return circle, nil
}

// asks puts a question in the conversation that the order came in.
func (o *order) asks(ctx context.Context, n newQuestion) error {
	e, err := o.store.ask(ctx, o.tx, o.b, n, o.batch.ID, o.now)
	if err != nil {
		return err
	}
	e.Detail.Conversation, e.Detail.Sender = o.it.ctx.Conversation, o.it.ctx.Sender
	o.it.out.Events = append(o.it.out.Events, e)
	return nil
}

// byText is the version of the words of a consent that was given by text.
const byText = "sms-1"

// drop takes somebody out of the circle, or an invitation back; who it is is not told.
func (o *order) drop(ctx context.Context) error {
	circle, err := o.places(ctx, sqlCircleNames, o.Patient)
	if err != nil {
		return err
	}
	meant := dialogue.NamedPlaces(o.Name, circle)
	switch {
	case len(meant) == 0:
		o.it.out.Said = append(o.it.out.Said, o.Patient) // "remove my stitches" may be no command at all
		o.answer(carenet.Detail{Reply: carenet.ReplyDropUnknown})
		return nil
	case len(meant) > 1:
		o.answer(carenet.Detail{Reply: carenet.ReplyDropWhich})
		return nil
	}
	consent, place := carenet.NewID(o.now), meant[0]
	o.b.Queue(sqlInsertConsent, o.it.org, consent, o.Patient, place.Follower, "withdraw", []string{}, byText, o.By, string(carenet.ActorPatient), o.now)
	o.b.Queue(sqlDropFollower, o.it.org, place.Follower, consent, o.now)
	o.b.Queue(sqlWithdrawPlace, o.it.org, place.Follower, o.now)
	o.store.queueAudit(o.b, o.actor(), o.now, audited{Action: "follower.drop", Table: "follower", Row: place.Follower, Patient: o.Patient})
	o.event(carenet.EventPatientChange, o.Patient, place.Follower, carenet.Detail{})
	o.answer(carenet.Detail{Reply: carenet.ReplyDropped, About: place.Person})
	return nil
}

const sqlPause = `UPDATE patient SET paused_at = $3, paused_until = $4 WHERE org_id = $1 AND id = $2`

// pause asks the patient nothing until then.
func (o *order) pause(until time.Time) error {
	o.b.Queue(sqlPause, o.it.org, o.Patient, o.now, until)
	o.store.queueAudit(o.b, o.actor(), o.now, audited{Action: "patient.pause", Table: "patient", Row: o.Patient, Patient: o.Patient})
	o.event(carenet.EventPatientChange, o.Patient, o.Patient, carenet.Detail{})
	o.answer(carenet.Detail{Reply: carenet.ReplyPaused, At: until})
	return nil
}

// resume ends a pause. When none is in force it says the same: they are asked.
func (o *order) resume(ctx context.Context) error {
	next, err := o.next(ctx, &o.now)
	if err != nil {
		return err
	}
	o.b.Queue(sqlPause, o.it.org, o.Patient, nil, nil)
	o.store.queueAudit(o.b, o.actor(), o.now, audited{Action: "patient.resume", Table: "patient", Row: o.Patient, Patient: o.Patient})
	o.event(carenet.EventPatientChange, o.Patient, o.Patient, carenet.Detail{})
	o.answer(carenet.Detail{Reply: carenet.ReplyResumed, At: next})
	return nil
}

const sqlNextSlots = `SELECT s.rrule, s.local_time, s.zone, s.start_day, s.next_at, p.paused_until
FROM patient p JOIN schedule s ON s.org_id = p.org_id AND s.patient_id = p.id AND s.ended_at IS NULL AND s.next_at IS NOT NULL
WHERE p.org_id = $1 AND p.id = $2 AND p.state = 'active' ORDER BY s.next_at`

type nextSlotRow struct {
	Rrule       string
	LocalTime   string
	Zone        string
	StartDay    int
	NextAt      time.Time
	PausedUntil *time.Time
}

// next is when the patient is asked next, a pause considered; resumed says from
// when on none counts. The zero time when nobody asks them.
func (o *order) next(ctx context.Context, resumed *time.Time) (time.Time, error) {
	rows, err := o.tx.Query(ctx, sqlNextSlots, o.it.org, o.Patient)
	if err != nil {
		return time.Time{}, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[nextSlotRow])
	if err != nil {
		return time.Time{}, err
	}
	var next time.Time
	for _, r := range found {
		at := r.NextAt
		if resumed == nil && r.PausedUntil != nil && r.PausedUntil.After(at) {
			table, err := ask.Schedule{RRule: r.Rrule, Zone: r.Zone, LocalTime: r.LocalTime, Start: carenet.Day(r.StartDay)}.Compile()
			if err != nil {
				return time.Time{}, err
			}
			slot, ok := table.Next(r.PausedUntil.Add(-time.Second))
			if !ok {
				continue
			}
			at = slot.At
		}
		if next.IsZero() || at.Before(next) {
			next = at
		}
	}
	return next, nil
}

const (
	// Of whom the follower heard of late, as it was sent to this very number.
	sqlFollowed = `SELECT f.id, f.patient_id, n.name_enc, n.zone, p.state,
  (SELECT max(d.created_at) FROM delivery d WHERE d.org_id = f.org_id AND d.conversation_id = $3 AND d.event_id >= $4
    AND d.follower_id = f.id AND d.kind = 'update' AND d.state NOT IN ('withdrawn', 'expired', 'failed')) AS told_at
FROM follower f JOIN person n ON n.org_id = f.org_id AND n.id = f.patient_id
JOIN patient p ON p.org_id = f.org_id AND p.id = f.patient_id AND p.state IN ('active', 'in_hospital')
WHERE f.org_id = $1 AND f.person_id = $2 AND f.state = 'active' ORDER BY f.id`
	sqlInsertEncouragement = `INSERT INTO encouragement (org_id, id, patient_id, follower_id, kind, words_enc, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

type followedRow struct {
	ID        carenet.ID
	PatientID carenet.ID
	NameEnc   []byte
	Zone      string
	State     string
	ToldAt    *time.Time
}

// encourage passes a follower's words on to the patient whom they are for.
func (o *order) encourage(ctx context.Context) error {
	rows, err := o.tx.Query(ctx, sqlFollowed, o.it.org, o.By, o.it.ctx.Conversation, carenet.FloorID(o.now.Add(-dialogue.HeardOfLate)))
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[followedRow])
	if err != nil {
		return err
	}
	var followed []dialogue.Followed
	for _, f := range found {
		name, err := o.store.personName(f.NameEnc, o.it.org, f.PatientID)
		if err != nil {
			return err
		}
		followed = append(followed, dialogue.Followed{Follower: f.ID, Patient: f.PatientID, Name: name, Zone: zoneOf(f.Zone), ToldAt: orZero(f.ToldAt)})
	}
	who, words := dialogue.Whom(o.Words, followed)
	if who == nil {
		o.answer(carenet.Detail{Reply: carenet.ReplyTellWhom})
		return nil
	}
	if slices.ContainsFunc(found, func(f followedRow) bool { return f.PatientID == who.Patient && f.State == "in_hospital" }) {
		// Nothing automatic goes there, so nothing is promised either.
		o.it.out.Patient = who.Patient
		o.answer(carenet.Detail{Reply: carenet.ReplyHospital})
		return nil
	}
	e := carenet.Encouragement{
		ID: carenet.NewID(o.now), Org: o.it.org, Patient: who.Patient, Follower: who.Follower, By: o.By,
		Kind: carenet.KindWord, Words: words, At: o.now,
	}
	said := carenet.ReplyPassedOn
	if o.Command == reply.CommandOnIt {
		e.Kind, e.Words, said = carenet.OnIt, "", carenet.ReplyOnIt
	}
	sealed, err := o.store.seal(e.Words, e.Org, "encouragement", "words_enc", e.ID)
	if err != nil {
		return err
	}
	o.b.Queue(sqlInsertEncouragement, e.Org, e.ID, e.Patient, e.Follower, string(e.Kind), sealed, e.At)
	o.store.queueAudit(o.b, o.actor(), o.now, audited{Action: "encouragement.send", Table: "encouragement", Row: e.ID, Patient: e.Patient})
	o.it.out.Patient = e.Patient
	o.event(carenet.EventEncouraged, e.Patient, e.ID, carenet.Detail{Person: o.By, About: e.Follower, At: carenet.InWakingHours(o.now, who.Zone)})
	o.answer(carenet.Detail{Reply: said})
	return nil
}

const sqlMute = `UPDATE follower SET muted_until = $3, changed_at = $4 WHERE org_id = $1 AND person_id = $2 AND state = 'active'`

// mute lets a follower hear nothing for a while, of nobody.
func (o *order) mute() error {
	var until *time.Time
	answer := carenet.Detail{Reply: carenet.ReplyUnmuted}
	if o.Command == reply.CommandMute {
		at := o.now.Add(o.For)
		until, answer = &at, carenet.Detail{Reply: carenet.ReplyMuted, At: at}
	}
	o.b.Queue(sqlMute, o.it.org, o.By, until, o.now)
	o.store.queueAudit(o.b, o.actor(), o.now, audited{Action: "follower.mute", Table: "follower"})
	o.answer(answer)
	return nil
}

const sqlAlertsUnresolved = `SELECT ` + alertColumns + ` FROM alert a WHERE a.org_id = $1 AND a.state <> 'resolved' ORDER BY a.id FOR UPDATE`

// alert resolves an alert, escalates it or puts it off.
func (o *order) alert(ctx context.Context) error {
	sql, args := sqlAlertsUnresolved, []any{o.it.org}
	if o.Number > 0 {
		sql, args = sqlAlertsByNumber, []any{o.it.org, o.Number}
	}
	rows, err := alertsFor(ctx, o.tx, sql, args...)
	if err != nil {
		return err
	}
	switch len(rows) {
	case 0:
		o.answer(carenet.Detail{Reply: carenet.ReplyAckUnknown, AlertNumber: o.Number})
		return nil
	case 1:
	default:
		o.answer(carenet.Detail{Reply: carenet.ReplyAckWhich})
		return nil
	}
	row := rows[0]
	answer := carenet.Detail{Alert: row.ID, AlertNumber: row.Number}
	var events []carenet.Event
	switch {
	case o.Command == reply.CommandSnooze && (o.For == 0 || o.Words == ""):
		answer.Reply = carenet.ReplySnoozeHow
	case o.Command == reply.CommandSnooze:
		answer.Reply = carenet.ReplySnoozed
		events, answer.At, err = o.store.putOff(o.b, o.actor(), row, o.For, o.Words, o.batch.ID, o.now)
		var not *alerts.SnoozeError
		var taken *alerts.TakenError
		switch {
		case errors.As(err, &not):
			answer.Reply, err = carenet.ReplySnoozeNot, nil
		case errors.As(err, &taken):
			answer.Reply, err = carenet.ReplyAckAlready, nil
		}
	case o.Command == reply.CommandEscalate:
		answer.Reply = carenet.ReplyEscalated
		events, err = o.store.escalate(o.b, o.actor(), row, o.batch.ID, o.now)
	case o.Outcome == "":
		answer.Reply = carenet.ReplyResolveHow
	default:
		answer.Reply = carenet.ReplyResolved
		events, err = o.store.resolve(o.b, o.actor(), row, alerts.Outcome(o.Outcome), o.Words, o.batch.ID, o.now)
	}
	if carenet.CodeOf(err) == carenet.Conflict {
		answer.Reply, err = carenet.ReplyResolvedBy, nil
	}
	if err != nil {
		return err
	}
	// Written already with their change; only the bell must know.
	o.batch.Events = append(o.batch.Events, events...)
	o.it.out.Patient = row.PatientID
	o.answer(answer)
	return nil
}
