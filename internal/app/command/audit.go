package command

import (
	"encoding/hex"
	"fmt"

	"github.com/spf13/cobra"
)

func (sh *shell) audit() *cobra.Command {
	cmd := &cobra.Command{Use: "audit", Short: "check the record of who looked and who changed"}
	var org, head string
	verify := &cobra.Command{Use: "verify", Short: "find an edit, a deletion or a cut tail in the record", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		sum, err := hex.DecodeString(head)
		if err != nil {
			return usageError{fmt.Errorf("--head must be the hexadecimal head from the log")}
		}
		st, _, err := sh.store(cmd.Context())
		if err != nil {
			return err
		}
		defer st.Close()
		id, err := organisation(cmd, st, org)
		if err != nil {
			return err
		}
		report, err := st.VerifyAudit(cmd.Context(), id, sum)
		if err != nil {
			return err
		}
		for _, f := range report.Faults {
			fmt.Fprintln(sh.out, f)
		}
		if !report.OK() {
			return &failure{fmt.Sprintf("the record was changed: %d faults", len(report.Faults)+report.More)}
		}
		fmt.Fprintf(sh.out, "the record is whole: %d entries sealed, %d waiting, head %s\n", report.Sealed, report.Waiting, report.Head)
		return nil
	}}
	verify.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	verify.Flags().StringVar(&head, "head", "", "a head that was logged outside")
	cmd.AddCommand(verify)
	return cmd
}

// rewrap brings every sealed value under the newest keys.
func (sh *shell) rewrap() *cobra.Command {
	return &cobra.Command{Use: "rewrap", Short: "bring every sealed value and index under the newest keys", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		st, _, err := sh.store(cmd.Context())
		if err != nil {
			return err
		}
		defer st.Close()
		report, err := st.Rewrap(cmd.Context(), func(table string, done int) { fmt.Fprintf(sh.err, "%s: %d\n", table, done) })
		if err != nil {
			return err
		}
		fmt.Fprintf(sh.out, "%d values seen, %d sealed anew, %d indexes brought up to date\n", report.Seen, report.Sealed, report.Indexed)
		if !report.Done() {
			return &failure{fmt.Sprintf("not done: %d values cannot be opened, %d are doubled; keep the old keys", report.Unreadable, report.Doubled)}
		}
		return nil
	}}
}
