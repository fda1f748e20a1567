package devenv

import (
	"errors"
	"os"
	"os/exec"
	"syscall"
)

// Group is a command with all that it starts, as one process group. The group is
// killed when this process dies, however it dies.
type Group struct {
	child   *child
	release func()
}

// StartGroup starts the command as the first of a group.
func StartGroup(cmd *exec.Cmd) (*Group, error) {
	c, err := startChild(cmd, syscall.SIGKILL)
	if err != nil {
		return nil, err
	}
	release, err := guard(-c.pid(), syscall.SIGKILL)
	if err != nil {
		return nil, errors.Join(err, syscall.Kill(-c.pid(), syscall.SIGKILL))
	}
	return &Group{child: c, release: release}, nil
}

// Pid is the process id of the command, and of the group.
func (g *Group) Pid() int { return g.child.pid() }

// Done is closed when the command has ended; others of the group may live on.
func (g *Group) Done() <-chan struct{} { return g.child.done }

// State says how the command ended. Call it after Done.
func (g *Group) State() *os.ProcessState { return g.child.state }

// Signal sends to every process of the group; a group that is gone gets none.
func (g *Group) Signal(s syscall.Signal) { _ = syscall.Kill(-g.child.pid(), s) }

// Kill ends every process of the group that is left.
func (g *Group) Kill() {
	g.Signal(syscall.SIGKILL)
	select {
	case <-g.child.done:
		g.release()
	default: // the guard stays until the command is known to have ended
	}
}
