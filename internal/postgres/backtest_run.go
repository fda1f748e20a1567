package postgres

import (
	"context"
	"errors"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

const (
	backtestColumns = `b.org_id, b.id, b.version_id, b.code, b.version, b.body_hash, b.body_enc, b.against_id, b.against_code, b.against_version, b.against_hash,
  b.from_day, b.to_day, b.by_id, b.at, b.state, b.tries, b.cursor_id, b.patients_all, b.patients_done, b.patients_answered, b.patients_left_out, b.days, b.ended_at, b.seen_by,
  n.name_enc, (SELECT count(*) FROM backtest_match m WHERE m.org_id = b.org_id AND m.backtest_id = b.id AND m.kind = 'fault') AS faults`
	backtestFrom = ` FROM backtest b LEFT JOIN person n ON n.org_id = b.org_id AND n.id = b.by_id`

	sqlInsertBacktest = `INSERT INTO backtest (org_id, id, version_id, code, version, body_hash, body_enc, against_id, against_code, against_version, against_hash,
  from_day, to_day, actor_kind, by_id, at, state, patients_all)
SELECT $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, 'waiting', count(*) FROM patient p WHERE p.org_id = $1`
	sqlBacktestsUnder = `SELECT count(*) FROM backtest b WHERE b.org_id = $1 AND b.state IN ('waiting', 'running')`
	sqlDueBacktests   = `SELECT org, backtest FROM lookup_backtests($1)`
	sqlClaimBacktest  = `SELECT ` + backtestColumns + backtestFrom + ` WHERE b.org_id = $1 AND b.id = $2 AND b.state IN ('waiting', 'running') FOR UPDATE OF b SKIP LOCKED`
	sqlNextPatients   = `SELECT p.id FROM patient p WHERE p.org_id = $1 AND ($2::uuid IS NULL OR p.id > $2) ORDER BY p.id LIMIT $3`
	sqlAlertsOf       = `SELECT a.id, a.patient_id, a.rule_id, coalesce(e.opened_day, f.opened_day) AS opened_day, a.episode_id IS NOT NULL AS episode FROM alert a
LEFT JOIN episode e ON e.org_id = a.org_id AND e.id = a.episode_id LEFT JOIN finding f ON f.org_id = a.org_id AND f.id = a.finding_id
WHERE a.org_id = $1 AND a.patient_id = ANY ($2) AND coalesce(e.opened_day, f.opened_day) IS NOT NULL ORDER BY a.id`
	sqlInsertMatch = `INSERT INTO backtest_match (org_id, id, backtest_id, patient_id, kind, rule_id, opened_day, severity, severity_was, alert_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlMoveBacktest = `UPDATE backtest SET state = $3, tries = 0, cursor_id = $4, patients_done = patients_done + $5, patients_answered = patients_answered + $6,
  patients_left_out = patients_left_out + $7, days = days + $8, ended_at = $9 WHERE org_id = $1 AND id = $2`
	sqlBacktestFailed = `UPDATE backtest SET tries = tries + 1, state = CASE WHEN tries >= 4 THEN 'failed' ELSE state END,
  ended_at = CASE WHEN tries >= 4 THEN $3::timestamptz END WHERE org_id = $1 AND id = $2 AND state IN ('waiting', 'running')`
	// The matches of a result that nobody can act on any more; they can be found again.
	sqlSweepMatches = `DELETE FROM backtest_match WHERE (org_id, id) IN (SELECT m.org_id, m.id FROM backtest_match m
JOIN backtest b ON b.org_id = m.org_id AND b.id = m.backtest_id WHERE m.org_id = ANY ($1) AND b.at < $2 LIMIT $3)`
)

const (
	// mostBacktests is how many of an organisation's may wait or run at once.
	mostBacktests = 4
	// backtestChunk is how many patients one transaction judges: a tenth of a second of
	// work for a year of answers, some seconds for many years on a busy machine, and the
	// histories of so many are all that is in memory.
	backtestChunk = 10
	// matchesKept is how long the matches of a back-test are kept.
	matchesKept = 90 * 24 * time.Hour
)

type backtestRow struct {
	OrgID            carenet.ID
	ID               carenet.ID
	VersionID        *carenet.ID
	Code             string
	Version          int
	BodyHash         []byte
	BodyEnc          []byte
	AgainstID        *carenet.ID
	AgainstCode      string
	AgainstVersion   int
	AgainstHash      []byte
	FromDay          int
	ToDay            int
	ByID             *carenet.ID
	At               time.Time
	State            string
	Tries            int
	CursorID         *carenet.ID
	PatientsAll      int
	PatientsDone     int
	PatientsAnswered int
	PatientsLeftOut  int
	Days             int
	EndedAt          *time.Time
	SeenBy           []carenet.ID
	NameEnc          []byte
	Faults           int
}

func (s *Store) backtestOf(r backtestRow) (rulebook.Backtest, error) {
	b := rulebook.Backtest{
		ID: r.ID, Pasted: len(r.BodyEnc) > 0,
		Pack:    rulebook.Name{ID: orNil(r.VersionID), Code: r.Code, Version: r.Version, Hash: hashOf(r.BodyHash)},
		Against: rulebook.Name{ID: orNil(r.AgainstID), Code: r.AgainstCode, Version: r.AgainstVersion, Hash: hashOf(r.AgainstHash)},
		Period:  rulebook.Period{From: alerts.Day(r.FromDay), To: alerts.Day(r.ToDay)}, At: r.At, State: rulebook.State(r.State),
		Patients: r.PatientsAll, Judged: r.PatientsDone, Answered: r.PatientsAnswered, LeftOut: r.PatientsLeftOut, PersonDays: r.Days,
		EndedAt: orZero(r.EndedAt), Faults: r.Faults,
	}
	if r.ByID == nil {
		return b, nil
	}
	var err error
	b.By, err = s.personName(r.NameEnc, r.OrgID, *r.ByID)
	return b, err
}

// StartBacktest has a pack tried on the organisation's own data beside the pack in
// force. It is of code Invalid for a pack or a period that cannot be tried, and of code
// Busy while too many wait.
func (s *Store) StartBacktest(ctx context.Context, actor carenet.Actor, spec rulebook.Spec) (id carenet.ID, err error) {
	const op = "start back-test"
	pasted := pack.Pack{}
	if spec.Text != "" {
		if len(spec.Text) > pack.LargestOwn {
			return carenet.NilID, pack.Refusal{{Why: "the pack is too large"}}
		}
		if pasted, err = pack.Parse([]byte(spec.Text)); err != nil {
			return carenet.NilID, err
		}
	}
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		id = carenet.NewID(now)
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		today, err := s.orgToday(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		if err := spec.Check(today); err != nil {
			return err
		}
		var under int
		if err := tx.QueryRow(ctx, sqlBacktestsUnder, actor.Org).Scan(&under); err != nil {
			return err
		}
		if under >= mostBacktests {
			return carenet.Errorf(carenet.Busy, op, "%d back-tests are still at work; wait until one is done", under)
		}
		tried := rulebook.Name{Code: pasted.ID, Version: pasted.Version, Hash: rulebook.HashOf([]byte(spec.Text))}
		var sealed []byte
		if spec.Text == "" {
			v, err := s.packNamed(ctx, tx, actor.Org, spec.Version)
			if err != nil {
				return err
			}
			tried = v.Name
		} else if sealed, err = s.seal(spec.Text, actor.Org, "backtest", "body_enc", id); err != nil {
			return err
		}
		history, err := s.activations(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		against := s.nameInForce(history, now)
		b := &pgx.Batch{}
		b.Queue(sqlInsertBacktest, actor.Org, id, orNull(tried.ID), tried.Code, tried.Version, tried.Hash[:], sealed,
			orNull(against.ID), against.Code, against.Version, against.Hash[:], int(spec.From), int(spec.To), string(actor.Kind), orNull(actor.Person), now)
		s.queueAudit(b, actor, now, audited{Action: "backtest.start", Table: "backtest", Row: id, Detail: map[string]any{"pack": tried.Code, "version": tried.Version, "days": spec.Days()}})
		return tx.SendBatch(ctx, b).Close()
	})
	if err != nil {
		return carenet.NilID, err
	}
	return id, nil
}

// TickBacktests judges the next patients of up to limit back-tests. Each step is a
// transaction of its own under the back-test's lock, which moves its cursor: whatever
// dies, the next goes on from there, and no two do the same. done is 0 when none waits.
func (s *Store) TickBacktests(ctx context.Context, limit int) (done int, err error) {
	rows, err := s.pool.Query(ctx, sqlDueBacktests, limit)
	if err != nil {
		return 0, err
	}
	type due struct{ Org, Backtest carenet.ID }
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[due])
	if err != nil {
		return 0, err
	}
	for _, d := range found {
		moved, err := s.stepBacktest(ctx, d.Org, d.Backtest)
		// One that takes longer than a transaction may will do so again.
		tooLong := errors.Is(err, context.DeadlineExceeded) && ctx.Err() == nil
		if err != nil && (!passing(err) || tooLong) {
			// One that cannot be judged must not hold up the others.
			err = s.inTx(ctx, []carenet.ID{d.Org}, func(tx pgx.Tx) error {
				_, err := tx.Exec(ctx, sqlBacktestFailed, d.Org, d.Backtest, s.Now())
				return err
			})
			moved = true
		}
		if err != nil {
			return done, err
		}
		if moved {
			done++
		}
	}
	return done, nil
}

// stepBacktest judges one chunk of patients; moved is false when another worker has it.
func (s *Store) stepBacktest(ctx context.Context, org, id carenet.ID) (moved bool, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		moved = false
		rows, err := tx.Query(ctx, sqlClaimBacktest, org, id)
		if err != nil {
			return err
		}
		found, err := pgx.CollectRows(rows, pgx.RowToStructByName[backtestRow])
		if err != nil || len(found) == 0 {
			return err
		}
		moved = true
		st := step{store: s, tx: tx, row: found[0]}
		return st.run(ctx)
	})
	return moved, err
}

// step is one chunk of a back-test.
type step struct {
	store *Store
	tx    pgx.Tx
	row   backtestRow
	known
	facts []factRow

	answered, leftOut, days int
}

// factRow is an alert that there was.
type factRow struct {
	ID        carenet.ID
	PatientID carenet.ID
	RuleID    string
	OpenedDay int
	Episode   bool
}

func (t *step) run(ctx context.Context) error {
	org, s := t.row.OrgID, t.store
	rows, err := t.tx.Query(ctx, sqlNextPatients, org, t.row.CursorID, backtestChunk)
	if err != nil {
		return err
	}
	patients, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
	if err != nil {
		return err
	}
	b := &pgx.Batch{}
	if len(patients) > 0 {
		tried, err := t.tried(ctx)
		if err != nil {
			return err
		}
		if err := t.load(ctx, patients); err != nil {
			return err
		}
		for _, p := range patients {
			if err := ctx.Err(); err != nil {
				return err
			}
			t.judge(b, tried, p)
		}
	}
	cursor, state, now := t.row.CursorID, rulebook.Running, s.Now()
	var ended *time.Time
	if n := len(patients); n > 0 {
		cursor = &patients[n-1]
	}
	if len(patients) < backtestChunk {
		state, ended = rulebook.Done, &now
	}
	b.Queue(sqlMoveBacktest, org, t.row.ID, string(state), cursor, len(patients), t.answered, t.leftOut, t.days, ended)
	return t.tx.SendBatch(ctx, b).Close()
}

// tried are both packs, ready to run. What was pasted is compiled once a process, like
// what is kept.
func (t *step) tried(ctx context.Context) (rulebook.Tried, error) {
	org, s := t.row.OrgID, t.store
	out := rulebook.Tried{Scale: s.trend.Scale, Period: rulebook.Period{From: alerts.Day(t.row.FromDay), To: alerts.Day(t.row.ToDay)}}
	against, err := s.packOf(ctx, t.tx, org, rulebook.Name{ID: orNil(t.row.AgainstID), Hash: hashOf(t.row.AgainstHash)})
	if err != nil {
		return out, err
	}
	out.InForce = *against
	name := rulebook.Name{ID: orNil(t.row.VersionID), Hash: hashOf(t.row.BodyHash)}
	if len(t.row.BodyEnc) > 0 {
		p, ok := s.packs.get(name.Hash)
		if !ok {
			text, err := s.open(t.row.BodyEnc, org, "backtest", "body_enc", t.row.ID)
			if err != nil {
				return out, err
			}
			made, err := pack.Parse([]byte(text))
			if err != nil {
				return out, err
			}
			p = s.packs.put(name.Hash, &made.Pack)
		}
		out.Pack = *p
		return out, nil
	}
	p, err := s.packOf(ctx, t.tx, org, name)
	if err != nil {
		return out, err
	}
	out.Pack = *p
	return out, nil
}

func (t *step) load(ctx context.Context, patients []carenet.ID) error {
	orgs := []carenet.ID{t.row.OrgID}
	b := &pgx.Batch{}
	collect(b.Queue(sqlSeries, orgs, patients, wellbeingItem), &t.series)
	collect(b.Queue(sqlItemValues, orgs, patients), &t.items)
	collect(b.Queue(sqlItemSets, orgs, patients), &t.sets)
	collect(b.Queue(sqlAskings, orgs, patients), &t.asked)
	collect(b.Queue(sqlAlertsOf, t.row.OrgID, patients), &t.facts)
	if err := t.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	// What came after it was asked for is not in it, so that its parts agree.
	at := t.row.At
	t.series = slices.DeleteFunc(t.series, func(r seriesRow) bool { return r.At.After(at) })
	t.items = slices.DeleteFunc(t.items, func(r itemValueRow) bool { return r.At.After(at) })
	t.asked = slices.DeleteFunc(t.asked, func(r askingRow) bool { return r.At.After(at) })
	return nil
}

// judge sets what both packs find in one patient's answers side by side. Somebody whose
// answers cannot be judged is counted and costs only themselves.
func (t *step) judge(b *pgx.Batch, tried rulebook.Tried, patient carenet.ID) {
	k := t.of(patientRow{OrgID: t.row.OrgID, PatientID: patient})
	h, _, err := k.history(tried.Scale)
	if err != nil {
		t.leftOut++
		return
	}
	found, days, ok, err := tried.One(h)
	if err != nil {
		t.leftOut++
		return
	}
	if !ok {
		return
	}
	t.answered++
	t.days += days
	for _, m := range found {
		b.Queue(sqlInsertMatch, t.row.OrgID, carenet.NewID(t.row.At), t.row.ID, patient, string(m.Kind), m.Rule, int(m.Opened),
			string(m.Severity), string(m.SeverityWas), orNull(t.fact(patient, m)))
	}
}

// fact is the alert that there was upon what was found, or NilID.
func (t *step) fact(patient carenet.ID, m rulebook.Match) carenet.ID {
	for _, f := range t.facts {
		apart := max(f.OpenedDay-int(m.Opened), int(m.Opened)-f.OpenedDay)
		if f.PatientID == patient && f.Episode == m.Episode && (m.Episode || f.RuleID == m.Rule) && apart <= sameWithin {
			return f.ID
		}
	}
	return carenet.NilID
}

// SweepBacktests forgets what old back-tests found of whom. That they were made stays.
func (s *Store) SweepBacktests(ctx context.Context, limit int) (n int, err error) {
	orgs, err := s.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return 0, err
	}
	err = s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		tag, err := tx.Exec(ctx, sqlSweepMatches, orgs, s.Now().Add(-matchesKept), limit)
		n = int(tag.RowsAffected())
		return err
	})
	return n, err
}
