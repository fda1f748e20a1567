// Package migrations holds the schema: forward-only SQL, embedded, applied by
// goose. Roles come first because they belong to the cluster, not to the
// database.
package migrations

import (
	"context"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"fmt"
	"io/fs"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/stdlib"
	"github.com/pressly/goose/v3"
	"github.com/pressly/goose/v3/lock"
)

//go:embed *.sql
var files embed.FS

// The roles. App is what the service runs as: neither owner nor superuser.
// Lookup owns the functions that look across organisations. Migrate owns the
// schema. Backup reads everything and changes nothing.
const (
	RoleApp     = "howareyou_app"
	RoleLookup  = "howareyou_lookup"
	RoleMigrate = "howareyou_migrate"
	RoleBackup  = "howareyou_backup"
)

// The session lock keeps two processes that migrate one cluster apart: roles
// are shared by its databases.
const sqlRoles = `
DO $$
DECLARE r text;
BEGIN
  PERFORM pg_advisory_xact_lock(7263541);
  FOREACH r IN ARRAY ARRAY['howareyou_app', 'howareyou_lookup', 'howareyou_migrate', 'howareyou_backup'] LOOP
    BEGIN
      IF NOT EXISTS (SELECT 1 FROM pg_roles WHERE rolname = r) THEN
        EXECUTE format('CREATE ROLE %I NOLOGIN', r);
      END IF;
    EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL;
    END;
  END LOOP;
  -- Being able to create a role is not being able to become it (PostgreSQL 16),
  -- so the grants are made again; a login that may not grant has them already.
  BEGIN
    GRANT howareyou_lookup TO howareyou_migrate;
    EXECUTE format('GRANT howareyou_migrate TO %I', current_user);
  EXCEPTION WHEN insufficient_privilege THEN NULL;
  END;
  GRANT USAGE, CREATE ON SCHEMA public TO howareyou_migrate;
  GRANT USAGE, CREATE ON SCHEMA public TO howareyou_lookup;
  GRANT USAGE ON SCHEMA public TO howareyou_app, howareyou_backup;
END $$`

// Roles makes the roles where there are none, and lets the login of url become the
// owner's: for a database that is filled from a backup, since a dump does not hold them.
func Roles(ctx context.Context, url string) error {
	_, err := roles(ctx, url)
	return err
}

func roles(ctx context.Context, url string) (*pgx.ConnConfig, error) {
	cfg, err := pgx.ParseConfig(url)
	if err != nil {
		return nil, fmt.Errorf("read the database address: %w", err)
	}
	conn, err := pgx.ConnectConfig(ctx, cfg)
	if err != nil {
		return nil, fmt.Errorf("reach the database: %w", err)
	}
	_, err = conn.Exec(ctx, sqlRoles)
	if cerr := conn.Close(ctx); err == nil {
		err = cerr
	}
	if err != nil {
		return nil, fmt.Errorf("create the roles: %w", err)
	}
	return cfg, nil
}

// Up brings the database at url to the newest version. The login of url must
// be allowed to create roles the first time. Running it again, or twice at
// once, is harmless.
func Up(ctx context.Context, url string) error {
	cfg, err := roles(ctx, url)
	if err != nil {
		return err
	}
	db := stdlib.OpenDB(*cfg, stdlib.OptionAfterConnect(func(ctx context.Context, c *pgx.Conn) error {
		_, err := c.Exec(ctx, "SET ROLE "+RoleMigrate)
		return err
	}))
	defer db.Close() // nothing is written through it any more
	locker, err := lock.NewPostgresSessionLocker()
	if err != nil {
		return err
	}
	provider, err := goose.NewProvider(goose.DialectPostgres, db, files, goose.WithSessionLocker(locker), goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	if _, err := provider.Up(ctx); err != nil {
		return fmt.Errorf("migrate: %w", err)
	}
	return nil
}

// Hash names this exact set of migrations, so that a test template or a running
// process can tell whether a database is at it.
func Hash() string {
	h := sha256.New()
	names, _ := fs.Glob(files, "*.sql")
	for _, name := range names {
		b, _ := files.ReadFile(name)
		fmt.Fprintf(h, "%s %d\n%s", name, len(b), b)
	}
	h.Write([]byte(sqlRoles))
	return hex.EncodeToString(h.Sum(nil))[:16]
}

// Latest is the version of the newest migration.
func Latest() int64 {
	names, _ := fs.Glob(files, "*.sql")
	var v int64
	if len(names) > 0 {
		fmt.Sscanf(names[len(names)-1], "%04d_", &v) //nolint:errcheck // the order test holds the names
	}
	return v
}
