package e2e

import (
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"howareyou/internal/devenv"
)

// server is a PostgreSQL that belongs to one test, which may kill it. Its
// database and logins are made as the deployment makes them.
type server struct {
	pg      *devenv.Postgres
	secrets string // folder with the files that the deployment's secrets are
}

// place is where the deployment's secrets say that PostgreSQL is.
const place = "@postgres:5432/howareyou?sslmode=disable"

func newServer(t *testing.T) server {
	t.Helper()
	tools, err := devenv.Find(t.Context(), devenv.PostgreSQL)
	if err != nil {
		t.Fatal(err)
	}
	pg, err := devenv.StartPostgres(t.Context(), devenv.PostgresOptions{Bin: tools.PostgresBin})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := pg.Stop(); err != nil {
			t.Error(err)
		}
	})
	dir := t.TempDir()
	script, err := os.ReadFile(filepath.Join(root, "deploy", "secrets.sh"))
	if err != nil {
		t.Fatal(err)
	}
	copied := filepath.Join(dir, "secrets.sh")
	if err := os.WriteFile(copied, script, 0o600); err != nil {
		t.Fatal(err)
	}
	s := server{pg: pg, secrets: filepath.Join(dir, "secrets")}
	shell(t, nil, copied)

	there, err := url.Parse(pg.URL("howareyou", devenv.Superuser))
	if err != nil {
		t.Fatal(err)
	}
	here := "@/howareyou?" + there.RawQuery
	for _, name := range []string{"database_url", "migrate_database_url"} {
		address := s.read(t, name)
		if !strings.Contains(address, place) {
			t.Fatalf("the secret %s does not lead to %s", name, place)
		}
		s.write(t, name, strings.Replace(address, place, here, 1))
	}
	shell(t, []string{
		"PATH=" + tools.PostgresBin + ":" + os.Getenv("PATH"), "PGHOST=" + there.Query().Get("host"),
		"APP_URL_FILE=" + filepath.Join(s.secrets, "database_url"), "OWNER_URL_FILE=" + filepath.Join(s.secrets, "migrate_database_url"),
	}, filepath.Join(root, "deploy", "postgres", "logins.sh"))
	return s
}

// database migrates and says how to log in.
func (s server) database(t *testing.T) *database {
	t.Helper()
	run(t, []string{"DATABASE_URL=" + s.read(t, "migrate_database_url")}, "migrate")
	return &database{service: s.read(t, "database_url"), admin: s.pg.URL("howareyou", devenv.Superuser)}
}

func (s server) read(t *testing.T, secret string) string {
	t.Helper()
	text, err := os.ReadFile(filepath.Join(s.secrets, secret))
	if err != nil {
		t.Fatal(err)
	}
	return strings.TrimSpace(string(text))
}

func (s server) write(t *testing.T, secret, value string) {
	t.Helper()
	if err := os.WriteFile(filepath.Join(s.secrets, secret), []byte(value+"\n"), 0o600); err != nil {
		t.Fatal(err)
	}
}

func shell(t *testing.T, env []string, script string) {
	t.Helper()
	cmd := exec.CommandContext(t.Context(), "sh", script)
	cmd.Env = append(os.Environ(), env...)
	if out, err := cmd.CombinedOutput(); err != nil {
		t.Fatalf("%s: %v\n%s", script, err, out)
	}
}
