// Command howareyou-bench measures the service on real parts: the built program
// as processes, a private PostgreSQL that keeps every commit through a crash, a
// private Redis, and a simulated provider. Each figure stands beside a yardstick
// that was measured on the same servers in turns with it, because a figure alone
// says more about the machine than about the service.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	_ "time/tzdata" // zones must not depend on the machine

	"howareyou/internal/devenv"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	devenv.DieWithParent()
	if os.Getenv(tickerEnv) != "" {
		if err := runTicker(ctx, os.Stdin, os.Stdout); err != nil {
			fmt.Fprintln(os.Stderr, "howareyou-bench: ticker:", err)
			os.Exit(exitFailed)
		}
		return
	}
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errOut, "howareyou-bench:", err)
		return exitUsage
	}
	for _, g := range o.groups {
		if err := measure(ctx, g, o, out, errOut); err != nil {
			fmt.Fprintf(errOut, "howareyou-bench: %s: %v\n", g.name, err)
			if missing := (*devenv.MissingError)(nil); errors.As(err, &missing) {
				return devenv.ExitMissing
			}
			return exitFailed
		}
	}
	return 0
}

// measure runs one group, under the profiler if asked, and prints its figures.
func measure(ctx context.Context, g group, o options, out, errOut io.Writer) (err error) {
	b := &bench{options: o, note: func(format string, a ...any) { fmt.Fprintf(errOut, "# "+format+"\n", a...) }}
	if busy := busyness(); busy != "" {
		b.note("%s: %s", g.name, busy)
	}
	figures, err := g.run(ctx, b)
	for _, f := range figures {
		fmt.Fprintln(out, f)
	}
	return err
}
