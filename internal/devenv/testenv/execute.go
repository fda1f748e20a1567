package main

import (
	"os"
	"os/exec"
	"syscall"
	"time"

	"howareyou/internal/devenv"
)

// grace is how long the command has after a signal before its group is killed.
const grace = 10 * time.Second

// execute runs the command and returns its exit code. The command and all that
// it starts are one process group: signals go to the whole group, and what is
// left of it when the command has ended, or when we are killed, is killed.
func execute(signals <-chan os.Signal, args, env []string) (code int, err error) {
	cmd := exec.Command(args[0], args[1:]...)
	cmd.Env = env
	cmd.Stdout, cmd.Stderr = os.Stdout, os.Stderr
	group, err := devenv.StartGroup(cmd)
	if err != nil {
		return exitFailed, err
	}
	var overdue <-chan time.Time
	for {
		select {
		case <-group.Done():
			group.Kill() // what the command left behind
			return exitCode(group.State()), nil
		case s := <-signals:
			group.Signal(s.(syscall.Signal))
			if overdue == nil {
				overdue = time.After(grace)
			}
		case <-overdue:
			group.Kill()
		}
	}
}

// exitCode is what a shell would make of it.
func exitCode(state *os.ProcessState) int {
	if status, ok := state.Sys().(syscall.WaitStatus); ok && status.Signaled() {
		return exitOfSignal(status.Signal())
	}
	return state.ExitCode()
}

func exitOfSignal(s syscall.Signal) int { return 128 + int(s) }
