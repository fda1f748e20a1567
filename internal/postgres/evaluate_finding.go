package postgres

import (
	"context"
	"math"
	"slices"
	"strings"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlFindings = `SELECT f.org_id, f.id, f.patient_id, f.rule_id, f.opened_day, f.last_day, f.times FROM finding f
WHERE f.org_id = ANY ($1) AND f.patient_id = ANY ($2) AND f.gone_at IS NULL`
	// Alerts upon no episode: upon a finding, of safety, of a rule that could not be judged.
	sqlAlertsBeside = `SELECT a.org_id, a.id, a.patient_id, a.finding_id, a.rule_id, a.state, f.opened_day
FROM alert a LEFT JOIN finding f ON f.org_id = a.org_id AND f.id = a.finding_id
WHERE a.org_id = ANY ($1) AND a.patient_id = ANY ($2) AND a.episode_id IS NULL ORDER BY a.patient_id, a.number`
	sqlOffersOpen = `SELECT o.org_id, o.id, o.patient_id, o.finding_id FROM call_offer o
WHERE o.org_id = ANY ($1) AND o.patient_id = ANY ($2) AND o.state = 'open'`

	sqlInsertFinding = `INSERT INTO finding (org_id, id, patient_id, rule_id, rule_version, pack, pack_version, severity, opened_day, last_day, times, evidence, computed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`
	sqlMoveFinding   = `UPDATE finding SET last_day = $3, times = $4, computed_at = $5 WHERE org_id = $1 AND id = $2`
	sqlGoneFinding   = `UPDATE finding SET gone_at = $3 WHERE org_id = $1 AND id = $2`
	sqlAlertFinding  = `UPDATE alert SET finding_id = $3 WHERE org_id = $1 AND id = $2`
	sqlInsertOffer   = `INSERT INTO call_offer (org_id, id, patient_id, finding_id, state, asked_at, due_at) VALUES ($1, $2, $3, $4, 'open', $5, $6)`
	sqlWithdrawOffer = `UPDATE call_offer SET state = 'withdrawn', due_at = NULL, answered_at = $3 WHERE org_id = $1 AND id = $2 AND state = 'open'`
)

type findingRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PatientID carenet.ID
	RuleID    string
	OpenedDay int
	LastDay   int
	Times     int
}

type besideRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PatientID carenet.ID
	FindingID *carenet.ID
	RuleID    string
	State     string
	OpenedDay *int
}

type offerRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PatientID carenet.ID
	FindingID carenet.ID
}

// offerForDays: a lowest answer from before yesterday, seen only now, is nothing to
// ask about at once.
const offerForDays = 1

// newest is the day of the patient's latest answer or asking.
func (e *evaluation) newest() alerts.Day {
	var day alerts.Day
	if n := len(e.history.Answers); n > 0 {
		day = e.history.Answers[n-1].Day
	}
	if n := len(e.history.Prompts); n > 0 {
		day = max(day, e.history.Prompts[n-1].Day)
	}
	return day
}

