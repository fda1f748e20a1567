package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	"howareyou/internal/crypto"
	"howareyou/internal/postgres"
)

// tickerEnv makes this program a ticker: a process that asks who is due, at the
// times that it reads from standard input. It is killed without warning.
const tickerEnv = "HOWAREYOU_BENCH_TICKER"

// tickerChunk is small, so that several tickers share what falls due and a kill
// finds one in the middle.
const tickerChunk = 7

// runTicker reads one time a line, claims all that is due by it as a worker does,
// and answers with how many slots that were.
func runTicker(ctx context.Context, in io.Reader, out io.Writer) error {
	keys, err := crypto.ParseKeyset([]byte(os.Getenv("HOWAREYOU_KEYSET")))
	if err != nil {
		return err
	}
	var now atomic.Int64
	store, err := postgres.Open(ctx, postgres.Options{
		URL: os.Getenv("DATABASE_URL"), Keys: keys, Name: "ticker", MaxConns: 1,
		Now: func() time.Time { return time.UnixMicro(now.Load()) },
	})
	if err != nil {
		return err
	}
	defer store.Close()
	for lines := bufio.NewScanner(in); lines.Scan(); {
		at, err := strconv.ParseInt(lines.Text(), 10, 64)
		if err != nil {
			return err
		}
		now.Store(at)
		slots := 0
		for {
			_, done, err := store.TickPrompts(ctx, tickerChunk)
			if err != nil {
				return err
			}
			if done == 0 {
				break
			}
			slots += done
		}
		if _, err := fmt.Fprintln(out, slots); err != nil {
			return err
		}
	}
	return nil
}

// ticker is such a process, seen from outside.
type ticker struct {
	cmd     *exec.Cmd
	in      io.WriteCloser
	answers chan int // closed when the process has ended
	ended   chan error
}

func startTicker(environ []string) (*ticker, error) {
	self, err := os.Executable()
	if err != nil {
		return nil, err
	}
	t := &ticker{cmd: exec.Command(self), answers: make(chan int, 1), ended: make(chan error, 1)}
	t.cmd.Env = append(environ, tickerEnv+"=1")
	t.cmd.Stderr = os.Stderr
	if t.in, err = t.cmd.StdinPipe(); err != nil {
		return nil, err
	}
	out, err := t.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := t.cmd.Start(); err != nil {
		return nil, err
	}
	go func() {
		for lines := bufio.NewScanner(out); lines.Scan(); {
			if n, err := strconv.Atoi(strings.TrimSpace(lines.Text())); err == nil {
				t.answers <- n
			}
		}
		t.ended <- t.cmd.Wait()
		close(t.answers)
	}()
	return t, nil
}

// tell gives the process a time; one that was killed does not hear it.
func (t *ticker) tell(at time.Time) error {
	_, err := fmt.Fprintln(t.in, at.UnixMicro())
	return err
}

// kill ends the process at once, as kill -9 does, and waits until it is gone.
func (t *ticker) kill() {
	_ = t.cmd.Process.Kill() // it may have ended
	for range t.answers {    // what it still said counts for nothing
	}
	<-t.ended //nolint:errcheck // it was killed
}

// finish lets the process end by itself.
func (t *ticker) finish() error {
	_ = t.in.Close()
	for range t.answers { // nothing is due any more
	}
	return <-t.ended
}
