package postgres_test

import (
	"bufio"
	"bytes"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// Who passes by the organisations does so by name, and nobody else does.
func TestINV12_OnlyNamedRolesPass(t *testing.T) {
	n := newNeighbours(t)
	n.exec(n.conn, "SELECT ensure_partitions($1)", n.clock())
	all := readCatalogue(t, n.conn).Tables
	n.as(t, migrateRole, nil, func(tx pgx.Tx) {
		for _, x := range n.tables {
			if orgs := n.count(t, tx, "SELECT count(DISTINCT org_id) FROM "+x.Name); orgs != 2 {
				t.Errorf("the owner sees %d organisations in %s", orgs, x.Name)
			}
		}
	})
	n.as(t, backupRole, nil, func(tx pgx.Tx) {
		for _, x := range all {
			if _, refused := n.try(t, tx, "SELECT count(*) FROM "+x.Name); refused != "" {
				t.Errorf("the backup may not read %s: %s", x.Name, refused)
			}
			col := x.Columns[0].Name
			for _, sql := range []string{
				fmt.Sprintf("INSERT INTO %s SELECT * FROM %[1]s", x.Name), fmt.Sprintf("UPDATE %s SET %s = %[2]s", x.Name, col),
				"DELETE FROM " + x.Name, "TRUNCATE " + x.Name,
			} {
				if _, refused := n.try(t, tx, sql); refused != "privilege" {
					t.Errorf("the backup: %s: %q", sql, refused)
				}
			}
		}
		for _, x := range n.tables {
			if orgs := n.count(t, tx, "SELECT count(DISTINCT org_id) FROM "+x.Name); orgs != 2 {
				t.Errorf("the backup sees %d organisations in %s", orgs, x.Name)
			}
		}
	})
	n.as(t, lookupRole, nil, func(tx pgx.Tx) {
		for _, x := range n.tables {
			opened := slices.ContainsFunc(x.Policies, func(p policy) bool { return p.Name == "looking_up" })
			rows, refused := n.try(t, tx, "SELECT FROM "+x.Name)
			if opened != (refused == "") || opened != (rows > 0) {
				t.Errorf("the look-ups see %d rows of %s (%s)", rows, x.Name, refused)
			}
			_, refused = n.try(t, tx, "UPDATE "+x.Name+" SET org_id = org_id")
			locks := slices.ContainsFunc(x.Policies, func(p policy) bool { return p.Name == "locking" })
			if want := map[bool]string{true: "policy", false: "privilege"}[locks]; refused != want {
				t.Errorf("the look-ups change %s: %q, want %q", x.Name, refused, want)
			}
		}
	})
	for _, x := range all {
		if x.Parent != "" {
			n.as(t, appRole, []carenet.ID{n.org}, func(tx pgx.Tx) {
				if _, refused := n.try(t, tx, "SELECT FROM "+x.Name); refused != "privilege" {
					t.Errorf("the service goes past the parent to %s: %q", x.Name, refused)
				}
			})
		}
	}
	n.exec(n.conn, "BEGIN")
	n.exec(n.conn, "CREATE ROLE a_role_without_name NOLOGIN")
	for _, x := range n.tables {
		n.exec(n.conn, "GRANT ALL ON "+x.Name+" TO a_role_without_name")
	}
	n.exec(n.conn, "SELECT set_config('app.orgs', $1, true)", "{"+n.org.String()+"}")
	n.exec(n.conn, "SET LOCAL ROLE a_role_without_name")
	for _, x := range n.tables {
		if seen := valueOf[int](n.clinic, n.conn, "SELECT count(*) FROM "+x.Name); seen != 0 {
			t.Errorf("a role with every privilege and no policy sees %d rows of %s", seen, x.Name)
		}
	}
	n.exec(n.conn, "ROLLBACK")
}

// What was recorded stays so, for its owner and the superuser too. The one
// change allowed is a note's new seal.
func TestINV16_RecordsRefuseEveryChange(t *testing.T) {
	n := newNeighbours(t)
	n.exec(n.conn, "INSERT INTO alert_entry (org_id, id, alert_id, kind, actor_kind, note_enc, at) SELECT org_id, gen_random_uuid(), alert_id, 'noted', 'clinician', '\\x0100000001aabb', at FROM alert_entry WHERE org_id = $1 LIMIT 1", n.org)
	for _, role := range []string{migrateRole, n.conn.Config().User} {
		n.as(t, pgx.Identifier{role}.Sanitize(), nil, func(tx pgx.Tx) {
			for name := range appendOnly {
				for _, sql := range []string{
					"UPDATE " + name + " SET org_id = org_id", "DELETE FROM " + name, "TRUNCATE " + name + " CASCADE", "TRUNCATE organisation CASCADE",
				} {
					if _, refused := n.try(t, tx, sql); refused != "append-only" {
						t.Errorf("%s: %s: %q", role, sql, refused)
					}
				}
			}
			for change, want := range map[string]string{
				`'\x0100000002ccdd'`:             "",            // another key, as long as before
				`'\x0100000001ccdd'`:             "append-only", // the same key: another note
				`'\x0100000002ccddee'`:           "append-only", // another length: another note
				`NULL`:                           "append-only",
				`'\x0100000002ccdd', kind = 'x'`: "append-only",
			} {
				value, more, _ := strings.Cut(change, ", ")
				sql := "UPDATE alert_entry SET note_enc = " + value
				if more != "" {
					sql += ", " + more
				}
				if _, refused := n.try(t, tx, sql+" WHERE note_enc IS NOT NULL"); refused != want {
					t.Errorf("%s: %s: %q, want %q", role, sql, refused, want)
				}
			}
			if _, refused := n.try(t, tx, `UPDATE alert_entry SET note_enc = '\x0100000002ccdd' WHERE note_enc IS NULL`); refused != "append-only" {
				t.Errorf("%s adds a note later: %q", role, refused)
			}
		})
	}
}

// A dump by the backup's role holds every row of every organisation.
func TestINV12_TheBackupDumpsEverything(t *testing.T) {
	n := newNeighbours(t)
	dump := filepath.Join(valueOf[string](n.clinic, n.conn, "SELECT setting FROM pg_config WHERE name = 'BINDIR'"), "pg_dump")
	if _, err := exec.LookPath(dump); err != nil {
		t.Skipf("the server's own pg_dump is not on this machine: %v", err)
	}
	cmd := exec.CommandContext(n.ctx, dump, "--dbname="+n.db.AdminURL, "--role="+backupRole, "--enable-row-security")
	var failed bytes.Buffer
	cmd.Stderr = &failed
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %s", err, failed.String())
	}
	dumped, into := map[string]int{}, ""
	for lines := bufio.NewScanner(bytes.NewReader(out)); lines.Scan(); {
		switch line := lines.Text(); {
		case strings.HasPrefix(line, "COPY public."):
			into, _, _ = strings.Cut(strings.TrimPrefix(line, "COPY public."), " ")
		case line == `\.`:
			into = ""
		case into != "":
			dumped[into]++
		}
	}
	for _, x := range readCatalogue(t, n.conn).Tables {
		if x.Kind != "r" {
			continue
		}
		if want := valueOf[int](n.clinic, n.conn, "SELECT count(*) FROM "+x.Name); dumped[x.Name] != want {
			t.Errorf("%s: %d of %d rows", x.Name, dumped[x.Name], want)
		}
	}
}
