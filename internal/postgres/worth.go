package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const sqlWorth = `SELECT a.rule_id, a.severity, a.state, a.outcome, count(*)::int AS alerts,
  count(*) FILTER (WHERE a.useful)::int AS useful, count(*) FILTER (WHERE NOT a.useful)::int AS not_useful
FROM alert a WHERE a.org_id = $1 AND a.opened_at >= $2 AND a.opened_at <= $3 GROUP BY a.rule_id, a.severity, a.state, a.outcome
ORDER BY a.rule_id, a.severity, a.state, a.outcome`

type worthRow struct {
	RuleID    string
	Severity  string
	State     string
	Outcome   string
	Alerts    int
	Useful    int
	NotUseful int
}

// RuleFigures is what became of the alerts of each rule that opened in the last days,
// most alerts first. No patient is named in it.
func (s *Store) RuleFigures(ctx context.Context, actor carenet.Actor, days int) (carenet.RuleFigures, []alerts.Worth, error) {
	var page carenet.RuleFigures
	var all []alerts.Worth
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		if err := orgHead(ctx, tx, actor.Org, &page.Organisation, &page.Zone); err != nil {
			return err
		}
		page.Until = s.Now()
		page.Since = (carenet.LocalDay(page.Until, page.Zone) - carenet.Day(days-1)).Time(page.Zone)
		var err error
		all, err = worths(ctx, tx, actor.Org, page.Since, page.Until)
		if err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "rules.read", Table: "alert"})
	})
	return page, all, err
}

// worths counts the alerts that opened in some time, by rule.
func worths(ctx context.Context, tx pgx.Tx, org carenet.ID, since, until time.Time) ([]alerts.Worth, error) {
	rows, err := tx.Query(ctx, sqlWorth, org, since, until)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[worthRow])
	if err != nil {
		return nil, err
	}
	var all []alerts.Worth
	for _, r := range found {
		i := slices.IndexFunc(all, func(w alerts.Worth) bool { return w.Rule == r.RuleID && string(w.Severity) == r.Severity })
		if i < 0 {
			i, all = len(all), append(all, alerts.Worth{Rule: r.RuleID, Severity: alerts.Severity(r.Severity), Outcomes: map[alerts.Outcome]int{}})
		}
		w := &all[i]
		w.Opened += r.Alerts
		w.Useful += r.Useful
		w.NotUseful += r.NotUseful
		if r.State == string(alerts.StatusResolved) {
			w.Outcomes[alerts.Outcome(r.Outcome)] += r.Alerts
		} else {
			w.Standing += r.Alerts
		}
	}
	slices.SortStableFunc(all, func(a, b alerts.Worth) int { return b.Opened - a.Opened })
	return all, nil
}