// tellFindings brings the stored findings to match what the answers and askings
// show now, and does what each new one that still matters leads to.
func (e *evaluation) tellFindings(ctx context.Context, b *pgx.Batch, spells []alerts.Spell) ([]carenet.Event, error) {
	s, org := e.store, e.patient.OrgID
	// What calls staff at once has done so when the answer or the words came.
	spells = slices.DeleteFunc(spells, func(x alerts.Spell) bool { return x.First.Pack == alerts.SafetyPack().ID })
	is := func(f findingRow, x alerts.Spell) bool {
		return f.RuleID == x.First.Rule && f.OpenedDay == int(x.Opened())
	}
	// Alerts whose finding the answers no longer show, since now or for some time.
	var orphans []besideRow
	gone := map[carenet.ID]bool{}
	for _, f := range e.findings {
		if !slices.ContainsFunc(spells, func(x alerts.Spell) bool { return is(f, x) }) {
			gone[f.ID] = true
			b.Queue(sqlGoneFinding, org, f.ID, e.now)
		}
	}
	for _, a := range e.beside {
		if a.FindingID == nil {
			continue
		}
		stands := slices.ContainsFunc(e.findings, func(f findingRow) bool { return f.ID == *a.FindingID })
		if stands && !gone[*a.FindingID] {
			continue
		}
		orphans = append(orphans, a)
		if gone[*a.FindingID] && a.State != string(alerts.StatusResolved) {
			// A corrected or late answer undid it. The alert stays, for a human to end.
			if err := s.queueAlertEntry(b, org, a.ID, "answers_changed", carenet.SystemActor(org), "", e.now); err != nil {
				return nil, err
			}
		}
	}
	for _, o := range e.offers {
		if gone[o.FindingID] {
			b.Queue(sqlWithdrawOffer, org, o.ID, e.now)
			e.offers = slices.DeleteFunc(slices.Clone(e.offers), func(x offerRow) bool { return x.ID == o.ID })
		}
	}
	var raised []carenet.Event
	for _, x := range spells {
		if i := slices.IndexFunc(e.findings, func(f findingRow) bool { return is(f, x) }); i >= 0 {
			if f := e.findings[i]; f.LastDay != int(x.Last) || f.Times != x.Times {
				b.Queue(sqlMoveFinding, org, f.ID, int(x.Last), x.Times, e.now)
			}
			continue
		}
		id, f := carenet.NewID(e.now), x.First
		evidence := evidenceOf(f)
		b.Queue(sqlInsertFinding, org, id, e.patient.PatientID, f.Rule, f.RuleVersion, f.Pack, f.PackVersion, string(f.Severity),
			int(x.Opened()), int(x.Last), x.Times, evidence, e.now)
		same := func(a besideRow) bool {
			return a.RuleID == f.Rule && a.OpenedDay != nil && max(*a.OpenedDay-int(x.Opened()), int(x.Opened())-*a.OpenedDay) <= sameWithin
		}
		if i := slices.IndexFunc(orphans, same); i >= 0 && alerts.CourseOf(f.Severity) == alerts.CourseCall {
			b.Queue(sqlAlertFinding, org, orphans[i].ID, id)
			orphans = slices.Delete(orphans, i, i+1)
			continue
		}
		more, err := e.follow(ctx, b, x, id, evidence)
		if err != nil {
			return nil, err
		}
		raised = append(raised, more...)
	}
	return raised, nil
}

// follow does what a new finding leads to.
func (e *evaluation) follow(ctx context.Context, b *pgx.Batch, x alerts.Spell, id carenet.ID, evidence carenet.Evidence) ([]carenet.Event, error) {
	f := x.First
	age := int(e.today - x.Last)
	switch alerts.CourseOf(f.Severity) {
	case alerts.CourseCall:
		safety := strings.HasPrefix(f.Rule, alerts.SafetyPrefix)
		if age > alertForDays || !safety && e.stands(func(a besideRow) bool { return a.RuleID == f.Rule && a.FindingID != nil }) {
			return nil, nil
		}
		e.beside = append(e.beside, besideRow{RuleID: f.Rule, FindingID: &id, State: string(alerts.StatusOpen)})
		return e.store.openAlert(ctx, e.tx, b, newAlert{
			org: e.patient.OrgID, patient: e.patient.PatientID, finding: id, rule: f.Rule, version: f.RuleVersion,
			severity: f.Severity, evidence: evidence, batch: e.batch, now: e.now,
		})
	case alerts.CourseAsk:
		// Whom staff are called for already is not asked whether they should be.
		called := e.crying || e.stands(func(a besideRow) bool { return strings.HasPrefix(a.RuleID, alerts.SafetyPrefix) })
		if !e.here || age > offerForDays || x.Last != e.newest() || called || len(e.offers) > 0 {
			return nil, nil
		}
		return e.askOrCall(ctx, b, id, f, evidence)
	}
	return nil, nil
}

// askOrCall asks the patient whether they would like a call. Whom no text reaches is not
// asked what they cannot hear: staff are called at once, and told why.
func (e *evaluation) askOrCall(ctx context.Context, b *pgx.Batch, finding carenet.ID, f alerts.Finding, evidence carenet.Evidence) ([]carenet.Event, error) {
	why, err := e.unheard(ctx)
	if err != nil {
		return nil, err
	}
	if why == "" {
		return e.offer(b, finding), nil
	}
	if e.stands(func(a besideRow) bool { return a.RuleID == f.Rule && a.FindingID != nil }) {
		return nil, nil
	}
	e.beside = append(e.beside, besideRow{RuleID: f.Rule, FindingID: &finding, State: string(alerts.StatusOpen)})
	evidence.Offer, evidence.Unheard = carenet.OfferUnasked, why
	return e.store.openAlert(ctx, e.tx, b, newAlert{
		org: e.patient.OrgID, patient: e.patient.PatientID, finding: finding, rule: f.Rule, version: f.RuleVersion,
		severity: alerts.AmberHigh, evidence: evidence, batch: e.batch, now: e.now,
	})
}

