package devenv

import (
	"os"
	"syscall"
	"time"
)

// shells and builders stand between the person and a command of ours: make
// starts a shell, the shell starts us or go run, which starts us.
var (
	shells   = map[string]bool{"sh": true, "dash": true, "bash": true, "ash": true, "busybox": true, "zsh": true}
	builders = map[string]bool{"make": true, "gmake": true, "go": true}
)

// link is one step of the chain of launchers: child was started by parent.
type link struct{ child, parent int }

// DieWithParent has this process signalled with SIGTERM when what launched it
// dies, also by kill -9: its parent, and where make or go run is above it, that
// and all between. A shell above them is left out, for it may end without us
// (nohup make demo &). Call it first thing in main, with SIGTERM handled.
func DieWithParent() {
	chain := launchChain(os.Getpid(), processOf)
	if len(chain) == 0 {
		return
	}
	go func() {
		// A dead parent hands its children to another at once, even while it is
		// still a zombie itself, so a changed parent is the sign to look for.
		tick := time.NewTicker(200 * time.Millisecond)
		defer tick.Stop()
		for !chainBroken(chain, processOf) {
			<-tick.C
		}
		_ = syscall.Kill(os.Getpid(), syscall.SIGTERM)
	}()
}

// launchChain walks up from pid through shells and builders and keeps what leads
// to the topmost builder; of a parent that is neither, it keeps that one link.
func launchChain(pid int, processOf func(int) (int, string, error)) []link {
	var chain []link
	for keep := 0; ; {
		parent, _, err := processOf(pid)
		if err != nil || parent <= 1 || len(chain) == maxChain {
			return chain[:keep]
		}
		chain = append(chain, link{child: pid, parent: parent})
		_, name, err := processOf(parent)
		switch {
		case err != nil:
			return chain[:keep]
		case builders[name]:
			keep = len(chain)
		case !shells[name]:
			if len(chain) == 1 {
				keep = 1
			}
			return chain[:keep]
		}
		pid = parent
	}
}

// maxChain bounds the walk, whatever a system says of its processes.
const maxChain = 32

func chainBroken(chain []link, processOf func(int) (int, string, error)) bool {
	for _, l := range chain {
		if parent, _, err := processOf(l.child); err != nil || parent != l.parent {
			return true
		}
	}
	return false
}
