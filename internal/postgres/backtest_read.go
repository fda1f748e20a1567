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
	sqlBacktest       = `SELECT ` + backtestColumns + backtestFrom + ` WHERE b.org_id = $1 AND b.id = $2`
	sqlBacktestsOfOrg = `SELECT ` + backtestColumns + backtestFrom + ` WHERE b.org_id = $1 ORDER BY b.at DESC, b.id DESC LIMIT $2`
	sqlBacktestOfPair = `SELECT ` + backtestColumns + backtestFrom + ` WHERE b.org_id = $1
  AND (b.body_hash = $2 AND b.against_hash = $3 OR b.body_hash = $3 AND b.against_hash = $2) AND b.state <> 'failed' ORDER BY b.at DESC, b.id DESC LIMIT 1`
	sqlBacktestSeen = `UPDATE backtest SET seen_by = seen_by || $3::uuid WHERE org_id = $1 AND id = $2 AND state = 'done' AND NOT $3 = ANY (seen_by)`
	sqlTallies      = `SELECT m.rule_id, m.kind, m.severity, m.severity_was, count(*) AS times FROM backtest_match m
WHERE m.org_id = $1 AND m.backtest_id = $2 GROUP BY m.rule_id, m.kind, m.severity, m.severity_was`
	sqlAlertsIn = `SELECT a.rule_id, count(*) AS times FROM alert a WHERE a.org_id = $1 AND a.opened_at >= $2 AND a.opened_at < $3 GROUP BY a.rule_id`
	sqlMatches  = `SELECT m.id, m.patient_id, m.kind, m.rule_id, m.opened_day, m.severity, m.severity_was, m.alert_id, a.number, n.name_enc FROM backtest_match m
JOIN person n ON n.org_id = m.org_id AND n.id = m.patient_id
LEFT JOIN alert a ON a.org_id = m.org_id AND a.id = m.alert_id
WHERE m.org_id = $1 AND m.backtest_id = $2 AND ($3 = '' AND m.kind <> 'same' OR m.kind = $3) AND ($4 = '' OR m.rule_id = $4) AND ($5::uuid IS NULL OR m.id > $5)
ORDER BY m.id LIMIT $6`
)

// matchesShown is how many matches a page lists.
const matchesShown = 50

type tallyRow struct {
	RuleID      string
	Kind        string
	Severity    string
	SeverityWas string
	Times       int
}

type ruleTimesRow struct {
	RuleID string
	Times  int
}

type matchRow struct {
	ID          carenet.ID
	PatientID   carenet.ID
	Kind        string
	RuleID      string
	OpenedDay   int
	Severity    string
	SeverityWas string
	AlertID     *carenet.ID
	Number      *int
	NameEnc     []byte
}

func (s *Store) backtest(ctx context.Context, tx pgx.Tx, org, id carenet.ID) (b rulebook.Backtest, seen []carenet.ID, err error) {
	rows, err := tx.Query(ctx, sqlBacktest, org, id)
	if err != nil {
		return b, nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[backtestRow])
	if err != nil {
		return b, nil, err
	}
	if len(found) == 0 {
		return b, nil, carenet.Errorf(carenet.NotFound, "read back-test", "there is no such back-test")
	}
	b, err = s.backtestOf(found[0])
	return b, found[0].SeenBy, err
}

// rulesHead is what every page of rules says.
func (s *Store) rulesHead(ctx context.Context, tx pgx.Tx, actor carenet.Actor) (h rulebook.Head, history []rulebook.Activation, err error) {
	if err := s.requireStaff(ctx, tx, actor); err != nil {
		return h, nil, err
	}
	if err := orgHead(ctx, tx, actor.Org, &h.Organisation, &h.Zone); err != nil {
		return h, nil, err
	}
	h.Today = alerts.Day(carenet.LocalDay(s.Now(), h.Zone))
	roles, err := s.rolesOf(ctx, tx, actor)
	if err != nil {
		return h, nil, err
	}
	h.MayGovern = rulebook.MayGovern(roles)
	if h.Viewer, err = s.nameOf(ctx, tx, actor.Org, actor.Person); err != nil {
		return h, nil, err
	}
	if history, err = s.activations(ctx, tx, actor.Org); err != nil {
		return h, nil, err
	}
	h.InForce = s.nameInForce(history, s.Now())
	return h, history, nil
}

// BacktestPage is a back-test and what it found, with the names of those whom the
// reader may see. A result that was shown is on record as shown.
func (s *Store) BacktestPage(ctx context.Context, actor carenet.Actor, id carenet.ID, f rulebook.Filter) (page rulebook.BacktestPage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = rulebook.BacktestPage{Filter: f}
		if page.Head, _, err = s.rulesHead(ctx, tx, actor); err != nil {
			return err
		}
		if page.Backtest, _, err = s.backtest(ctx, tx, actor.Org, id); err != nil {
			return err
		}
		if page.Filter.Kind == "" && page.Backtest.Pack.Hash == page.Against.Hash {
			page.Filter.Kind = rulebook.Same // beside itself nothing differs
		}
		if page.State != rulebook.Done {
			return s.audit(ctx, tx, actor, audited{Action: "backtest.read", Table: "backtest", Row: id})
		}
		if err := s.tallies(ctx, tx, actor.Org, &page); err != nil {
			return err
		}
		if err := s.matches(ctx, tx, actor, &page); err != nil {
			return err
		}
		if err := s.mayActivate(ctx, tx, actor, &page); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlBacktestSeen, actor.Org, id, actor.Person); err != nil {
			return err
		}
		b := &pgx.Batch{}
		var rows auditRows
		rows.add(actor, s.Now(), audited{Action: "backtest.read", Table: "backtest", Row: id})
		told := map[carenet.ID]bool{}
		for _, m := range page.Found {
			if !told[m.Patient] {
				told[m.Patient] = true
				rows.add(actor, s.Now(), audited{Action: "backtest.read", Table: "backtest", Row: id, Patient: m.Patient})
			}
		}
		rows.queue(b)
		return tx.SendBatch(ctx, b).Close()
	})
	return page, err
}

