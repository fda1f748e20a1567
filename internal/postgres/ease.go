package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/notify"
)

// easeLook is how often it is weighed whether a patient may be asked less often: what
// steadiness goes by are weeks.
const easeLook = 7 * 24 * time.Hour

const (
	sqlEaseFacts = `SELECT p.state, p.paused_until, c.id IS NULL AS none, coalesce(c.opted_out_at IS NOT NULL, false) AS stopped, coalesce(c.wrong_number_at IS NOT NULL, false) AS wrong,
  coalesce(c.suspect_at IS NOT NULL, false) AS suspect, coalesce(c.check_wanted OR c.check_asked_at IS NOT NULL, false) AS asked,
  (SELECT count(*) FROM alert a WHERE a.org_id = p.org_id AND a.patient_id = p.id AND a.state <> 'resolved') AS alerts,
  EXISTS (SELECT FROM call_offer o WHERE o.org_id = p.org_id AND o.patient_id = p.id AND o.state = 'open') AS call_offered,
  (SELECT count(*) FROM open_question q WHERE q.org_id = p.org_id AND q.person_id = p.id AND q.state = 'open') AS questions,
  EXISTS (SELECT FROM open_question q WHERE q.org_id = p.org_id AND q.patient_id = p.id AND q.kind = 'ease' AND q.state = 'open') AS offered,
  (SELECT max(q.asked_at) FROM open_question q WHERE q.org_id = p.org_id AND q.patient_id = p.id AND q.kind = 'ease') AS last_offer,
  (SELECT max(greatest(e.agreed_at, e.ended_at)) FROM easing e WHERE e.org_id = p.org_id AND e.patient_id = p.id) AS changed_at,
  coalesce((SELECT q.state = 'closed' AND q.cause = 'no_reply' FROM prompt q WHERE q.org_id = p.org_id AND q.patient_id = p.id AND q.state IN ('closed', 'answered')
    ORDER BY q.slot_at DESC LIMIT 1), false) AS silent
FROM patient p
LEFT JOIN LATERAL (SELECT k.id, k.opted_out_at, k.wrong_number_at, k.suspect_at, k.check_wanted, k.check_asked_at FROM contact_point cp
  JOIN conversation k ON k.org_id = cp.org_id AND k.id = cp.conversation_id
  WHERE cp.org_id = p.org_id AND cp.person_id = p.id AND cp.kind = 'phone' AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1) c ON true
WHERE p.org_id = $1 AND p.id = $2`
	sqlRhythms = `SELECT s.id, s.rrule, s.local_time, s.zone, s.start_day, s.next_at, s.next_day, s.created_at FROM schedule s
WHERE s.org_id = $1 AND s.patient_id = $2 AND s.ended_at IS NULL ORDER BY s.id`
	// Locked, so that a slot is either asked by the one rule or by the other.
	sqlLockRhythms  = sqlRhythms + ` FOR UPDATE`
	sqlEasing       = `SELECT e.id, e.schedule_id, e.rrule_before, e.rrule_after, e.agreed_at FROM easing e WHERE e.org_id = $1 AND e.patient_id = $2 AND e.ended_at IS NULL`
	sqlInsertEasing = `INSERT INTO easing (org_id, id, patient_id, schedule_id, question_id, rrule_before, rrule_after, agreed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlEndEasing    = `UPDATE easing SET ended_at = $3, ended_why = $4 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL`
	sqlRhythm       = `UPDATE schedule SET rrule = $3, next_at = $4, next_day = $5 WHERE org_id = $1 AND id = $2`
	sqlEaseLook     = `UPDATE patient SET ease_look_at = $3 WHERE org_id = $1 AND id = $2`
	sqlWithdrawEase = `UPDATE open_question SET state = 'withdrawn', next_at = NULL, answered_at = $3 WHERE org_id = $1 AND patient_id = $2 AND kind = 'ease' AND state = 'open'`
)

type easeFactsRow struct {
	State       string
	PausedUntil *time.Time
	None        bool
	Stopped     bool
	Wrong       bool
	Suspect     bool
	Asked       bool
	Alerts      int
	CallOffered bool
	Questions   int
	Offered     bool
	LastOffer   *time.Time
	ChangedAt   *time.Time
	Silent      bool
}

type rhythmRow struct {
	ID        carenet.ID
	RRule     string
	LocalTime string
	Zone      string
	StartDay  int
	NextAt    *time.Time
	NextDay   *int
	CreatedAt time.Time
}

type easingRow struct {
	ID          carenet.ID
	ScheduleID  carenet.ID
	RruleBefore string
	RruleAfter  string
	AgreedAt    time.Time
}

func (r rhythmRow) perWeek() int { return ask.PerWeek(r.RRule, carenet.Day(r.StartDay)) }

// less is the rule by which the schedule would ask less often, and how often.
func (r rhythmRow) less() (rule string, perWeek int) {
	rule, ok := ask.Less(r.RRule, carenet.Day(r.StartDay))
	if !ok {
		return "", 0
	}
	return rule, ask.PerWeek(rule, carenet.Day(r.StartDay))
}

// under is the next slot by another rule: no day is asked twice.
func (r rhythmRow) under(rule string, now time.Time, done carenet.Day) (*time.Time, *int, error) {
	if r.NextAt == nil || !r.NextAt.After(now) {
		return r.NextAt, r.NextDay, nil // over, or due already: a worker is about to ask
	}
	table, err := ask.Schedule{RRule: rule, Zone: r.Zone, LocalTime: r.LocalTime, Start: carenet.Day(r.StartDay)}.Compile()
	if err != nil {
		return nil, nil, err
	}
	slot, ok := table.Follow(now, done)
	if !ok {
		return nil, nil, nil
	}
	day := int(slot.Day)
	return &slot.At, &day, nil
}

// easeState is all that it is decided by beside the answers.
type easeState struct {
	facts   carenet.EaseFacts
	offered bool
	rhythm  *rhythmRow // nil: none, or more than one
	easing  *easingRow // nil: none in force
}

func easeStateOf(ctx context.Context, tx pgx.Tx, org, patient carenet.ID, now time.Time, lock bool) (s easeState, err error) {
	var facts []easeFactsRow
	var rhythms []rhythmRow
	var easings []easingRow
	b := &pgx.Batch{}
	sql := sqlRhythms
	if lock {
		sql = sqlLockRhythms
	}
	collect(b.Queue(sqlEaseFacts, org, patient), &facts)
	collect(b.Queue(sql, org, patient), &rhythms)
	collect(b.Queue(sqlEasing, org, patient), &easings)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return s, err
	}
	if len(facts) != 1 {
		return s, carenet.Errorf(carenet.NotFound, "ask less often", "there is no such patient")
	}
	f := facts[0]
	n := notify.Number{None: f.None, Stopped: f.Stopped, Wrong: f.Wrong, Suspect: f.Suspect}
	s.offered = f.Offered
	s.facts = carenet.EaseFacts{
		State: f.State, PausedUntil: orZero(f.PausedUntil), Unheard: f.Asked || n.Texts() != "", Alerts: f.Alerts, Silent: f.Silent,
		Questions: f.Questions, CallOffered: f.CallOffered, Since: orZero(f.ChangedAt), LastOffer: orZero(f.LastOffer), Now: now,
	}
	if len(rhythms) == 1 {
		s.rhythm = &rhythms[0]
		if s.rhythm.CreatedAt.After(s.facts.Since) {
			s.facts.Since = s.rhythm.CreatedAt
		}
		_, s.facts.Less = s.rhythm.less()
	}
	if len(easings) == 1 {
		s.easing = &easings[0]
	}
	return s, nil
}

// weeks is for how long a patient must have been steady before they are offered less.
func (s easeState) weeks() int {
	if ask.MissesDrops(s.facts.Less) {
		return alerts.SteadyWeeksLong
	}
	return alerts.SteadyWeeks
}

// page is it as pages show it.
func (s easeState) page() carenet.Rhythm {
	r := carenet.Rhythm{Offered: s.offered, Less: s.facts.Less, Why: carenet.EaseNow(s.facts, 0, true)}
	if s.rhythm != nil {
		r.PerWeek = s.rhythm.perWeek()
	}
	if e := s.easing; e != nil && s.rhythm != nil && s.rhythm.ID == e.ScheduleID && s.rhythm.RRule == e.RruleAfter {
		r.Eased, r.Since, r.Before = true, e.AgreedAt, ask.PerWeek(e.RruleBefore, carenet.Day(s.rhythm.StartDay))
	}
	return r
}

// ease looks after the rhythm of a patient whose answers were just weighed: it puts the
// former one in force again for who slips, and offers fewer texts to who is steady. The
// patient is locked.
func (e *evaluation) ease(ctx context.Context, b *pgx.Batch, r alerts.Result) ([]carenet.Event, error) {
	s, org, patient := e.store, e.patient.OrgID, e.patient.PatientID
	if at := e.patient.EasedAt; at != nil {
		since := alerts.Day(carenet.LocalDay(*at, zoneOf(e.patient.Zone)))
		found := slices.ContainsFunc(r.Findings, func(f alerts.Finding) bool { return f.Day > since })
		if found || e.trend.Slipped(e.history, r) {
			return s.easeBack(ctx, e.tx, b, org, patient, e.batch, e.now)
		}
	}
	if e.patient.EaseOpen && e.trend.Steady(e.history, r, e.today, alerts.SteadyWeeks) != "" {
		// Not in the very moment in which it is no longer so.
		b.Queue(sqlWithdrawEase, org, patient, e.now)
		return nil, nil
	}
	if !e.here || e.patient.EaseOpen || e.patient.EaseLookAt != nil && e.patient.EaseLookAt.After(e.now) {
		return nil, nil
	}
	b.Queue(sqlEaseLook, org, patient, e.now.Add(easeLook))
	if e.trend.Steady(e.history, r, e.today, alerts.SteadyWeeks) != "" {
		return nil, nil
	}
	st, err := easeStateOf(ctx, e.tx, org, patient, e.now, false)
	if err != nil {
		return nil, err
	}
	stood := time.Duration(st.weeks()) * 7 * 24 * time.Hour
	if carenet.EaseNow(st.facts, stood, false) != carenet.EaseYes || e.trend.Steady(e.history, r, e.today, st.weeks()) != "" {
		return nil, nil
	}
	ev, err := s.offerEase(ctx, e.tx, b, carenet.SystemActor(org), patient, carenet.EaseOfferAfter, e.batch, e.now)
	if err != nil {
		return nil, err
	}
	queueEvent(b, ev)
	return []carenet.Event{ev}, nil
}

// offerEase has the patient asked whether they would like to be asked less often.
func (s *Store) offerEase(ctx context.Context, tx pgx.Tx, b *pgx.Batch, by carenet.Actor, patient carenet.ID, after time.Duration, batch carenet.ID, now time.Time) (carenet.Event, error) {
	n := newQuestion{after: after, Question: carenet.Question{ID: carenet.NewID(now), Org: by.Org, Kind: carenet.AskEase, Person: patient, Patient: patient}}
	if by.Kind == carenet.ActorClinician {
		n.by = by.Person
	}
	s.queueAudit(b, by, now, audited{Action: "question.ease", Table: "open_question", Row: n.ID, Patient: patient})
	return s.ask(ctx, tx, b, n, batch, now)
}

// eased: the patient has said whether they would like to be asked less often.
func (a answering) eased(ctx context.Context, became carenet.QuestionState) error {
	a.out.reply.Reply = carenet.ReplyEaseKept
	if became == carenet.QuestionNo {
		return nil
	}
	st, err := easeStateOf(ctx, a.tx, a.q.Org, a.q.Patient, a.now, true)
	if err != nil {
		return err
	}
	if st.rhythm == nil || st.facts.Less == 0 || st.facts.Alerts > 0 {
		a.out.reply.Reply = carenet.ReplyOver // it was another rhythm that this was about, or they are not well
		return nil
	}
	before := st.rhythm.RRule
	if e := st.easing; e != nil {
		// What comes back, if they slip, is what was before all of it.
		if e.ScheduleID == st.rhythm.ID && e.RruleAfter == st.rhythm.RRule {
			before = e.RruleBefore
		}
		a.b.Queue(sqlEndEasing, a.q.Org, e.ID, a.now, "eased")
	}
	rule, perWeek := st.rhythm.less()
	next, day, err := a.rhythmUnder(ctx, *st.rhythm, rule)
	if err != nil {
		return err
	}
	a.b.Queue(sqlRhythm, a.q.Org, st.rhythm.ID, rule, next, day)
	id := carenet.NewID(a.now)
	a.b.Queue(sqlInsertEasing, a.q.Org, id, a.q.Patient, st.rhythm.ID, a.q.ID, before, rule, a.now)
	a.queueAudit(a.b, a.actor, a.now, audited{Action: "rhythm.less", Table: "easing", Row: id, Patient: a.q.Patient, Detail: map[string]any{"per_week": perWeek}})
	a.out.reply.Reply, a.out.reply.PerWeek, a.out.reply.At = carenet.ReplyEased, perWeek, orZero(next)
	return nil
}

func (a answering) rhythmUnder(ctx context.Context, r rhythmRow, rule string) (*time.Time, *int, error) {
	return rhythmUnder(ctx, a.tx, a.q.Org, r, rule, a.now)
}

func rhythmUnder(ctx context.Context, tx pgx.Tx, org carenet.ID, r rhythmRow, rule string, now time.Time) (*time.Time, *int, error) {
	asked, err := lastAsked(ctx, tx, org, []lockedSchedule{{ID: r.ID}})
	if err != nil {
		return nil, nil, err
	}
	done, ok := asked[r.ID]
	if !ok {
		done = carenet.LocalDay(now, zoneOf(r.Zone)) - 1
	}
	return r.under(rule, now, done)
}

// easeBack puts the rhythm in force again that somebody had who is asked less often, and
// takes back an offer of it: they are not well, or silent. They are told.
func (s *Store) easeBack(ctx context.Context, tx pgx.Tx, b *pgx.Batch, org, patient, batch carenet.ID, now time.Time) ([]carenet.Event, error) {
	b.Queue(sqlWithdrawEase, org, patient, now)
	back, err := s.rhythmBack(ctx, tx, b, carenet.SystemActor(org), patient, "worse", now)
	if err != nil || !back.ended {
		return nil, err
	}
	return back.tell(b, org, patient, batch, now), nil
}

// rhythmIsBack is what rhythmBack did.
type rhythmIsBack struct {
	ended   bool // there was something to end
	easing  carenet.ID
	perWeek int // 0: the schedule is another by now, and stays as it is
	zone    string
	next    time.Time
}

func (s *Store) rhythmBack(ctx context.Context, tx pgx.Tx, b *pgx.Batch, by carenet.Actor, patient carenet.ID, why string, now time.Time) (out rhythmIsBack, err error) {
	rows, err := tx.Query(ctx, sqlEasing, by.Org, patient)
	if err != nil {
		return out, err
	}
	e, err := pgx.CollectExactlyOneRow(rows, pgx.RowToStructByName[easingRow])
	if errors.Is(err, pgx.ErrNoRows) {
		return out, nil
	}
	if err != nil {
		return out, err
	}
	tag, err := tx.Exec(ctx, sqlEndEasing, by.Org, e.ID, now, why)
	if err != nil || tag.RowsAffected() == 0 {
		return out, err
	}
	out.ended, out.easing = true, e.ID
	s.queueAudit(b, by, now, audited{Action: "rhythm.back", Table: "easing", Row: e.ID, Patient: patient, Detail: map[string]any{"why": why}})
	if rows, err = tx.Query(ctx, sqlLockRhythms, by.Org, patient); err != nil {
		return out, err
	}
	rhythms, err := pgx.CollectRows(rows, pgx.RowToStructByName[rhythmRow])
	if err != nil {
		return out, err
	}
	for _, r := range rhythms {
		if r.ID != e.ScheduleID || r.RRule != e.RruleAfter {
			continue // staff have made another plan meanwhile
		}
		next, day, err := rhythmUnder(ctx, tx, by.Org, r, e.RruleBefore, now)
		if err != nil {
			return out, err
		}
		b.Queue(sqlRhythm, by.Org, r.ID, e.RruleBefore, next, day)
		out.perWeek, out.zone, out.next = ask.PerWeek(e.RruleBefore, carenet.Day(r.StartDay)), r.Zone, orZero(next)
	}
	return out, nil
}

// tell has the patient told at a waking hour.
func (r rhythmIsBack) tell(b *pgx.Batch, org, patient, batch carenet.ID, now time.Time) []carenet.Event {
	if r.perWeek == 0 {
		return nil
	}
	e := carenet.Event{
		ID: carenet.NewID(now), Org: org, Batch: batch, Kind: carenet.EventRhythmBack, Patient: patient, Subject: r.easing,
		Detail: carenet.Detail{Person: patient, PerWeek: r.perWeek, At: carenet.InWakingHours(now, zoneOf(r.zone))}, At: now,
	}
	queueEvent(b, e)
	return []carenet.Event{e}
}
