// Package postgres is the truth: every load and every write, as SQL by hand.
// What is decided between a load and a write is decided by the pure packages.
package postgres

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgtype"
	"github.com/jackc/pgx/v5/pgxpool"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/migrations"
	"howareyou/notify"
)

// Store reads and writes the database as the app's role, never as its owner.
type Store struct {
	pool     *pgxpool.Pool
	keys     *crypto.Keyset
	now      func() time.Time
	composer notify.Composer
	rules    notify.Rules
	siteURL  string
	txTime   time.Duration
	trend    alerts.Trend // one question, and the pack of organisations that have activated none
	packs    *packMemory
	onFault  func(alerts.Fault)
	onCode   func(code int)
	channels []notify.Channel
}

// Options configure a Store.
type Options struct {
	URL      string
	Keys     *crypto.Keyset
	Now      func() time.Time
	Composer notify.Composer
	Rules    notify.Rules
	SiteURL  string // the public address that links in texts start with
	MaxConns int32
	Name     string      // application_name, to tell processes apart
	Pack     alerts.Pack // of organisations that have activated none; the default pack when it has none
	// OnFault is told of each rule that could not be judged on a new answer.
	OnFault func(alerts.Fault)
	// Channels are those that this deployment serves; texts alone when there are none.
	Channels []notify.Channel
}

// Open makes the pool. It does not wait for the server: a process must come up
// while Postgres is away.
func Open(ctx context.Context, o Options) (*Store, error) {
	cfg, err := pgxpool.ParseConfig(o.URL)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a PostgreSQL address")
	}
	cfg.MaxConns = 16
	if o.MaxConns > 0 {
		cfg.MaxConns = o.MaxConns
	}
	params := cfg.ConnConfig.RuntimeParams
	params["timezone"] = "UTC"
	params["application_name"] = "howareyou-" + o.Name
	// Every query here is short. Compiling one costs seconds, and the claims are
	// compiled each time where the server may: holding them to an index looks
	// expensive to it.
	params["jit"] = "off"
	params["statement_timeout"] = "15000"
	params["lock_timeout"] = "10000"
	params["idle_in_transaction_session_timeout"] = "20000"
	cfg.ConnConfig.ConnectTimeout = 5 * time.Second
	cfg.AfterConnect = func(ctx context.Context, c *pgx.Conn) error {
		c.TypeMap().RegisterType(&pgtype.Type{
			Name: "timestamptz", OID: pgtype.TimestamptzOID,
			Codec: &pgtype.TimestamptzCodec{ScanLocation: time.UTC},
		})
		registerIDs(c.TypeMap())
		// Whoever logged in, the work is done as the app's role, which row level
		// security binds.
		_, err := c.Exec(ctx, "SET ROLE "+migrations.RoleApp)
		return err
	}
	pool, err := pgxpool.NewWithConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("open the database pool: %w", err)
	}
	s := &Store{
		pool: pool, keys: o.Keys, now: o.Now, composer: o.Composer, rules: o.Rules, siteURL: o.SiteURL, txTime: txTime,
		trend: alerts.Trend{Scale: alerts.OneToFive(), Pack: o.Pack}, onFault: o.OnFault, onCode: func(int) {}, channels: o.Channels, packs: newPackMemory(),
	}
	if len(s.trend.Pack.Rules) == 0 {
		s.trend.Pack = pack.Default().Pack
	}
	if s.onFault == nil {
		s.onFault = func(alerts.Fault) {}
	}
	if s.rules == (notify.Rules{}) {
		s.rules = notify.DefaultRules
	}
	return s, nil
}

// OnCode has f called for each answer of the provider whose policy pages the
// operator. It is set before the store is used.
func (s *Store) OnCode(f func(code int)) { s.onCode = f }

// Close waits for running work and closes the pool.
func (s *Store) Close() { s.pool.Close() }

// Now is the store's clock: UTC, microseconds, as the database keeps it.
func (s *Store) Now() time.Time { return s.now().UTC().Truncate(time.Microsecond) }

// Ping says whether the database answers.
func (s *Store) Ping(ctx context.Context) error { return s.pool.Ping(ctx) }

// SchemaVersion is the migration that the database is at.
func (s *Store) SchemaVersion(ctx context.Context) (int64, error) {
	var v int64
	err := s.pool.QueryRow(ctx, sqlSchemaVersion).Scan(&v)
	return v, err
}

const sqlSchemaVersion = `SELECT max(version_id) FROM goose_db_version WHERE is_applied`

// EnsurePartitions makes this month's and next month's partitions, each table's
// in a transaction of its own: with all in one, traffic and it could each hold
// the table that the other waits for.
func (s *Store) EnsurePartitions(ctx context.Context) error {
	for _, table := range partitioned {
		if _, err := s.pool.Exec(ctx, sqlEnsurePartitions, s.Now(), table); err != nil {
			return fmt.Errorf("partitions of %s: %w", table, err)
		}
	}
	return nil
}

