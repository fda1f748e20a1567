package backup

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
)

// Tool finds one of PostgreSQL's programs: in HOWAREYOU_PG_BIN, on the path, or
// where Debian and Homebrew put them, the newest first.
func Tool(name, pgBin string) (string, error) {
	if pgBin != "" {
		return exec.LookPath(filepath.Join(pgBin, name))
	}
	if path, err := exec.LookPath(name); err == nil {
		return path, nil
	}
	var found []string
	for _, pattern := range []string{"/usr/lib/postgresql/*/bin/", "/opt/homebrew/opt/postgresql@*/bin/", "/usr/local/opt/postgresql@*/bin/"} {
		matches, _ := filepath.Glob(pattern + name) // the pattern is sound
		slices.Sort(matches)
		found = append(found, matches...)
	}
	if len(found) == 0 {
		return "", fmt.Errorf("%s was not found; install PostgreSQL's client programs, or say where they are in HOWAREYOU_PG_BIN", name)
	}
	return found[len(found)-1], nil
}

// Dump writes the database as the snapshot shows it, read as role.
func Dump(ctx context.Context, tool string, env []string, role, snapshot string, to io.Writer) error {
	args := []string{"--format=custom", "--compress=6", "--snapshot=" + snapshot}
	if role != "" {
		args = append(args, "--role="+role, "--enable-row-security")
	}
	return run(ctx, tool, env, args, nil, to)
}

// Load puts a dump into an empty database, in one transaction.
func Load(ctx context.Context, tool string, env []string, database string, from io.Reader) error {
	return run(ctx, tool, env, []string{"--exit-on-error", "--single-transaction", "--dbname=" + database}, from, nil)
}

// run runs a tool. Its last words, which name objects and never rows, are the error.
func run(ctx context.Context, tool string, env, args []string, in io.Reader, out io.Writer) error {
	cmd := exec.CommandContext(ctx, tool, args...) //nolint:gosec // the operator names the tool
	cmd.Env = append(os.Environ(), env...)
	cmd.Stdin, cmd.Stdout = in, out
	var said bytes.Buffer
	cmd.Stderr = &said
	if err := cmd.Run(); err != nil {
		lines := strings.Split(strings.TrimSpace(said.String()), "\n")
		return fmt.Errorf("%s: %w: %s", filepath.Base(tool), err, strings.Join(lines[:min(3, len(lines))], "; "))
	}
	return nil
}
