package command

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// holdTime is how long a hold waits for what is being handed over: the lease of an
// attempt and some.
const holdTime = 15 * time.Second

func (sh *shell) hold() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "hold on|off", Short: "stop all that goes out, or let it go on", Args: cobra.ExactArgs(1), ValidArgs: []string{"on", "off"}, RunE: func(cmd *cobra.Command, args []string) error {
		if args[0] != "on" && args[0] != "off" {
			return usageError{fmt.Errorf("say hold on or hold off")}
		}
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			if err := st.Hold(cmd.Context(), operator(id), args[0] == "on"); err != nil {
				return err
			}
			fmt.Fprintln(sh.out, "hold", args[0])
			if args[0] == "off" {
				return nil
			}
			left, err := quiet(cmd.Context(), st, id)
			switch {
			case err != nil:
				return err
			case left > 0:
				return &failure{fmt.Sprintf("%d texts are still being handed over; look again in a minute", left)}
			}
			fmt.Fprintln(sh.out, "nothing is on its way any more; what falls due waits")
			return nil
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}

// quiet waits until nothing is being handed over: a claim that was under way when
// the hold was committed may still have led to a text.
func quiet(ctx context.Context, st *postgres.Store, org carenet.ID) (left int, err error) {
	ctx, cancel := context.WithTimeout(ctx, holdTime)
	defer cancel()
	poll := time.NewTicker(200 * time.Millisecond)
	defer poll.Stop()
	for still := 0; still < 2; {
		n, err := st.UnderWay(ctx, org)
		if err != nil && ctx.Err() == nil {
			return 0, err
		}
		if err == nil {
			left = n
		}
		if still++; n > 0 {
			still = 0
		}
		select {
		case <-ctx.Done():
			return left, nil
		case <-poll.C:
		}
	}
	return 0, nil
}

func (sh *shell) dailyCap() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "cap N|none", Short: "say how many texts may leave in a day; calls for help always do", Args: cobra.ExactArgs(1), RunE: func(cmd *cobra.Command, args []string) error {
		n, err := strconv.Atoi(args[0])
		if args[0] == "none" {
			n, err = 0, nil
		} else if err == nil && n < 1 {
			err = fmt.Errorf("too few")
		}
		if err != nil {
			return usageError{fmt.Errorf("say how many texts a day, such as cap 2000, or cap none")}
		}
		return sh.forOrganisation(cmd, org, func(st *postgres.Store, id carenet.ID) error {
			if err := st.SetCap(cmd.Context(), operator(id), n); err != nil {
				return err
			}
			fmt.Fprintln(sh.out, "cap", args[0])
			return nil
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}

// forOrganisation opens the store and finds the organisation that is meant.
func (sh *shell) forOrganisation(cmd *cobra.Command, named string, do func(*postgres.Store, carenet.ID) error) error {
	st, _, err := sh.store(cmd.Context())
	if err != nil {
		return err
	}
	defer st.Close()
	id, err := organisation(cmd, st, named)
	if err != nil {
		return err
	}
	return do(st, id)
}
