package archtest

import (
	"bytes"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// longest is the number of lines above which a hand-written file is two files.
const longest = 450

// clockReaders may read the system's clock. All other product code is told the
// time, so that the demo can move it and a test can stand on a DST change.
var clockReaders = []string{
	"internal/app/clock.go", // where the one clock is made
	"internal/archtest/...",
	"notify/twiliosim/options.go", // the default of a program that is not the product
	"internal/devenv/...",         // waits for real servers to start
	"internal/e2e/...",
	"internal/postgres/pgtest/...",
	"internal/web/webtest/...",
	"cmd/howareyou-bench/...", "cmd/howareyou-chaos/...", // measures real time: that is its purpose
}

// databaseClockReaders may ask the database for its time.
var databaseClockReaders = []string{
	"internal/postgres/skew.go", // compares both clocks
	"internal/postgres/pgtest/...",
}

func TestOneClock(t *testing.T) {
	each(t, ".go", func(name string, src []byte) []string {
		return checkClock(name, src)
	})
}

func TestTestsNeverSleep(t *testing.T) {
	each(t, ".go", func(name string, src []byte) []string {
		return checkSleep(name, src)
	})
}

func TestNoFileIsTwoFiles(t *testing.T) {
	each(t, ".go", checkLength)
}

func TestSQLTakesTheTimeAsAnArgument(t *testing.T) {
	each(t, ".go", checkSQLInGo)
	each(t, ".sql", checkSQLClock)
}

// each runs a law over every file of the module with this extension.
func each(t *testing.T, ext string, law func(name string, src []byte) []string) {
	t.Helper()
	files := 0
	walk(t, func(name string, d fs.DirEntry) {
		if d.IsDir() || path.Ext(name) != ext {
			return
		}
		files++
		src, err := os.ReadFile(filepath.Join(root, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
			return
		}
		report(t, law(name, src))
	})
	if files == 0 {
		t.Fatalf("no %s file found: is this the module's folder?", ext)
	}
}

func checkClock(name string, src []byte) []string {
	if strings.HasSuffix(name, "_test.go") || matchesAny(clockReaders, name) {
		return nil
	}
	return uses(name, src, "time", map[string]string{
		"Now":   "the clock is injected: take now func() time.Time",
		"Since": "the clock is injected: subtract from its now()",
		"Until": "the clock is injected: subtract its now()",
		"Sleep": "nothing can wake or stop a sleep: wait on a timer and the context",
	})
}

func checkSleep(name string, src []byte) []string {
	if !strings.HasSuffix(name, "_test.go") {
		return nil
	}
	return uses(name, src, "time", map[string]string{
		"Sleep": "a test that sleeps is slow and still fails on a busy day: wait for a signal, or poll until a deadline",
	})
}

// uses finds the named functions of a package in a file, under whatever name
// the file imports it.
func uses(name string, src []byte, library string, banned map[string]string) []string {
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	local := ""
	for _, imp := range f.Imports {
		if p, _ := strconv.Unquote(imp.Path.Value); p == library {
			local = path.Base(library)
			if imp.Name != nil {
				local = imp.Name.Name
			}
		}
	}
	var broken []string
	ast.Inspect(f, func(n ast.Node) bool {
		sel, ok := n.(*ast.SelectorExpr)
		if !ok {
			return true
		}
		if x, ok := sel.X.(*ast.Ident); ok && local != "" && x.Name == local && banned[sel.Sel.Name] != "" {
			broken = append(broken, fmt.Sprintf("%s: %s.%s: %s", fset.Position(sel.Pos()), library, sel.Sel.Name, banned[sel.Sel.Name]))
		}
		return true
	})
	return broken
}

var generated = regexp.MustCompile(`(?m)^// Code generated .* DO NOT EDIT\.$`)

func checkLength(name string, src []byte) []string {
	if n := bytes.Count(src, []byte("\n")); n > longest && !generated.Match(src) {
		return []string{fmt.Sprintf("%s has %d lines; above %d a file is two files", name, n, longest)}
	}
	return nil
}

var (
	sqlClock = regexp.MustCompile(`(?i)\b(now|clock_timestamp|statement_timestamp|transaction_timestamp)\s*\(\s*\)|\bcurrent_(timestamp|date|time)\b|\blocaltime(stamp)?\b`)
	sqlNote  = regexp.MustCompile(`--[^\n]*`)
)

func checkSQLClock(name string, src []byte) []string {
	var broken []string
	for i, line := range strings.Split(string(src), "\n") {
		if found := sqlClock.FindString(sqlNote.ReplaceAllString(line, "")); found != "" {
			broken = append(broken, fmt.Sprintf("%s:%d: %s: the database's clock cannot be moved by the demo or a test: pass the time as an argument", name, i+1, found))
		}
	}
	return broken
}

// checkSQLInGo looks for the database's clock in the strings of product code.
func checkSQLInGo(name string, src []byte) []string {
	if strings.HasSuffix(name, "_test.go") || !strings.HasPrefix(name, "internal/postgres/") || matchesAny(databaseClockReaders, name) {
		return nil
	}
	fset := token.NewFileSet()
	f, err := parser.ParseFile(fset, name, src, parser.SkipObjectResolution)
	if err != nil {
		return []string{err.Error()}
	}
	var broken []string
	ast.Inspect(f, func(n ast.Node) bool {
		if lit, ok := n.(*ast.BasicLit); ok && lit.Kind == token.STRING {
			for _, b := range checkSQLClock("", []byte(lit.Value)) {
				broken = append(broken, fmt.Sprintf("%s: in the string here: %s", fset.Position(lit.Pos()), strings.TrimLeft(b, ":")))
			}
		}
		return true
	})
	return broken
}
