package command

import (
	"cmp"
	"fmt"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// carrierKeywords reads who answers STOP, START and HELP.
func carrierKeywords(word string) (bool, error) {
	switch word {
	case "twilio":
		return true, nil
	case "ours":
		return false, nil
	}
	return false, usageError{fmt.Errorf("--carrier-keywords must be twilio (the carrier answers STOP itself) or ours")}
}

// perMinute reads a rate: a number of texts a minute, none for no limit, or
// nothing for what is usual.
func perMinute(word string) (int, error) {
	switch word {
	case "":
		return 0, nil
	case "none":
		return postgres.NoLimit, nil
	}
	n, err := strconv.Atoi(word)
	if err != nil || n < 1 {
		return 0, usageError{fmt.Errorf("a rate is a number of texts a minute, or none")}
	}
	return n, nil
}

const perMinuteHelp = "texts a minute, or none for no limit (default: 60 for a number or a service, 180 toll-free, 600 for a short code)"

func (sh *shell) addSender() *cobra.Command {
	var org, carrier, rate string
	var n postgres.NewSender
	cmd := &cobra.Command{Use: "add-sender", Short: "give an organisation one more number or messaging service", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		var err error
		if n.CarrierKeywords, err = carrierKeywords(carrier); err != nil {
			return err
		}
		if n.PerMinute, err = perMinute(rate); err != nil {
			return err
		}
		return sh.add(cmd, org, func(st *postgres.Store, actor carenet.Actor) (carenet.ID, error) {
			return st.AddSender(cmd.Context(), actor, n)
		})
	}}
	f := cmd.Flags()
	f.StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	f.StringVar(&n.Number, "number", "", "the number that texts leave from, or a short code")
	f.StringVar(&n.MessagingService, "messaging-service", "", "or the messaging service")
	f.StringVar(&carrier, "carrier-keywords", "twilio", "who answers STOP, START and HELP: twilio or ours")
	f.StringVar(&rate, "per-minute", "", perMinuteHelp)
	f.IntVar(&n.Position, "position", 1, "senders of one position are a pool; a higher one is used when the lower are retired")
	return cmd
}

func (sh *shell) setSenderRate() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "set-sender-rate SENDER PER-MINUTE|none", Short: "say how many texts a minute may leave from a sender", Args: cobra.ExactArgs(2), RunE: func(cmd *cobra.Command, args []string) error {
		n, err := perMinute(args[1])
		if err != nil {
			return err
		}
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			return st.SetSenderRate(cmd.Context(), operator(id), args[0], n)
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}

func (sh *shell) retireSender() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "retire-sender SENDER", Short: "let nothing more leave from a sender; it is still heard", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			return st.RetireSender(cmd.Context(), operator(id), args[0])
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}

func (sh *shell) senders() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "senders", Short: "list an organisation's senders and their rates", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			all, err := st.Senders(cmd.Context(), operator(id))
			for _, s := range all {
				rate, state := "no limit", "position "+strconv.Itoa(s.Position)
				if s.PerMinute != nil {
					rate = strconv.Itoa(*s.PerMinute) + " a minute"
				}
				if s.RetiredAt != nil {
					state = "retired"
				}
				fmt.Fprintf(sh.out, "%s\t%s\t%s\t%s\n", cmp.Or(s.Number, s.Service), strings.ReplaceAll(s.Kind, "_", " "), rate, state)
			}
			return err
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}
