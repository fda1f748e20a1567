package devenv

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

// Root's folders are closed to the account that PostgreSQL runs as.
func TestDataOfAClosedFolderLiesOutside(t *testing.T) {
	if os.Geteuid() != 0 {
		t.Skip("only root lends PostgreSQL another account")
	}
	bin := found(t, PostgreSQL).PostgresBin
	closed := openDir(t, "closed")
	if err := os.Mkdir(closed, 0o700); err != nil {
		t.Fatal(err)
	}
	dir := filepath.Join(closed, "demo")
	o := PostgresOptions{Dir: dir}
	t.Cleanup(func() { _ = Remove(dir) }) // runs after every Stop
	first := startPostgres(t, o)
	if !strings.HasPrefix(first.data, "/var/tmp/") {
		t.Errorf("data lie in %s", first.data)
	}
	sql(t, bin, first.URL("postgres", Superuser), "CREATE TABLE kept AS SELECT 7 AS n")
	if err := first.Stop(); err != nil {
		t.Fatal(err)
	}
	second := startPostgres(t, o)
	if got := sql(t, bin, second.URL("postgres", Superuser), "SELECT n FROM kept"); got != "7" {
		t.Errorf("second start finds %q, want 7", got)
	}
	if err := second.Stop(); err != nil {
		t.Fatal(err)
	}
	// A folder that was deleted by hand begins anew under the same name.
	if err := os.RemoveAll(dir); err != nil {
		t.Fatal(err)
	}
	third := startPostgres(t, o)
	if got := sql(t, bin, third.URL("postgres", Superuser), "SELECT to_regclass('kept') IS NULL"); got != "t" {
		t.Error("a deleted folder's data came back")
	}
	if err := third.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := Remove(dir); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(third.data); !os.IsNotExist(err) {
		t.Errorf("%s is left behind: %v", third.data, err)
	}
}

func TestOwnFolderRefusesWhatOthersMade(t *testing.T) {
	us := account{uid: uint32(os.Geteuid()), gid: uint32(os.Getegid())}
	top := t.TempDir()
	folder := func(name string, mode os.FileMode) string {
		path := filepath.Join(top, name)
		if err := os.Mkdir(path, mode); err != nil {
			t.Fatal(err)
		}
		return path
	}
	link := filepath.Join(top, "link")
	if err := os.Symlink(folder("target", 0o700), link); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name, path string
		who        account
		ok         bool
	}{
		{"new", filepath.Join(top, "new"), us, true},
		{"ours", folder("ours", 0o700), us, true},
		{"open to others", folder("open", 0o755), us, false},
		{"another's", folder("another", 0o700), account{uid: us.uid + 1}, false},
		{"a link", link, us, false},
	} {
		if err := tc.who.ownFolder(tc.path); (err == nil) != tc.ok {
			t.Errorf("%s: error %v, want ok %v", tc.name, err, tc.ok)
		}
	}
}

func TestPointerNamesOnlyFoldersOfOurs(t *testing.T) {
	for text, ok := range map[string]bool{
		"/var/tmp/howareyou-postgres-0123456789ab\n": true,
		"/etc\n": false,
		"/var/tmp/howareyou-postgres-x/../../../home/mary\n": false,
		"": false,
	} {
		dir := t.TempDir()
		if err := os.WriteFile(filepath.Join(dir, dataPointer), []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		if got, err := readPointer(dir); (err == nil) != ok {
			t.Errorf("%q: %q, %v, want ok %v", text, got, err, ok)
		}
	}
}

func TestSweepTakesOnlyAbandonedScratch(t *testing.T) {
	tmp := t.TempDir()
	t.Setenv("TMPDIR", tmp)
	scratch := func(name string, age time.Duration, locked bool) {
		dir := filepath.Join(tmp, name)
		if err := os.Mkdir(dir, 0o711); err != nil {
			t.Fatal(err)
		}
		lock, err := tryLock(filepath.Join(dir, postgresLock))
		if err != nil {
			t.Fatal(err)
		}
		if locked {
			t.Cleanup(func() { _ = lock.Close() })
		} else if err := lock.Close(); err != nil {
			t.Fatal(err)
		}
		when := time.Now().Add(-age)
		if err := os.Chtimes(dir, when, when); err != nil {
			t.Fatal(err)
		}
	}
	scratch(scratchPrefix+"abandoned", time.Hour, false)
	scratch(scratchPrefix+"in-use", time.Hour, true)
	scratch(scratchPrefix+"being-made", time.Second, false)
	scratch("somebody-elses", time.Hour, false)
	sweepScratch()
	entries, err := os.ReadDir(tmp)
	if err != nil {
		t.Fatal(err)
	}
	var left []string
	for _, e := range entries {
		left = append(left, e.Name())
	}
	want := scratchPrefix + "being-made " + scratchPrefix + "in-use somebody-elses"
	if got := strings.Join(left, " "); got != want {
		t.Errorf("left: %s, want: %s", got, want)
	}
}

// A process id may have been given to another since it was written down.
func TestRunsLooksAtTheCommand(t *testing.T) {
	pid := os.Getpid()
	if !runs(pid, "devenv.test") || runs(pid, "redis-server") || runs(1<<30, "") {
		t.Error("runs mistakes one process for another")
	}
	if err := endOrphan(pid, "redis-server", patience{syscall.SIGKILL, time.Second}); err != nil {
		t.Error(err)
	}
}