const sqlHears = `SELECT p.state, c.opted_out_at IS NOT NULL AS stopped, c.wrong_number_at IS NOT NULL AS wrong, c.suspect_at IS NOT NULL AS suspect, c.suspect_code,
  coalesce(c.check_wanted OR c.check_asked_at IS NOT NULL, false) AS asked
FROM patient p LEFT JOIN LATERAL (SELECT k.opted_out_at, k.wrong_number_at, k.suspect_at, k.suspect_code, k.check_wanted, k.check_asked_at FROM contact_point cp
  JOIN conversation k ON k.org_id = cp.org_id AND k.id = cp.conversation_id
  WHERE cp.org_id = p.org_id AND cp.person_id = p.id AND cp.kind = 'phone' AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1) c ON true
WHERE p.org_id = $1 AND p.id = $2`

// unheard says why no automatic text reaches the patient; "" when one may.
func (e *evaluation) unheard(ctx context.Context) (carenet.Unheard, error) {
	var state string
	var n notify.Number
	var code *int
	var asked bool // whether it is still theirs: nothing personal goes there
	if err := e.tx.QueryRow(ctx, sqlHears, e.patient.OrgID, e.patient.PatientID).Scan(&state, &n.Stopped, &n.Wrong, &n.Suspect, &code, &asked); err != nil {
		return "", err
	}
	if code != nil {
		n.SuspectCode = *code
	}
	n.None = code == nil
	switch {
	case !carenet.Reachable(state):
		return carenet.UnheardHospital, nil
	case n.None, asked, n.Texts() != "":
		return carenet.UnheardStopped, nil
	}
	return "", nil
}

// stands says whether an alert beside the episodes is not resolved.
func (e *evaluation) stands(is func(besideRow) bool) bool {
	return slices.ContainsFunc(e.beside, func(a besideRow) bool { return a.State != string(alerts.StatusResolved) && is(a) })
}

// offer asks the patient whether they would like a call.
func (e *evaluation) offer(b *pgx.Batch, finding carenet.ID) []carenet.Event {
	org, patient, id := e.patient.OrgID, e.patient.PatientID, carenet.NewID(e.now)
	e.offers = append(e.offers, offerRow{ID: id, FindingID: finding})
	b.Queue(sqlInsertOffer, org, id, patient, finding, e.now, e.now.Add(notify.OfferTime))
	e.store.queueAudit(b, carenet.SystemActor(org), e.now, audited{Action: "call.offer", Table: "call_offer", Row: id, Patient: patient})
	ev := carenet.Event{
		ID: carenet.NewID(e.now), Org: org, Batch: e.batch, Kind: carenet.EventCallOffer, Patient: patient, Subject: id,
		Detail: carenet.Detail{Person: patient}, At: e.now,
	}
	queueEvent(b, ev)
	return []carenet.Event{ev}
}

// gravest is the most urgent of the findings that open an episode.
func gravest(opening []alerts.Finding) alerts.Finding {
	f := opening[0]
	for _, o := range opening {
		if o.Severity.Rank() > f.Severity.Rank() {
			f = o
		}
	}
	return f
}

// evidenceOf is a finding in the figures and the sentence that staff read.
func evidenceOf(f alerts.Finding) carenet.Evidence {
	r := f.Reason()
	e := carenet.Evidence{
		Rule: f.Rule, Version: f.RuleVersion, Pack: f.Pack, PackVersion: f.PackVersion,
		Usual: r.Usual, Spread: f.Evidence.Baseline.SD, Days: f.Evidence.Baseline.N, Last: r.Last,
		Drop: finite(r.Drop), Threshold: finite(r.Threshold), Max: int(f.Evidence.Scale.Max), OpenedDay: carenet.Day(f.Day),
		Silent: !f.Evidence.Features.Answered,
	}
	if e.Silent {
		e.Missed = int(f.Evidence.Features.MissedStreak.Value)
	}
	e.Items = f.Evidence.Features.Item
	for _, l := range f.Evidence.Limits {
		e.Limits = append(e.Limits, carenet.Limit{Name: l.Feature, Value: finite(l.Value), Limit: finite(l.Limit)})
	}
	for lang := range f.Say {
		if e.Say == nil {
			e.Say = make(map[string]string, len(f.Say))
		}
		e.Say[lang] = f.Sentence(lang)
	}
	return e
}

// finite keeps a value that a rule divided by nothing out of JSON, which has no word
// for it.
func finite(x float64) float64 {
	if math.IsNaN(x) || math.IsInf(x, 0) {
		return 0
	}
	return x
}
