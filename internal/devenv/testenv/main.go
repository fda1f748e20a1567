// Command testenv runs a command with what the tests need around it: PostgreSQL,
// redis-server and Chromium found or installed, and one PostgreSQL shared by all
// test processes, whose address is in HOWAREYOU_TEST_POSTGRES.
//
//	go run ./internal/devenv/testenv -- go test ./...
//
// It ends with the command's exit code, with 2 when called wrongly and with 3
// when a package is missing and cannot be installed, and leaves no process
// behind, however it ends.
package main

import (
	"context"
	"errors"
	"fmt"
	"os"
	"os/signal"
	"syscall"

	"howareyou/internal/devenv"
)

const (
	exitFailed = 1
	exitUsage  = 2
)

func main() {
	signals := make(chan os.Signal, 8)
	signal.Notify(signals, syscall.SIGINT, syscall.SIGTERM, syscall.SIGHUP)
	devenv.DieWithParent()
	code, err := run(signals, os.Args[1:])
	if err != nil {
		fmt.Fprintln(os.Stderr, "testenv:", err)
	}
	os.Exit(code)
}

// run prepares, runs the command and cleans up. A signal before the command runs
// ends the preparation; after that it is the command's.
func run(signals <-chan os.Signal, args []string) (code int, err error) {
	if len(args) > 0 && args[0] == "--" {
		args = args[1:]
	}
	if len(args) == 0 {
		return exitUsage, errors.New("no command given (testenv -- go test ./...)")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	type prepared struct {
		tools  devenv.Tools
		server *devenv.Postgres
		err    error
	}
	ready := make(chan prepared, 1)
	go func() {
		tools, server, err := prepare(ctx)
		ready <- prepared{tools, server, err}
	}()
	var p prepared
	select {
	case p = <-ready:
	case s := <-signals:
		cancel()
		p = <-ready
		if p.server != nil {
			err = p.server.Stop()
		}
		return exitOfSignal(s.(syscall.Signal)), err
	}
	if missing := (*devenv.MissingError)(nil); errors.As(p.err, &missing) {
		return devenv.ExitMissing, missing
	}
	if p.err != nil {
		return exitFailed, p.err
	}
	defer func() { err = errors.Join(err, p.server.Stop()) }()
	return execute(signals, args, environment(p.tools, p.server))
}

func prepare(ctx context.Context) (devenv.Tools, *devenv.Postgres, error) {
	tools, err := devenv.Ensure(ctx, os.Stderr, devenv.PostgreSQL, devenv.RedisServer, devenv.Chromium)
	if err != nil {
		return devenv.Tools{}, nil, err
	}
	server, err := devenv.StartPostgres(ctx, devenv.PostgresOptions{Bin: tools.PostgresBin})
	return tools, server, err
}

// environment is ours and where things are. The last entry of a name counts.
func environment(tools devenv.Tools, server *devenv.Postgres) []string {
	return append(os.Environ(),
		"HOWAREYOU_TEST_POSTGRES="+server.URL("postgres", devenv.Superuser),
		devenv.EnvChromium+"="+tools.Chromium,
	)
}
