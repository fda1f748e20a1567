package e2e

import (
	"bufio"
	"fmt"
	"io"
	"net"
	"strings"
	"testing"
	"time"

	"howareyou/internal/devenv"
)

func TestINV5_RedisDown(t *testing.T) {
	t.Parallel()
	outages := map[string]struct {
		begin, end func(*devenv.Redis, *testing.T) error
	}{
		"killed": {
			func(r *devenv.Redis, _ *testing.T) error { return r.Kill() },
			func(r *devenv.Redis, t *testing.T) error { return r.Restart(t.Context()) },
		},
		"silent": {
			func(r *devenv.Redis, _ *testing.T) error { return r.Freeze() },
			func(r *devenv.Redis, _ *testing.T) error { return r.Thaw() },
		},
	}
	for name, outage := range outages {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			f := newFamily(t, wishes{})
			web, _ := f.start(1)
			if err := outage.begin(f.redis, t); err != nil {
				t.Fatal(err)
			}
			f.ready(web, "degraded")
			for _, score := range []string{"2", "3"} {
				f.mary.Texts(score + " rough night")
				late := f.sam.Expects(score+" of 5", "rough night").After(f.mary)
				f.ruth.Expects(score + " of 5")
				f.mary.Expects(score + " of 5")
				t.Logf("without Redis Sam heard after %s", late.Round(time.Millisecond))
				if late > 5*time.Second {
					t.Errorf("without Redis Sam heard after %s, want at most 5s", late)
				}
			}
			if err := outage.end(f.redis, t); err != nil {
				t.Fatal(err)
			}
			f.ready(web, "ready")
			f.mary.Texts("5 it is back")
			f.sam.Expects("5 of 5", "it is back")
			f.ruth.Expects("5 of 5")
			f.mary.Expects("changed to 5 of 5")
			f.nobodyElse()
		})
	}
}

// redisConn speaks to a Redis in its own language, so that a test sees what is
// there and not what a library makes of it.
type redisConn struct {
	conn net.Conn
	in   *bufio.Reader
}

func dialRedis(r *devenv.Redis) (*redisConn, error) {
	conn, err := net.DialTimeout("unix", r.Socket(), patience)
	if err != nil {
		return nil, err
	}
	return &redisConn{conn, bufio.NewReader(conn)}, nil
}

func (r *redisConn) close() { _ = r.conn.Close() }

// do sends one command and returns the lines of its answer.
func (r *redisConn) do(command ...string) ([]string, error) {
	if err := r.conn.SetDeadline(time.Now().Add(patience)); err != nil {
		return nil, err
	}
	if _, err := io.WriteString(r.conn, strings.Join(command, " ")+"\r\n"); err != nil {
		return nil, err
	}
	return r.answer()
}

func (r *redisConn) answer() ([]string, error) {
	line, err := r.in.ReadString('\n')
	if err != nil {
		return nil, err
	}
	line = strings.TrimRight(line, "\r\n")
	var n int
	switch line[0] {
	case '-':
		return nil, fmt.Errorf("redis: %s", line[1:])
	case '$':
		if _, err := fmt.Sscan(line[1:], &n); err != nil || n < 0 {
			return nil, err
		}
		text := make([]byte, n+2)
		_, err := io.ReadFull(r.in, text)
		return []string{string(text[:n])}, err
	case '*':
		if _, err := fmt.Sscan(line[1:], &n); err != nil {
			return nil, err
		}
		var all []string
		for range n {
			part, err := r.answer()
			if err != nil {
				return nil, err
			}
			all = append(all, part...)
		}
		return all, nil
	}
	return []string{line[1:]}, nil
}
