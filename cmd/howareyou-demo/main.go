// Command howareyou-demo starts the whole service on one machine, with nothing
// but Go: a private PostgreSQL and Redis, a simulated Twilio with its phones, a
// clock that can be moved, and thirty patients with ninety days of history. It
// never ships.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"log/slog"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones belong to people: they must not depend on the machine

	"howareyou/internal/devenv"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	devenv.DieWithParent()
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	f, err := readFlags(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		return exitUsage // said already
	}
	d := &demo{flags: f, out: out, log: slog.New(slog.NewTextHandler(errOut, &slog.HandlerOptions{Level: slog.LevelWarn}))}
	err = d.run(ctx)
	if err == nil {
		return 0
	}
	fmt.Fprintln(errOut, "howareyou-demo:", err)
	if missing := (*devenv.MissingError)(nil); errors.As(err, &missing) {
		return devenv.ExitMissing
	}
	return exitFailed
}

func readFlags(args []string, errOut io.Writer) (flags, error) {
	var f flags
	set := flag.NewFlagSet("howareyou-demo", flag.ContinueOnError)
	set.SetOutput(errOut)
	set.StringVar(&f.listen, "listen", "127.0.0.1:8080", "where the service answers")
	set.StringVar(&f.sim, "sim", "127.0.0.1:8081", "where the simulated phones answer")
	set.StringVar(&f.dir, "dir", ".demo", "where everything is kept")
	set.BoolVar(&f.fresh, "fresh", false, "begin anew: forget what is kept there")
	err := set.Parse(args)
	if err == nil && set.NArg() > 0 {
		err = fmt.Errorf("howareyou-demo takes flags alone, not %q", set.Arg(0))
		fmt.Fprintln(errOut, err)
	}
	return f, err
}
