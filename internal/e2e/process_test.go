package e2e

import (
	"bytes"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"howareyou/internal/devenv"
)

// process is one run of the command. All that it says goes to a file.
type process struct {
	t     *testing.T
	name  string
	log   string
	group *devenv.Group
}

// start runs the command with this environment and nothing else of ours; the
// process ends with the test at the latest.
func start(t *testing.T, dir, name string, env []string, args ...string) *process {
	t.Helper()
	path, err := howareyou()
	if err != nil {
		t.Fatal(err)
	}
	out, err := os.CreateTemp(dir, name+"-*.log")
	if err != nil {
		t.Fatal(err)
	}
	defer out.Close()
	cmd := exec.Command(path, args...)
	cmd.Env, cmd.Stdout, cmd.Stderr = env, out, out
	group, err := devenv.StartGroup(cmd)
	if err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	p := &process{t: t, name: name, log: out.Name(), group: group}
	t.Cleanup(p.kill)
	return p
}

// kill ends the process as kill -9 does, and returns when it is gone.
func (p *process) kill() {
	p.group.Signal(syscall.SIGKILL)
	<-p.group.Done()
	p.group.Kill() // and dismisses the group's guard
}

// ended says whether the process has ended by itself.
func (p *process) ended() bool {
	select {
	case <-p.group.Done():
		return true
	default:
		return false
	}
}

// terminate asks the process to stop, as an engine does, and says how long that
// took. One that does not stop in time, or not in order, fails the test.
func (p *process) terminate(within time.Duration) time.Duration {
	p.t.Helper()
	began := time.Now()
	p.group.Signal(syscall.SIGTERM)
	select {
	case <-p.group.Done():
	case <-time.After(within):
		p.t.Fatalf("%s has not stopped after %s:\n%s", p.name, within, p.tail(20))
	}
	took := time.Since(began)
	if code := p.group.State().ExitCode(); code != 0 {
		p.t.Errorf("%s stopped with exit code %d:\n%s", p.name, code, p.tail(20))
	}
	return took
}

// run runs the command to its end and returns what it printed.
func run(t *testing.T, env []string, args ...string) string {
	t.Helper()
	path, err := howareyou()
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), path, args...)
	cmd.Env = env
	var errOut bytes.Buffer
	cmd.Stderr = &errOut
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("howareyou %s: %v\n%s", strings.Join(args, " "), err, errOut.String())
	}
	return strings.TrimSpace(string(out))
}

func (p *process) tail(lines int) string {
	text, err := os.ReadFile(p.log)
	if err != nil {
		return err.Error()
	}
	all := strings.Split(strings.TrimSpace(string(text)), "\n")
	return strings.Join(all[max(0, len(all)-lines):], "\n")
}

// logs is all that the processes of a folder said, with the name of each.
func logs(dir string) (map[string]string, error) {
	files, err := filepath.Glob(filepath.Join(dir, "*.log"))
	if err != nil {
		return nil, err
	}
	all := map[string]string{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, err
		}
		all[filepath.Base(f)] = string(text)
	}
	if len(all) == 0 {
		return nil, fmt.Errorf("no log in %s", dir)
	}
	return all, nil
}
