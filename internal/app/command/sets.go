package command

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/postgres"
)

// addQuestionSet reads a set of an organisation's own from a file, or says why it
// cannot be asked.
func (sh *shell) addQuestionSet() *cobra.Command {
	var org, file string
	cmd := &cobra.Command{Use: "add-question-set", Short: "give an organisation a question set of its own, or a new version of one", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		doc, err := os.ReadFile(file)
		if err != nil {
			return usageError{fmt.Errorf("--file cannot be read")}
		}
		set, err := ask.Parse(doc)
		if err != nil {
			return err
		}
		return sh.change(cmd, org, func(st *postgres.Store, actor carenet.Actor) error {
			return st.AddQuestionSet(cmd.Context(), actor, set)
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	cmd.Flags().StringVar(&file, "file", "", "the set, written as docs/questions.md says")
	return cmd
}

// plan sets what a patient is asked besides how they are.
func (sh *shell) plan() *cobra.Command {
	var org, patient, set, repeat string
	var end bool
	cmd := &cobra.Command{Use: "plan", Short: "ask a patient a further question set at their slots, or no more", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		id, err := carenet.ParseID(patient)
		if err != nil {
			return usageError{fmt.Errorf("--patient must be the id that add-patient printed")}
		}
		return sh.change(cmd, org, func(st *postgres.Store, actor carenet.Actor) error {
			if end {
				return st.EndSet(cmd.Context(), actor, id, set)
			}
			return st.PlanSet(cmd.Context(), actor, id, set, repeat)
		})
	}}
	f := cmd.Flags()
	f.StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	f.StringVar(&patient, "patient", "", "id of the patient")
	f.StringVar(&set, "set", "", "the set's code: "+strings.Join(ask.ShippedCodes(), ", ")+", or one that was added")
	f.StringVar(&repeat, "repeat", ask.Daily, "on which of their days (RFC 5545), such as FREQ=WEEKLY;BYDAY=MO")
	f.BoolVar(&end, "end", false, "ask it no more")
	return cmd
}

// change runs one change that prints nothing.
func (sh *shell) change(cmd *cobra.Command, org string, do func(*postgres.Store, carenet.Actor) error) error {
	return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error { return do(st, operator(id)) })
}
