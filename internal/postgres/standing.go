package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlDepths   = `SELECT lane, held, waiting, oldest FROM lookup_depths($1, $2, $3)`
	sqlMailDeep = `SELECT lane, held, waiting, oldest FROM lookup_email_depths($1, $2)`
	sqlOpen     = `SELECT sending, uncertain, sent, oldest_uncertain FROM lookup_open($1)`
	sqlForStaff = `SELECT coalesce(sum(waiting), 0)::bigint AS waiting, min(oldest) AS oldest FROM lookup_for_staff()`
	sqlFaults   = `SELECT code, times, last_at FROM lookup_codes($1, $2)`
)

// countTo bounds what is counted of one lane.
const countTo = 200_000

// LaneStanding is how a lane stands: what is due and has not left.
type LaneStanding struct {
	Lane    notify.Priority
	Held    bool // by an operator's word
	Waiting int
	Oldest  time.Time // since when the oldest is due
}

// Fault is one of the provider's codes that came of late.
type Fault struct {
	Policy notify.Policy
	Times  int
	Last   time.Time
}

// Standing is where the texts of all organisations are.
type Standing struct {
	At              time.Time
	Lanes           []LaneStanding
	Emails          []LaneStanding // lanes of emails with something due
	Sending         int
	Uncertain       int
	Sent            int // accepted, and nobody knows yet whether they arrived
	OldestUncertain time.Time
	ForStaff        int // ended without arriving, and nobody has dealt with it
	OldestForStaff  time.Time
	Faults          []Fault // those that page the operator, of the last day
}

// faultCodes are the codes that page the operator.
var faultCodes = notify.CodesThat(func(p notify.Policy) bool { return p.Has(notify.PageOperator) })

// Standing counts where the texts are: numbers only, across organisations.
func (s *Store) Standing(ctx context.Context) (Standing, error) {
	now := s.Now()
	st := Standing{At: now}
	floor := claimFloor(now)
	type depth struct {
		Lane    int
		Held    bool
		Waiting int
		Oldest  *time.Time
	}
	var depths, mails []depth
	var open []struct {
		Sending, Uncertain, Sent int
		OldestUncertain          *time.Time
	}
	var staff []struct {
		Waiting int
		Oldest  *time.Time
	}
	var codes []struct {
		Code   int
		Times  int
		LastAt time.Time
	}
	b := &pgx.Batch{}
	collect(b.Queue(sqlDepths, now, floor, countTo), &depths)
	collect(b.Queue(sqlMailDeep, now, floor), &mails)
	collect(b.Queue(sqlOpen, floor), &open)
	collect(b.Queue(sqlForStaff), &staff)
	collect(b.Queue(sqlFaults, faultCodes, now.Add(-24*time.Hour)), &codes)
	if err := s.pool.SendBatch(ctx, b).Close(); err != nil {
		return st, err
	}
	for _, d := range depths {
		st.Lanes = append(st.Lanes, LaneStanding{notify.Priority(d.Lane), d.Held, d.Waiting, orZero(d.Oldest)})
	}
	for _, d := range mails {
		st.Emails = append(st.Emails, LaneStanding{notify.Priority(d.Lane), d.Held, d.Waiting, orZero(d.Oldest)})
	}
	for _, o := range open {
		st.Sending, st.Uncertain, st.Sent, st.OldestUncertain = o.Sending, o.Uncertain, o.Sent, orZero(o.OldestUncertain)
	}
	for _, f := range staff {
		st.ForStaff, st.OldestForStaff = f.Waiting, orZero(f.Oldest)
	}
	for _, c := range codes {
		p, _ := notify.PolicyOf(c.Code)
		st.Faults = append(st.Faults, Fault{p, c.Times, c.LastAt})
	}
	return st, nil
}

const (
	sqlNotArrived = `SELECT d.event_id, d.id, d.kind, d.audience, d.state, d.cause, d.recipient_id, d.patient_id, d.staff_at, n.name_enc, m.name_enc AS patient_enc
FROM delivery d LEFT JOIN person n ON n.org_id = d.org_id AND n.id = d.recipient_id LEFT JOIN person m ON m.org_id = d.org_id AND m.id = d.patient_id
WHERE d.org_id = $1 AND d.staff_at IS NOT NULL AND d.handled_at IS NULL ORDER BY d.staff_at DESC LIMIT $2`
	sqlHandled = `UPDATE delivery SET handled_at = $4, handled_by = $5 WHERE org_id = $1 AND event_id = $2 AND id = $3 AND staff_at IS NOT NULL AND handled_at IS NULL`
)

// NotArrived is a text that did not arrive, for staff to deal with.
type NotArrived struct {
	Event, Delivery carenet.ID
	Kind            string
	Audience        string
	State           string
	Cause           string
	To              string // the recipient's name
	Patient         carenet.ID
	PatientName     string
	At              time.Time
}

// NotArrived lists, newest first, the texts of the actor's organisation that did
// not arrive and that nobody has dealt with.
func (s *Store) NotArrived(ctx context.Context, actor carenet.Actor, limit int) (out []NotArrived, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlNotArrived, actor.Org, limit)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[notArrivedRow])
		if err != nil {
			return err
		}
		out = nil
		for _, r := range found {
			n := NotArrived{Event: r.EventID, Delivery: r.ID, Kind: r.Kind, Audience: r.Audience, State: r.State, Cause: r.Cause, Patient: orNil(r.PatientID), At: r.StaffAt}
			if r.NameEnc != nil {
				if n.To, err = s.personName(r.NameEnc, actor.Org, r.RecipientID); err != nil {
					return err
				}
			}
			if r.PatientEnc != nil {
				if n.PatientName, err = s.personName(r.PatientEnc, actor.Org, n.Patient); err != nil {
					return err
				}
			}
			out = append(out, n)
		}
		return s.audit(ctx, tx, actor, audited{Action: "not_arrived.read", Table: "delivery"})
	})
	return out, err
}

type notArrivedRow struct {
	EventID     carenet.ID
	ID          carenet.ID
	Kind        string
	Audience    string
	State       string
	Cause       string
	RecipientID carenet.ID
	PatientID   *carenet.ID
	StaffAt     time.Time
	NameEnc     []byte
	PatientEnc  []byte
}

// Handled says that the actor has dealt with a text that did not arrive.
func (s *Store) Handled(ctx context.Context, actor carenet.Actor, event, delivery carenet.ID) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		tag, err := tx.Exec(ctx, sqlHandled, actor.Org, event, delivery, s.Now(), actor.Person)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return carenet.Errorf(carenet.NotFound, "deal with a text", "somebody has dealt with it, or there is no such text")
		}
		return s.audit(ctx, tx, actor, audited{Action: "not_arrived.handled", Table: "delivery", Row: delivery})
	})
}
