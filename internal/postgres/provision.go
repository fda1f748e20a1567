package postgres

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/migrations"
)

// CreateDatabase makes an empty database on the server that adminURL logs in
// to. One of that name is dropped first, from under its sessions too: this is
// for private servers whose data may be made again.
func CreateDatabase(ctx context.Context, adminURL, name string) error {
	quoted := pgx.Identifier{name}.Sanitize()
	return asAdmin(ctx, adminURL, "DROP DATABASE IF EXISTS "+quoted+" WITH (FORCE)", "CREATE DATABASE "+quoted)
}

// CreateLogin makes a login that may be what the service is and nothing more,
// if there is none. The roles of the migrations must exist. Its queries are not
// compiled: they are short, and some have plans that look dear enough for it, so
// that each would take seconds instead of a millisecond.
func CreateLogin(ctx context.Context, adminURL, login string) error {
	quoted := pgx.Identifier{login}.Sanitize()
	return asAdmin(ctx, adminURL,
		"DO $$ BEGIN CREATE ROLE "+quoted+" LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$",
		"GRANT "+migrations.RoleApp+" TO "+quoted, "ALTER ROLE "+quoted+" SET jit = off")
}

// Analyze lets the planner know what was just imported. Until the server does so
// by itself, a minute later, it plans for empty tables: the board of thirty
// patients takes seconds instead of fifty milliseconds.
func Analyze(ctx context.Context, adminURL string) error {
	return asAdmin(ctx, adminURL, "ANALYZE")
}

// asAdmin runs statements one by one, outside a transaction.
func asAdmin(ctx context.Context, adminURL string, statements ...string) error {
	conn, err := pgx.Connect(ctx, adminURL)
	if err != nil {
		return fmt.Errorf("reach the database server: %w", err)
	}
	defer conn.Close(context.WithoutCancel(ctx)) // every statement has been answered
	for _, s := range statements {
		if _, err := conn.Exec(ctx, s); err != nil {
			return fmt.Errorf("prepare the database server: %w", err)
		}
	}
	return nil
}

const sqlCountUncertain = `SELECT count(*) FROM delivery WHERE org_id = $1 AND state = 'uncertain'`

// CountUncertain says how many of an organisation's texts got no clear answer
// from the provider and are being looked for.
func (s *Store) CountUncertain(ctx context.Context, org carenet.ID) (n int, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, sqlCountUncertain, org).Scan(&n)
	})
	return n, err
}
