package main

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"time"

	"howareyou/internal/devenv"
)

// helperEnv makes the test binary the command itself.
const helperEnv = "TESTENV_HELPER"

func TestMain(m *testing.M) {
	if os.Getenv(helperEnv) != "" {
		main()
	}
	os.Exit(m.Run())
}

func testenv(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), self, args...)
	cmd.Env = append(os.Environ(), helperEnv+"=1")
	return cmd
}

// needPackages keeps a test from installing anything: make test has done so.
func needPackages(t *testing.T) {
	t.Helper()
	if _, err := devenv.Find(t.Context(), devenv.PostgreSQL, devenv.RedisServer, devenv.Chromium); err != nil {
		t.Fatalf("%v (make test installs what is missing)", err)
	}
}

func exit(t *testing.T, err error) int {
	t.Helper()
	if err == nil {
		return 0
	}
	var ended *exec.ExitError
	if !errors.As(err, &ended) {
		t.Fatal(err)
	}
	return ended.ExitCode()
}

func gone(pid int) bool { return errors.Is(syscall.Kill(pid, 0), syscall.ESRCH) }

func waitGone(t *testing.T, what string, pid int) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	tick := time.NewTicker(5 * time.Millisecond)
	defer tick.Stop()
	for !gone(pid) {
		select {
		case <-ctx.Done():
			t.Fatalf("%s (%d) lives on", what, pid)
		case <-tick.C:
		}
	}
}

func TestRefusals(t *testing.T) {
	for _, tc := range []struct {
		name string
		args []string
		env  string
		code int
		says string
	}{
		{"no command", nil, "", 2, "testenv: no command given"},
		{"a package is missing", []string{"--", "true"}, devenv.EnvPostgresBin + "=/nowhere", devenv.ExitMissing, "testenv: missing: PostgreSQL"},
	} {
		t.Run(tc.name, func(t *testing.T) {
			var said bytes.Buffer
			cmd := testenv(t, tc.args...)
			cmd.Env = append(cmd.Env, tc.env)
			cmd.Stderr = &said
			if code := exit(t, cmd.Run()); code != tc.code {
				t.Errorf("exit code %d, want %d", code, tc.code)
			}
			if text := said.String(); !strings.HasPrefix(text, tc.says) || strings.Count(text, "\n") != 1 {
				t.Errorf("says %q, want one line that begins %q", text, tc.says)
			}
		})
	}
}

// The command says where its server is, leaves a process behind and fails.
func TestRunsACommandAndCleansUp(t *testing.T) {
	needPackages(t)
	cmd := testenv(t, "--", "sh", "-c", `sleep 600 >/dev/null 2>&1 & echo $! $HOWAREYOU_TEST_POSTGRES $HOWAREYOU_CHROMIUM; exit 7`)
	out, err := cmd.Output()
	if code := exit(t, err); code != 7 {
		t.Errorf("exit code %d, want the command's 7", code)
	}
	var left int
	var server, browser string
	if _, err := fmt.Sscan(string(out), &left, &server, &browser); err != nil {
		t.Fatalf("the command said %q: %v", out, err)
	}
	if !strings.HasPrefix(server, "postgres://postgres@/postgres?host=") {
		t.Errorf("server %q", server)
	}
	if _, err := os.Stat(browser); err != nil {
		t.Errorf("browser: %v", err)
	}
	waitGone(t, "what the command left behind", left)
}

func TestSignalsReachTheWholeGroupAndNothingIsLeft(t *testing.T) {
	needPackages(t)
	for _, tc := range []struct {
		name   string
		signal syscall.Signal
		code   int
		says   string
	}{
		{"SIGTERM", syscall.SIGTERM, 9, "told to end\n"},
		{"kill -9", syscall.SIGKILL, -1, ""},
	} {
		t.Run(tc.name, func(t *testing.T) {
			cmd := testenv(t, "--", "sh", "-c", `
				trap 'echo told to end; exit 9' TERM
				psql "$HOWAREYOU_TEST_POSTGRES" -XAtqc "SELECT split_part(pg_read_file('postmaster.pid'), E'\n', 1)"
				sleep 600 & echo $$ $!; wait`)
			pipe, err := cmd.StdoutPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			out := bufio.NewReader(pipe)
			pids := map[string]*int{"postmaster": new(int), "command": new(int), "its child": new(int)}
			if _, err := fmt.Fscanln(out, pids["postmaster"]); err != nil {
				t.Fatal(err)
			}
			if _, err := fmt.Fscanln(out, pids["command"], pids["its child"]); err != nil {
				t.Fatal(err)
			}
			if err := cmd.Process.Signal(tc.signal); err != nil {
				t.Fatal(err)
			}
			var said strings.Builder
			if _, err := out.WriteTo(&said); err != nil {
				t.Fatal(err)
			}
			if code := exit(t, cmd.Wait()); code != tc.code || said.String() != tc.says {
				t.Errorf("exit code %d after %q, want %d after %q", code, said.String(), tc.code, tc.says)
			}
			for what, pid := range pids {
				waitGone(t, what, *pid)
			}
		})
	}
}
