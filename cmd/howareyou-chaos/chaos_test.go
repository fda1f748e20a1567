package main

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

var program string // the service, built for these tests

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "howareyou-chaos-")
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	program = filepath.Join(dir, "howareyou")
	args := append([]string{"build", "-buildvcs=false", "-o", program}, buildFlags...)
	build := exec.Command("go", append(args, "./cmd/howareyou")...)
	build.Dir = "../.."
	out, err := build.CombinedOutput()
	code := 1
	if err != nil {
		fmt.Fprintf(os.Stderr, "build the service: %v\n%s", err, out)
	} else {
		code = m.Run()
	}
	_ = os.RemoveAll(dir)
	os.Exit(code)
}

var lastLine = regexp.MustCompile(`^lost=(\d+) doubled=(\d+) unsettled=(\d+) messages=(\d+) kills=(\d+) faults=(\d+) seed=(\d+) p50_ms=\d+ p99_ms=\d+\n$`)

// storms runs the command and reads its result.
func storms(t *testing.T, args ...string) (code int, figures []int) {
	t.Helper()
	var out, errOut bytes.Buffer
	code = run(context.Background(), append(args, "--program", program), &out, &errOut)
	t.Logf("%s\n%s", errOut.String(), out.String())
	found := lastLine.FindStringSubmatch(out.String())
	if found == nil {
		t.Fatalf("the result is %q", out.String())
	}
	for _, text := range found[1:] {
		n, err := strconv.Atoi(text)
		if err != nil {
			t.Fatal(err)
		}
		figures = append(figures, n)
	}
	return code, figures
}

// Everything at once, for a short while.
func TestINV4_NothingIsLostOrDoubledInAStorm(t *testing.T) {
	t.Parallel()
	code, f := storms(t, "--messages", "80", "--kills", "4", "--seed", "7", "--workers", "2")
	if code != 0 || f[0]+f[1]+f[2] > 0 {
		t.Errorf("exit code %d, lost %d, doubled %d, unsettled %d", code, f[0], f[1], f[2])
	}
	if f[3] != 80 || f[4] != 4 || f[5] < 50 || f[6] != 7 {
		t.Errorf("messages %d, kills %d, faults %d, seed %d: the storm was not what was asked for", f[3], f[4], f[5], f[6])
	}
}

// A planted fault is found: a count of nothing would mean nothing otherwise.
func TestAPlantedFaultIsFound(t *testing.T) {
	t.Parallel()
	for i, sabotage := range []string{lose, double} {
		code, f := storms(t, "--messages", "8", "--kills", "0", "--calm", "--webs", "1", "--workers", "1", "--patience", "5s", "--sabotage", sabotage)
		want := [2]int{}
		want[i] = 1
		if code != exitFailed || [2]int{f[0], f[1]} != want {
			t.Errorf("%s: exit code %d, lost %d, doubled %d", sabotage, code, f[0], f[1])
		}
	}
}

func TestWhatIsAskedForMustMakeSense(t *testing.T) {
	for _, args := range []string{"--messages 3", "--messages 1000000", "--kills -1", "--messages 40 --kills 41", "--sabotage burn", "--grace 10ms", "--webs 0", "--workers 99", "more"} {
		var out, errOut bytes.Buffer
		if code := run(t.Context(), strings.Fields(args), &out, &errOut); code != exitUsage || out.Len() > 0 || errOut.Len() == 0 {
			t.Errorf("%s: exit code %d, out %q", args, code, out.String())
		}
	}
}
