package postgres

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/migrations"
)

// ToolEnv is the address of a database as PostgreSQL's own programs read it from
// their environment, where a password does not stand in the list of processes.
func ToolEnv(address string) ([]string, error) {
	cfg, err := pgx.ParseConfig(address)
	if err != nil {
		return nil, errors.New("DATABASE_URL is not a PostgreSQL address")
	}
	env := []string{"PGHOST=" + cfg.Host, "PGPORT=" + strconv.Itoa(int(cfg.Port)), "PGUSER=" + cfg.User, "PGPASSWORD=" + cfg.Password, "PGDATABASE=" + cfg.Database}
	if u, err := url.Parse(address); err == nil {
		for param, name := range map[string]string{"sslmode": "PGSSLMODE", "sslrootcert": "PGSSLROOTCERT", "sslcert": "PGSSLCERT", "sslkey": "PGSSLKEY"} {
			if v := u.Query().Get(param); v != "" {
				env = append(env, name+"="+v)
			}
		}
	}
	slices.Sort(env)
	return env, nil
}

// Snapshot is one state of the whole database, past row level security, that a dump
// can be made of while the service goes on.
type Snapshot struct {
	conn *pgx.Conn
	tx   pgx.Tx
	// Role is who reads it; "" for a login that no policy binds.
	Role      string
	ID        string
	Migration int64
	Rows      map[string]int64
	Heads     map[carenet.ID]AuditEnd
}

// AuditEnd is the last sealed entry of an organisation's audit.
type AuditEnd struct {
	Seq  int64
	Hash string
}

const (
	//nolint:gosec // no password: it asks whether the role passes policies
	sqlPassesPolicies = `SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user`
	sqlMayBe          = `SELECT coalesce((SELECT pg_has_role(current_user, oid, 'SET') FROM pg_roles WHERE rolname = $1), false)`
	sqlMayBeOld       = `SELECT coalesce((SELECT pg_has_role(current_user, oid, 'MEMBER') FROM pg_roles WHERE rolname = $1), false)`
	sqlExport         = `SELECT pg_export_snapshot()`
	sqlTables         = `SELECT c.relname FROM pg_class c WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p') AND NOT c.relispartition ORDER BY 1`
	sqlAuditEnds      = `SELECT DISTINCT ON (org_id) org_id, seq, encode(hash, 'hex') FROM audit_seal ORDER BY org_id, seq DESC`
	sqlServerVersion  = `SELECT current_setting('server_version_num')::int`
)

// OpenSnapshot takes a snapshot as the backup's role, or as one that sees as much.
func OpenSnapshot(ctx context.Context, address string) (*Snapshot, error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return nil, errors.New("the database cannot be reached")
	}
	s := &Snapshot{conn: conn, Rows: map[string]int64{}, Heads: map[carenet.ID]AuditEnd{}}
	if err := s.open(ctx); err != nil {
		s.Close(ctx)
		return nil, err
	}
	return s, nil
}

func (s *Snapshot) open(ctx context.Context) error {
	if err := s.chooseRole(ctx); err != nil {
		return err
	}
	if s.Role != "" {
		if _, err := s.conn.Exec(ctx, "SET ROLE "+pgx.Identifier{s.Role}.Sanitize()); err != nil {
			return err
		}
	}
	var err error
	if s.tx, err = s.conn.BeginTx(ctx, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}); err != nil {
		return err
	}
	if err := s.tx.QueryRow(ctx, sqlExport).Scan(&s.ID); err != nil {
		return err
	}
	if err := s.tx.QueryRow(ctx, sqlSchemaVersion).Scan(&s.Migration); err != nil {
		return err
	}
	if s.Rows, err = countRows(ctx, s.tx); err != nil {
		return err
	}
	rows, err := s.tx.Query(ctx, sqlAuditEnds)
	if err != nil {
		return err
	}
	var org carenet.ID
	var end AuditEnd
	_, err = pgx.ForEachRow(rows, []any{&org, &end.Seq, &end.Hash}, func() error {
		s.Heads[org] = end
		return nil
	})
	return err
}

// chooseRole finds a role of which row level security hides nothing. A login that is
// none of them would make a backup that lacks rows, so it makes none.
func (s *Snapshot) chooseRole(ctx context.Context) error {
	var passes bool
	if err := s.conn.QueryRow(ctx, sqlPassesPolicies).Scan(&passes); err != nil {
		return err
	}
	var version int
	if err := s.conn.QueryRow(ctx, sqlServerVersion).Scan(&version); err != nil {
		return err
	}
	may := sqlMayBe
	if version < 160000 {
		may = sqlMayBeOld
	}
	for _, role := range []string{migrations.RoleBackup, migrations.RoleMigrate} {
		var ok bool
		if err := s.conn.QueryRow(ctx, may, role).Scan(&ok); err != nil {
			return err
		}
		if ok {
			s.Role = role
			return nil
		}
	}
	if passes {
		return nil
	}
	return errors.New("this login may not read everything; use one that may become howareyou_backup or howareyou_migrate, such as that of migrate")
}

// Close ends the snapshot.
func (s *Snapshot) Close(ctx context.Context) {
	if s.tx != nil {
		_ = s.tx.Rollback(context.WithoutCancel(ctx)) // it only read
	}
	_ = s.conn.Close(context.WithoutCancel(ctx))
}

