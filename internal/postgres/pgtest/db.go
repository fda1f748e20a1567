package pgtest

import (
	"context"
	"crypto/rand"
	"encoding/hex"
	"net/url"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
)

// DB is a database that belongs to one test.
type DB struct {
	Name     string // of the database
	AdminURL string // logs in as the superuser, past row level security
	AppURL   string // logs in as Login, as the service does

	server *url.URL
}

// New clones a migrated, empty database and drops it when the test ends, also
// from under sessions that are still open.
func New(t testing.TB) *DB {
	t.Helper()
	name, err := template()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	// Half the time that PostgreSQL takes by default, which copies by its log.
	return create(t, " TEMPLATE "+name+" STRATEGY FILE_COPY")
}

// Empty gives a database without any migration, on a server that knows the
// roles.
func Empty(t testing.TB) *DB {
	t.Helper()
	if _, err := template(); err != nil {
		t.Fatalf("test database: %v", err)
	}
	return create(t, "")
}

// URL logs in as any role that may log in, with no password.
func (db *DB) URL(role string) string {
	return databaseURL(db.server, db.Name, url.User(role))
}

func create(t testing.TB, from string) *DB {
	t.Helper()
	u, err := server()
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	var random [6]byte
	_, _ = rand.Read(random[:]) // never fails
	name := "howareyou_test_" + hex.EncodeToString(random[:])
	admin(t, u, "CREATE DATABASE "+name+from)
	t.Cleanup(func() { admin(t, u, "DROP DATABASE IF EXISTS "+name+" WITH (FORCE)") })
	return &DB{
		Name:     name,
		AdminURL: databaseURL(u, name, nil),
		AppURL:   databaseURL(u, name, url.UserPassword(Login, loginPassword)),
		server:   u,
	}
}

// admin runs one statement as the superuser, on a connection of its own: neither
// statement may run in a transaction or on the database that it is about.
func admin(t testing.TB, u *url.URL, statement string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	conn, err := pgx.Connect(ctx, u.String())
	if err != nil {
		t.Fatalf("test database: %v", err)
	}
	_, err = conn.Exec(ctx, statement)
	if closing := conn.Close(ctx); err == nil {
		err = closing
	}
	if err != nil {
		t.Fatalf("test database: %s: %v", statement, err)
	}
}
