package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

// boardDays is how far back the board's small charts go.
const boardDays = 28

const (
	sqlOrgHead       = `SELECT name, zone, emergency_number FROM organisation WHERE org_id = $1`
	sqlBoardPatients = `SELECT p.org_id, p.id, n.name_enc, n.zone, p.state, p.paused_at, p.paused_until, p.usual_mean, p.usual_spread, p.usual_days,
  q.slot_at, q.handing, q.handed_over_at, q.state AS prompt_state, q.cause AS prompt_cause, c.opted_out_at, c.check_asked_at,
  (SELECT z.agreed_at FROM easing z WHERE z.org_id = p.org_id AND z.patient_id = p.id AND z.ended_at IS NULL) AS eased_at,
  (SELECT count(*) FROM prompt m WHERE m.org_id = p.org_id AND m.patient_id = p.id AND m.state = 'closed' AND m.cause = 'no_reply'
     AND m.slot_at > coalesce((SELECT max(k.at) FROM check_in k WHERE k.org_id = p.org_id AND k.patient_id = p.id AND k.reporter <> 'proxy'), '-infinity'::timestamptz)) AS missed
FROM patient p
JOIN person n ON n.org_id = p.org_id AND n.id = p.id
LEFT JOIN LATERAL (SELECT m.slot_at, m.handing, m.handed_over_at, m.state, m.cause FROM prompt m
  WHERE m.org_id = p.org_id AND m.patient_id = p.id ORDER BY m.slot_at DESC LIMIT 1) q ON true
LEFT JOIN LATERAL (SELECT k.opted_out_at, k.check_asked_at FROM contact_point cp JOIN conversation k ON k.org_id = cp.org_id AND k.id = cp.conversation_id
  WHERE cp.org_id = p.org_id AND cp.person_id = p.id AND cp.removed_at IS NULL ORDER BY cp.position, cp.id LIMIT 1) c ON true
WHERE p.org_id = $1 AND (p.state IN ('active', 'in_hospital') OR p.id = $2 OR EXISTS (SELECT FROM alert a
  WHERE a.org_id = p.org_id AND a.patient_id = p.id AND a.state <> 'resolved')) AND p.state <> 'left' AND ($2::uuid IS NULL OR p.id = $2)`
	// From each patient's end of the index: what they said in former years costs nothing.
	sqlLastCheckIns = `SELECT ` + checkInColumns + `
FROM patient p
CROSS JOIN LATERAL (SELECT * FROM check_in x WHERE x.org_id = p.org_id AND x.patient_id = p.id AND x.superseded_by IS NULL
  ORDER BY x.at DESC, x.id DESC LIMIT 1) k
LEFT JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE p.org_id = $1 AND ($2::uuid IS NULL OR p.id = $2)`
	// The last answer of a day and reporter that nobody has corrected.
	sqlScores = `SELECT DISTINCT ON (k.patient_id, k.local_day, k.reporter) k.patient_id, k.local_day, k.reporter, a.value
FROM patient p
JOIN check_in k ON k.org_id = p.org_id AND k.patient_id = p.id
JOIN answer a ON a.org_id = k.org_id AND a.check_in_id = k.id
WHERE p.org_id = $1 AND k.superseded_by IS NULL AND k.local_day > $2 AND k.at > $4 AND a.value IS NOT NULL AND ($3::uuid IS NULL OR p.id = $3)
ORDER BY k.patient_id, k.local_day, k.reporter, k.at DESC, k.id DESC`
	sqlAlertViews = `SELECT ` + alertColumns + `, n.name_enc AS acked_name, z.name_enc AS snoozed_name FROM alert a
LEFT JOIN person n ON n.org_id = a.org_id AND n.id = a.acked_by
LEFT JOIN person z ON z.org_id = a.org_id AND z.id = a.snoozed_by
WHERE a.org_id = $1 AND ($2::uuid IS NULL OR a.patient_id = $2) AND ($3 OR a.state <> 'resolved')
ORDER BY a.opened_at DESC, a.number DESC LIMIT 500`
	sqlWatched = `SELECT f.patient_id, f.severity, f.opened_day, f.last_day, f.evidence FROM finding f
WHERE f.org_id = $1 AND ($2::uuid IS NULL OR f.patient_id = $2) AND f.gone_at IS NULL AND f.severity IN ('watch', 'digest') AND f.last_day > $3
ORDER BY f.patient_id, f.last_day, f.rule_id`
)

