package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

// policyOf is the newest escalation that an organisation has set for an alert's
// severity, as a column of a query upon alert a.
const policyOf = `(SELECT ep.policy FROM escalation_policy ep WHERE ep.org_id = a.org_id AND ep.severity = a.severity ORDER BY ep.version DESC LIMIT 1) AS policy, ` + staffedOf + `, (SELECT o.zone FROM organisation o WHERE o.org_id = a.org_id) AS zone`

const (
	sqlPolicy = `SELECT a.zone, ` + staffedOf + `,
  (SELECT ep.policy FROM escalation_policy ep WHERE ep.org_id = a.org_id AND ep.severity = $2 ORDER BY ep.version DESC LIMIT 1) AS policy
FROM organisation a WHERE a.org_id = $1`
	sqlPolicies = `SELECT DISTINCT ON (ep.severity) ep.severity, ep.policy, ep.version, ep.made_at FROM escalation_policy ep WHERE ep.org_id = $1 ORDER BY ep.severity, ep.version DESC`
	// The organisation's row is the lock of its versions.
	sqlLockOrg      = `SELECT org_id FROM organisation WHERE org_id = $1 FOR UPDATE`
	sqlInsertPolicy = `INSERT INTO escalation_policy (org_id, id, severity, version, policy, made_by, made_at)
VALUES ($1, $2, $3, (SELECT coalesce(max(ep.version), 0) + 1 FROM escalation_policy ep WHERE ep.org_id = $1 AND ep.severity = $3), $4, $5, $6)`
	// What stands open begins a new round: how often the old steps asked says nothing of
	// where the new ones stand.
	sqlPolicyChanged = `UPDATE alert SET asking_since = $3, asked = 0, next_step_at = $3 WHERE org_id = $1 AND severity = $2 AND state = 'open'`
)

// policyDoc is an escalation as it is stored: times in seconds.
type policyDoc struct {
	Steps  []policyStep `json:"steps"`
	Repeat int64        `json:"repeat"`
	Hold   int64        `json:"hold"`
}

type policyStep struct {
	After  int64         `json:"after"`
	To     []alerts.Role `json:"to,omitempty"`
	People []carenet.ID  `json:"people,omitempty"`
}

func docOf(e alerts.Escalation) policyDoc {
	d := policyDoc{Repeat: int64(e.Repeat / time.Second), Hold: int64(e.Hold / time.Second)}
	for _, s := range e.Steps {
		d.Steps = append(d.Steps, policyStep{int64(s.After / time.Second), s.To, s.People})
	}
	return d
}

// escalation is what is in force for a severity: what the organisation has set, or the
// default. One that would not be taken any more is not followed: an alert must climb.
func (d *policyDoc) escalation(s alerts.Severity) alerts.Escalation {
	if d == nil {
		return alerts.DefaultEscalation(s)
	}
	e := alerts.Escalation{Repeat: time.Duration(d.Repeat) * time.Second, Hold: time.Duration(d.Hold) * time.Second}
	for _, x := range d.Steps {
		e.Steps = append(e.Steps, alerts.Step{After: time.Duration(x.After) * time.Second, To: x.To, People: x.People})
	}
	if e.CheckFor(s) != nil {
		return alerts.DefaultEscalation(s)
	}
	return e
}

// escalationOf reads what is in force for one severity.
func escalationOf(ctx context.Context, tx pgx.Tx, org carenet.ID, s alerts.Severity) (alerts.Escalation, error) {
	var doc *policyDoc
	var staffed staffedDoc
	var zone string
	if err := tx.QueryRow(ctx, sqlPolicy, org, string(s)).Scan(&zone, &staffed, &doc); err != nil {
		return alerts.Escalation{}, err
	}
	e := doc.escalation(s)
	e.Hours = staffed.hours(zone)
	return e, nil
}

// SetEscalation sets who is asked about alerts of a severity. It is of code Invalid,
// an *alerts.PolicyError, for one that would let an alert wait too long or reach
// nobody, and Forbidden to whoever is no administrator.
func (s *Store) SetEscalation(ctx context.Context, actor carenet.Actor, severity alerts.Severity, e alerts.Escalation) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		if err := s.requireAdmin(ctx, tx, actor); err != nil {
			return err
		}
		if err := e.CheckFor(severity); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlLockOrg, actor.Org); err != nil {
			return err
		}
		found, err := members(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		var staff []alerts.Member
		for _, m := range found {
			staff = append(staff, m.member())
		}
		if err := e.Reaches(staff); err != nil {
			return err
		}
		id := carenet.NewID(now)
		b := &pgx.Batch{}
		b.Queue(sqlInsertPolicy, actor.Org, id, string(severity), docOf(e), orNull(actor.Person), now)
		b.Queue(sqlPolicyChanged, actor.Org, string(severity), now)
		s.queueAudit(b, actor, now, audited{
			Action: "escalation.set", Table: "escalation_policy", Row: id, Detail: map[string]any{"severity": string(severity), "steps": len(e.Steps)},
		})
		return tx.SendBatch(ctx, b).Close()
	})
}
