package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// movePatient notes that a patient lives by other clocks from now on.
func (sh *shell) movePatient() *cobra.Command {
	var org, patient, zone string
	cmd := &cobra.Command{Use: "move-patient", Short: "note that a patient has moved to another time zone: no day is asked twice or left out", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		id, err := carenet.ParseID(patient)
		if err != nil {
			return usageError{fmt.Errorf("--patient must be the id that add-patient printed")}
		}
		return sh.change(cmd, org, func(st *postgres.Store, actor carenet.Actor) error {
			return st.MovePatient(cmd.Context(), actor, id, zone)
		})
	}}
	f := cmd.Flags()
	f.StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	f.StringVar(&patient, "patient", "", "id of the patient")
	f.StringVar(&zone, "zone", "", "IANA time zone that they live in now")
	return cmd
}
