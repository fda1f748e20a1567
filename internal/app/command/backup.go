package command

import (
	"context"
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/app"
	"howareyou/internal/backup"
	"howareyou/internal/crypto"
	"howareyou/internal/postgres"
	"howareyou/migrations"
)

// pgBin is where PostgreSQL's programs are, if somebody said so.
func (sh *shell) pgBin() string {
	for _, kv := range sh.environ {
		if v, ok := strings.CutPrefix(kv, "HOWAREYOU_PG_BIN="); ok {
			return v
		}
	}
	return ""
}

func (sh *shell) backup() *cobra.Command {
	var to string
	var recipients []string
	cmd := &cobra.Command{
		Use: "backup", Short: "write the database and the keyset into one encrypted file", Args: cobra.NoArgs,
		Long: "Writes one file, encrypted with age (age-encryption.org) for --recipient. DATABASE_URL must be of a login that may become\n" +
			"howareyou_backup or howareyou_migrate, such as that of migrate. The service goes on meanwhile.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			cfg, _, err := sh.config(app.NeedDatabase | app.NeedKeys)
			if err != nil {
				return err
			}
			if to == "" {
				return usageError{fmt.Errorf("say into which file with --to")}
			}
			keys, err := crypto.ParseKeyset([]byte(cfg.Keyset))
			if err != nil {
				return &failure{"HOWAREYOU_KEYSET: " + err.Error()}
			}
			whom, err := backup.Recipients(recipients)
			if err != nil {
				return usageError{err}
			}
			h, err := sh.writeBackup(cmd.Context(), cfg, to, func(h backup.Header, dump func(io.Writer) error) error {
				return backup.Write(to, whom, h, dump)
			})
			if err != nil {
				return &failure{err.Error()}
			}
			fmt.Fprintf(sh.out, "backed up: %d rows of %d tables at migration %d, with %s\n", h.Total(), len(h.Rows), h.Migration, keys)
			return nil
		},
	}
	cmd.Flags().StringVar(&to, "to", "", "the file to write; there must be none of this name")
	cmd.Flags().StringArrayVar(&recipients, "recipient", nil, "who can open it: age1..., or a file with one a line; may be repeated")
	cmd.AddCommand(&cobra.Command{Use: "keygen", Short: "make a pair that backups are written for and opened with", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		secret, recipient, err := backup.NewIdentity()
		if err != nil {
			return err
		}
		fmt.Fprintf(sh.out, "# recipient, for the server: %s\n# The next line opens backups. Keep it away from the server.\n%s\n", recipient, secret)
		return nil
	}})
	return cmd
}

// writeBackup makes the header and the dump of one moment.
func (sh *shell) writeBackup(ctx context.Context, cfg app.Config, to string, write func(backup.Header, func(io.Writer) error) error) (backup.Header, error) {
	var h backup.Header
	tool, err := backup.Tool("pg_dump", sh.pgBin())
	if err != nil {
		return h, err
	}
	env, err := postgres.ToolEnv(cfg.DatabaseURL)
	if err != nil {
		return h, err
	}
	snap, err := postgres.OpenSnapshot(ctx, cfg.DatabaseURL)
	if err != nil {
		return h, err
	}
	defer snap.Close(ctx)
	h = backup.Header{
		MadeAt: app.SystemClock().UTC().Truncate(time.Second), Migration: snap.Migration, Rows: snap.Rows,
		Heads: map[string]backup.Head{}, Keyset: []byte(cfg.Keyset),
	}
	for org, end := range snap.Heads {
		h.Heads[org.String()] = backup.Head{Seq: end.Seq, Hash: end.Hash}
	}
	return h, write(h, func(w io.Writer) error { return backup.Dump(ctx, tool, env, snap.Role, snap.ID, w) })
}

func (sh *shell) restore() *cobra.Command {
	var verify, from, identity string
	cmd := &cobra.Command{
		Use: "restore", Short: "put a backup into an empty database, or try whether that would work", Args: cobra.NoArgs,
		Long: "--verify FILE restores into a database that is made for it and dropped again, counts every row, checks the audit of each\n" +
			"organisation and opens a sample with the keyset of the backup. --from FILE restores into DATABASE_URL, which must be empty.\n" +
			"What is restored starts held: compare it with the provider's list (howareyou admin reconcile), then lift the hold.",
		RunE: func(cmd *cobra.Command, _ []string) error {
			if (verify == "") == (from == "") {
				return usageError{fmt.Errorf("say either --verify FILE or --from FILE")}
			}
			if identity == "" {
				return usageError{fmt.Errorf("say with which --identity FILE the backup is opened")}
			}
			cfg, _, err := sh.config(app.NeedDatabase)
			if err != nil {
				return err
			}
			by, err := backup.Identities(identity)
			if err != nil {
				return usageError{err}
			}
			err = backup.Read(verify+from, by, func(h backup.Header, dump io.Reader) error {
				if verify != "" {
					return sh.tryBackup(cmd.Context(), cfg, h, dump)
				}
				return sh.restoreBackup(cmd.Context(), cfg, h, dump)
			})
			if err != nil {
				return &failure{err.Error()}
			}
			return nil
		},
	}
	cmd.Flags().StringVar(&verify, "verify", "", "a backup to try")
	cmd.Flags().StringVar(&from, "from", "", "a backup to restore")
	cmd.Flags().StringVar(&identity, "identity", "", "the file that opens it")
	cmd.AddCommand(sh.restoreKeyset())
	return cmd
}

