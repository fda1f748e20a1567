package devenv

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// script puts an executable into dir that prints and exits as told.
func script(t *testing.T, dir, name, prints string, exit int) string {
	t.Helper()
	if err := os.MkdirAll(dir, 0o755); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, name)
	text := fmt.Sprintf("#!/bin/sh\necho '%s'\nexit %d\n", prints, exit)
	if err := os.WriteFile(path, []byte(text), 0o755); err != nil {
		t.Fatal(err)
	}
	return path
}

func fakePostgres(t *testing.T, dir, version string) string {
	t.Helper()
	script(t, dir, "postgres", "postgres (PostgreSQL) "+version, 0)
	script(t, dir, "initdb", "", 0)
	return dir
}

// hostAt is this machine, with another environment and other places to look in.
func hostAt(env map[string]string, places ...string) host {
	h := thisHost()
	h.getenv = func(name string) string { return env[name] }
	h.glob = func(string) []string { return places }
	return h
}

func TestFindPostgres(t *testing.T) {
	top := t.TempDir()
	pg := func(folder, version string) string {
		return fakePostgres(t, filepath.Join(top, folder, "bin"), version)
	}
	v9, v14, v15, v16, beta := pg("9", "9.6.24"), pg("14", "14.13 (Ubuntu)"), pg("15", "15.8 (Debian 15.8-0+deb12u1)"), pg("16", "16.4"), pg("18", "18beta1")
	torn := filepath.Join(top, "torn")
	script(t, torn, "postgres", "postgres (PostgreSQL) 17.1", 0) // no initdb
	broken := filepath.Join(top, "broken")
	script(t, broken, "postgres", "libpq.so.5: cannot open shared object file", 127)
	script(t, broken, "initdb", "", 0)
	linked := filepath.Join(top, "linked")
	if err := os.Mkdir(linked, 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(v16, "postgres"), filepath.Join(linked, "postgres")); err != nil {
		t.Fatal(err)
	}
	for _, tc := range []struct {
		name   string
		env    string
		path   string
		places []string
		major  int
		want   string
		err    string
	}{
		{name: "nothing"},
		{name: "newest of several", places: []string{v9, v16, v15}, want: v16},
		{name: "18 is newer than 9", places: []string{v9, beta}, want: beta},
		{name: "too old", places: []string{v9, v14}},
		{name: "incomplete or broken", places: []string{torn, broken}},
		{name: "PATH comes first", path: v15, places: []string{v16}, want: v15},
		{name: "a link on PATH", path: linked, want: v16},
		{name: "too old on PATH", path: v14, places: []string{v16}, want: v16},
		{name: "told where", env: v15, path: v16, want: v15},
		{name: "told wrong", env: v14, path: v16, err: "HOWAREYOU_PG_BIN=" + v14},
		{name: "told one that cannot open yesterday's data", env: v16, places: []string{v15}, major: 15},
		{name: "that of yesterday's data", path: v16, places: []string{v15, v16}, major: 15, want: v15},
		{name: "none for yesterday's data", path: v16, places: []string{v15}, major: 17},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("PATH", tc.path+":/bin:/usr/bin")
			if tc.path == "" {
				t.Setenv("PATH", filepath.Join(top, "empty"))
			}
			got, err := findPostgres(t.Context(), hostAt(map[string]string{EnvPostgresBin: tc.env}, tc.places...), tc.major)
			if got != tc.want {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			checkError(t, err, tc.err)
		})
	}
}

func checkError(t *testing.T, err error, want string) {
	t.Helper()
	switch {
	case want == "" && err != nil:
		t.Errorf("error %v", err)
	case want != "" && (err == nil || !strings.Contains(err.Error(), want)):
		t.Errorf("error %v, want one with %q", err, want)
	case err != nil && strings.Contains(err.Error(), "\n"):
		t.Errorf("not one line: %q", err)
	}
}

func TestFindChromium(t *testing.T) {
	stub := filepath.Join(t.TempDir(), "stub") // what stands in for a snap that is not there
	script(t, stub, "chromium", "requires the chromium snap to be installed", 1)
	real := filepath.Join(t.TempDir(), "real")
	chrome := script(t, real, "google-chrome", "Google Chrome 140.0", 0)
	for _, tc := range []struct {
		name, env, path, want, err string
	}{
		{name: "a stub is none", path: stub},
		{name: "behind a stub", path: stub + ":" + real, want: chrome},
		{name: "told where", env: chrome, path: stub, want: chrome},
		{name: "told wrong", env: filepath.Join(stub, "chromium"), path: real, err: "mend or unset HOWAREYOU_CHROMIUM"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			t.Setenv("PATH", tc.path)
			h := hostAt(map[string]string{EnvChromium: tc.env})
			got, err := findChromium(t.Context(), h)
			if got != tc.want && !strings.HasPrefix(got, "/Applications/") {
				t.Errorf("found %q, want %q", got, tc.want)
			}
			checkError(t, err, tc.err)
		})
	}
}

// What is found here is what it says it is.
func TestFindOnThisMachine(t *testing.T) {
	tools := found(t, PostgreSQL, RedisServer)
	h := thisHost()
	if major := postgresMajor(t.Context(), h, tools.PostgresBin); major < minPostgresMajor {
		t.Errorf("%s is PostgreSQL %d", tools.PostgresBin, major)
	}
	out, err := h.run(t.Context(), tools.RedisServer, "--version")
	if err != nil || !strings.Contains(string(out), "server v=") {
		t.Errorf("%s --version: %v %s", tools.RedisServer, err, out)
	}
}

func TestFindNamesAllThatIsMissing(t *testing.T) {
	h := fakeHost{commands: []string{"apt-get"}}.host()
	tools, missing, err := find(context.Background(), h, []Package{PostgreSQL, RedisServer, Chromium})
	if err != nil || tools != (Tools{}) || len(missing) != 3 {
		t.Errorf("found %+v, missing %v, error %v", tools, missing, err)
	}
	line := (&MissingError{Packages: missing, Remedy: remedy(h, missing), Cause: "two\nlines"}).Error()
	const want = "missing: PostgreSQL 15 or newer, redis-server, Chromium (two lines); " +
		"install with: apt-get install postgresql redis-server chromium fonts-liberation"
	if line != want {
		t.Errorf("line %q, want %q", line, want)
	}
	var as *MissingError
	if !errors.As(fmt.Errorf("demo: %w", &MissingError{}), &as) {
		t.Error("a wrapped MissingError is not found")
	}
}
