package devenv

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// helperEnv makes the test binary play another program: one that a test starts
// in order to kill it.
const helperEnv = "DEVENV_TEST_HELPER"

func TestMain(m *testing.M) {
	switch os.Getenv(helperEnv) {
	case "":
		os.Exit(m.Run())
	case "servers":
		helpServers(os.Args[1])
	case "guard":
		helpGuard()
	case "die-with-parent":
		helpDieWithParent()
	}
}

// helper prepares the test binary to play a part.
func helper(t *testing.T, part string, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), helperEnv+"="+part)
	cmd.Stderr = os.Stderr
	return cmd
}

// fail ends a helper; its test sees the missing output.
func fail(err error) {
	fmt.Fprintln(os.Stderr, err)
	os.Exit(1)
}

func found(t *testing.T, wants ...Package) Tools {
	t.Helper()
	tools, err := Find(t.Context(), wants...)
	if err != nil {
		t.Fatalf("%v (make test installs what is missing)", err)
	}
	return tools
}

// eventually waits for something that can only be looked at.
func eventually(t *testing.T, what string, condition func() bool) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(pollEvery)
	defer tick.Stop()
	for !condition() {
		select {
		case <-ctx.Done():
			t.Fatalf("not within 30 s: %s", what)
		case <-tick.C:
		}
	}
}

// sql runs one statement through psql and returns what it prints.
func sql(t *testing.T, bin, url, statement string) string {
	t.Helper()
	out, err := trySQL(t.Context(), bin, url, statement)
	if err != nil {
		t.Fatalf("%s: %v: %s", statement, err, out)
	}
	return out
}

func trySQL(ctx context.Context, bin, url, statement string) (string, error) {
	cmd := exec.CommandContext(ctx, filepath.Join(bin, "psql"), "-XAtq", url, "-c", statement)
	out, err := cmd.CombinedOutput()
	return strings.TrimSpace(string(out)), err
}
