package e2e

import (
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"testing"

	"howareyou/internal/web/webtest"
)

const root = "../.." // of the module

// builds is where what the tests build lies while they run.
var builds string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "howareyou-e2e-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	builds = dir
	code := webtest.Run(m)
	if err := os.RemoveAll(dir); err != nil {
		fmt.Fprintln(os.Stderr, err)
		code = 1
	}
	os.Exit(code)
}

// howareyou is the path of the command that ships, built once for all tests and
// without the race detector, which the storm of cmd/howareyou-chaos has in it.
var howareyou = sync.OnceValues(func() (string, error) {
	path := filepath.Join(builds, "howareyou")
	cmd := exec.Command("go", "build", "-buildvcs=false", "-o", path, "./cmd/howareyou")
	cmd.Dir = root
	if out, err := cmd.CombinedOutput(); err != nil {
		return "", fmt.Errorf("build the command: %w\n%s", err, out)
	}
	return path, nil
})
