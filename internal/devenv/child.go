package devenv

import (
	"errors"
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
)

// child is a process that ends when we end. It is in a process group of its own:
// a Ctrl-C in the terminal reaches us alone, and we end the children in order.
type child struct {
	process *os.Process
	done    chan struct{} // closed when the process has ended and was reaped
	state   *os.ProcessState
}

// startChild starts the command; the process gets the signal orphaned when we
// die, by kill -9 too.
func startChild(cmd *exec.Cmd, orphaned syscall.Signal) (*child, error) {
	if cmd.SysProcAttr == nil {
		cmd.SysProcAttr = &syscall.SysProcAttr{}
	}
	cmd.SysProcAttr.Setpgid = true
	c := &child{done: make(chan struct{})}
	started := make(chan error)
	go func() {
		// Linux sends the death signal when the thread that started the child
		// ends, so the thread stays with the child for the child's whole life.
		runtime.LockOSThread()
		defer runtime.UnlockOSThread()
		signalWhenOrphaned(cmd.SysProcAttr, orphaned)
		if err := cmd.Start(); err != nil {
			started <- err
			return
		}
		c.process = cmd.Process
		release, err := guardChild(cmd.Process.Pid, orphaned)
		if err != nil {
			_ = cmd.Process.Kill()
			_ = cmd.Wait()
			started <- fmt.Errorf("guarding %s: %w", cmd.Path, err)
			return
		}
		started <- nil
		_ = cmd.Wait() // how it ended is in ProcessState
		release()
		c.state = cmd.ProcessState
		close(c.done)
	}()
	if err := <-started; err != nil {
		return nil, err
	}
	return c, nil
}

func (c *child) pid() int { return c.process.Pid }

func (c *child) ended() bool {
	select {
	case <-c.done:
		return true
	default:
		return false
	}
}

// patience is how long a process gets after a signal before a harder one.
type patience struct {
	signal syscall.Signal
	wait   time.Duration
}

// stop sends one signal after the other until the process has ended, and at the
// end SIGKILL.
func (c *child) stop(escalation ...patience) error {
	for _, p := range append(escalation, patience{syscall.SIGKILL, 10 * time.Second}) {
		if err := c.process.Signal(p.signal); err != nil && !errors.Is(err, os.ErrProcessDone) {
			return err
		}
		select {
		case <-c.done:
			return nil
		case <-time.After(p.wait):
		}
	}
	return fmt.Errorf("process %d does not end", c.pid())
}

// endOrphan ends a server that an earlier process of ours left behind: one that
// still runs the command that mark is part of. It waits for one that is already
// shutting down.
func endOrphan(pid int, mark string, escalation ...patience) error {
	for _, p := range append(escalation, patience{syscall.SIGKILL, 10 * time.Second}) {
		if !runs(pid, mark) {
			return nil
		}
		if err := syscall.Kill(pid, p.signal); err != nil && !errors.Is(err, syscall.ESRCH) {
			return fmt.Errorf("process %d of an earlier run: %w", pid, err)
		}
		for deadline := time.Now().Add(p.wait); time.Now().Before(deadline); time.Sleep(pollEvery) {
			if !runs(pid, mark) {
				return nil
			}
		}
	}
	return fmt.Errorf("process %d of an earlier run does not end", pid)
}

// pollEvery is how often something is looked at that cannot be waited for.
const pollEvery = 5 * time.Millisecond
