package e2e

import (
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"howareyou/internal/app/command"
	"howareyou/internal/devenv"
	"howareyou/internal/postgres/pgtest"
)

// operate runs a command and returns its exit code and all that it said.
func operate(t *testing.T, env []string, args ...string) (int, string) {
	t.Helper()
	var out bytes.Buffer
	code := command.Run(t.Context(), args, env, strings.NewReader(""), &out, &out)
	return code, out.String()
}

// A backup is written beside the running service, tried, and restored into an empty
// database with nothing but its file and the identity. What is restored is held until
// it was compared with the provider, and sends nobody a text twice (INV-18).
func TestINV18_ABackupIsRestoredHeldAndDoublesNothing(t *testing.T) {
	t.Parallel()
	tools, err := devenv.Find(t.Context(), devenv.PostgreSQL)
	if err != nil {
		t.Fatal(err)
	}
	f := newFamily(t, wishes{})
	web, workers := f.start(1)
	f.mary.Texts("4 before the backup")
	f.sam.Expects("before the backup")
	f.ruth.Expects("4 of 5")
	f.mary.Expects("noted 4 of 5")
	f.settled()

	dir := t.TempDir()
	file, identity := filepath.Join(dir, "backup.age"), filepath.Join(dir, "identity")
	_, pair := operate(t, nil, "backup", "keygen")
	recipient := regexp.MustCompile(`age1[0-9a-z]+`).FindString(pair)
	if err := os.WriteFile(identity, []byte(pair), 0o600); err != nil {
		t.Fatal(err)
	}
	admin := func(address string) []string {
		return append(append([]string{}, f.env...), "DATABASE_URL="+address, "HOWAREYOU_PG_BIN="+tools.PostgresBin)
	}
	if code, said := operate(t, append(append([]string{}, f.env...), "HOWAREYOU_PG_BIN="+tools.PostgresBin), "backup", "--to", file, "--recipient", recipient); code == 0 || !strings.Contains(said, "may not read everything") {
		t.Fatalf("a login that sees nothing makes a backup: %d %s", code, said)
	}
	code, said := operate(t, admin(f.db.admin), "backup", "--to", file, "--recipient", recipient)
	if code != 0 {
		t.Fatalf("backup: %d %s", code, said)
	}
	t.Log(strings.TrimSpace(said))
	code, said = operate(t, admin(f.db.admin), "restore", "--verify", file, "--identity", identity)
	if code != 0 || !strings.Contains(said, "whole: ") {
		t.Fatalf("verify: %d %s", code, said)
	}
	t.Log(strings.TrimSpace(said))
	if code, _ := operate(t, admin(f.db.admin), "restore", "--from", file, "--identity", identity); code == 0 {
		t.Fatal("a backup was restored over data that is there")
	}

	// The service went on for a while, and then its database was lost.
	f.mary.Texts("3 after the backup")
	f.sam.Expects("after the backup")
	f.ruth.Expects("3 of 5")
	f.mary.Expects("changed to 3 of 5")
	f.settled()
	web.kill()
	workers[0].kill()

	empty := pgtest.Empty(t)
	code, said = operate(t, admin(empty.AdminURL), "restore", "--from", file, "--identity", identity)
	if code != 0 {
		t.Fatalf("restore: %d %s", code, said)
	}
	t.Log(strings.TrimSpace(said))
	f.db = database{service: empty.AppURL, admin: empty.AdminURL}
	f.env = append(f.env, "DATABASE_URL="+empty.AppURL)
	if n := f.count("SELECT count(*) FROM organisation WHERE held_at IS NOT NULL AND restored_to IS NOT NULL"); n != 1 {
		t.Fatal("it is not held")
	}
	if n := f.count("SELECT count(*) FROM session WHERE ended_at IS NULL"); n != 0 {
		t.Errorf("%d sessions came back to life", n)
	}
	if n := f.count("SELECT count(*) FROM pg_statistic s JOIN pg_class c ON c.oid = s.starelid WHERE c.relname = 'person'"); n == 0 {
		t.Error("the planner knows nothing of what was restored")
	}
	if code, said := operate(t, f.env, "admin", "hold", "off"); code == 0 || !strings.Contains(said, "reconcile") {
		t.Fatalf("it may send before anybody compared: %d %s", code, said)
	}
	if code, said := operate(t, f.env, "admin", "reconcile"); code == 0 || !strings.Contains(said, "not read up to now") {
		t.Fatalf("compared before the texts of the time between were read: %d %s", code, said)
	}
	// The list of texts in is read back to the backup: Mary's second text is there again.
	// Its echo was told before, and must not be told again. (A lister's time is moved, as
	// it leaves the newest to their webhooks.)
	k := &clock{}
	k.ahead.Store(int64(2 * 60 * 1e9))
	m := f.move(k)
	m.until("the text of the time between is read again", func() bool {
		return m.count("SELECT count(*) FROM check_in") == 2
	})
	m.until("the list is read up to now", func() bool {
		return m.count("SELECT count(*) FROM sender WHERE inbound_listed_at > now()") == 1
	})
	m.until("what follows is planned", func() bool {
		return m.count("SELECT count(*) FROM event WHERE state = 'pending'") == 0
	})
	code, said = operate(t, f.env, "admin", "reconcile")
	if code != 0 {
		t.Fatalf("reconcile: %d %s", code, said)
	}
	t.Log(strings.TrimSpace(said))
	if code, said := operate(t, f.env, "admin", "hold", "off"); code != 0 {
		t.Fatalf("hold off: %d %s", code, said)
	}
	m.nobodyElse()
	if n := m.count("SELECT count(*) FROM delivery WHERE state = 'needs_human' AND staff_at IS NOT NULL"); n != 3 {
		t.Errorf("%d texts wait for a human, want 3", n)
	}
	m.mary.Texts("5 and on we go")
	m.sam.Expects("and on we go")
}
