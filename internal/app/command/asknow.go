package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// askNow asks a patient at once, besides their plan.
func (sh *shell) askNow() *cobra.Command {
	var org, patient string
	cmd := &cobra.Command{Use: "ask-now", Short: "ask a patient how they are, besides their plan: not at night, when they are away, or who was asked within three hours", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		id, err := carenet.ParseID(patient)
		if err != nil {
			return usageError{fmt.Errorf("--patient must be the id that add-patient printed")}
		}
		return sh.change(cmd, org, func(st *postgres.Store, actor carenet.Actor) error {
			// A worker finds what no bell rang for.
			_, err := st.AskNow(cmd.Context(), actor, id)
			return err
		})
	}}
	f := cmd.Flags()
	f.StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	f.StringVar(&patient, "patient", "", "id of the patient")
	return cmd
}