func countRows(ctx context.Context, tx pgx.Tx) (map[string]int64, error) {
	rows, err := tx.Query(ctx, sqlTables)
	if err != nil {
		return nil, err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return nil, err
	}
	counts := make(map[string]int64, len(tables))
	for _, t := range tables {
		var n int64
		if err := tx.QueryRow(ctx, "SELECT count(*) FROM "+pgx.Identifier{t}.Sanitize()).Scan(&n); err != nil {
			return nil, fmt.Errorf("count %s: %w", t, err)
		}
		counts[t] = n
	}
	return counts, nil
}

// CheckRestored compares a restored database with what its backup counted: the
// faults, in words.
func CheckRestored(ctx context.Context, address string, want map[string]int64, heads map[carenet.ID]AuditEnd) ([]string, error) {
	s, err := OpenSnapshot(ctx, address)
	if err != nil {
		return nil, err
	}
	defer s.Close(ctx)
	var faults []string
	for table, n := range want {
		if got := s.Rows[table]; got != n {
			faults = append(faults, fmt.Sprintf("%s has %d rows, the backup counted %d", table, got, n))
		}
	}
	for org, end := range heads {
		if s.Heads[org] != end {
			faults = append(faults, fmt.Sprintf("the audit of %s does not end where the backup says", org))
		}
	}
	slices.Sort(faults)
	return faults, nil
}

// IsEmpty says whether a database has no tables of ours, so that a backup may go in.
func IsEmpty(ctx context.Context, address string) (bool, error) {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return false, errors.New("the database cannot be reached")
	}
	defer conn.Close(context.WithoutCancel(ctx)) // it only read
	rows, err := conn.Query(ctx, sqlTables)
	if err != nil {
		return false, err
	}
	tables, err := pgx.CollectRows(rows, pgx.RowTo[string])
	return len(tables) == 0, err
}

// Scratch makes a database for a backup to be tried in, and returns its address and
// what drops it.
func Scratch(ctx context.Context, address string, at time.Time) (scratch string, drop func(context.Context) error, err error) {
	name := "howareyou_verify_" + strings.ReplaceAll(carenet.NewID(at).String(), "-", "")
	quoted := pgx.Identifier{name}.Sanitize()
	if err := asAdmin(ctx, address, "CREATE DATABASE "+quoted); err != nil {
		return "", nil, errors.New("no database can be made to try the backup in; use a login that may, such as the superuser's")
	}
	u, err := url.Parse(address)
	if err != nil || u.Scheme == "" {
		return "", nil, errors.New("DATABASE_URL must begin with postgres://")
	}
	u.Path = "/" + name
	return u.String(), func(ctx context.Context) error {
		return asAdmin(ctx, address, "DROP DATABASE IF EXISTS "+quoted+" WITH (FORCE)")
	}, nil
}

const (
	sqlHoldRestored  = `UPDATE organisation SET held_at = coalesce(held_at, $1), restored_to = $2`
	sqlEndSessions   = `UPDATE session SET ended_at = $1 WHERE ended_at IS NULL`
	sqlRestoredAudit = `INSERT INTO audit (org_id, id, at, actor_kind, action, table_name, row_id, detail)
VALUES ($1, $2, $3, 'operator', 'organisation.restored', 'organisation', $1, '{"via": "command"}')`
	sqlAllOrganisations = `SELECT org_id FROM organisation ORDER BY org_id`
)

// AfterRestore makes a restored database fit to be started: everything is held, as
// nobody knows what was sent after the backup (INV-18), nobody is signed in, and the
// planner knows its tables.
func AfterRestore(ctx context.Context, address string, madeAt, now time.Time) error {
	conn, err := pgx.Connect(ctx, address)
	if err != nil {
		return errors.New("the database cannot be reached")
	}
	defer conn.Close(context.WithoutCancel(ctx)) // every statement has been answered
	err = pgx.BeginFunc(ctx, conn, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, "SET LOCAL ROLE "+migrations.RoleMigrate); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlHoldRestored, now, madeAt); err != nil {
			return err
		}
		if _, err := tx.Exec(ctx, sqlEndSessions, now); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlAllOrganisations)
		if err != nil {
			return err
		}
		orgs, err := pgx.CollectRows(rows, pgx.RowTo[[16]byte])
		if err != nil {
			return err
		}
		for _, org := range orgs {
			if _, err := tx.Exec(ctx, sqlRestoredAudit, carenet.ID(org).String(), carenet.NewID(now).String(), now); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return fmt.Errorf("hold what was restored: %w", err)
	}
	return Analyze(ctx, address)
}

// OpenSample opens up to so many sealed values of each column and organisation, and
// says how many that were; an error names the first that no key opens.
func (s *Store) OpenSample(ctx context.Context, each int) (opened int, err error) {
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return 0, err
	}
	for _, org := range orgs {
		for _, c := range sealedColumns {
			if c.NoOrg {
				continue
			}
			err := s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
				rows, err := tx.Query(ctx, c.sqlRead(), org, make([]carenet.ID, len(c.Key)), each)
				if err != nil {
					return err
				}
				found, err := pgx.CollectRows(rows, pgx.RowToStructByName[sealedRow])
				if err != nil {
					return err
				}
				for _, r := range found {
					if _, err := s.keys.Open(r.Enc, c.place(org, r)); err != nil {
						return err
					}
					opened++
				}
				return nil
			})
			if errors.Is(err, crypto.ErrOpen) {
				return opened, fmt.Errorf("the keyset does not open %s.%s", c.Table, c.Column)
			}
			if err != nil {
				return opened, err
			}
		}
	}
	return opened, nil
}
