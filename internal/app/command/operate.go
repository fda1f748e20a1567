package command

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"howareyou/carenet/reply"
	"howareyou/internal/app"
	"howareyou/migrations"
)

func (sh *shell) migrate() *cobra.Command {
	return &cobra.Command{Use: "migrate", Short: "bring the database to this program's version", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, _, err := sh.config(app.NeedDatabase)
		if err != nil {
			return err
		}
		if err := migrations.Up(cmd.Context(), cfg.DatabaseURL); err != nil {
			return &failure{err.Error()}
		}
		fmt.Fprintf(sh.out, "the database is at migration %d\n", migrations.Latest())
		return nil
	}}
}

// healthcheck asks the local listener, for a container's health check.
func (sh *shell) healthcheck() *cobra.Command {
	return &cobra.Command{Use: "healthcheck", Short: "ask this machine's listener whether it is ready", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, _, err := app.LoadConfig(sh.environ)
		if err != nil {
			return err
		}
		host, port, err := net.SplitHostPort(cfg.Listen)
		if err != nil {
			return &failure{"LISTEN is not host:port"}
		}
		if host == "" || host == "0.0.0.0" || host == "::" {
			host = "127.0.0.1"
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), 3*time.Second)
		defer cancel()
		req, err := http.NewRequestWithContext(ctx, http.MethodGet, "http://"+net.JoinHostPort(host, port)+"/readyz", nil)
		if err != nil {
			return &failure{"LISTEN is not host:port"}
		}
		res, err := http.DefaultClient.Do(req)
		if err != nil {
			return &failure{"the listener does not answer"}
		}
		defer res.Body.Close()
		body, _ := io.ReadAll(io.LimitReader(res.Body, 200))
		said := strings.TrimSpace(string(body))
		if res.StatusCode != http.StatusOK {
			return &failure{said}
		}
		fmt.Fprintln(sh.out, said)
		return nil
	}}
}

// read reads one reply a line, as the service would, without a database.
func (sh *shell) read() *cobra.Command {
	var scale, lang string
	cmd := &cobra.Command{Use: "read", Short: "read replies from standard input, one a line", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		ctx := reply.Context{Lang: lang, OpenPrompt: true, Role: reply.Patient}
		if _, err := fmt.Sscanf(scale, "%d-%d", &ctx.Scale.Min, &ctx.Scale.Max); err != nil || ctx.Scale.Min >= ctx.Scale.Max {
			return usageError{fmt.Errorf("--scale must be like 1-5")}
		}
		in := bufio.NewScanner(sh.in)
		in.Buffer(make([]byte, 64<<10), 1<<20)
		out := bufio.NewWriter(sh.out)
		for in.Scan() {
			fmt.Fprintln(out, reply.Line(reply.Read(in.Text(), ctx)))
		}
		if err := in.Err(); err != nil {
			return &failure{"standard input: " + err.Error()}
		}
		return out.Flush()
	}}
	cmd.Flags().StringVar(&scale, "scale", "1-5", "lowest and highest score")
	cmd.Flags().StringVar(&lang, "lang", "en", "language of the replies: en, es or ar")
	return cmd
}
