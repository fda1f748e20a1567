package archtest

import (
	"fmt"
	"slices"
	"strings"
)

// Each law is a function of the packages that returns what breaks it, in words
// for whoever broke it.

func checkImports(pkgs []pkg, table []row, helpers []string) []string {
	var broken []string
	for _, p := range pkgs {
		if matchesAny(helpers, p.path) {
			continue
		}
		i := slices.IndexFunc(table, func(r row) bool { return matches(r.pkg, p.path) })
		if i < 0 {
			broken = append(broken, fmt.Sprintf("%s is not in the import table: decide what it may import and why, "+
				"and add a row to importTable in internal/archtest (or to helpers, if only tests and the demo use it)", p.path))
			continue
		}
		r := table[i]
		for _, imp := range p.imports {
			target, ok := ours(imp)
			if !ok || sameTree(r.pkg, p.path, target) || matchesAny(r.may, target) {
				continue
			}
			broken = append(broken, fmt.Sprintf("%s imports %s; it may import %s, because %s",
				p.path, target, orNone(r.may), r.why))
		}
	}
	return broken
}

// sameTree tells whether target lies in the tree that gave path its row:
// internal/web/api and internal/web/ui share "internal/web/...", while
// notify/live and notify/queue are two trees of "notify/*/...".
func sameTree(pattern, path, target string) bool {
	head, ok := strings.CutSuffix(pattern, "/...")
	if !ok {
		return false
	}
	parts := strings.Split(path, "/")
	tree := strings.Join(parts[:strings.Count(head, "/")+1], "/")
	return within(tree, target)
}

func checkDrivers(pkgs []pkg, drivers []driver, helpers []string) []string {
	var broken []string
	for _, p := range pkgs {
		if matchesAny(helpers, p.path) {
			continue
		}
		for _, imp := range p.imports {
			for _, d := range drivers {
				if within(d.library, imp) && !matchesAny(d.homes, p.path) {
					broken = append(broken, fmt.Sprintf("%s imports %s; only %s may, because %s",
						p.path, imp, orNone(d.homes), d.why))
				}
			}
		}
	}
	return broken
}

func checkPure(pkgs []pkg, pure []pureRow, impure []string) []string {
	var broken []string
	for _, p := range pkgs {
		i := slices.IndexFunc(pure, func(r pureRow) bool { return matches(r.pkg, p.path) })
		if i < 0 {
			continue
		}
		for _, imp := range p.imports {
			if _, ok := ours(imp); ok {
				continue
			}
			library := strings.Contains(strings.Split(imp, "/")[0], ".")
			known := slices.ContainsFunc(pure[i].libraries, func(l string) bool { return within(l, imp) })
			if library && !known || slices.Contains(impure, imp) {
				broken = append(broken, fmt.Sprintf("%s imports %s; it decides without I/O, so that its decisions can be "+
					"replayed: take what you need as an argument", p.path, imp))
			}
		}
	}
	return broken
}

func checkLinks(pkgs []pkg, bans []ban) []string {
	imports := map[string][]string{}
	for _, p := range pkgs {
		for _, imp := range p.imports {
			if target, ok := ours(imp); ok {
				imports[p.path] = append(imports[p.path], target)
			}
		}
	}
	var broken []string
	for _, b := range bans {
		for _, chain := range chains(imports, b.binary) {
			if matchesAny(b.never, chain[len(chain)-1]) {
				broken = append(broken, fmt.Sprintf("%s: %s", strings.Join(chain, " -> "), b.why))
			}
		}
	}
	return broken
}

// chains gives, for each package that start reaches, one shortest way to it.
func chains(imports map[string][]string, start string) [][]string {
	seen := map[string]bool{start: true}
	queue := [][]string{{start}}
	for i := 0; i < len(queue); i++ {
		way := queue[i]
		for _, next := range imports[way[len(way)-1]] {
			if !seen[next] {
				seen[next] = true
				queue = append(queue, append(slices.Clone(way), next))
			}
		}
	}
	return queue
}

func checkDocs(pkgs []pkg) []string {
	var broken []string
	for _, p := range pkgs {
		if p.doc == "" {
			broken = append(broken, p.path+" has no package comment: say in one or two sentences what it is for")
		}
	}
	return broken
}

func orNone(patterns []string) string {
	if len(patterns) == 0 {
		return "nothing of ours"
	}
	return strings.Join(patterns, ", ")
}
