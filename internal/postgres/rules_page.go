package postgres

import (
	"context"
	"slices"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

const (
	sqlRuleCosts = `SELECT a.rule_id, count(*) FILTER (WHERE a.opened_at > $3) AS week, count(*) AS month FROM alert a
WHERE a.org_id = $1 AND a.opened_at > $2 GROUP BY a.rule_id`
	sqlBudgets = `SELECT DISTINCT ON (g.rule_id) g.rule_id, g.per_week FROM alert_budget g WHERE g.org_id = $1 ORDER BY g.rule_id, g.id DESC`
	// The latest last; a rule that raises more than this is over any budget.
	sqlRuleEvidence = `SELECT a.rule_id, a.evidence FROM alert a WHERE a.org_id = $1 AND a.opened_at > $2 AND a.rule_id = ANY ($3) ORDER BY a.opened_at, a.number LIMIT 2000`
	sqlInsertBudget = `INSERT INTO alert_budget (org_id, id, rule_id, per_week, by_id, at) VALUES ($1, $2, $3, $4, $5, $6)`
	sqlOpenAlerts   = `SELECT a.id, a.number, a.rule_id, a.patient_id, n.name_enc FROM alert a JOIN person n ON n.org_id = a.org_id AND n.id = a.patient_id
WHERE a.org_id = $1 AND a.state <> 'resolved' AND NOT a.rule_id = ANY ($2) AND a.rule_id NOT LIKE $3 ORDER BY a.number LIMIT 100`
	sqlTrialCalls = `SELECT m.rule_id, count(*) AS times FROM backtest_match m WHERE m.org_id = $1 AND m.backtest_id = $2
  AND CASE WHEN $3 THEN m.severity ELSE m.severity_was END = ANY ($4) GROUP BY m.rule_id`
)

type ruleCostRow struct {
	RuleID string
	Week   int
	Month  int
}

type budgetRow struct {
	RuleID  string
	PerWeek *int
}

type ruleEvidenceRow struct {
	RuleID   string
	Evidence carenet.Evidence
}

type leftoverRow struct {
	ID        carenet.ID
	Number    int
	RuleID    string
	PatientID carenet.ID
	NameEnc   []byte
}

// backtestsShown is how many back-tests the overview lists.
const backtestsShown = 10

// RulesPage is the overview of the rules of the actor's organisation.
func (s *Store) RulesPage(ctx context.Context, actor carenet.Actor) (page rulebook.Page, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = rulebook.Page{}
		var history []rulebook.Activation
		if page.Head, history, err = s.rulesHead(ctx, tx, actor); err != nil {
			return err
		}
		page.Activations = slices.Clone(history)
		slices.Reverse(page.Activations)
		if _, page.Pack, err = s.packRead(ctx, tx, actor.Org, page.InForce); carenet.CodeOf(err) == carenet.Invalid {
			page.Unreadable, page.Pack = true, pack.Default()
		} else if err != nil {
			return err
		}
		if page.Versions, err = s.packVersions(ctx, tx, actor.Org, nil); err != nil {
			return err
		}
		if page.Backtests, err = s.backtests(ctx, tx, sqlBacktestsOfOrg, actor.Org, backtestsShown); err != nil {
			return err
		}
		if err := s.trialOf(ctx, tx, actor.Org, &page); err != nil {
			return err
		}
		if page.Costs, err = s.costs(ctx, tx, actor.Org, page.Pack.Pack); err != nil {
			return err
		}
		if page.Leftover, err = s.leftover(ctx, tx, actor.Org, page.Pack.Pack); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "rules.read", Table: "pack_version"})
	})
	return page, err
}

// calling are the severities that have staff called.
var calling = func() (all []string) {
	for _, s := range []alerts.Severity{alerts.Red, alerts.AmberHigh, alerts.Amber, alerts.Outreach} {
		if rulebook.Calls(s) {
			all = append(all, string(s))
		}
	}
	return all
}()

