package devenv

import (
	"context"
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"
)

const minPostgresMajor = 15

// Where the packages may be told to be, before anything is looked for.
const (
	EnvPostgresBin = "HOWAREYOU_PG_BIN"
	EnvChromium    = "HOWAREYOU_CHROMIUM"
)

// Places outside PATH. Debian keeps PostgreSQL's server commands off PATH.
var (
	postgresGlobs = []string{
		"/usr/lib/postgresql/*/bin",
		"/usr/pgsql-*/bin",
		"/usr/local/pgsql/bin",
		"/opt/homebrew/opt/postgresql*/bin",
		"/usr/local/opt/postgresql*/bin",
		"/home/linuxbrew/.linuxbrew/opt/postgresql*/bin",
	}
	redisCommands = []string{"redis-server", "valkey-server"}
	redisFolders  = []string{
		"/usr/bin", "/usr/local/bin", "/usr/sbin", "/opt/homebrew/bin", "/home/linuxbrew/.linuxbrew/bin",
	}
	chromiumCommands = []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable"}
	chromiumPlaces   = []string{
		"/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
		"/Applications/Chromium.app/Contents/MacOS/Chromium",
	}
)

// Find looks for the packages and installs nothing. What is not there is named
// by a *MissingError.
func Find(ctx context.Context, wants ...Package) (Tools, error) {
	h := thisHost()
	tools, missing, err := find(ctx, h, wants)
	if err != nil {
		return Tools{}, err
	}
	if len(missing) > 0 {
		return tools, &MissingError{Packages: missing, Remedy: remedy(h, missing)}
	}
	return tools, nil
}

func find(ctx context.Context, h host, wants []Package) (tools Tools, missing []Package, err error) {
	for _, want := range wants {
		var place string
		switch want {
		case PostgreSQL:
			place, err = findPostgres(ctx, h, 0)
			tools.PostgresBin = place
		case RedisServer:
			place = findRedis(h)
			tools.RedisServer = place
		case Chromium:
			place, err = findChromium(ctx, h)
			tools.Chromium = place
		default:
			err = fmt.Errorf("unknown package %v", want)
		}
		if err != nil {
			return tools, nil, err
		}
		if place == "" {
			missing = append(missing, want)
		}
	}
	return tools, missing, nil
}

// findPostgres returns the folder of a usable PostgreSQL, "" when there is none.
// With major set, only that major version will do: a data folder can be opened
// by no other.
func findPostgres(ctx context.Context, h host, major int) (string, error) {
	usable := func(dir string) (int, bool) {
		got := postgresMajor(ctx, h, dir)
		return got, got >= minPostgresMajor && (major == 0 || got == major)
	}
	if dir := h.getenv(EnvPostgresBin); dir != "" {
		if _, ok := usable(dir); ok {
			return dir, nil
		}
		if major == 0 {
			return "", &MissingError{
				Packages: []Package{PostgreSQL},
				Cause:    fmt.Sprintf("%s=%s holds none", EnvPostgresBin, dir),
				Remedy:   "mend or unset " + EnvPostgresBin,
			}
		}
		return "", nil
	}
	if path, err := h.look("postgres"); err == nil {
		// The link may stand alone on PATH, without initdb and psql beside it.
		dir := filepath.Dir(h.resolve(path))
		if _, ok := usable(dir); ok {
			return dir, nil
		}
	}
	best, bestMajor := "", 0
	for _, pattern := range postgresGlobs {
		for _, dir := range h.glob(pattern) {
			if got, ok := usable(dir); ok && got > bestMajor {
				best, bestMajor = dir, got
			}
		}
	}
	return best, nil
}

// postgresMajor asks the postgres of a folder for its major version; 0 when the
// folder has no server or lacks initdb.
func postgresMajor(ctx context.Context, h host, dir string) int {
	if _, err := h.look(filepath.Join(dir, "initdb")); err != nil {
		return 0
	}
	out, err := h.run(ctx, filepath.Join(dir, "postgres"), "--version")
	if err != nil {
		return 0
	}
	// "postgres (PostgreSQL) 15.8 (Debian 15.8-0+deb12u1)", "... 18beta1"
	_, version, ok := strings.Cut(string(out), "(PostgreSQL) ")
	if !ok {
		return 0
	}
	digits := strings.IndexFunc(version, func(r rune) bool { return r < '0' || r > '9' })
	if digits >= 0 {
		version = version[:digits]
	}
	major, err := strconv.Atoi(version)
	if err != nil {
		return 0
	}
	return major
}

func findRedis(h host) string {
	candidates := slices.Clone(redisCommands)
	for _, folder := range redisFolders {
		for _, command := range redisCommands {
			candidates = append(candidates, filepath.Join(folder, command))
		}
	}
	for _, candidate := range candidates {
		if path, err := h.look(candidate); err == nil {
			return path
		}
	}
	return ""
}

// findChromium runs what it finds: where Chromium is a snap, the command of that
// name is a script that only says so.
func findChromium(ctx context.Context, h host) (string, error) {
	ctx, cancel := context.WithTimeout(ctx, 20*time.Second)
	defer cancel()
	if path := h.getenv(EnvChromium); path != "" {
		if out, err := h.run(ctx, path, "--version"); err != nil {
			return "", &MissingError{
				Packages: []Package{Chromium},
				Cause:    fmt.Sprintf("%s=%s does not run: %v %s", EnvChromium, path, err, out),
				Remedy:   "mend or unset " + EnvChromium,
			}
		}
		return path, nil
	}
	for _, candidate := range slices.Concat(chromiumCommands, chromiumPlaces) {
		path, err := h.look(candidate)
		if err != nil {
			continue
		}
		if _, err := h.run(ctx, path, "--version"); err == nil {
			return path, nil
		}
	}
	return "", nil
}
