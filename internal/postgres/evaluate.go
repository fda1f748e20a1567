package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlLockPatients = `SELECT p.org_id, p.id AS patient_id, n.zone, p.ease_look_at,
  (SELECT z.agreed_at FROM easing z WHERE z.org_id = p.org_id AND z.patient_id = p.id AND z.ended_at IS NULL) AS eased_at,
  EXISTS (SELECT FROM open_question q WHERE q.org_id = p.org_id AND q.person_id = p.id AND q.kind = 'ease' AND q.state = 'open') AS ease_open
FROM patient p JOIN person n ON n.org_id = p.org_id AND n.id = p.id
WHERE p.org_id = ANY ($1) AND p.id = ANY ($2) ORDER BY p.org_id, p.id FOR NO KEY UPDATE OF p`

	sqlSeries = `SELECT k.org_id, k.id, k.patient_id, k.local_day, k.at, k.corrects_id, a.value
FROM check_in k JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE k.org_id = ANY ($1) AND k.patient_id = ANY ($2) AND k.reporter = 'self' AND a.item = $3 AND a.value IS NOT NULL
ORDER BY k.patient_id, k.at, k.id`
	// Only prompts that count (INV-14): answered, or handed over in time to somebody who
	// was neither away nor stopped. One that somebody else answered says nothing of the
	// patient: they neither replied nor kept silent.
	sqlAskings = `SELECT q.org_id, q.patient_id, q.slot_day, q.state = 'answered' AS answered, coalesce(q.closed_at, q.slot_at) AS at FROM prompt q
WHERE q.org_id = ANY ($1) AND q.patient_id = ANY ($2) AND (q.state = 'answered' AND NOT q.by_proxy OR q.state = 'closed' AND q.cause = 'no_reply')
ORDER BY q.patient_id, q.slot_at, q.id`

	sqlEpisodes = `SELECT e.org_id, e.id, e.patient_id, e.opened_day, e.closed_day FROM episode e
WHERE e.org_id = ANY ($1) AND e.patient_id = ANY ($2) AND e.gone_at IS NULL`

	sqlAlertsUpon = `SELECT a.org_id, a.id, a.patient_id, a.episode_id, a.state, e.opened_day
FROM alert a JOIN episode e ON e.org_id = a.org_id AND e.id = a.episode_id
WHERE a.org_id = ANY ($1) AND a.patient_id = ANY ($2) ORDER BY a.patient_id, a.number`

	sqlUsual = `UPDATE patient SET usual_mean = $3, usual_spread = $4, usual_days = $5 WHERE org_id = $1 AND id = $2`

	sqlInsertEpisode = `INSERT INTO episode (org_id, id, patient_id, opened_day, closed_day, severity, rules, evidence, computed_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlCloseEpisode = `UPDATE episode SET closed_day = $3, computed_at = $4 WHERE org_id = $1 AND id = $2`
	sqlGoneEpisode  = `UPDATE episode SET gone_at = $3 WHERE org_id = $1 AND id = $2`

	sqlMoveAlert = `UPDATE alert SET episode_id = $3 WHERE org_id = $1 AND id = $2`

	sqlAlertNumber = `UPDATE organisation SET next_alert_number = next_alert_number + 1 WHERE org_id = $1 RETURNING next_alert_number - 1`
	sqlInsertAlert = `INSERT INTO alert (org_id, id, number, patient_id, episode_id, rule_id, rule_version, severity, evidence, state,
  asking_since, asked, next_step_at, opened_at, changed_at, finding_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $14, $15)`
)

type patientRow struct {
	OrgID      carenet.ID
	PatientID  carenet.ID
	Zone       string
	EaseLookAt *time.Time // from when on it is weighed whether they may be asked less often
	EasedAt    *time.Time // since when they are
	EaseOpen   bool       // they were offered it
}

type seriesRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	PatientID  carenet.ID
	LocalDay   int
	At         time.Time
	CorrectsID *carenet.ID
	Value      float64
}

type askingRow struct {
	OrgID     carenet.ID
	PatientID carenet.ID
	SlotDay   int
	Answered  bool
	At        time.Time // when it was given up
}

type episodeRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PatientID carenet.ID
	OpenedDay int
	ClosedDay *int
}

// uponRow is an alert with the episode that it stands upon.
type uponRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	PatientID carenet.ID
	EpisodeID carenet.ID
	State     string
	OpenedDay int
}

const (
	// alertForDays: an episode that closed longer ago than this, seen only now
	// through a late answer, is history and calls nobody.
	alertForDays = 7
	// sameWithin: episodes that begin as close as this, of which the answers show
	// the one in the other's stead, are one decline.
	sameWithin = 7
)

// evaluate runs the rules over the patients whose answers changed and opens
// alerts. It returns the events that this adds; their batch is the first event's.
func (s *Store) evaluate(ctx context.Context, tx pgx.Tx, events []carenet.Event, now time.Time) ([]carenet.Event, error) {
	var orgs, patients []carenet.ID
	for _, e := range events {
		switch e.Kind {
		case carenet.EventCheckIn, carenet.EventItem, carenet.EventUnanswered, carenet.EventCallWanted:
			// Of the last the patient is locked, so that two who hear of it call staff once.
			orgs, patients = addID(orgs, e.Org), addID(patients, e.Patient)
		}
	}
	var raised []carenet.Event
	if len(patients) > 0 {
		var err error
		if raised, err = s.evaluatePatients(ctx, tx, orgs, patients, events, now); err != nil {
			return nil, err
		}
	}
	// After the patients are locked: to number an alert locks its organisation, and
	// whoever numbers one for a patient has locked the patient first.
	for _, e := range events {
		var more []carenet.Event
		var err error
		switch e.Kind {
		case carenet.EventSafety:
			more, err = s.openSafetyAlert(ctx, tx, e, now)
		case carenet.EventCheckIn:
			if e.Detail.Proxy && !cries(events, e) {
				more, err = s.openProxyAlert(ctx, tx, e, now)
			}
		case carenet.EventCallWanted:
			more, err = s.openCallAlert(ctx, tx, e, now)
		}
		if err != nil {
			return nil, err
		}
		raised = append(raised, more...)
	}
	return raised, nil
}

func (s *Store) evaluatePatients(ctx context.Context, tx pgx.Tx, orgs, patients []carenet.ID, events []carenet.Event, now time.Time) ([]carenet.Event, error) {
	var who []patientRow
	var all known
	b := &pgx.Batch{}
	collect(b.Queue(sqlLockPatients, orgs, patients), &who)
	collect(b.Queue(sqlSeries, orgs, patients, wellbeingItem), &all.series)
	collect(b.Queue(sqlItemValues, orgs, patients), &all.items)
	collect(b.Queue(sqlItemSets, orgs, patients), &all.sets)
	collect(b.Queue(sqlAskings, orgs, patients), &all.asked)
	collect(b.Queue(sqlEpisodes, orgs, patients), &all.episodes)
	collect(b.Queue(sqlAlertsUpon, orgs, patients), &all.upon)
	collect(b.Queue(sqlFindings, orgs, patients), &all.findings)
	collect(b.Queue(sqlAlertsBeside, orgs, patients), &all.beside)
	collect(b.Queue(sqlOffersOpen, orgs, patients), &all.offers)
	// After the patients are locked, so that whoever has activated a pack before sees
	// it judge what is judged from here on.
	collect(b.Queue(sqlInForce, orgs), &all.inForce)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	var raised []carenet.Event
	for _, p := range who {
		e := evaluation{store: s, tx: tx, patient: p, known: all.of(p), batch: events[0].Batch, now: now}
		e.crying = slices.ContainsFunc(events, func(x carenet.Event) bool {
			return x.Kind == carenet.EventSafety && x.Org == p.OrgID && x.Patient == p.PatientID
		})
		e.here = slices.ContainsFunc(events, func(x carenet.Event) bool {
			return x.Kind == carenet.EventCheckIn && !x.Detail.Proxy && x.Org == p.OrgID && x.Patient == p.PatientID
		})
		more, err := e.run(ctx)
		if err != nil {
			return nil, err
		}
		raised = append(raised, more...)
	}
	return raised, nil
}

// cries says whether words of the same moment call staff for the patient already.
func cries(events []carenet.Event, e carenet.Event) bool {
	return slices.ContainsFunc(events, func(x carenet.Event) bool {
		return x.Kind == carenet.EventSafety && x.Org == e.Org && x.Patient == e.Patient && x.At.Equal(e.At)
	})
}

// known is what the rules and what they lead to are worked out from.
type known struct {
	series   []seriesRow
	items    []itemValueRow
	sets     []setRow
	asked    []askingRow
	episodes []episodeRow
	upon     []uponRow
	findings []findingRow
	beside   []besideRow
	offers   []offerRow
	inForce  []inForceRow
}

// of is what is known of one patient.
func (k known) of(p patientRow) known {
	is := func(org, patient carenet.ID) bool { return org == p.OrgID && patient == p.PatientID }
	return known{
		series:   only(k.series, func(r seriesRow) bool { return is(r.OrgID, r.PatientID) }),
		items:    only(k.items, func(r itemValueRow) bool { return is(r.OrgID, r.PatientID) }),
		sets:     k.sets,
		asked:    only(k.asked, func(r askingRow) bool { return is(r.OrgID, r.PatientID) }),
		episodes: only(k.episodes, func(r episodeRow) bool { return is(r.OrgID, r.PatientID) }),
		upon:     only(k.upon, func(r uponRow) bool { return is(r.OrgID, r.PatientID) }),
		findings: only(k.findings, func(r findingRow) bool { return is(r.OrgID, r.PatientID) }),
		beside:   only(k.beside, func(r besideRow) bool { return is(r.OrgID, r.PatientID) }),
		offers:   only(k.offers, func(r offerRow) bool { return is(r.OrgID, r.PatientID) }),
		inForce:  only(k.inForce, func(r inForceRow) bool { return r.OrgID == p.OrgID }),
	}
}

// history is the patient's answers and askings as the rules read them, and the moment
// at which the answer of each day was given, with all that came with it.
func (k known) history(scale alerts.Scale) (alerts.History, map[alerts.Day]time.Time, error) {
	checkIns := make([]alerts.CheckIn, 0, len(k.series))
	for _, r := range k.series {
		checkIns = append(checkIns, alerts.CheckIn{ID: r.ID, Day: alerts.Day(r.LocalDay), At: r.At, Score: r.Value, Reporter: carenet.ReporterSelf, Corrects: orNil(r.CorrectsID)})
	}
	h, at, err := alerts.HistoryAt(scale, carenet.ReporterSelf, checkIns)
	h.More = moreOf(k.items, k.sets)
	for _, v := range k.items {
		if given, ok := at[alerts.Day(v.LocalDay)]; ok && v.At.After(given) {
			at[alerts.Day(v.LocalDay)] = v.At
		}
	}
	for _, r := range k.asked {
		slot, day := 0, alerts.Day(r.SlotDay)
		if n := len(h.Prompts); n > 0 && h.Prompts[n-1].Day == day {
			slot = h.Prompts[n-1].Slot + 1
		}
		h.Prompts = append(h.Prompts, alerts.Asking{Day: day, Slot: slot, Answered: r.Answered})
	}
	return h, at, err
}

func only[T any](rows []T, keep func(T) bool) []T {
	var out []T
	for _, r := range rows {
		if keep(r) {
			out = append(out, r)
		}
	}
	return out
}

// evaluation is the work on one patient.
type evaluation struct {
	known
	store   *Store
	tx      pgx.Tx
	patient patientRow
	batch   carenet.ID
	now     time.Time
	crying  bool // words of the same moment call staff already
	here    bool // the patient has answered just now: it is no imported past, and no silence

	unread bool // rules of the organisation's own could not be opened

	trend   alerts.Trend
	history alerts.History
	today   alerts.Day
}

// run recomputes the patient's episodes and findings from the answers and askings
// (INV-11), brings the stored ones to match, and does what each new one that still
// matters leads to.
func (e *evaluation) run(ctx context.Context) ([]carenet.Event, error) {
	s, org := e.store, e.patient.OrgID
	stored, upon := e.episodes, e.upon
	var err error
	e.trend = s.trend
	var given map[alerts.Day]time.Time
	if e.history, given, err = e.known.history(e.trend.Scale); err != nil {
		return nil, err
	}
	if err := e.byTheRulesInForce(ctx, given); err != nil {
		return nil, err
	}
	e.today = alerts.Day(carenet.LocalDay(e.now, zoneOf(e.patient.Zone)))
	today := e.today
	result, err := e.trend.ReplayHistory(e.history, today)
	if err != nil {
		return nil, err
	}
	b := &pgx.Batch{}
	if base := result.State.Baseline(); base.Ready() {
		b.Queue(sqlUsual, org, e.patient.PatientID, base.Mean, base.SD, base.N)
	}
	var raised []carenet.Event
	shown := func(o episodeRow) bool {
		return slices.ContainsFunc(result.Episodes, func(n alerts.Episode) bool { return int(n.Opened) == o.OpenedDay })
	}
	for _, old := range stored {
		if !shown(old) {
			// A corrected or late answer undid it. The alert stays, for a human to end.
			b.Queue(sqlGoneEpisode, org, old.ID, e.now)
		}
	}
	// Alerts whose episode the answers no longer show, since now or for some time.
	var orphans []uponRow
	for _, a := range upon {
		i := slices.IndexFunc(stored, func(o episodeRow) bool { return o.ID == a.EpisodeID })
		if i >= 0 && shown(stored[i]) {
			continue
		}
		orphans = append(orphans, a)
		if i < 0 || a.State == string(alerts.StatusResolved) {
			continue
		}
		if err := s.queueAlertEntry(b, org, a.ID, "answers_changed", carenet.SystemActor(org), "", e.now); err != nil {
			return nil, err
		}
	}
	for _, ep := range result.Episodes {
		var closed *int
		if !ep.Open() {
			d := int(ep.Closed)
			closed = &d
		}
		i := slices.IndexFunc(stored, func(o episodeRow) bool { return o.OpenedDay == int(ep.Opened) })
		if i >= 0 {
			if (stored[i].ClosedDay == nil) != (closed == nil) || closed != nil && *closed != *stored[i].ClosedDay {
				b.Queue(sqlCloseEpisode, org, stored[i].ID, closed, e.now)
			}
			continue
		}
		id := carenet.NewID(e.now)
		evidence := evidenceOf(gravest(ep.Opening))
		b.Queue(sqlInsertEpisode, org, id, e.patient.PatientID, int(ep.Opened), closed, string(ep.Severity()), ep.Rules(), evidence, e.now)
		same := func(a uponRow) bool { return max(a.OpenedDay-int(ep.Opened), int(ep.Opened)-a.OpenedDay) <= sameWithin }
		if i := slices.IndexFunc(orphans, same); i >= 0 {
			// The same decline, seen again or seen to begin on another day: its alert
			// goes with it, also one that staff have dealt with already.
			b.Queue(sqlMoveAlert, org, orphans[i].ID, id)
			orphans = slices.Delete(orphans, i, i+1)
			continue
		}
		if closed != nil && int(today)-*closed > alertForDays {
			continue
		}
		more, err := e.openAlert(ctx, b, id, ep, evidence)
		if err != nil {
			return nil, err
		}
		raised = append(raised, more...)
	}
	more, err := e.tellFindings(ctx, b, alerts.Spells(result.Findings))
	if err != nil {
		return nil, err
	}
	raised = append(raised, more...)
	if more, err = e.tellUnread(ctx, b); err != nil {
		return nil, err
	}
	raised = append(raised, more...)
	if more, err = e.tellFaults(ctx, b, result.Faults); err != nil {
		return nil, err
	}
	raised = append(raised, more...)
	if more, err = e.ease(ctx, b, result); err != nil {
		return nil, err
	}
	return append(raised, more...), e.tx.SendBatch(ctx, b).Close()
}

func (e *evaluation) openAlert(ctx context.Context, b *pgx.Batch, episode carenet.ID, ep alerts.Episode, evidence carenet.Evidence) ([]carenet.Event, error) {
	return e.store.openAlert(ctx, e.tx, b, newAlert{
		org: e.patient.OrgID, patient: e.patient.PatientID, episode: episode, rule: evidence.Rule, version: evidence.Version,
		severity: ep.Severity(), evidence: evidence, batch: e.batch, now: e.now,
	})
}