// watchDays is how long after its latest finding somebody stays on the watch list.
const watchDays = 7

type watchedRow struct {
	PatientID carenet.ID
	Severity  string
	OpenedDay int
	LastDay   int
	Evidence  carenet.Evidence
}

type boardPatientRow struct {
	OrgID        carenet.ID
	ID           carenet.ID
	NameEnc      []byte
	Zone         string
	State        string
	PausedAt     *time.Time
	PausedUntil  *time.Time
	UsualMean    *float64
	UsualSpread  *float64
	UsualDays    *int
	SlotAt       *time.Time
	Handing      *string
	HandedOverAt *time.Time
	PromptState  *string
	PromptCause  *string
	OptedOutAt   *time.Time
	CheckAskedAt *time.Time
	EasedAt      *time.Time
	Missed       int
}

type scoreRow struct {
	PatientID carenet.ID
	LocalDay  int
	Reporter  string
	Value     float64
}

type alertViewRow struct {
	alertRow
	AckedName   []byte
	SnoozedName []byte
}

// orgHead reads what the head of a clinic's page says: the organisation's name, and its zone.
func orgHead(ctx context.Context, tx pgx.Tx, org carenet.ID, name *string, zone **time.Location) error {
	var named, emergency string
	err := tx.QueryRow(ctx, sqlOrgHead, org).Scan(name, &named, &emergency)
	*zone = zoneOf(named)
	return err
}

// Board is the list of the actor's organisation's patients, by need.
func (s *Store) Board(ctx context.Context, actor carenet.Actor) (carenet.Board, error) {
	var board carenet.Board
	err := s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		if err := orgHead(ctx, tx, actor.Org, &board.Organisation, &board.Zone); err != nil {
			return err
		}
		board.Today = carenet.LocalDay(s.Now(), board.Zone)
		rows, err := s.boardRows(ctx, tx, actor.Org, nil, board.Today-boardDays)
		if err != nil {
			return err
		}
		board.Rows = rows
		for _, r := range rows {
			if r.Last != nil && r.Last.At.After(board.LastCheckIn) {
				board.LastCheckIn = r.Last.At
			}
		}
		carenet.SortByNeed(board.Rows, board.Today)
		if board.Duty, err = s.dutyNow(ctx, tx, actor.Org); err != nil {
			return err
		}
		if board.Viewer, err = s.nameOf(ctx, tx, actor.Org, actor.Person); err != nil {
			return err
		}
		if board.Attention, err = s.attention(ctx, tx, actor); err != nil {
			return err
		}
		if board.Words, err = wordsWaiting(ctx, tx, actor.Org); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "board.read", Table: "patient"})
	})
	return board, err
}

