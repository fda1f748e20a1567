package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

const (
	sqlNextReview = `UPDATE week_review SET next_at = $2 WHERE org_id = $1`
	sqlNewReview  = `INSERT INTO week_review (org_id, next_at) VALUES ($1, $2) ON CONFLICT DO NOTHING`
	sqlSetReview  = `UPDATE clinician SET no_review_at = $3 WHERE org_id = $1 AND id = $2`
	sqlNoReview   = `SELECT no_review_at IS NOT NULL FROM clinician WHERE org_id = $1 AND id = $2`
	sqlStanding   = `SELECT count(*)::int FROM alert a WHERE a.org_id = $1 AND a.state <> 'resolved'`
)

// Review is the week of the actor's organisation as it stands: the last seven days.
func (s *Store) Review(ctx context.Context, actor carenet.Actor) (r carenet.Review, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		if r, err = s.review(ctx, tx, actor.Org, s.Now()); err != nil {
			return err
		}
		var off bool
		if err := tx.QueryRow(ctx, sqlNoReview, actor.Org, actor.Person).Scan(&off); err != nil {
			return err
		}
		r.Wanted = !off
		return s.audit(ctx, tx, actor, audited{Action: "review.read", Table: "patient"})
	})
	return r, err
}

// review gathers an organisation's last seven days.
func (s *Store) review(ctx context.Context, tx pgx.Tx, org carenet.ID, now time.Time) (r carenet.Review, err error) {
	if err := orgHead(ctx, tx, org, &r.Organisation, &r.Zone); err != nil {
		return r, err
	}
	r.Until = now
	today := carenet.LocalDay(now, r.Zone)
	r.Since = (today - 7).Time(r.Zone)
	rows, err := s.boardRows(ctx, tx, org, nil, today-boardDays)
	if err != nil {
		return r, err
	}
	carenet.SortByNeed(rows, today)
	for _, row := range rows {
		p := carenet.ReviewPatient{ID: row.Patient, Name: row.Name}
		drift, watch := p, p
		for _, w := range row.Watch {
			if w.Severity == string(alerts.Digest) {
				drift.Why = append(drift.Why, w.Evidence)
			} else {
				watch.Why = append(watch.Why, w.Evidence)
			}
		}
		if len(drift.Why) > 0 {
			r.Drift = append(r.Drift, drift)
		}
		if len(watch.Why) > 0 {
			r.Watch = append(r.Watch, watch)
		}
		if !row.InHospital && (row.Silence == carenet.NoReply || row.Silence == carenet.Undelivered) {
			p.Cause, p.Missed = row.Silence, row.MissedInRow
			r.Silent = append(r.Silent, p)
		}
	}
	all, err := worths(ctx, tx, org, r.Since, now)
	if err != nil {
		return r, err
	}
	for _, w := range all {
		r.Rules = append(r.Rules, carenet.ReviewRule{
			Rule: w.Rule, Severity: string(w.Severity), Opened: w.Opened, Closed: w.Opened - w.Standing,
			FalseAlarm: w.Outcomes[alerts.OutcomeFalseAlarm], Useful: w.Useful, NotUseful: w.NotUseful,
		})
	}
	if r.Over, err = overBudget(ctx, tx, org, now); err != nil {
		return r, err
	}
	if r.Goals, err = goalsDue(ctx, tx, org, rows, today); err != nil {
		return r, err
	}
	return r, tx.QueryRow(ctx, sqlStanding, org).Scan(&r.Standing)
}

// overBudget are the rules that raised more over four weeks than their budget, the
// furthest beyond it first.
func overBudget(ctx context.Context, tx pgx.Tx, org carenet.ID, now time.Time) (over []carenet.ReviewBudget, err error) {
	var counted []ruleCostRow
	var budgets []budgetRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlRuleCosts, org, now.Add(-costDays), now.Add(-7*24*time.Hour)), &counted)
	collect(b.Queue(sqlBudgets, org), &budgets)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	for _, g := range budgets {
		for _, c := range counted {
			if c.RuleID != g.RuleID || g.PerWeek == nil {
				continue
			}
			cost := rulebook.Cost{Rule: c.RuleID, LastWeek: c.Week, LastMonth: c.Month, Budget: *g.PerWeek, HasBudget: true}
			if cost.Over() {
				over = append(over, carenet.ReviewBudget{Rule: cost.Rule, Week: cost.LastWeek, Month: cost.LastMonth, Budget: cost.Budget})
			}
		}
	}
	slices.SortStableFunc(over, func(a, b carenet.ReviewBudget) int { return (b.Month - 4*b.Budget) - (a.Month - 4*a.Budget) })
	return over, nil
}

const sqlGoalsDue = `SELECT e.patient_id, count(*)::int AS goals FROM goal_entry e WHERE e.org_id = $1 AND e.review_day <= $2
  AND NOT EXISTS (SELECT FROM goal_entry l WHERE l.org_id = e.org_id AND l.after_id = e.id) GROUP BY e.patient_id`

type goalsDueRow struct {
	PatientID carenet.ID
	Goals     int
}

// goalsDue are those of the board whose goals are to be looked at.
func goalsDue(ctx context.Context, tx pgx.Tx, org carenet.ID, board []carenet.BoardRow, today carenet.Day) (due []carenet.ReviewPatient, err error) {
	rows, err := tx.Query(ctx, sqlGoalsDue, org, int(today))
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[goalsDueRow])
	if err != nil {
		return nil, err
	}
	for _, row := range board {
		for _, g := range found {
			if g.PatientID == row.Patient {
				due = append(due, carenet.ReviewPatient{ID: row.Patient, Name: row.Name, Goals: g.Goals})
			}
		}
	}
	return due, nil
}

// SetReview says whether the actor wants to be told of each week.
func (s *Store) SetReview(ctx context.Context, actor carenet.Actor, wanted bool) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		now := s.Now()
		var off *time.Time
		if !wanted {
			off = &now
		}
		if _, err := tx.Exec(ctx, sqlSetReview, actor.Org, actor.Person, off); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "review.choose", Table: "clinician", Row: actor.Person, Detail: map[string]any{"wanted": wanted}})
	})
}

// StartReviews has the staff of an organisation told of weeks from the next Monday on:
// one whose past was brought in has had weeks of which nobody wants to hear.
func (s *Store) StartReviews(ctx context.Context, actor carenet.Actor) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		var name string
		var zone *time.Location
		if err := orgHead(ctx, tx, actor.Org, &name, &zone); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlNextReview, actor.Org, carenet.NextReview(s.Now(), zone)); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "review.start", Table: "week_review", Row: actor.Org})
	})
}
