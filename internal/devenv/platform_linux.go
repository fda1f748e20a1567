package devenv

import (
	"bytes"
	"fmt"
	"os"
	"strconv"
	"syscall"
)

// signalWhenOrphaned has the kernel signal the child when the thread that
// starts it ends.
func signalWhenOrphaned(attr *syscall.SysProcAttr, signal syscall.Signal) {
	attr.Pdeathsig = signal
}

// guardChild has nothing to do: the kernel sees to it.
func guardChild(int, syscall.Signal) (release func(), err error) {
	return func() {}, nil
}

// runs reports whether the process lives and its command line contains mark. A
// process id alone proves nothing: it may have been given to another since.
func runs(pid int, mark string) bool {
	command, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/cmdline")
	return err == nil && bytes.Contains(command, []byte(mark))
}

// processOf returns the parent of a process and the name of its command.
func processOf(pid int) (parent int, name string, err error) {
	stat, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
	if err != nil {
		return 0, "", err
	}
	// "42 (name (of) it) S 7 ...": the name may hold anything, also brackets.
	open, shut := bytes.IndexByte(stat, '('), bytes.LastIndexByte(stat, ')')
	if open < 0 || shut < open {
		return 0, "", fmt.Errorf("process %d: unreadable status", pid)
	}
	fields := bytes.Fields(stat[shut+1:])
	if len(fields) < 2 {
		return 0, "", fmt.Errorf("process %d: unreadable status", pid)
	}
	parent, err = strconv.Atoi(string(fields[1]))
	return parent, string(stat[open+1 : shut]), err
}
