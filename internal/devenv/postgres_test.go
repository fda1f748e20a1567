package devenv

import (
	"context"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"
)

// openDir is a folder that the server's account can reach, which t.TempDir is
// not when root runs the tests.
func openDir(t *testing.T, name string) string {
	t.Helper()
	top, err := os.MkdirTemp("", "devenv-test-")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := os.RemoveAll(top); err != nil {
			t.Error(err)
		}
	})
	if err := os.Chmod(top, 0o755); err != nil {
		t.Fatal(err)
	}
	return filepath.Join(top, name)
}

func startPostgres(t *testing.T, o PostgresOptions) *Postgres {
	t.Helper()
	if o.Bin == "" {
		o.Bin = found(t, PostgreSQL).PostgresBin
	}
	p, err := StartPostgres(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := p.Stop(); err != nil {
			t.Error(err)
		}
	})
	return p
}

func TestPostgresKeepsItsDataAcrossStarts(t *testing.T) {
	bin := found(t, PostgreSQL).PostgresBin
	for _, tc := range []struct{ name, folder string }{
		{"plain", "demo"},
		{"long and in need of quoting", strings.Repeat("long/", 24) + "it's, a \"demo\""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := PostgresOptions{Dir: openDir(t, tc.folder)}
			first := startPostgres(t, o)
			sql(t, bin, first.URL("postgres", Superuser), "CREATE TABLE kept AS SELECT 7 AS n")
			pid := first.Pid()
			if err := first.Stop(); err != nil {
				t.Fatal(err)
			}
			if err := syscall.Kill(pid, 0); err == nil {
				t.Errorf("postmaster %d lives on after Stop", pid)
			}
			second := startPostgres(t, o)
			if got := sql(t, bin, second.URL("postgres", Superuser), "SELECT n FROM kept"); got != "7" {
				t.Errorf("second start finds %q, want 7", got)
			}
		})
	}
}

func TestScratchPostgres(t *testing.T) {
	p := startPostgres(t, PostgresOptions{})
	const ask = `SELECT concat_ws(' ', current_setting('fsync'), current_setting('synchronous_commit'),
		current_setting('timezone'), current_setting('server_encoding'), current_setting('max_connections'),
		'[' || current_setting('listen_addresses') || ']')`
	if got := sql(t, p.bin, p.URL("postgres", Superuser), ask); got != "off on UTC UTF8 200 []" {
		t.Errorf("settings %q", got)
	}
	for _, dir := range []string{p.run, p.data} {
		info, err := os.Stat(dir)
		if err != nil {
			t.Fatal(err)
		}
		if info.Mode().Perm()&0o077 != 0 {
			t.Errorf("%s is open to others: %v", dir, info.Mode())
		}
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	for _, path := range []string{p.dir, p.data, p.run} {
		if _, err := os.Lstat(path); !os.IsNotExist(err) {
			t.Errorf("%s is left behind: %v", path, err)
		}
	}
}

func TestPostgresComesBackAfterKill(t *testing.T) {
	bin := found(t, PostgreSQL).PostgresBin
	p := startPostgres(t, PostgresOptions{})
	url := p.URL("postgres", Superuser)
	sql(t, bin, url, "CREATE TABLE kept AS SELECT 7 AS n")
	// A session that is busy when the postmaster dies holds the data a while.
	busy := make(chan error, 1)
	go func() {
		_, err := trySQL(t.Context(), bin, url, "SELECT pg_sleep(30)")
		busy <- err
	}()
	eventually(t, "busy session", func() bool {
		return sql(t, bin, url, "SELECT count(*) FROM pg_stat_activity WHERE query LIKE 'SELECT pg_sleep%'") == "1"
	})
	if err := p.Kill(); err != nil {
		t.Fatal(err)
	}
	if pid := p.Pid(); pid != 0 {
		t.Errorf("Pid after Kill is %d, want 0", pid)
	}
	if err := <-busy; err == nil {
		t.Error("the busy session outlived its server")
	}
	if err := p.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := sql(t, bin, url, "SELECT n FROM kept"); got != "7" {
		t.Errorf("after kill -9 the server has %q, want 7", got)
	}
}

// A process id in postmaster.pid may by now belong to somebody else, even to us.
func TestPostgresStartsOverForeignPid(t *testing.T) {
	bin := found(t, PostgreSQL).PostgresBin
	o := PostgresOptions{Dir: openDir(t, "demo")}
	p := startPostgres(t, o)
	data, who := p.data, p.who
	pidFile, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		t.Fatal(err)
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	_, rest, _ := strings.Cut(string(pidFile), "\n")
	stale := filepath.Join(data, "postmaster.pid")
	if err := os.WriteFile(stale, []byte(strconv.Itoa(os.Getpid())+"\n"+rest), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Chown(stale, int(who.uid), int(who.gid)); err != nil {
		t.Fatal(err)
	}
	again := startPostgres(t, o)
	if got := sql(t, bin, again.URL("postgres", Superuser), "SELECT 1"); got != "1" {
		t.Errorf("SELECT 1 is %q", got)
	}
}

func TestPostgresFolderHasOneOwnerAndOneVersion(t *testing.T) {
	o := PostgresOptions{Dir: openDir(t, "demo")}
	p := startPostgres(t, o)
	o.Bin = p.bin
	if second, err := StartPostgres(t.Context(), o); err == nil {
		t.Fatal(second.Stop(), "a second server started on the same folder")
	} else if !strings.Contains(err.Error(), "in use by another process") {
		t.Errorf("refusal is %q", err)
	}
	if err := Remove(o.Dir); err == nil {
		t.Error("Remove took the folder of a running server")
	}
	if err := p.Stop(); err != nil {
		t.Fatal(err)
	}
	// Data of another major version are left as they are.
	if err := os.WriteFile(filepath.Join(p.data, "PG_VERSION"), []byte("99\n"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := StartPostgres(t.Context(), o); err == nil || !strings.Contains(err.Error(), "are of PostgreSQL 99") {
		t.Errorf("error %v, want one that names the version", err)
	}
	if err := Remove(o.Dir); err != nil {
		t.Error(err)
	}
}

func TestPostgresStartObeysContext(t *testing.T) {
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Millisecond)
	defer cancel()
	o := PostgresOptions{Bin: found(t, PostgreSQL).PostgresBin, Dir: openDir(t, "demo")}
	if p, err := StartPostgres(ctx, o); err == nil {
		t.Fatal(p.Stop(), "initdb within 20 ms is not believable")
	}
	startPostgres(t, o) // and nothing half made is in the way
}
