// Command howareyou-chaos proves that no text is lost or doubled. It runs the
// built program as several processes against a simulated provider with every
// fault, kills and stops them, takes away Redis, PostgreSQL and the network, and
// counts at the provider's side what arrived.
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
	code := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	stop()
	os.Exit(code)
}

// run prints what is found out on the way to errOut, and the result as the last
// line of out.
func run(ctx context.Context, args []string, out, errOut io.Writer) int {
	o, err := parse(args, errOut)
	if errors.Is(err, flag.ErrHelp) {
		return 0
	}
	if err != nil {
		fmt.Fprintln(errOut, "howareyou-chaos:", err)
		return exitUsage
	}
	note := func(format string, a ...any) { fmt.Fprintf(errOut, "# "+format+"\n", a...) }
	r, err := prove(ctx, o, note)
	if err != nil {
		fmt.Fprintln(errOut, "howareyou-chaos:", err)
		if missing := (*devenv.MissingError)(nil); errors.As(err, &missing) {
			return devenv.ExitMissing
		}
		return exitFailed
	}
	fmt.Fprintln(out, r)
	if !r.clean() {
		return exitFailed
	}
	return 0
}
