package postgres

import (
	"context"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/ask"
)

const (
	// The last answer to each item of a check-in counts.
	sqlItemValues = `SELECT DISTINCT ON (a.org_id, a.patient_id, a.prompt_id, a.item) a.org_id, a.patient_id, a.prompt_id, a.question_set_id, a.item, a.value, a.local_day
FROM item_answer a WHERE a.org_id = ANY ($1) AND a.patient_id = ANY ($2)
ORDER BY a.org_id, a.patient_id, a.prompt_id, a.item, a.at DESC, a.id DESC`
	sqlItemSets = `SELECT s.org_id, s.id, s.code, s.version, s.items, s.about FROM question_set s
WHERE s.org_id = ANY ($1) AND s.id IN (SELECT a.question_set_id FROM item_answer a WHERE a.org_id = ANY ($1) AND a.patient_id = ANY ($2))`
	sqlRuleAlerts = `SELECT a.rule_id, a.state, coalesce(a.evidence ->> 'opened_day', '') AS day FROM alert a
WHERE a.org_id = $1 AND a.patient_id = $2 AND a.episode_id IS NULL`
)

type itemValueRow struct {
	OrgID         carenet.ID
	PatientID     carenet.ID
	PromptID      carenet.ID
	QuestionSetID carenet.ID
	Item          string
	Value         float64
	LocalDay      int
}

type ruleAlertRow struct {
	RuleID string
	State  string
	Day    string
}

// moreOf are the answers to further questions by day, under the names that the
// rules know, with the totals that are complete.
func moreOf(items []itemValueRow, sets []setRow) map[alerts.Day]alerts.More {
	if len(items) == 0 {
		return nil
	}
	type asking struct {
		day    alerts.Day
		prompt carenet.ID
	}
	byAsking := map[asking]ask.Running{}
	for _, v := range items {
		k := asking{alerts.Day(v.LocalDay), v.PromptID}
		r := byAsking[k]
		known := false
		for _, f := range r.Sets {
			known = known || f.ID == v.QuestionSetID
		}
		for _, s := range sets {
			if !known && s.ID == v.QuestionSetID && s.OrgID == v.OrgID {
				r.Sets = append(r.Sets, ask.Further{ID: s.ID, Set: s.set()})
			}
		}
		byAsking[k] = r.With(v.Item, v.Value)
	}
	out := map[alerts.Day]alerts.More{}
	for k, r := range byAsking {
		more := out[k.day]
		if more.Items == nil {
			more.Items = map[string]float64{}
		}
		for name, value := range r.Features() {
			more.Items[name] = value
		}
		out[k.day] = more
	}
	return out
}

// tellItems opens an alert for each rule that fires because of the answers to
// further questions of the latest day. What calls staff at once has done so when
// the answer came. One alert a rule stands at a time, and one a day.
func (e *evaluation) tellItems(ctx context.Context, b *pgx.Batch, answers []alerts.Answer, findings []alerts.Finding, more map[alerts.Day]alerts.More, today alerts.Day) ([]carenet.Event, error) {
	if len(more) == 0 || len(answers) == 0 {
		return nil, nil
	}
	latest := answers[len(answers)-1].Day
	if _, ok := more[latest]; !ok || today-latest > alertForDays {
		return nil, nil
	}
	without, err := e.store.trend.Replay(answers, today)
	if err != nil {
		return nil, err
	}
	skip := map[string]bool{}
	for _, f := range without.Findings {
		if f.Day == latest {
			skip[f.Rule] = true // it fires whatever the further answers are
		}
	}
	rows, err := e.tx.Query(ctx, sqlRuleAlerts, e.patient.OrgID, e.patient.PatientID)
	if err != nil {
		return nil, err
	}
	standing, err := pgx.CollectRows(rows, pgx.RowToStructByName[ruleAlertRow])
	if err != nil {
		return nil, err
	}
	for _, a := range standing {
		if a.State != string(alerts.StatusResolved) || a.Day == carenet.Day(latest).String() {
			skip[a.RuleID] = true
		}
	}
	var raised []carenet.Event
	for _, f := range findings {
		if f.Day != latest || f.Part != alerts.PartOwn || f.Pack == alerts.SafetyPack().ID || skip[f.Rule] || f.Severity.Rank() < alerts.Amber.Rank() {
			continue
		}
		skip[f.Rule] = true
		say := map[string]string{}
		for lang := range f.Say {
			say[lang] = f.Sentence(lang)
		}
		opened, err := e.store.openAlert(ctx, e.tx, b, newAlert{
			org: e.patient.OrgID, patient: e.patient.PatientID, rule: f.Rule, version: f.RuleVersion, severity: f.Severity,
			evidence: carenet.Evidence{Rule: f.Rule, Version: f.RuleVersion, OpenedDay: carenet.Day(f.Day), Items: f.Evidence.Features.Item, Say: say},
			batch:    e.batch, now: e.now,
		})
		if err != nil {
			return nil, err
		}
		raised = append(raised, opened...)
	}
	return raised, nil
}
