package devenv

import (
	"fmt"
	"os"
	"os/exec"
	"strings"
	"sync"
	"syscall"

	"golang.org/x/sys/unix"
)

// guard has the target signalled when this process dies, however it dies. The
// target is a process, or a process group when negative. A small shell holds one
// end of a pipe whose other end only we have: our death closes it. release
// dismisses the shell; call it once the target has ended.
func guard(target int, signal syscall.Signal) (release func(), err error) {
	theirs, ours, err := os.Pipe()
	if err != nil {
		return nil, err
	}
	// By name: that form of kill is the one that every shell takes with "--".
	name := strings.TrimPrefix(unix.SignalName(signal), "SIG")
	script := fmt.Sprintf("read -r line; kill -s %s -- %d", name, target)
	cmd := exec.Command("/bin/sh", "-c", script)
	cmd.Stdin = theirs
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	err = cmd.Start()
	_ = theirs.Close()
	if err != nil {
		_ = ours.Close()
		return nil, fmt.Errorf("guard of %d: %w", target, err)
	}
	return sync.OnceFunc(func() {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		_ = ours.Close()
	}), nil
}
