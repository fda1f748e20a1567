package pgtest

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"testing"

	"github.com/jackc/pgx/v5"

	"howareyou/internal/devenv"
	"howareyou/migrations"
)

// helperEnv makes the test binary another test process, which clones one
// database and says what it found.
const helperEnv = "PGTEST_HELPER"

func connect(t testing.TB, url string) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(context.Background()) })
	return conn
}

func scan[T any](t testing.TB, conn *pgx.Conn, query string, args ...any) T {
	t.Helper()
	var v T
	if err := conn.QueryRow(t.Context(), query, args...).Scan(&v); err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	return v
}

const sqlOrganisation = `INSERT INTO organisation (org_id, name, zone, language, region, emergency_number, created_at)
	VALUES ('018f0000-0000-7000-8000-000000000001', 'Ours', 'Europe/London', 'en', 'GB', '999', '2026-01-01Z')`

func TestDatabasesAreMigratedAndApart(t *testing.T) {
	one, two := New(t), New(t)
	if _, err := connect(t, one.AdminURL).Exec(t.Context(), sqlOrganisation); err != nil {
		t.Fatal(err)
	}
	for db, want := range map[*DB]int{one: 1, two: 0} {
		if got := scan[int](t, connect(t, db.AdminURL), "SELECT count(*) FROM organisation"); got != want {
			t.Errorf("%s has %d organisations, want %d", db.Name, got, want)
		}
	}
	if got := scan[bool](t, connect(t, Empty(t).AdminURL), "SELECT to_regclass('organisation') IS NULL"); !got {
		t.Error("the empty database is migrated")
	}
}

// What the service may do is tested as the service: rows of no organisation of
// the transaction are not there.
func TestAppURLIsNeitherOwnerNorSuperuser(t *testing.T) {
	db := New(t)
	if _, err := connect(t, db.AdminURL).Exec(t.Context(), sqlOrganisation); err != nil {
		t.Fatal(err)
	}
	app := connect(t, db.AppURL)
	if got := scan[int](t, app, "SELECT count(*) FROM organisation"); got != 0 {
		t.Errorf("without an organisation the app sees %d rows", got)
	}
	if got := scan[string](t, app, `SELECT concat_ws(' ', current_user, rolsuper, rolbypassrls, pg_has_role($1, 'MEMBER'))
		FROM pg_roles WHERE rolname = current_user`, migrations.RoleApp); got != Login+" f f t" {
		t.Errorf("the app logs in as %q", got)
	}
	if got := scan[string](t, connect(t, db.URL(Login)), "SELECT current_database()"); got != db.Name {
		t.Errorf("URL leads to %q, want %q", got, db.Name)
	}
}

func TestDatabaseGoesWithItsTest(t *testing.T) {
	var db *DB
	t.Run("inner", func(t *testing.T) {
		db = New(t)
		// A session that the test forgot is no obstacle.
		forgotten, err := pgx.Connect(t.Context(), db.AppURL)
		if err != nil {
			t.Fatal(err)
		}
		if err := forgotten.Ping(t.Context()); err != nil {
			t.Fatal(err)
		}
	})
	if scan[bool](t, connect(t, New(t).AdminURL), sqlExists, db.Name) {
		t.Errorf("%s outlives its test", db.Name)
	}
}

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) == "" {
		os.Exit(m.Run())
	}
	os.Args = []string{os.Args[0], "-test.run=^TestHelperProcess$", "-test.v"}
	os.Exit(m.Run())
}

func TestHelperProcess(t *testing.T) {
	if os.Getenv(helperEnv) == "" {
		t.Skip("the other half of TestProcessesShareOneServer")
	}
	name, err := template()
	if err != nil {
		t.Fatal(err)
	}
	conn := connect(t, New(t).AppURL)
	fmt.Printf("template=%s roles=%d\n", name, scan[int](t, conn, "SELECT count(*) FROM pg_roles WHERE rolname LIKE 'howareyou\\_%'"))
}

// Four test processes begin at once on a server that has neither template nor
// roles.
func TestProcessesShareOneServer(t *testing.T) {
	tools, err := devenv.Find(t.Context(), devenv.PostgreSQL)
	if err != nil {
		t.Fatal(err)
	}
	fresh, err := devenv.StartPostgres(t.Context(), devenv.PostgresOptions{Bin: tools.PostgresBin})
	if err != nil {
		t.Fatal(err)
	}
	defer func() {
		if err := fresh.Stop(); err != nil {
			t.Error(err)
		}
	}()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	const processes = 4
	var outputs [processes]string
	var all sync.WaitGroup
	for i := range outputs {
		all.Go(func() {
			cmd := exec.CommandContext(t.Context(), self)
			cmd.Env = append(os.Environ(), helperEnv+"=1", EnvServer+"="+fresh.URL("postgres", devenv.Superuser))
			out, err := cmd.CombinedOutput()
			outputs[i] = fmt.Sprint(string(out), err)
		})
	}
	all.Wait()
	want := fmt.Sprintf("template=howareyou_template_%s roles=5", migrations.Hash())
	for i, got := range outputs {
		if !strings.Contains(got, want) || !strings.Contains(got, "PASS") {
			t.Errorf("process %d lacks %q:\n%s", i, want, got)
		}
	}
}

func BenchmarkNew(b *testing.B) {
	if _, err := template(); err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		New(b)
	}
}
