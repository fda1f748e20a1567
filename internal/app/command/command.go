// Package command is the command line: it parses, calls the app and turns what
// went wrong into one clear line and an exit code.
package command

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strings"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/app"
	"howareyou/internal/postgres"
)

// Exit codes.
const (
	exitOK     = 0
	exitFailed = 1
	exitUsage  = 2 // a flag, an argument or the environment is wrong; nothing was started
)

// shell is where a command runs.
type shell struct {
	environ  []string
	in       io.Reader
	out, err io.Writer
}

// Run runs one command and returns the exit code.
func Run(ctx context.Context, args, environ []string, in io.Reader, out, errOut io.Writer) int {
	sh := &shell{environ: environ, in: in, out: out, err: errOut}
	root := &cobra.Command{
		Use:           "howareyou",
		Short:         "How Are You: a care network asks, listens and tells",
		Long:          "How Are You asks people how they are, by text or page, and tells those they chose.\nIt is not an emergency service.",
		Version:       app.Version(),
		SilenceUsage:  true,
		SilenceErrors: true,
	}
	root.SetArgs(args)
	root.SetFlagErrorFunc(func(_ *cobra.Command, err error) error { return usageError{err} })
	root.SetIn(in)
	root.SetOut(out)
	root.SetErr(errOut)
	root.AddCommand(sh.role("serve", "answer pages and webhooks", app.Roles{Web: true}),
		sh.role("worker", "plan, send and watch in the background", app.Roles{Worker: true}),
		sh.role("all", "both in one process", app.Roles{Web: true, Worker: true}),
		sh.migrate(), sh.backup(), sh.restore(), sh.doctor(), sh.healthcheck(), sh.read(), sh.backtest(), sh.operations())
	err := root.ExecuteContext(ctx)
	return sh.exitCode(err)
}

// exitCode says what went wrong, a line each, and gives the exit code.
func (sh *shell) exitCode(err error) int {
	if err == nil {
		return exitOK
	}
	var ce *app.ConfigError
	if errors.As(err, &ce) {
		for _, line := range ce.Lines {
			fmt.Fprintln(sh.err, "howareyou:", line)
		}
		return exitUsage
	}
	var fe *failure
	if errors.As(err, &fe) {
		fmt.Fprintln(sh.err, "howareyou:", fe.message)
		return exitFailed
	}
	var domain *carenet.Error
	if errors.As(err, &domain) {
		fmt.Fprintln(sh.err, "howareyou:", domain.Message)
		if domain.Code == carenet.Invalid {
			return exitUsage
		}
		return exitFailed
	}
	fmt.Fprintln(sh.err, "howareyou:", err)
	if isUsage(err) {
		return exitUsage
	}
	return exitFailed
}

// failure is a message for the operator, with exit code 1.
type failure struct{ message string }

func (f *failure) Error() string { return f.message }

// usageError marks what cobra says of flags and arguments.
type usageError struct{ error }

func isUsage(err error) bool {
	var u usageError
	return errors.As(err, &u) || strings.HasPrefix(err.Error(), "unknown command ")
}

// config reads the environment, warns of what nobody reads, and checks needs.
func (sh *shell) config(need app.Need) (app.Config, *slog.Logger, error) {
	cfg, warnings, err := app.LoadConfig(sh.environ)
	if err != nil {
		return cfg, nil, err
	}
	log := app.NewLogger(cfg, sh.err)
	for _, w := range warnings {
		log.Warn(w)
	}
	return cfg, log, cfg.Check(need)
}

// store opens the database for a command.
func (sh *shell) store(ctx context.Context) (*postgres.Store, app.Config, error) {
	cfg, _, err := sh.config(app.NeedDatabase | app.NeedKeys)
	if err != nil {
		return nil, cfg, err
	}
	st, err := app.OpenStore(ctx, cfg, app.SystemClock, "admin")
	return st, cfg, err
}

func (sh *shell) role(use, short string, roles app.Roles) *cobra.Command {
	return &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, log, err := sh.config(app.NeedServe)
		if err != nil {
			return err
		}
		a, err := app.Start(cmd.Context(), app.Options{Config: cfg, Roles: roles, Log: log})
		if err != nil {
			return err
		}
		log.Info("started", "role", use)
		err = a.Run(cmd.Context())
		log.Info("stopped", "role", use)
		return err
	}}
}
