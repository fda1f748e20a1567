package postgres_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"

	"howareyou/internal/postgres"
	"howareyou/internal/postgres/pgtest"
	"howareyou/migrations"
)

// Every statement of the package is planned on a migrated database as the
// service's role: a misspelt column, a type that does not fit and a privilege
// that was not granted fail here, and not at three in the morning.
func TestEveryStatementFitsTheSchema(t *testing.T) {
	statements := sqlConstants(t, parseFiles(t))
	if len(statements) < 100 {
		t.Errorf("found %d statements: is this the package's folder?", len(statements))
	}
	for _, c := range postgres.SealedColumns() {
		for i, sql := range c.Statements() {
			statements[fmt.Sprintf("rewrap %d of %s.%s", i, c.Table, c.Column)] = sql
		}
	}
	conn := asService(t)
	for _, name := range slices.Sorted(maps.Keys(statements)) {
		if err := plan(t, conn, statements[name]); err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// asService is a session as the service's own.
func asService(t *testing.T) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), pgtest.New(t).AppURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	for _, sql := range []string{"SET ROLE " + migrations.RoleApp, "SET plan_cache_mode = force_generic_plan"} {
		if _, err := conn.Exec(t.Context(), sql); err != nil {
			t.Fatal(err)
		}
	}
	return conn
}

var planned = regexp.MustCompile(`^(?i)\s*(SELECT|INSERT|UPDATE|DELETE|WITH)\b`)

// plan prepares a statement and, because that asks no privileges, lets the
// database explain it as well.
func plan(t *testing.T, conn *pgx.Conn, sql string) error {
	t.Helper()
	const name = "statement"
	prepared, err := conn.Prepare(t.Context(), name, sql)
	if err != nil {
		return err
	}
	defer func() {
		if err := conn.Deallocate(t.Context(), name); err != nil {
			t.Error(err)
		}
	}()
	if !planned.MatchString(sql) {
		return nil
	}
	explain := "EXPLAIN EXECUTE " + name
	if n := len(prepared.ParamOIDs); n > 0 {
		explain += "(" + strings.Repeat("NULL, ", n-1) + "NULL)"
	}
	_, err = conn.Exec(t.Context(), explain)
	return err
}

func parseFiles(t *testing.T) []*ast.File {
	t.Helper()
	names, err := filepath.Glob("*.go")
	if err != nil {
		t.Fatal(err)
	}
	var files []*ast.File
	for _, name := range names {
		if strings.HasSuffix(name, "_test.go") {
			continue
		}
		f, err := parser.ParseFile(token.NewFileSet(), name, nil, parser.SkipObjectResolution)
		if err != nil {
			t.Fatal(err)
		}
		files = append(files, f)
	}
	return files
}

// sqlConstants are the constants named sql..., put together from their parts.
func sqlConstants(t *testing.T, files []*ast.File) map[string]string {
	t.Helper()
	parts := map[string]ast.Expr{}
	for _, f := range files {
		ast.Inspect(f, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, name := range v.Names {
					if i < len(v.Values) {
						parts[name.Name] = v.Values[i]
					}
				}
			}
			return true
		})
	}
	var text func(e ast.Expr) (string, bool)
	text = func(e ast.Expr) (string, bool) {
		switch e := e.(type) {
		case *ast.BasicLit:
			s, err := strconv.Unquote(e.Value)
			return s, e.Kind == token.STRING && err == nil
		case *ast.ParenExpr:
			return text(e.X)
		case *ast.Ident:
			part, ok := parts[e.Name]
			if !ok {
				return "", false
			}
			return text(part)
		case *ast.BinaryExpr:
			left, okLeft := text(e.X)
			right, okRight := text(e.Y)
			return left + right, e.Op == token.ADD && okLeft && okRight
		}
		return "", false
	}
	found := map[string]string{}
	for name, e := range parts {
		if !strings.HasPrefix(name, "sql") {
			continue
		}
		sql, ok := text(e)
		if !ok {
			t.Errorf("%s is not a constant that can be read from its source", name)
			continue
		}
		found[name] = sql
	}
	return found
}

func TestStatementsThatDoNotFitAreFound(t *testing.T) {
	f, err := parser.ParseFile(token.NewFileSet(), "x.go", `package x
const (
	columns = "id, " + "org_id"
	sqlGood = `+"`SELECT `"+` + columns + (" FROM person" + where)
	sqlBad, other = "SELECT nothing FROM person", 1
)
const where = " WHERE id = $1"
func f() { const sqlInside = "SET LOCAL statement_timeout = 0" }
`, parser.SkipObjectResolution)
	if err != nil {
		t.Fatal(err)
	}
	got := sqlConstants(t, []*ast.File{f})
	want := map[string]string{"sqlGood": "SELECT id, org_id FROM person WHERE id = $1", "sqlBad": "SELECT nothing FROM person", "sqlInside": "SET LOCAL statement_timeout = 0"}
	if !maps.Equal(got, want) {
		t.Fatalf("read %q, want %q", got, want)
	}
	conn := asService(t)
	for sql, says := range map[string]string{
		want["sqlGood"]:   "",
		want["sqlInside"]: "",
		want["sqlBad"]:    `column "nothing" does not exist`,
		"SELECT id FROM person WHERE id = $1 || 'x' AND created_at > 1":         "operator does not exist",
		"DELETE FROM person WHERE id = $1":                                      "permission denied",
		"UPDATE audit SET at = $1":                                              "permission denied",
		"SELECT id FROM consent FOR UPDATE":                                     "permission denied",
		"SELECT id FROM event_default":                                          "permission denied",
		"INSERT INTO person (org_id) VALUES ($1) ON CONFLICT (zone) DO NOTHING": "no unique or exclusion constraint",
	} {
		err := plan(t, conn, sql)
		if says == "" && err != nil || says != "" && (err == nil || !strings.Contains(err.Error(), says)) {
			t.Errorf("%s: %v, want %q", sql, err, says)
		}
	}
}