// trialOf adds the newest result that the pack in force was a part of.
func (s *Store) trialOf(ctx context.Context, tx pgx.Tx, org carenet.ID, page *rulebook.Page) error {
	for _, b := range page.Backtests {
		tried := b.Pack.Hash == page.InForce.Hash
		if b.State != rulebook.Done || !tried && b.Against.Hash != page.InForce.Hash {
			continue
		}
		rows, err := tx.Query(ctx, sqlTrialCalls, org, b.ID, tried, calling)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[ruleTimesRow])
		if err != nil {
			return err
		}
		page.Trial, page.TrialCalls = b, map[string]int{}
		for _, r := range found {
			page.TrialCalls[r.RuleID] = r.Times
		}
		return nil
	}
	return nil
}

// costs are what each rule of the pack and each safety rule raised of late, and any
// other that did, with what would keep those within their budgets that are over.
func (s *Store) costs(ctx context.Context, tx pgx.Tx, org carenet.ID, inForce alerts.Pack) ([]rulebook.Cost, error) {
	now := s.Now()
	month, week := now.Add(-costDays), now.Add(-7*24*time.Hour)
	var counted []ruleCostRow
	var budgets []budgetRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlRuleCosts, org, month, week), &counted)
	collect(b.Queue(sqlBudgets, org), &budgets)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	var all []rulebook.Cost
	add := func(rule, severity string) *rulebook.Cost {
		i := slices.IndexFunc(all, func(c rulebook.Cost) bool { return c.Rule == rule })
		if i < 0 {
			all = append(all, rulebook.Cost{Rule: rule, Severity: severity})
			i = len(all) - 1
		}
		return &all[i]
	}
	for _, r := range append(slices.Clone(alerts.SafetyPack().Rules), inForce.Rules...) {
		add(r.ID, string(r.Severity))
	}
	for _, r := range counted {
		c := add(r.RuleID, "")
		c.LastWeek, c.LastMonth = r.Week, r.Month
	}
	var over []string
	for _, r := range budgets {
		if i := slices.IndexFunc(all, func(c rulebook.Cost) bool { return c.Rule == r.RuleID }); i >= 0 && r.PerWeek != nil {
			all[i].Budget, all[i].HasBudget = *r.PerWeek, true
			if all[i].Over() {
				over = append(over, r.RuleID)
			}
		}
	}
	if len(over) == 0 {
		return all, nil
	}
	rows, err := tx.Query(ctx, sqlRuleEvidence, org, month, over)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[ruleEvidenceRow])
	if err != nil {
		return nil, err
	}
	for i := range all {
		if !all[i].Over() {
			continue
		}
		var upon [][]rulebook.Value
		for _, r := range found {
			if r.RuleID == all[i].Rule {
				var values []rulebook.Value
				for _, l := range r.Evidence.Limits {
					values = append(values, rulebook.Value{Name: l.Name, Value: l.Value, Limit: l.Limit})
				}
				upon = append(upon, values)
			}
		}
		all[i].Proposal = rulebook.Propose(upon, all[i].Budget)
	}
	return all, nil
}

// leftover are alerts that stand upon rules which are no longer in force.
func (s *Store) leftover(ctx context.Context, tx pgx.Tx, org carenet.ID, inForce alerts.Pack) (all []rulebook.Leftover, err error) {
	rules := make([]string, 0, len(inForce.Rules))
	for _, r := range inForce.Rules {
		rules = append(rules, r.ID)
	}
	rows, err := tx.Query(ctx, sqlOpenAlerts, org, rules, alerts.SafetyPrefix+"%")
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[leftoverRow])
	for _, r := range found {
		l := rulebook.Leftover{Alert: r.ID, Number: r.Number, Rule: r.RuleID, Patient: r.PatientID}
		if l.Name, err = s.personName(r.NameEnc, org, r.PatientID); err != nil {
			return nil, err
		}
		all = append(all, l)
	}
	return all, err
}

