//go:build !linux

package devenv

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
)

// signalWhenOrphaned has nothing to set: only Linux knows death signals.
func signalWhenOrphaned(*syscall.SysProcAttr, syscall.Signal) {}

func guardChild(pid int, signal syscall.Signal) (release func(), err error) {
	return guard(pid, signal)
}

// runs reports whether the process lives and its command line contains mark. A
// process id alone proves nothing: it may have been given to another since.
func runs(pid int, mark string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	return err == nil && strings.Contains(string(out), mark)
}

// processOf returns the parent of a process and the name of its command.
func processOf(pid int) (parent int, name string, err error) {
	out, err := exec.Command("ps", "-o", "ppid=,comm=", "-p", strconv.Itoa(pid)).Output()
	if err != nil {
		return 0, "", err
	}
	fields := strings.Fields(string(out))
	if len(fields) < 2 {
		return 0, "", fmt.Errorf("process %d: unreadable status", pid)
	}
	parent, err = strconv.Atoi(fields[0])
	return parent, filepath.Base(fields[1]), err
}
