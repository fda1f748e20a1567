package command

import (
	"context"
	"fmt"
	"time"

	"github.com/spf13/cobra"

	"howareyou/internal/app"
	"howareyou/migrations"
)

// doctor says in words what is wrong with an installation.
func (sh *shell) doctor() *cobra.Command {
	return &cobra.Command{Use: "doctor", Short: "say in words what is misconfigured", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, warnings, err := app.LoadConfig(sh.environ)
		if err != nil {
			return err
		}
		bad := len(warnings)
		for _, w := range warnings {
			fmt.Fprintln(sh.out, "wrong:", w)
		}
		if err := cfg.Check(app.NeedServe); err != nil {
			return err
		}
		say := func(part string, err error) {
			if err != nil {
				bad++
				fmt.Fprintf(sh.out, "wrong: %s: %v\n", part, err)
				return
			}
			fmt.Fprintf(sh.out, "well: %s\n", part)
		}
		ctx, cancel := context.WithTimeout(cmd.Context(), 20*time.Second)
		defer cancel()
		st, err := app.OpenStore(ctx, cfg, app.SystemClock, "doctor")
		if err != nil {
			return err
		}
		defer st.Close()
		say("PostgreSQL answers", st.Ping(ctx))
		v, err := st.SchemaVersion(ctx)
		if err == nil && v != migrations.Latest() {
			err = fmt.Errorf("it is at migration %d, this program at %d; run: howareyou migrate", v, migrations.Latest())
		}
		say("the database is migrated", err)
		orgs, err := st.Organisations(ctx)
		if err == nil && len(orgs) == 0 {
			err = fmt.Errorf("there is none; run: howareyou admin add-organisation")
		}
		say("there is an organisation", err)
		held, err := st.HeldOrganisations(ctx)
		if err == nil && len(held) > 0 {
			err = fmt.Errorf("%d are on hold, one since %s; when that is over, run: howareyou admin hold off", len(held), held[0].Since.Format(time.RFC3339))
		}
		say("texts leave", err)
		say("texts can be kept while PostgreSQL is away", app.TrySpool(cfg))
		say("Redis answers", app.PingRedis(ctx, cfg))
		say("the text provider lets us in", app.PingProvider(ctx, cfg))
		if cfg.SMTPURL == "" {
			fmt.Fprintln(sh.out, "note: no emails are sent: SMTP_URL names no mail server")
		} else {
			say("the mail server lets us in", app.PingMail(ctx, cfg))
		}
		standing, err := st.Standing(ctx)
		say("it is known where the texts are", err)
		for _, t := range app.Troubles(standing) {
			word := "note"
			if t.Wrong {
				word = "wrong"
				bad++
			}
			fmt.Fprintf(sh.out, "%s: %s\n", word, t.Says)
		}
		if bad > 0 {
			return &failure{fmt.Sprintf("%d things are wrong", bad)}
		}
		return nil
	}}
}
