package devenv

import (
	"bytes"
	"context"
	"errors"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// fakeHost is a machine in a table: the commands it has, and what happens when
// some are run.
type fakeHost struct {
	root     bool
	commands []string
	fails    string   // commands whose line contains it fail
	brings   []string // commands that are there after an installation
	version  string   // what postgres says it is
	ran      *[]string
}

func (f fakeHost) host() host {
	present := slices.Clone(f.commands)
	return host{
		root:    f.root,
		getenv:  func(string) string { return "" },
		glob:    func(string) []string { return nil },
		resolve: func(path string) string { return path },
		look: func(command string) (string, error) {
			if !slices.Contains(present, filepath.Base(command)) {
				return "", exec.ErrNotFound
			}
			return filepath.Join("/usr/bin", filepath.Base(command)), nil
		},
		run: func(_ context.Context, argv ...string) ([]byte, error) {
			line := strings.Join(argv, " ")
			if argv[len(argv)-1] == "--version" {
				return []byte("postgres (PostgreSQL) " + f.version), nil
			}
			if f.ran != nil {
				*f.ran = append(*f.ran, line)
			}
			if f.fails != "" && strings.Contains(line, f.fails) {
				return []byte("reading\nE: it did not work\n"), errors.New("exit status 100")
			}
			if slices.Contains(argv, "install") {
				present = append(present, f.brings...)
			}
			return nil, nil
		},
	}
}

const apt = "env DEBIAN_FRONTEND=noninteractive apt-get -q -y -o DPkg::Lock::Timeout=300 -o Dpkg::Options::=--force-confold "

func TestPlanDependsOnTheMachine(t *testing.T) {
	all := []Package{PostgreSQL, RedisServer, Chromium}
	noCluster, clusterBack := "sh -c "+writeNoCluster, "rm -f "+noClusterFile
	for _, tc := range []struct {
		name     string
		host     fakeHost
		missing  []Package
		want     []string
		obstacle string
	}{
		{
			name: "Debian as root", host: fakeHost{root: true, commands: []string{"apt-get"}}, missing: all,
			want: []string{
				apt + "update", noCluster,
				apt + "install --no-install-recommends postgresql redis-server chromium fonts-liberation",
				clusterBack, "sh -c " + endRedis,
			},
		},
		{
			name: "only the browser", host: fakeHost{root: true, commands: []string{"apt-get"}}, missing: []Package{Chromium},
			want: []string{apt + "update", apt + "install --no-install-recommends chromium fonts-liberation"},
		},
		{
			name: "Debian through sudo", host: fakeHost{commands: []string{"apt-get", "sudo"}}, missing: []Package{RedisServer},
			want: []string{
				"sudo -n " + apt + "update", "sudo -n " + apt + "install --no-install-recommends redis-server",
				"sudo -n sh -c " + endRedis,
			},
		},
		{
			name: "sudo wants a password", host: fakeHost{commands: []string{"apt-get", "sudo"}, fails: "sudo -n true"},
			missing: all, obstacle: "no sudo without a password",
		},
		{
			name: "a Mac", host: fakeHost{commands: []string{"brew"}}, missing: all,
			want: []string{"env HOMEBREW_NO_AUTO_UPDATE=1 NONINTERACTIVE=1 brew install postgresql@17 redis google-chrome"},
		},
		{name: "brew as root", host: fakeHost{root: true, commands: []string{"brew"}}, missing: all, obstacle: "as root"},
		{
			name: "Debian with brew", host: fakeHost{root: true, commands: []string{"brew", "apt-get"}}, missing: []Package{Chromium},
			want: []string{apt + "update", apt + "install --no-install-recommends chromium fonts-liberation"},
		},
		{name: "Fedora", host: fakeHost{root: true, commands: []string{"dnf"}}, missing: all, obstacle: "dnf is left to you"},
		{name: "unknown", host: fakeHost{root: true}, missing: all, obstacle: "no package manager"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			steps, obstacle := plan(t.Context(), tc.host.host(), tc.missing)
			var got []string
			for _, s := range steps {
				got = append(got, strings.Join(s.argv, " "))
			}
			if diff := cmp.Diff(tc.want, got); diff != "" {
				t.Errorf("commands (-want +got):\n%s", diff)
			}
			if !strings.Contains(obstacle, tc.obstacle) || (obstacle == "") != (tc.obstacle == "") {
				t.Errorf("obstacle %q, want %q", obstacle, tc.obstacle)
			}
		})
	}
}

func TestEnsure(t *testing.T) {
	here := []string{"apt-get", "postgres", "initdb"}
	for _, tc := range []struct {
		name string
		host fakeHost
		runs int // commands of the installation
		err  string
		logs []string
	}{
		{name: "all there", host: fakeHost{commands: append([]string{"redis-server"}, here...)}},
		{
			name: "installs", runs: 3,
			host: fakeHost{root: true, commands: here, brings: []string{"redis-server"}},
			logs: []string{"installing redis-server: " + apt + "install"},
		},
		{
			name: "the package lists are out of reach", runs: 3,
			host: fakeHost{root: true, commands: here, brings: []string{"redis-server"}, fails: " update"},
			logs: []string{"failed: ", "E: it did not work"},
		},
		{
			name: "the installation fails", runs: 3,
			host: fakeHost{root: true, commands: here, fails: " install "},
			err:  "missing: redis-server (" + apt + "install --no-install-recommends redis-server: exit status 100: E: it did not work); install with: apt-get install redis-server",
		},
		{
			name: "the package brings nothing usable", runs: 3,
			host: fakeHost{root: true, commands: here},
			err:  "missing: redis-server (the installed package does not serve); install with: apt-get install redis-server",
		},
		{
			name: "cannot",
			host: fakeHost{commands: []string{"postgres", "initdb"}},
			err:  "missing: redis-server (no package manager known here); install with the package manager of this system",
		},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var ran []string
			var log bytes.Buffer
			tc.host.ran, tc.host.version = &ran, "15.8"
			tools, err := ensure(t.Context(), tc.host.host(), &log, []Package{PostgreSQL, RedisServer})
			if len(ran) != tc.runs {
				t.Errorf("ran %d commands, want %d: %q", len(ran), tc.runs, ran)
			}
			for _, want := range tc.logs {
				if !strings.Contains(log.String(), want) {
					t.Errorf("log %q lacks %q", log.String(), want)
				}
			}
			if tc.err == "" {
				if err != nil || tools.RedisServer == "" || tools.PostgresBin == "" {
					t.Errorf("tools %+v, error %v", tools, err)
				}
				return
			}
			var missing *MissingError
			if !errors.As(err, &missing) || err.Error() != tc.err {
				t.Errorf("error  %v\nwant  %s", err, tc.err)
			}
		})
	}
}

// A release whose newest PostgreSQL is too old for us gets told so, not served.
func TestEnsureRefusesAnOldPostgres(t *testing.T) {
	f := fakeHost{root: true, commands: []string{"apt-get"}, brings: []string{"postgres", "initdb"}, version: "14.13"}
	_, err := ensure(t.Context(), f.host(), &bytes.Buffer{}, []Package{PostgreSQL})
	checkError(t, err, "missing: PostgreSQL 15 or newer (the installed package does not serve)")
}
