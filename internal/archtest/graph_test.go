package archtest

import (
	"errors"
	"go/build"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

const module = "howareyou"

// pkg is what the laws need to know of a package: its path within the module,
// what its product code imports and whether it says what it is for.
type pkg struct {
	path    string
	imports []string
	doc     string
}

// root is the module's folder, seen from this package's.
const root = "../.."

// readPackages reads the imports of every package of the module. It opens the
// files itself, so that the go command sees what this test depends on and does
// not answer from its cache after a change.
func readPackages(t *testing.T) []pkg {
	t.Helper()
	var pkgs []pkg
	walk(t, func(path string, d fs.DirEntry) {
		if !d.IsDir() {
			return
		}
		b, err := build.ImportDir(filepath.Join(root, path), 0)
		var none *build.NoGoError
		if errors.As(err, &none) {
			return
		}
		if err != nil {
			t.Errorf("%s: %v", path, err)
			return
		}
		pkgs = append(pkgs, pkg{path: path, imports: b.Imports, doc: b.Doc})
	})
	if len(pkgs) == 0 {
		t.Fatal("no package found: is this the module's folder?")
	}
	return pkgs
}

// walk visits each folder and file of the module by its slash-separated path,
// leaving out what is not ours or not committed.
func walk(t *testing.T, visit func(path string, d fs.DirEntry)) {
	t.Helper()
	err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		rel, err := filepath.Rel(root, path)
		if err != nil {
			return err
		}
		if d.IsDir() && rel != "." {
			name := d.Name()
			if strings.HasPrefix(name, ".") || strings.HasPrefix(name, "_") || name == "testdata" || name == "node_modules" {
				return fs.SkipDir
			}
			if _, err := os.Stat(filepath.Join(path, "go.mod")); err == nil {
				return fs.SkipDir // a module of its own
			}
		}
		visit(filepath.ToSlash(rel), d)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// matches tells whether a path fits a pattern: "x" is x alone, "x/..." is x and
// all below, "x/*/..." is each child of x and all below it.
func matches(pattern, path string) bool {
	expr := regexp.QuoteMeta(pattern)
	expr = strings.ReplaceAll(expr, `\*`, `[^/]+`)
	if head, ok := strings.CutSuffix(expr, `/\.\.\.`); ok {
		expr = head + `(/.*)?`
	}
	return regexp.MustCompile(`^` + expr + `$`).MatchString(path)
}

func matchesAny(patterns []string, path string) bool {
	for _, p := range patterns {
		if matches(p, path) {
			return true
		}
	}
	return false
}

// ours turns an import into a path within the module.
func ours(imp string) (string, bool) {
	if imp == module {
		return ".", true
	}
	return strings.CutPrefix(imp, module+"/")
}

// within tells whether an import is a library or a package below it.
func within(library, imp string) bool {
	return imp == library || strings.HasPrefix(imp, library+"/")
}
