package deploy_test

import (
	"context"
	"crypto/md5" // PostgreSQL's older password format: used here to look inside
	"encoding/hex"
	"os"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/jackc/pgx/v5"

	"howareyou/internal/devenv"
	"howareyou/migrations"
)

// The script of the postgres container, on a server without the container: it
// must leave an owner that can migrate and a login that can become the
// service's role, and nothing more.
func TestLoginsSufficeAndNoMore(t *testing.T) {
	ctx := t.Context()
	tools, err := devenv.Find(ctx, devenv.PostgreSQL)
	if err != nil {
		t.Fatalf("%v (make test installs what is missing)", err)
	}
	server, err := devenv.StartPostgres(ctx, devenv.PostgresOptions{Bin: tools.PostgresBin})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := server.Stop(); err != nil {
			t.Error(err)
		}
	})
	connect := func(database, user string) *pgx.Conn {
		conn, err := pgx.Connect(ctx, server.URL(database, user))
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { conn.Close(context.Background()) }) // the test's context has ended by then
		return conn
	}
	super := connect("postgres", devenv.Superuser)

	secrets := t.TempDir()
	passwords := map[string]string{"howareyou": "0a1b2c", "howareyou_owner": "it's"}
	for login, password := range passwords {
		url := "postgres://" + login + ":" + password + "@postgres:5432/howareyou?sslmode=disable\n"
		if err := os.WriteFile(filepath.Join(secrets, login), []byte(url), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	script := exec.CommandContext(ctx, "sh", "postgres/logins.sh")
	script.Env = append(os.Environ(),
		"PATH="+tools.PostgresBin+":"+os.Getenv("PATH"),
		"PGHOST="+super.Config().Host,
		"PGOPTIONS=-c password_encryption=md5",
		"APP_URL_FILE="+filepath.Join(secrets, "howareyou"),
		"OWNER_URL_FILE="+filepath.Join(secrets, "howareyou_owner"))
	if out, err := script.CombinedOutput(); err != nil {
		t.Fatalf("%v: %s", err, out)
	}

	for login, password := range passwords {
		var got string
		var powers bool
		err := super.QueryRow(ctx, `SELECT rolpassword, rolsuper OR rolcreaterole OR rolcreatedb OR rolbypassrls
			FROM pg_authid WHERE rolname = $1`, login).Scan(&got, &powers)
		if err != nil {
			t.Fatal(err)
		}
		sum := md5.Sum([]byte(password + login))
		if want := "md5" + hex.EncodeToString(sum[:]); got != want {
			t.Errorf("%s has another password than its address says", login)
		}
		if powers {
			t.Errorf("%s holds powers that it does not need", login)
		}
	}

	for range 2 { // each start migrates
		if err := migrations.Up(ctx, server.URL("howareyou", "howareyou_owner")); err != nil {
			t.Fatalf("the owner cannot migrate: %v", err)
		}
	}

	app := connect("howareyou", "howareyou")
	if _, err := app.Exec(ctx, "SELECT count(*) FROM person"); err == nil {
		t.Error("the login reads rows before it became the service's role")
	}
	if _, err := app.Exec(ctx, "SET ROLE "+migrations.RoleApp); err != nil {
		t.Errorf("the login cannot become the service's role: %v", err)
	}
	if _, err := app.Exec(ctx, "SELECT count(*) FROM person"); err != nil {
		t.Errorf("the service's role cannot read: %v", err)
	}
	for _, role := range []string{migrations.RoleMigrate, migrations.RoleLookup, migrations.RoleBackup, "howareyou_owner", devenv.Superuser} {
		if _, err := app.Exec(ctx, "SET ROLE "+role); err == nil {
			t.Errorf("the login can become %s", role)
		}
	}
}
