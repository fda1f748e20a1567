package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

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
