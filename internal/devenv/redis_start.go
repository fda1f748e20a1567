package devenv

import (
	"bufio"
	"context"
	"errors"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"syscall"
	"time"
)

// settings of the server, as arguments. It never forgets a key to make room: a
// full Redis refuses, and what was refused is found again in PostgreSQL.
func (r *Redis) settings() []string {
	s := []string{
		"--port", "0", "--unixsocket", r.socket, "--unixsocketperm", "700",
		"--dir", r.data, "--daemonize", "no", "--save", "", "--maxmemory-policy", "noeviction",
	}
	if r.durable {
		return append(s, "--appendonly", "yes", "--appendfsync", "everysec")
	}
	return append(s, "--appendonly", "no")
}

func (r *Redis) start(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, startLimit)
	defer cancel()
	log, err := os.Create(r.Log())
	if err != nil {
		return err
	}
	defer log.Close()
	// The server unlinks an old socket itself, but later than we look for it.
	if err := os.Remove(r.socket); err != nil && !errors.Is(err, os.ErrNotExist) {
		return err
	}
	cmd := exec.Command(r.server, r.settings()...)
	cmd.Stdout, cmd.Stderr = log, log
	orphaned := syscall.SIGKILL
	if r.durable {
		orphaned = syscall.SIGTERM
	}
	if r.proc, err = startChild(cmd, orphaned); err != nil {
		return err
	}
	pid := strconv.Itoa(r.proc.pid())
	if err := os.WriteFile(filepath.Join(r.data, redisPid), []byte(pid+"\n"), 0o600); err != nil {
		return errors.Join(err, r.halt())
	}
	poll := time.NewTicker(time.Millisecond)
	defer poll.Stop()
	for {
		select {
		case <-r.proc.done:
			text, _ := os.ReadFile(r.Log())
			return fmt.Errorf("the server did not start (%s), %s says: %s", r.proc.state, r.Log(), lastLine(text))
		case <-ctx.Done():
			return errors.Join(ctx.Err(), r.halt())
		case <-poll.C:
			if answers(ctx, r.socket) {
				return nil
			}
		}
	}
}

// answers reports whether the server takes commands: while it loads its file it
// listens, and says -LOADING.
func answers(ctx context.Context, socket string) bool {
	conn, err := (&net.Dialer{Timeout: time.Second}).DialContext(ctx, "unix", socket)
	if err != nil {
		return false
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Second)); err != nil {
		return false
	}
	if _, err := conn.Write([]byte("PING\r\n")); err != nil {
		return false
	}
	line, err := bufio.NewReader(conn).ReadString('\n')
	return err == nil && line == "+PONG\r\n"
}
