// Package pgyard is a yardstick: what a PostgreSQL server does when nothing is
// asked of it but to keep one row a commit. Benchmarks quote it beside their own
// figures, measured on the same server in the same minutes. It never ships.
package pgyard

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

const (
	// The row is about as long as a stored text, with one index, and fails no
	// check: the least that keeping a text could cost.
	sqlTable  = `CREATE TABLE IF NOT EXISTS pgyard_row (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, sid text NOT NULL, body bytea NOT NULL, at timestamptz NOT NULL)`
	sqlInsert = `INSERT INTO pgyard_row (sid, body, at) VALUES ($1, $2, $3)`
	// Analyze gives the planner what a database in use has: statistics.
	sqlAnalyze = `ANALYZE`
	sqlCount   = `SELECT count(*) FROM check_in`
	sqlHonest  = `SELECT current_setting('fsync') = 'on' AND current_setting('synchronous_commit') <> 'off' AND current_setting('full_page_writes') = 'on'`
)

// ErrNotDurable is returned for a server that would lose commits in a crash:
// nothing measured on it means anything.
var ErrNotDurable = errors.New("this server does not keep its commits through a crash (fsync, synchronous_commit, full_page_writes)")

// Yard is one connection that keeps rows, one a commit.
type Yard struct{ conn *pgx.Conn }

// Open connects as a superuser, so that no row level security stands between,
// and makes the table.
func Open(ctx context.Context, adminURL string) (*Yard, error) {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return nil, fmt.Errorf("reach the database server: %w", err)
	}
	y := &Yard{conn: conn}
	var durable bool
	if err := conn.QueryRow(ctx, sqlHonest).Scan(&durable); err != nil {
		return nil, errors.Join(err, y.Close())
	}
	if !durable {
		return nil, errors.Join(ErrNotDurable, y.Close())
	}
	return y, nil
}

// Prepare makes the table. Once is enough, before the other connections open.
func (y *Yard) Prepare(ctx context.Context) error {
	_, err := y.conn.Exec(ctx, sqlTable)
	return err
}

// Keep inserts one row and commits it, in one round trip.
func (y *Yard) Keep(ctx context.Context, sid string, body []byte, at time.Time) error {
	_, err := y.conn.Exec(ctx, sqlInsert, sid, body, at)
	return err
}

// Analyze refreshes the planner's statistics of the database.
func (y *Yard) Analyze(ctx context.Context) error {
	_, err := y.conn.Exec(ctx, sqlAnalyze)
	return err
}

// CheckIns counts all check-ins, of every organisation.
func (y *Yard) CheckIns(ctx context.Context) (n int, err error) {
	err = y.conn.QueryRow(ctx, sqlCount).Scan(&n)
	return n, err
}

// Close ends the connection.
func (y *Yard) Close() error { return y.conn.Close(context.Background()) }

const (
	sqlRelane  = `UPDATE delivery SET priority = $1 WHERE state = 'queued'`
	sqlPlanned = `SELECT NOT EXISTS (SELECT 1 FROM event WHERE state = 'pending')`
	sqlQueued  = `SELECT count(*) FROM delivery WHERE state = 'queued' AND priority = $1`
)

// Relane moves all that is queued into one lane, and returns how many.
func (y *Yard) Relane(ctx context.Context, lane int) (int64, error) {
	tag, err := y.conn.Exec(ctx, sqlRelane, lane)
	return tag.RowsAffected(), err
}

// Planned says whether no event waits to be planned.
func (y *Yard) Planned(ctx context.Context) (done bool, err error) {
	err = y.conn.QueryRow(ctx, sqlPlanned).Scan(&done)
	return done, err
}

// Queued counts what is queued in one lane, of every organisation.
func (y *Yard) Queued(ctx context.Context, lane int) (n int, err error) {
	err = y.conn.QueryRow(ctx, sqlQueued, lane).Scan(&n)
	return n, err
}

const sqlEventTimes = `SELECT a.sid, e.at FROM attempt a JOIN event e ON e.org_id = a.org_id AND e.id = a.event_id
JOIN delivery d ON d.org_id = a.org_id AND d.event_id = a.event_id AND d.id = a.delivery_id
WHERE a.no = 1 AND a.sid <> '' AND d.kind = $1`

// EventTimes says, for each text of a kind by the provider's id, when the fact
// was written that it tells of.
func (y *Yard) EventTimes(ctx context.Context, kind string) (map[string]time.Time, error) {
	rows, err := y.conn.Query(ctx, sqlEventTimes, kind)
	if err != nil {
		return nil, err
	}
	at := map[string]time.Time{}
	var sid string
	var when time.Time
	_, err = pgx.ForEachRow(rows, []any{&sid, &when}, func() error {
		at[sid] = when
		return nil
	})
	return at, err
}

// OpenAny connects to a server that need not keep its commits: to look, not to
// measure.
func OpenAny(ctx context.Context, adminURL string) (*Yard, error) {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return nil, fmt.Errorf("reach the database server: %w", err)
	}
	return &Yard{conn: conn}, nil
}

// Asked is one slot that was asked, and how many facts of it are to be texted.
type Asked struct {
	At    time.Time
	Texts int
}

const sqlAsked = `SELECT q.patient_id, q.slot_at, coalesce(e.texts, 0) FROM prompt q
LEFT JOIN (SELECT subject_id, count(*) AS texts FROM event WHERE kind = 'prompt.due' GROUP BY subject_id) e ON e.subject_id = q.id ORDER BY q.patient_id, q.slot_at, q.id`

// Asked lists, by patient, all slots that were asked, in order.
func (y *Yard) Asked(ctx context.Context) (map[[16]byte][]Asked, error) {
	rows, err := y.conn.Query(ctx, sqlAsked)
	if err != nil {
		return nil, err
	}
	all := map[[16]byte][]Asked{}
	var patient [16]byte
	var a Asked
	_, err = pgx.ForEachRow(rows, []any{&patient, &a.At, &a.Texts}, func() error {
		all[patient] = append(all[patient], a)
		return nil
	})
	return all, err
}
