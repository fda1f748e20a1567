package archtest

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// A schema that holds people's health goes one way. To undo a step is a new
// step that says what becomes of the data.
func TestMigrationsGoForward(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(root, "migrations", "*.sql"))
	if err != nil {
		t.Fatal(err)
	}
	if len(files) == 0 {
		t.Fatal("no migration found")
	}
	set := make([]migration, len(files)) // Glob sorts
	for i, f := range files {
		sql, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		set[i] = migration{filepath.Base(f), string(sql)}
	}
	report(t, checkMigrations(set))
}

type migration struct{ name, sql string }

var migrationName = regexp.MustCompile(`^(\d{4})_[a-z0-9_]+\.sql$`)

func checkMigrations(set []migration) []string {
	var broken []string
	for i, m := range set {
		match := migrationName.FindStringSubmatch(m.name)
		switch {
		case match == nil:
			broken = append(broken, m.name+": name it NNNN_what_it_does.sql")
		case match[1] != fmt.Sprintf("%04d", i+1):
			broken = append(broken, fmt.Sprintf("%s: number %04d was expected here; numbers are consecutive, so that two branches "+
				"which each add one meet in review and not in production", m.name, i+1))
		}
		if !strings.Contains(m.sql, "-- +goose Up") {
			broken = append(broken, m.name+": has no \"-- +goose Up\"")
		}
		if strings.Contains(m.sql, "-- +goose Down") {
			broken = append(broken, m.name+": has a Down step; a way back is a new migration")
		}
	}
	return broken
}
