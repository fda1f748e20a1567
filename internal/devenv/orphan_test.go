package devenv

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// helpServers starts both servers in dir, says their process ids and waits to be
// killed.
func helpServers(dir string) {
	ctx := context.Background()
	tools, err := Find(ctx, PostgreSQL, RedisServer)
	if err != nil {
		fail(err)
	}
	p, err := StartPostgres(ctx, PostgresOptions{Bin: tools.PostgresBin, Dir: dir, Durable: true})
	if err != nil {
		fail(err)
	}
	r, err := StartRedis(ctx, RedisOptions{Server: tools.RedisServer, Dir: dir, Durable: true})
	if err != nil {
		fail(err)
	}
	fmt.Println(p.Pid(), r.Pid())
	select {}
}

// Nothing is left of a demo whose process was killed, and the next start in its
// folder finds what the killed one had.
func TestServersEndWithTheirKilledParent(t *testing.T) {
	tools := found(t, PostgreSQL, RedisServer)
	dir := openDir(t, "demo")
	for round := range 3 {
		cmd := helper(t, "servers", dir)
		out := readPipe(t, cmd)
		var postgres, redis int
		if _, err := fmt.Fscan(out, &postgres, &redis); err != nil {
			t.Fatalf("round %d: helper: %v", round, err)
		}
		if err := cmd.Process.Kill(); err != nil {
			t.Fatal(err)
		}
		_ = cmd.Wait() // says that it was killed
		if round == 0 {
			// The later rounds start while the servers are still on their way out.
			for _, pid := range []int{postgres, redis} {
				eventually(t, fmt.Sprintf("process %d ends", pid), func() bool { return gone(pid) })
			}
		}
	}
	p := startPostgres(t, PostgresOptions{Dir: dir, Durable: true})
	if got := sql(t, tools.PostgresBin, p.URL("postgres", Superuser), "SELECT 1"); got != "1" {
		t.Errorf("SELECT 1 is %q", got)
	}
}

func gone(pid int) bool { return syscall.Kill(pid, 0) == syscall.ESRCH }

// readPipe starts the command and returns what it prints.
func readPipe(t *testing.T, cmd *exec.Cmd) *bufio.Reader {
	t.Helper()
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	return bufio.NewReader(out)
}

// helpGuard starts a group of two processes under a guard and waits to be killed.
func helpGuard() {
	cmd := exec.Command("/bin/sh", "-c", "sleep 600 & echo $!; wait")
	cmd.Stdout = os.Stdout
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	if err := cmd.Start(); err != nil {
		fail(err)
	}
	if _, err := guard(-cmd.Process.Pid, syscall.SIGKILL); err != nil {
		fail(err)
	}
	fmt.Println(cmd.Process.Pid)
	select {}
}

func TestGuardEndsTheGroupOfAKilledProcess(t *testing.T) {
	cmd := helper(t, "guard")
	out := readPipe(t, cmd)
	var pids [2]int
	if _, err := fmt.Fscan(out, &pids[0], &pids[1]); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	_ = cmd.Wait() // says that it was killed
	for _, pid := range pids {
		eventually(t, fmt.Sprintf("process %d ends", pid), func() bool { return gone(pid) })
	}
}

func TestDismissedGuardSignalsNobody(t *testing.T) {
	target := exec.CommandContext(t.Context(), "sleep", "600")
	if err := target.Start(); err != nil {
		t.Fatal(err)
	}
	release, err := guard(target.Process.Pid, syscall.SIGKILL)
	if err != nil {
		t.Fatal(err)
	}
	release()
	release() // twice is as good as once
	if err := target.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := target.Wait(); err == nil || !strings.Contains(err.Error(), "terminated") {
		t.Errorf("the target ended with %v, want our own SIGTERM", err)
	}
}

// helpDieWithParent says its process id and ends with 0 on SIGTERM, on nothing
// else.
func helpDieWithParent() {
	term := make(chan os.Signal, 1)
	signal.Notify(term, syscall.SIGTERM)
	DieWithParent()
	fmt.Println(os.Getpid())
	<-term
	fmt.Println("terminated in order")
	os.Exit(0)
}

// The launcher is make, with a shell between: make is killed, the shell lives on.
func TestDieWithParentNoticesAKilledMake(t *testing.T) {
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	makefile := filepath.Join(t.TempDir(), "Makefile")
	// Two commands: make has to keep a shell between itself and us.
	recipe := fmt.Sprintf("all:\n\t@true; %s=die-with-parent %q; true\n", helperEnv, self)
	if err := os.WriteFile(makefile, []byte(recipe), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.CommandContext(t.Context(), "make", "-f", makefile)
	out := readPipe(t, cmd)
	var pid int
	if _, err := fmt.Fscan(out, &pid); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	rest, err := io.ReadAll(out) // until the last of them is gone
	if err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(string(rest), "terminated in order") {
		t.Errorf("the command said %q, want its orderly end", rest)
	}
	_ = cmd.Wait() // says that it was killed
	eventually(t, "the command ends", func() bool { return gone(pid) })
}
