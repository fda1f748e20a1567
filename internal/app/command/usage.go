package command

import (
	"fmt"
	"strconv"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

func (sh *shell) usage() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "usage", Short: "list how many texts left each month, and about what they cost", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			if _, err := st.CountUsage(cmd.Context(), 0); err != nil {
				return err
			}
			months, price, err := st.Usage(cmd.Context(), operator(id))
			if err != nil {
				return err
			}
			w := tabwriter.NewWriter(sh.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(w, "MONTH\tTEXTS\tPARTS\tABOUT")
			for _, m := range months {
				cost := "unknown: see set-price"
				if price.Amount > 0 {
					cost = fmt.Sprintf("%.2f %s", price.Cost(m), price.Currency)
				}
				fmt.Fprintf(w, "%s\t%d\t%d\t%s\n", m.Month.Format("2006-01"), m.Texts, m.Parts, cost)
			}
			return w.Flush()
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}

func (sh *shell) setPrice() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "set-price AMOUNT CURRENCY", Short: "say what one part of a text costs, such as 0.04 GBP", Args: cobra.ExactArgs(2), RunE: func(cmd *cobra.Command, args []string) error {
		amount, err := strconv.ParseFloat(args[0], 64)
		if err != nil {
			return usageError{fmt.Errorf("say a price, such as set-price 0.04 GBP")}
		}
		price := carenet.PartPrice{Amount: amount, Currency: args[1]}
		if err := price.Check(); err != nil || amount == 0 {
			return usageError{fmt.Errorf("say a price and a currency of three capitals, such as set-price 0.04 GBP")}
		}
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			if err := st.SetPartPrice(cmd.Context(), operator(id), price); err != nil {
				return err
			}
			fmt.Fprintln(sh.out, "price", args[0], args[1])
			return nil
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}