var partitioned = []string{"inbound_message", "event", "delivery", "attempt"}

const sqlEnsurePartitions = `SELECT ensure_partitions($1, $2)`

// retryable says whether a transaction may simply be run again.
func retryable(err error) bool {
	var pe *pgconn.PgError
	return errors.As(err, &pe) && (pe.Code == "40001" || pe.Code == "40P01")
}

// passing says whether an error is the moment's: the database away, stopping,
// full or too busy. It says nothing of what was being done.
func passing(err error) bool {
	var pe *pgconn.PgError
	if errors.As(err, &pe) {
		switch pe.Code[:min(2, len(pe.Code))] {
		case "08", "40", "53", "55", "57", "58": // PostgreSQL's classes of such conditions
			return true
		}
		return false
	}
	var ne net.Error
	var ce *pgconn.ConnectError
	return errors.As(err, &ne) || errors.As(err, &ce) || errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) ||
		errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded)
}

// maxTries bounds how often a transaction that lost a race is run again.
const maxTries = 4

// inTx runs fn in a transaction that may touch orgs only. A transaction that
// lost a race (serialisation, deadlock) is run again, so fn must start afresh
// each time. The commit is not cut off by a caller who gives up.
func (s *Store) inTx(ctx context.Context, orgs []carenet.ID, fn func(pgx.Tx) error) error {
	var err error
	for try := 0; try < maxTries; try++ {
		if err = s.once(ctx, orgs, fn); !retryable(err) {
			return err
		}
	}
	return err
}

const (
	// txTime bounds a transaction whose caller has set no time of its own. A server
	// that is cut off does not say so: whoever waited for it without end would hold
	// up all that waits for them.
	txTime = 30 * time.Second
	// endTime bounds a commit, which goes on when the caller gives up.
	endTime = 10 * time.Second
)

func (s *Store) once(ctx context.Context, orgs []carenet.ID, fn func(pgx.Tx) error) error {
	tx, err := s.begin(ctx)
	if err != nil {
		return fmt.Errorf("begin: %w", err)
	}
	defer func() {
		sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
		defer cancel()
		_ = tx.Rollback(sure) // after a commit there is nothing to roll back
	}()
	inTime := s.bound(ctx, tx)
	err = nil
	if orgs != nil {
		err = scope(ctx, tx, orgs)
	}
	if err == nil {
		err = fn(tx)
	}
	if !inTime() {
		return fmt.Errorf("the transaction took too long: %w", context.DeadlineExceeded)
	}
	if err != nil {
		return err
	}
	sure, cancel := context.WithTimeout(context.WithoutCancel(ctx), endTime)
	defer cancel()
	if err := tx.Commit(sure); err != nil {
		return fmt.Errorf("commit: %w", err)
	}
	return nil
}

// begin waits for a connection no longer than a transaction may take.
func (s *Store) begin(ctx context.Context) (pgx.Tx, error) {
	if _, set := ctx.Deadline(); !set {
		within, cancel := context.WithTimeout(ctx, s.txTime)
		defer cancel()
		ctx = within
	}
	return s.pool.Begin(ctx)
}

// bound cuts the connection of a transaction that is not over in time, unless its
// caller has set a time. It returns what ends the watch and says whether it was.
func (s *Store) bound(ctx context.Context, tx pgx.Tx) (inTime func() bool) {
	if _, set := ctx.Deadline(); set {
		return func() bool { return true }
	}
	conn, cut := tx.Conn().PgConn().Conn(), make(chan struct{})
	timer := time.AfterFunc(s.txTime, func() {
		defer close(cut)
		_ = conn.Close() // whoever waits for an answer gets an error instead
	})
	return func() bool {
		if timer.Stop() {
			return true
		}
		<-cut
		return false
	}
}

// scope says which organisations the transaction may touch from here on.
func scope(ctx context.Context, tx pgx.Tx, orgs []carenet.ID) error {
	_, err := tx.Exec(ctx, sqlScope, orgs)
	return err
}

const sqlScope = `SELECT set_config('app.orgs', ($1::uuid[])::text, true)`

// forActor runs fn for one actor, in their organisation alone.
func (s *Store) forActor(ctx context.Context, a carenet.Actor, fn func(pgx.Tx) error) error {
	if a.Org == carenet.NilID {
		return carenet.Errorf(carenet.Forbidden, "open transaction", "no organisation")
	}
	return s.inTx(ctx, []carenet.ID{a.Org}, fn)
}

// Organisations lists all organisations: ids only.
func (s *Store) Organisations(ctx context.Context) ([]carenet.ID, error) {
	rows, err := s.pool.Query(ctx, sqlOrganisations)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
}

const sqlOrganisations = `SELECT org FROM lookup_organisations()`