// tallies adds what was found of each rule, beside the alerts that there were.
func (s *Store) tallies(ctx context.Context, tx pgx.Tx, org carenet.ID, page *rulebook.BacktestPage) error {
	var rows []tallyRow
	var facts []ruleTimesRow
	from := carenet.Day(page.From).Time(page.Zone)
	to := carenet.Day(page.To + 1).Time(page.Zone)
	b := &pgx.Batch{}
	collect(b.Queue(sqlTallies, org, page.ID), &rows)
	collect(b.Queue(sqlAlertsIn, org, from, to), &facts)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	by := map[string]*rulebook.Tally{}
	of := func(rule string) *rulebook.Tally {
		if by[rule] == nil {
			by[rule] = &rulebook.Tally{Rule: rule, Count: map[rulebook.Kind]int{}}
		}
		return by[rule]
	}
	for _, r := range rows {
		t := of(r.RuleID)
		t.Count[rulebook.Kind(r.Kind)] += r.Times
		if rulebook.Calls(alerts.Severity(r.Severity)) {
			t.Calls += r.Times
		}
		if rulebook.Calls(alerts.Severity(r.SeverityWas)) {
			t.Called += r.Times
		}
	}
	for _, f := range facts {
		of(f.RuleID).InFact = f.Times
	}
	for _, t := range by {
		page.Tallies = append(page.Tallies, *t)
	}
	slices.SortFunc(page.Tallies, func(a, b rulebook.Tally) int { return compareStrings(a.Rule, b.Rule) })
	return nil
}

func compareStrings(a, b string) int {
	switch {
	case a < b:
		return -1
	case a > b:
		return 1
	}
	return 0
}

// matches adds a page of what was found, with names where the policy lets the reader
// see whom it is about.
func (s *Store) matches(ctx context.Context, tx pgx.Tx, actor carenet.Actor, page *rulebook.BacktestPage) error {
	rows, err := tx.Query(ctx, sqlMatches, actor.Org, page.ID, string(page.Filter.Kind), page.Filter.Rule, orNull(page.Filter.After), matchesShown+1)
	if err != nil {
		return err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[matchRow])
	if err != nil {
		return err
	}
	if len(found) > matchesShown {
		found = found[:matchesShown]
		page.Next = found[matchesShown-1].ID
	}
	for _, r := range found {
		view := carenet.Look(actor, carenet.Tie{Org: actor.Org, Patient: r.PatientID, Staff: true}) // rulesHead has let staff alone through
		if !view.Sees() || !view.Alerts {
			continue
		}
		m := rulebook.Found{Patient: r.PatientID, Alert: orNil(r.AlertID), Match: rulebook.Match{
			Kind: rulebook.Kind(r.Kind), Rule: r.RuleID, Opened: alerts.Day(r.OpenedDay), Severity: alerts.Severity(r.Severity), SeverityWas: alerts.Severity(r.SeverityWas),
		}}
		if r.Number != nil {
			m.Number = *r.Number
		}
		if m.Name, err = s.personName(r.NameEnc, actor.Org, r.PatientID); err != nil {
			return err
		}
		page.Found = append(page.Found, m)
	}
	return nil
}

// mayActivate says what the result can put in force, and why it cannot.
func (s *Store) mayActivate(ctx context.Context, tx pgx.Tx, actor carenet.Actor, page *rulebook.BacktestPage) (err error) {
	target := page.Pack
	if target.Hash == page.InForce.Hash {
		target = page.Against
	}
	page.Usable = !page.Pasted && (page.Pack.Hash == page.InForce.Hash || page.Against.Hash == page.InForce.Hash) && page.Pack.Hash != page.Against.Hash
	if !page.Usable {
		return nil
	}
	if page.Target, err = s.packNamed(ctx, tx, actor.Org, target.ID); err != nil {
		return err
	}
	page.Why = rulebook.MayActivate(rulebook.Request{
		Pack: page.Target.Name, Signed: len(page.Target.Signatures) > 0, InForce: page.InForce.Hash, Backtest: page.Backtest,
		Seen: true, Accepted: true, Today: page.Today, Now: s.Now(),
	})
	return nil
}

// backtests are the newest of an organisation.
func (s *Store) backtests(ctx context.Context, tx pgx.Tx, sql string, args ...any) (all []rulebook.Backtest, err error) {
	rows, err := tx.Query(ctx, sql, args...)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[backtestRow])
	for _, r := range found {
		b, err := s.backtestOf(r)
		if err != nil {
			return nil, err
		}
		all = append(all, b)
	}
	return all, err
}

// Since is when the period of four weeks that costs are counted over began.
const costDays = 28 * 24 * time.Hour
