package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const sqlStandingRules = `SELECT a.rule_id FROM alert a
WHERE a.org_id = $1 AND a.patient_id = $2 AND a.episode_id IS NULL AND a.state <> 'resolved'`

// tellFaults calls staff about rules that could not be judged on the latest
// answer: nobody may take them for rules that found nothing. One alert a rule
// stands at a time; faults of earlier answers have been told already.
func (e *evaluation) tellFaults(ctx context.Context, b *pgx.Batch, faults []alerts.Fault) ([]carenet.Event, error) {
	if len(faults) == 0 {
		return nil, nil
	}
	rows, err := e.tx.Query(ctx, sqlStandingRules, e.patient.OrgID, e.patient.PatientID)
	if err != nil {
		return nil, err
	}
	standing, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	told := make(map[string]bool)
	for _, rule := range standing {
		told[rule] = true
	}
	var raised []carenet.Event
	for _, f := range faults {
		if f.Day != e.newest() {
			continue
		}
		e.store.onFault(f)
		if told[f.Rule] {
			continue
		}
		told[f.Rule] = true
		more, err := e.store.openAlert(ctx, e.tx, b, newAlert{
			org: e.patient.OrgID, patient: e.patient.PatientID, rule: f.Rule, version: f.RuleVersion, severity: alerts.Amber, technical: true,
			evidence: carenet.Evidence{Rule: f.Rule, Version: f.RuleVersion, Pack: f.Pack, PackVersion: f.PackVersion, OpenedDay: carenet.Day(f.Day)},
			batch:    e.batch, now: e.now,
		})
		if err != nil {
			return nil, err
		}
		raised = append(raised, more...)
	}
	return raised, nil
}
