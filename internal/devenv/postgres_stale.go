package devenv

import (
	"errors"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// nobodysPid is larger than any process id that a system hands out (Linux: at
// most 2^22).
const nobodysPid = 1 << 30

// clearEarlierRun makes way after a run that was killed. We hold the lock of the
// folder, so whatever still runs on the data has lost its owner.
func (p *Postgres) clearEarlierRun() error {
	if pid := postmasterPid(p.data); pid != 0 {
		if err := endOrphan(pid, p.data, fastShutdown...); err != nil {
			return err
		}
		if err := disownPidFile(p.data); err != nil {
			return err
		}
	}
	for _, stale := range []string{postgresSocket, postgresSocket + ".lock"} {
		if err := os.Remove(filepath.Join(p.run, stale)); err != nil && !errors.Is(err, os.ErrNotExist) {
			return err
		}
	}
	return nil
}

// disownPidFile puts an impossible process id into a postmaster.pid that was
// left behind: the old one may by now be that of some other process, and then no
// postmaster would start. The file itself stays. It also names the shared memory
// by which a new postmaster notices sessions of the old one that still run; to
// delete it would risk the data.
func disownPidFile(data string) error {
	path := filepath.Join(data, "postmaster.pid")
	text, err := os.ReadFile(path)
	if errors.Is(err, os.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	_, rest, found := strings.Cut(string(text), "\n")
	if !found {
		return os.Remove(path) // torn: it was being written, no session began
	}
	return os.WriteFile(path, []byte(strconv.Itoa(nobodysPid)+"\n"+rest), 0o600)
}

// postmasterPid is the process id that postmaster.pid names, 0 without one.
func postmasterPid(data string) int {
	lines := postmasterLines(data)
	if len(lines) == 0 {
		return 0
	}
	// A standalone backend writes its id negated.
	pid, err := strconv.Atoi(strings.TrimPrefix(lines[0], "-"))
	if err != nil || pid == nobodysPid {
		return 0
	}
	return pid
}

// postmasterLines returns the lines of postmaster.pid, none when there is none.
func postmasterLines(data string) []string {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil
	}
	return strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
}
