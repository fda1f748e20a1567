package command

import (
	"fmt"

	"github.com/spf13/cobra"

	"howareyou/internal/crypto"
)

// keyset makes and rotates the keys. Each step prints a new document: give it
// to every process before the next step. Two keys live at once in between.
func (sh *shell) keyset() *cobra.Command {
	cmd := &cobra.Command{
		Use: "keyset", Short: "make and rotate the keys",
		Long: "A rotation of the data key: rotate-data, give the new document to every process, rewrap, drop-old-data.\n" +
			"A rotation of the index key: begin-index, give it to every process, rewrap, finish-index, give it to every process, rewrap.",
	}
	var from string
	step := func(use, short string, next func(*crypto.Keyset) ([]byte, error)) {
		c := &cobra.Command{Use: use, Short: short, Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
			doc, err := sh.readKeyset(from)
			if err != nil {
				return err
			}
			keys, err := crypto.ParseKeyset(doc)
			if err != nil {
				return &failure{"HOWAREYOU_KEYSET: " + err.Error()}
			}
			out, err := next(keys)
			if err != nil {
				return &failure{err.Error()}
			}
			fmt.Fprintln(sh.out, string(out))
			return nil
		}}
		c.Flags().StringVar(&from, "from", "", "file with the document in force (default: HOWAREYOU_KEYSET)")
		cmd.AddCommand(c)
	}
	cmd.AddCommand(&cobra.Command{Use: "generate", Short: "make a first keyset", Args: cobra.NoArgs, RunE: func(*cobra.Command, []string) error {
		doc, err := crypto.GenerateKeyset()
		if err != nil {
			return err
		}
		fmt.Fprintln(sh.out, string(doc))
		return nil
	}})
	step("rotate-data", "add a data key; the old one still opens", (*crypto.Keyset).RotateData)
	step("drop-old-data", "keep the newest data key alone, after rewrap", (*crypto.Keyset).DropOldData)
	step("begin-index", "add the next index key", (*crypto.Keyset).BeginIndexRotation)
	step("finish-index", "make the next index key the one in force", (*crypto.Keyset).FinishIndexRotation)
	cmd.AddCommand(sh.rewrap())
	return cmd
}
