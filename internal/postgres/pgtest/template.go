package pgtest

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"sync"

	"github.com/jackc/pgx/v5"

	"howareyou/migrations"
)

// templateLock keeps test processes apart while they make the template and the
// roles, which belong to the whole server. It is taken in the database that
// EnvServer names: advisory locks are kept per database.
const templateLock = 0x6861755f746d706c

const (
	sqlLock     = "SELECT pg_advisory_lock($1)"
	sqlExists   = "SELECT EXISTS (SELECT FROM pg_database WHERE datname = $1)"
	sqlHasLogin = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = $1)"
	sqlLogin    = "CREATE ROLE " + Login + " LOGIN PASSWORD '" + loginPassword + "'"
	sqlMember   = "GRANT " + migrations.RoleApp + " TO " + Login
)

// template makes sure that the template is there and returns its name. Another
// process may have made it long ago.
var template = sync.OnceValues(func() (name string, err error) {
	u, err := server()
	if err != nil {
		return "", err
	}
	ctx := context.Background()
	conn, err := pgx.Connect(ctx, u.String())
	if err != nil {
		return "", err
	}
	// The lock goes with the connection.
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	if _, err := conn.Exec(ctx, sqlLock, int64(templateLock)); err != nil {
		return "", err
	}
	name = "howareyou_template_" + migrations.Hash()
	var there bool
	if err := conn.QueryRow(ctx, sqlExists, name).Scan(&there); err != nil || there {
		return name, err
	}
	return name, buildTemplate(ctx, conn, u, name)
})

// buildTemplate migrates a database under another name and renames it when it
// is whole: a killed process leaves no half template. No session may be on a
// template while it is cloned, so in the end none is let in.
func buildTemplate(ctx context.Context, conn *pgx.Conn, u *url.URL, name string) error {
	building := name + "_building"
	for _, statement := range []string{
		"DROP DATABASE IF EXISTS " + building + " WITH (FORCE)",
		"CREATE DATABASE " + building,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	if err := migrations.Up(ctx, databaseURL(u, building, nil)); err != nil {
		return fmt.Errorf("template: %w", err)
	}
	var there bool
	if err := conn.QueryRow(ctx, sqlHasLogin, Login).Scan(&there); err != nil {
		return err
	}
	if !there {
		if _, err := conn.Exec(ctx, sqlLogin); err != nil {
			return err
		}
	}
	for _, statement := range []string{
		sqlMember,
		"ALTER DATABASE " + building + " WITH ALLOW_CONNECTIONS false",
		"ALTER DATABASE " + building + " RENAME TO " + name,
	} {
		if _, err := conn.Exec(ctx, statement); err != nil {
			return err
		}
	}
	return nil
}
