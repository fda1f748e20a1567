package devenv

import (
	"bufio"
	"io"
	"net"
	"os"
	"strings"
	"testing"
	"time"
)

func startRedis(t *testing.T, o RedisOptions) *Redis {
	t.Helper()
	o.Server = found(t, RedisServer).RedisServer
	r, err := StartRedis(t.Context(), o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := r.Stop(); err != nil {
			t.Error(err)
		}
	})
	return r
}

// ask sends one inline command and returns the answer's lines, n of them.
func ask(t *testing.T, r *Redis, command string, n int) string {
	t.Helper()
	conn, err := net.Dial("unix", r.Socket())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(conn, command+"\r\n"); err != nil {
		t.Fatal(err)
	}
	var lines []string
	in := bufio.NewReader(conn)
	for range n {
		line, err := in.ReadString('\n')
		if err != nil {
			t.Fatalf("%s: %v", command, err)
		}
		lines = append(lines, strings.TrimSpace(line))
	}
	return strings.Join(lines, " ")
}

func TestRedisKeepsWhatIsDurable(t *testing.T) {
	for _, tc := range []struct {
		name    string
		durable bool
		answer  string
		lines   int
	}{
		{"durable", true, "$1 7", 2},
		{"not durable", false, "$-1", 1},
	} {
		t.Run(tc.name, func(t *testing.T) {
			o := RedisOptions{Dir: openDir(t, strings.Repeat("long name/", 12)), Durable: tc.durable}
			first := startRedis(t, o)
			if got := ask(t, first, "SET kept 7", 1); got != "+OK" {
				t.Fatalf("SET: %s", got)
			}
			if got := ask(t, first, "CONFIG GET maxmemory-policy", 5); !strings.HasSuffix(got, "noeviction") {
				t.Errorf("maxmemory-policy: %s", got)
			}
			if err := first.Stop(); err != nil {
				t.Fatal(err)
			}
			second := startRedis(t, o)
			if got := ask(t, second, "GET kept", tc.lines); got != tc.answer {
				t.Errorf("second start has %q, want %q", got, tc.answer)
			}
		})
	}
}

func TestRedisComesBackAfterKill(t *testing.T) {
	r := startRedis(t, RedisOptions{})
	url, pid := r.URL(), r.Pid()
	if err := r.Kill(); err != nil {
		t.Fatal(err)
	}
	if !gone(pid) || r.Pid() != 0 {
		t.Errorf("process %d lives on after Kill (Pid is %d)", pid, r.Pid())
	}
	if err := r.Restart(t.Context()); err != nil {
		t.Fatal(err)
	}
	if got := ask(t, r, "PING", 1); got != "+PONG" || r.URL() != url {
		t.Errorf("after Restart: %s at %s, want +PONG at %s", got, r.URL(), url)
	}
}

func TestFrozenRedisAnswersNothingAndStillStops(t *testing.T) {
	r := startRedis(t, RedisOptions{Durable: true})
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	conn, err := net.Dial("unix", r.Socket())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if _, err := io.WriteString(conn, "PING\r\n"); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(50 * time.Millisecond)); err != nil {
		t.Fatal(err)
	}
	if n, err := conn.Read(make([]byte, 1)); err == nil {
		t.Errorf("a frozen server answered %d byte", n)
	}
	if err := r.Thaw(); err != nil {
		t.Fatal(err)
	}
	if err := conn.SetReadDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	if _, err := conn.Read(make([]byte, 1)); err != nil {
		t.Errorf("thawed: %v", err)
	}
	if err := r.Freeze(); err != nil {
		t.Fatal(err)
	}
	dir := r.dir
	if err := r.Stop(); err != nil {
		t.Fatal(err)
	}
	if _, err := os.Lstat(dir); !os.IsNotExist(err) {
		t.Errorf("%s is left behind: %v", dir, err)
	}
}