// SetBudget says how many alerts a week of a rule staff can bear; nil takes the budget
// away. Nothing is muted by it, and the safety rules have none.
func (s *Store) SetBudget(ctx context.Context, actor carenet.Actor, rule string, perWeek *int) error {
	const op = "set budget"
	switch {
	case strings.HasPrefix(strings.ToUpper(strings.TrimSpace(rule)), strings.TrimSuffix(alerts.SafetyPrefix, "-")):
		return carenet.Errorf(carenet.Invalid, op, "the safety rules have no budget: each of their alerts must be seen")
	case perWeek != nil && (*perWeek < 0 || *perWeek > 10000):
		return carenet.Errorf(carenet.Invalid, op, "a budget is a whole number of alerts a week")
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireGovernor(ctx, tx, actor); err != nil {
			return err
		}
		history, err := s.activations(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		p, err := s.packOf(ctx, tx, actor.Org, s.nameInForce(history, s.Now()))
		if err != nil {
			return err
		}
		known, err := s.costs(ctx, tx, actor.Org, *p)
		if err != nil {
			return err
		}
		if !slices.ContainsFunc(known, func(c rulebook.Cost) bool { return c.Rule == rule }) {
			return carenet.Errorf(carenet.Invalid, op, "there is no such rule in force")
		}
		now := s.Now()
		id := carenet.NewID(now)
		detail := map[string]any{"rule": rule}
		if perWeek != nil {
			detail["per_week"] = *perWeek
		}
		b := &pgx.Batch{}
		b.Queue(sqlInsertBudget, actor.Org, id, rule, perWeek, actor.Person, now)
		s.queueAudit(b, actor, now, audited{Action: "budget.set", Table: "alert_budget", Row: id, Detail: detail})
		return tx.SendBatch(ctx, b).Close()
	})
}

// PackPage is one version, or the program's own pack for NilID, beside what is in force.
func (s *Store) PackPage(ctx context.Context, actor carenet.Actor, version carenet.ID) (page rulebook.VersionPage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = rulebook.VersionPage{}
		var history []rulebook.Activation
		if page.Head, history, err = s.rulesHead(ctx, tx, actor); err != nil {
			return err
		}
		page.Version = rulebook.Version{Name: s.builtIn()}
		if version != carenet.NilID {
			found, err := s.packVersions(ctx, tx, actor.Org, &version)
			if err != nil {
				return err
			}
			if len(found) == 0 {
				return carenet.Errorf(carenet.NotFound, "read pack", "there is no such pack")
			}
			page.Version = found[0]
		}
		if page.Text, page.Pack, err = s.packRead(ctx, tx, actor.Org, page.Name); carenet.CodeOf(err) == carenet.Invalid {
			page.Refused = err.Error()
		} else if err != nil {
			return err
		}
		if _, inForce, err := s.packRead(ctx, tx, actor.Org, page.InForce); err == nil && page.Refused == "" {
			page.Differences = pack.Differences(page.Pack, inForce)
		}
		page.Signed = slices.ContainsFunc(page.Signatures, func(g rulebook.Signature) bool { return g.By == actor.Person })
		for _, a := range history {
			if a.Pack.ID == version {
				page.Before++
			}
		}
		found, err := s.backtests(ctx, tx, sqlBacktestOfPair, actor.Org, page.Hash[:], page.InForce.Hash[:])
		if err != nil {
			return err
		}
		seen := false
		if len(found) > 0 {
			page.Backtest = found[0]
			_, by, err := s.backtest(ctx, tx, actor.Org, page.Backtest.ID)
			if err != nil {
				return err
			}
			seen = slices.Contains(by, actor.Person)
		}
		page.Why = rulebook.MayActivate(rulebook.Request{
			Pack: page.Name, Signed: len(page.Signatures) > 0, InForce: page.InForce.Hash, Backtest: page.Backtest,
			Seen: seen, Accepted: true, Today: page.Today, Now: s.Now(),
		})
		return s.audit(ctx, tx, actor, audited{Action: "pack.read", Table: "pack_version", Row: version})
	})
	return page, err
}