// boardRows reads the rows of one patient or of all, in one round trip.
func (s *Store) boardRows(ctx context.Context, tx pgx.Tx, org carenet.ID, patient *carenet.ID, since carenet.Day) ([]carenet.BoardRow, error) {
	var patients []boardPatientRow
	var lasts []checkInRow
	var scores []scoreRow
	var alertRows []alertViewRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlBoardPatients, org, patient), &patients)
	collect(b.Queue(sqlLastCheckIns, org, patient), &lasts)
	// No answer is given before its day begins, wherever the patient is.
	collect(b.Queue(sqlScores, org, int(since), patient, since.Time(time.UTC).AddDate(0, 0, -1)), &scores)
	collect(b.Queue(sqlAlertViews, org, patient, false), &alertRows)
	var watchRows []watchedRow
	collect(b.Queue(sqlWatched, org, patient, int(since)), &watchRows)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	staff := carenet.Look(carenet.Actor{Kind: carenet.ActorClinician, Org: org}, carenet.Tie{Org: org, Staff: true})
	names, err := s.proxyNames(ctx, tx, org, lasts)
	if err != nil {
		return nil, err
	}
	last := map[carenet.ID]*carenet.Update{}
	for _, r := range lasts {
		c, err := s.checkIn(r)
		if err != nil {
			return nil, err
		}
		u, _ := c.For(staff)
		if c.Reporter == carenet.ReporterProxy {
			u.By = names[c.ReporterID]
		}
		last[r.PatientID] = &u
	}
	series := map[carenet.ID][]carenet.DayScore{}
	for _, r := range scores {
		series[r.PatientID] = append(series[r.PatientID], carenet.DayScore{Day: carenet.Day(r.LocalDay), Score: r.Value, Reporter: carenet.Reporter(r.Reporter)})
	}
	views := map[carenet.ID][]carenet.AlertView{}
	for _, r := range alertRows {
		v, err := s.alertView(r)
		if err != nil {
			return nil, err
		}
		views[r.PatientID] = append(views[r.PatientID], v)
	}
	watched := map[carenet.ID][]carenet.Watched{}
	for _, r := range watchRows {
		w := carenet.Watched{Severity: r.Severity, Since: carenet.Day(r.OpenedDay), Last: carenet.Day(r.LastDay), Evidence: r.Evidence}
		watched[r.PatientID] = append(watched[r.PatientID], w)
	}
	now := s.Now()
	out := make([]carenet.BoardRow, 0, len(patients))
	for _, p := range patients {
		name, err := s.personName(p.NameEnc, p.OrgID, p.ID)
		if err != nil {
			return nil, err
		}
		row := carenet.BoardRow{Patient: p.ID, Name: name, Last: last[p.ID], Series: series[p.ID], Alerts: views[p.ID], MissedInRow: p.Missed, Watch: watched[p.ID], InHospital: p.State == "in_hospital", EasedAt: orZero(p.EasedAt)}
		if p.UsualMean != nil && p.UsualSpread != nil && p.UsualDays != nil {
			row.Usual = carenet.Usual{Known: true, Mean: *p.UsualMean, Spread: *p.UsualSpread, Days: *p.UsualDays}
		}
		row.Silence, row.SilenceSince = p.silence(now)
		today := carenet.LocalDay(now, zoneOf(p.Zone))
		row.Watch = slices.DeleteFunc(row.Watch, func(w carenet.Watched) bool { return today.Sub(w.Last) >= watchDays })
		out = append(out, row)
	}
	return out, nil
}

// silence is why the newest prompt has no answer, and since when.
func (p boardPatientRow) silence(now time.Time) (carenet.Cause, time.Time) {
	switch {
	case p.OptedOutAt != nil:
		return carenet.OptedOut, *p.OptedOutAt
	case p.PausedUntil != nil && p.PausedUntil.After(now):
		return carenet.Paused, orZero(p.PausedAt)
	case p.SlotAt == nil, p.PromptState == nil, *p.PromptState == "answered":
		return "", time.Time{}
	case *p.PromptState == "closed":
		return carenet.Cause(*p.PromptCause), *p.SlotAt
	}
	cause, _ := carenet.SilenceCause(promptFactsOf(*p.SlotAt, *p.Handing, p.HandedOverAt, p.OptedOutAt, p.PausedAt, p.PausedUntil, now))
	cause = unsure(cause, p.CheckAskedAt)
	if cause == carenet.Waiting && p.Missed > 0 {
		return carenet.NoReply, *p.SlotAt
	}
	return cause, *p.SlotAt
}

func (s *Store) alertView(r alertViewRow) (carenet.AlertView, error) {
	v := carenet.AlertView{
		ID: r.ID, Number: r.Number, Patient: r.PatientID, Severity: r.Severity, State: r.State, Evidence: r.Evidence,
		OpenedAt: r.OpenedAt, Outcome: r.Outcome, TakenByID: orNil(r.AckedBy), TakenAt: orZero(r.AckedAt), TakenUntil: orZero(r.AckUntil), ResolvedAt: orZero(r.ResolvedAt),
		Rule: r.RuleID, PutOffUntil: orZero(r.SnoozedUntil), Useful: r.Useful,
	}
	if a := r.alert(); a.Status != alerts.StatusResolved {
		v.MayPutOff, _ = a.LongestSnooze()
	}
	var err error
	if r.SnoozedBy != nil {
		if v.PutOffBy, err = s.personName(r.SnoozedName, r.OrgID, *r.SnoozedBy); err != nil {
			return v, err
		}
	}
	if r.AckedBy == nil {
		return v, nil
	}
	v.TakenBy, err = s.personName(r.AckedName, r.OrgID, *r.AckedBy)
	return v, err
}

const sqlNameOf = `SELECT name_enc FROM person WHERE org_id = $1 AND id = $2`

func (s *Store) nameOf(ctx context.Context, tx pgx.Tx, org, person carenet.ID) (string, error) {
	var sealed []byte
	if err := tx.QueryRow(ctx, sqlNameOf, org, person).Scan(&sealed); err != nil {
		return "", err
	}
	return s.personName(sealed, org, person)
}