// load puts the dump into the database at address.
func (sh *shell) load(ctx context.Context, address string, dump io.Reader) error {
	tool, err := backup.Tool("pg_restore", sh.pgBin())
	if err != nil {
		return err
	}
	env, err := postgres.ToolEnv(address)
	if err != nil {
		return err
	}
	if err := migrations.Roles(ctx, address); err != nil {
		return err
	}
	database := ""
	for _, kv := range env {
		if v, ok := strings.CutPrefix(kv, "PGDATABASE="); ok {
			database = v
		}
	}
	if err := backup.Load(ctx, tool, env, database, dump); err != nil {
		return err
	}
	_, err = io.Copy(io.Discard, dump) // to the end, which proves that nothing was cut off
	return err
}

// check compares what was restored with the backup's own counts, and opens a sample.
func (sh *shell) check(ctx context.Context, cfg app.Config, address string, h backup.Header) error {
	heads := map[carenet.ID]postgres.AuditEnd{}
	for name, head := range h.Heads {
		org, err := carenet.ParseID(name)
		if err != nil {
			return fmt.Errorf("the backup names an organisation that is none")
		}
		heads[org] = postgres.AuditEnd{Seq: head.Seq, Hash: head.Hash}
	}
	faults, err := postgres.CheckRestored(ctx, address, h.Rows, heads)
	if err != nil {
		return err
	}
	cfg.DatabaseURL, cfg.Keyset = address, string(h.Keyset)
	st, err := app.OpenStore(ctx, cfg, app.SystemClock, "verify")
	if err != nil {
		return err
	}
	defer st.Close()
	for org := range heads {
		report, err := st.VerifyAudit(ctx, org, nil)
		if err != nil {
			return err
		}
		faults = append(faults, report.Faults...)
	}
	opened, err := st.OpenSample(ctx, sampleEach)
	if err != nil {
		faults = append(faults, err.Error())
	}
	for _, f := range faults {
		fmt.Fprintln(sh.out, "wrong:", f)
	}
	if len(faults) > 0 {
		return fmt.Errorf("the backup of %s is not whole: %d faults", h.MadeAt.Format(time.RFC3339), len(faults))
	}
	fmt.Fprintf(sh.out, "whole: the backup of %s, %d rows of %d tables at migration %d, %d audits, %d sealed values opened\n",
		h.MadeAt.Format(time.RFC3339), h.Total(), len(h.Rows), h.Migration, len(heads), opened)
	return nil
}

// sampleEach is how many sealed values of each column are opened.
const sampleEach = 20

func (sh *shell) tryBackup(ctx context.Context, cfg app.Config, h backup.Header, dump io.Reader) (err error) {
	scratch, drop, err := postgres.Scratch(ctx, cfg.DatabaseURL, app.SystemClock())
	if err != nil {
		return err
	}
	defer func() {
		if derr := drop(context.WithoutCancel(ctx)); err == nil && derr != nil {
			err = fmt.Errorf("the database that the backup was tried in is still there: %w", derr)
		}
	}()
	if err := sh.load(ctx, scratch, dump); err != nil {
		return err
	}
	return sh.check(ctx, cfg, scratch, h)
}

func (sh *shell) restoreBackup(ctx context.Context, cfg app.Config, h backup.Header, dump io.Reader) error {
	empty, err := postgres.IsEmpty(ctx, cfg.DatabaseURL)
	if err != nil {
		return err
	}
	if !empty {
		return fmt.Errorf("the database is not empty; a backup goes into an empty one")
	}
	if h.Migration > migrations.Latest() {
		return fmt.Errorf("the backup is at migration %d and this program at %d; take a newer program", h.Migration, migrations.Latest())
	}
	if err := sh.load(ctx, cfg.DatabaseURL, dump); err != nil {
		return err
	}
	if err := sh.check(ctx, cfg, cfg.DatabaseURL, h); err != nil {
		return err
	}
	if err := migrations.Up(ctx, cfg.DatabaseURL); err != nil {
		return err
	}
	if err := postgres.AfterRestore(ctx, cfg.DatabaseURL, h.MadeAt, app.SystemClock().UTC()); err != nil {
		return err
	}
	if cfg.Keyset != "" && strings.TrimSpace(cfg.Keyset) != strings.TrimSpace(string(h.Keyset)) {
		fmt.Fprintln(sh.out, "note: HOWAREYOU_KEYSET is not that of the backup; what is sealed opens with that one")
	}
	fmt.Fprintln(sh.out, "restored, and held: nothing leaves. Start a worker, then: howareyou admin reconcile, and: howareyou admin hold off")
	return nil
}

// restoreKeyset prints the keyset of a backup.
func (sh *shell) restoreKeyset() *cobra.Command {
	var from, identity string
	cmd := &cobra.Command{Use: "keyset", Short: "print the keyset of a backup", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		by, err := backup.Identities(identity)
		if err != nil {
			return usageError{err}
		}
		err = backup.Read(from, by, func(h backup.Header, _ io.Reader) error {
			_, err := fmt.Fprintln(sh.out, string(h.Keyset))
			return err
		})
		if err != nil {
			return &failure{err.Error()}
		}
		return nil
	}}
	cmd.Flags().StringVar(&from, "from", "", "the backup")
	cmd.Flags().StringVar(&identity, "identity", "", "the file that opens it")
	return cmd
}

// reconcile compares a restored organisation with the provider's list.
func (sh *shell) reconcile() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "reconcile", Short: "after a restore: compare what waits with what the provider has sent since", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		cfg, _, err := sh.config(app.NeedDatabase | app.NeedKeys | app.NeedPublic | app.NeedTwilio)
		if err != nil {
			return err
		}
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			r, err := app.Reconcile(cmd.Context(), cfg, st, operator(id))
			if err != nil {
				return err
			}
			fmt.Fprintf(sh.out, "of %d numbers with something to be sent, %d got a text after the backup; %d texts to them wait for a human. Now: howareyou admin hold off\n",
				r.Numbers, r.Told, r.Texts)
			return nil
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}
