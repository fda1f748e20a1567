package command

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"howareyou/alerts/pack"
	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// proposePack keeps a pack of an organisation's own as a version. A command can neither
// sign it nor put it in force: a named clinician does, on the page of rules.
func (sh *shell) proposePack() *cobra.Command {
	var org, file string
	cmd := &cobra.Command{Use: "propose-pack", Short: "keep a rule pack (YAML) as a version of an organisation's own, to be tried and signed on its page of rules", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		text, err := os.ReadFile(file)
		if err != nil {
			return usageError{fmt.Errorf("--file cannot be read")}
		}
		return sh.add(cmd, org, func(st *postgres.Store, actor carenet.Actor) (carenet.ID, error) {
			id, err := st.ProposePack(cmd.Context(), actor, string(text))
			var refused pack.Refusal
			if errors.As(err, &refused) {
				return id, usageError{fmt.Errorf("the rule pack is refused:\n  %s", strings.ReplaceAll(refused.Error(), "\n", "\n  "))}
			}
			return id, err
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	cmd.Flags().StringVar(&file, "file", "", "the pack, written as docs/rules.md says")
	return cmd
}

// packs lists what an organisation keeps, or prints one pack to the letter.
func (sh *shell) packs() *cobra.Command {
	var org, id string
	cmd := &cobra.Command{Use: "packs", Short: "list an organisation's rule packs, or print one, for howareyou backtest --pack", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return sh.change(cmd, org, func(st *postgres.Store, actor carenet.Actor) error {
			if id != "" {
				version, err := carenet.ParseID(id)
				if id == "built-in" {
					version, err = carenet.NilID, nil
				}
				if err != nil {
					return usageError{fmt.Errorf("--print must be an id that this command lists, or built-in")}
				}
				text, err := st.PackText(cmd.Context(), actor, version)
				if err != nil {
					return err
				}
				_, err = fmt.Fprint(sh.out, text)
				return err
			}
			all, inForce, err := st.Packs(cmd.Context(), actor)
			if err != nil {
				return err
			}
			mark := func(on bool) string {
				if on {
					return "in force"
				}
				return "-"
			}
			fmt.Fprintf(sh.out, "built-in\t%s\t%d\t%s\n", pack.Default().ID, pack.Default().Version, mark(!inForce.Own()))
			for _, v := range all {
				fmt.Fprintf(sh.out, "%s\t%s\t%d\t%s\tsigned by %d\tsha256 %x\n", v.ID, v.Code, v.Version, mark(v.ID == inForce.ID), len(v.Signatures), v.Hash)
			}
			return nil
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	cmd.Flags().StringVar(&id, "print", "", "print this pack instead: an id, or built-in")
	return cmd
}
