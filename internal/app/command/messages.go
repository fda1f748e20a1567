package command

import (
	"fmt"
	"text/tabwriter"
	"time"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// operations are the operator's commands: to set up, and to look into what happens.
func (sh *shell) operations() *cobra.Command {
	cmd := sh.admin()
	cmd.AddCommand(sh.reconcile(), sh.messages())
	return cmd
}

// waitingShown is how many things that wait for a human a command lists.
const waitingShown = 200

// messages lists what waits for a human: ids and words of ours, which say what is
// wrong and nothing about anybody. What is in a text is on the page for staff.
func (sh *shell) messages() *cobra.Command {
	var org string
	var unrouted bool
	cmd := &cobra.Command{Use: "messages", Short: "list the texts that wait for a human, without their words", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		if unrouted {
			st, _, err := sh.store(cmd.Context())
			if err != nil {
				return err
			}
			defer st.Close()
			list, err := st.Unrouted(cmd.Context(), waitingShown)
			if err != nil {
				return err
			}
			return sh.list(list)
		}
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			list, err := st.WaitingForHumans(cmd.Context(), operator(id), waitingShown)
			if err != nil {
				return err
			}
			return sh.list(list)
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	cmd.Flags().BoolVar(&unrouted, "unrouted", false, "list instead the texts to numbers that no organisation has, and from no telephone")
	return cmd
}

func (sh *shell) list(all []postgres.Waiting) error {
	if len(all) == 0 {
		fmt.Fprintln(sh.out, "nothing waits")
		return nil
	}
	w := tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)
	for _, x := range all {
		fmt.Fprintf(w, "%s\t%s\t%s\t%s\t%s\t%s\n", x.At.Format(time.RFC3339), x.What, x.Kind, x.State, x.ID, x.Cause)
	}
	return w.Flush()
}
