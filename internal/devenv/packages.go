package devenv

import (
	"fmt"
	"strings"
)

// ExitMissing is the exit code of commands that need a package which is neither
// there nor installable.
const ExitMissing = 3

// Package is a piece of software that the demo or the tests need.
type Package int

// The packages, in the order in which they are named to people.
const (
	PostgreSQL Package = iota
	RedisServer
	Chromium
)

// String names the package as a person would look for it.
func (p Package) String() string {
	switch p {
	case PostgreSQL:
		return fmt.Sprintf("PostgreSQL %d or newer", minPostgresMajor)
	case RedisServer:
		return "redis-server"
	case Chromium:
		return "Chromium"
	}
	return fmt.Sprintf("Package(%d)", int(p))
}

// Tools says where the packages are. Only what was asked for is filled in.
type Tools struct {
	PostgresBin string // folder that holds postgres and initdb
	RedisServer string // path of redis-server
	Chromium    string // path of the browser
}

// MissingError says which packages are missing and could not be installed. It
// prints as one line, and a command that meets it exits with ExitMissing.
type MissingError struct {
	Packages []Package
	Remedy   string // the command a person can run, or what to look for
	Cause    string // why we did not install them ourselves; may be empty
}

func (e *MissingError) Error() string {
	var b strings.Builder
	b.WriteString("missing: " + joinPackages(e.Packages))
	if e.Cause != "" {
		b.WriteString(" (" + oneLine(e.Cause) + ")")
	}
	if e.Remedy != "" {
		b.WriteString("; " + e.Remedy)
	}
	return b.String()
}

func joinPackages(packages []Package) string {
	names := make([]string, len(packages))
	for i, p := range packages {
		names[i] = p.String()
	}
	return strings.Join(names, ", ")
}

func oneLine(s string) string { return strings.Join(strings.Fields(s), " ") }

// manager is a package manager and what it calls our packages. Those that we
// do not drive ourselves are here so that the one line can name their packages.
type manager struct {
	command string
	install string // as a person would type it
	names   map[Package][]string
}

// managers in the order they are looked for: a Mac has brew alone, and a Linux
// that has both its own manager and brew is served by its own.
var managers = []manager{
	{"apt-get", "apt-get install", map[Package][]string{
		PostgreSQL: {"postgresql"}, RedisServer: {"redis-server"}, Chromium: {"chromium", "fonts-liberation"},
	}},
	{"dnf", "dnf install", map[Package][]string{
		PostgreSQL: {"postgresql-server"}, RedisServer: {"redis"}, Chromium: {"chromium"},
	}},
	{"zypper", "zypper install", map[Package][]string{
		PostgreSQL: {"postgresql-server"}, RedisServer: {"redis"}, Chromium: {"chromium"},
	}},
	{"pacman", "pacman -S", map[Package][]string{
		PostgreSQL: {"postgresql"}, RedisServer: {"valkey"}, Chromium: {"chromium"},
	}},
	{"apk", "apk add", map[Package][]string{
		PostgreSQL: {"postgresql"}, RedisServer: {"redis"}, Chromium: {"chromium"},
	}},
	{"brew", "brew install", map[Package][]string{
		PostgreSQL: {"postgresql@17"}, RedisServer: {"redis"}, Chromium: {"google-chrome"},
	}},
}

func (m manager) packageNames(packages []Package) []string {
	var names []string
	for _, p := range packages {
		names = append(names, m.names[p]...)
	}
	return names
}
