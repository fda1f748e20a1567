package command

import (
	"fmt"
	"os"
	"strings"

	"github.com/spf13/cobra"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

func (sh *shell) admin() *cobra.Command {
	cmd := &cobra.Command{Use: "admin", Short: "set up and look after an installation"}
	cmd.AddCommand(sh.addOrganisation(), sh.addClinician(), sh.addPatient(), sh.addFollower(), sh.movePatient(), sh.addQuestionSet(), sh.plan(), sh.proposePack(), sh.packs(),
		sh.addSender(), sh.setSenderRate(), sh.retireSender(), sh.senders(), sh.hold(), sh.dailyCap(), sh.inviteCountries(), sh.usage(), sh.setPrice(),
		sh.keyset(), sh.audit())
	return cmd
}

// operator is whoever runs a command on the server.
func operator(org carenet.ID) carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorOperator, Org: org, Via: "command"}
}

func (sh *shell) addOrganisation() *cobra.Command {
	var n postgres.NewOrganisation
	var carrier, rate string
	cmd := &cobra.Command{Use: "add-organisation", Short: "add a clinic, charity or council and its sender", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		st, cfg, err := sh.store(cmd.Context())
		if err != nil {
			return err
		}
		defer st.Close()
		if n.Sender == "" && n.MessagingService == "" {
			n.Sender, n.MessagingService = cfg.From, cfg.MessagingService
		}
		if n.Region == "" {
			n.Region = cfg.DefaultRegion
		}
		if n.CarrierKeywords, err = carrierKeywords(carrier); err != nil {
			return err
		}
		if n.PerMinute, err = perMinute(rate); err != nil {
			return err
		}
		org, err := st.AddOrganisation(cmd.Context(), n)
		if err != nil {
			return err
		}
		fmt.Fprintln(sh.out, org)
		return nil
	}}
	f := cmd.Flags()
	f.StringVar(&n.Name, "name", "", "its name, as texts begin with it")
	f.StringVar(&n.Zone, "zone", "Europe/London", "IANA time zone")
	f.StringVar(&n.Language, "language", "en", "en, es or ar")
	f.StringVar(&n.Region, "region", "", "two letters, for numbers without a country code (default: DEFAULT_REGION)")
	f.StringVar(&n.EmergencyNumber, "emergency", "", "the local emergency number, such as 999")
	f.StringVar(&n.ClinicNumber, "clinic-number", "", "the number at which people reach the clinic")
	f.StringVar(&n.StaffedHours, "hours", "", "when messages are read, such as: Mon-Fri 9-17")
	f.StringToStringVar(&n.HoursIn, "hours-in", nil, "the same in other languages, such as: es='lunes a viernes de 9 a 17'; whoever reads another is told none")
	f.StringVar(&n.Sender, "sender", "", "the number that texts leave from (default: TWILIO_FROM)")
	f.StringVar(&n.MessagingService, "messaging-service", "", "or the messaging service (default: TWILIO_MESSAGING_SERVICE_SID)")
	f.StringVar(&carrier, "carrier-keywords", "twilio", "who answers STOP, START and HELP: twilio or ours")
	f.StringVar(&rate, "per-minute", "", perMinuteHelp)
	return cmd
}

// personFlags are the flags that every person has.
func personFlags(cmd *cobra.Command, org *string, p *postgres.NewPerson) {
	f := cmd.Flags()
	f.StringVar(org, "organisation", "", "id of the organisation (default: the only one)")
	f.StringVar(&p.Name, "name", "", "full name")
	f.StringVar(&p.Phone, "phone", "", "phone number")
	f.StringVar(&p.Email, "email", "", "email address")
	f.StringVar(&p.Language, "language", "", "en, es or ar (default: the organisation's)")
	f.StringVar(&p.Zone, "zone", "", "IANA time zone (default: the organisation's)")
}

// organisation is the one named, or the only one.
func organisation(cmd *cobra.Command, st *postgres.Store, named string) (carenet.ID, error) {
	if named != "" {
		id, err := carenet.ParseID(named)
		if err != nil {
			return id, usageError{fmt.Errorf("--organisation is not an id")}
		}
		return id, nil
	}
	all, err := st.Organisations(cmd.Context())
	if err != nil {
		return carenet.NilID, err
	}
	if len(all) != 1 {
		return carenet.NilID, usageError{fmt.Errorf("there are %d organisations; say which with --organisation", len(all))}
	}
	return all[0], nil
}

func (sh *shell) addPatient() *cobra.Command {
	var org string
	var n postgres.NewPatient
	cmd := &cobra.Command{Use: "add-patient", Short: "enrol a patient who agreed on paper", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		return sh.add(cmd, org, func(st *postgres.Store, actor carenet.Actor) (carenet.ID, error) {
			return st.AddPatient(cmd.Context(), actor, n)
		})
	}}
	personFlags(cmd, &org, &n.NewPerson)
	cmd.Flags().StringVar(&n.LocalTime, "at", "09:00", "when to ask, on the patient's clock; empty: not yet")
	cmd.Flags().StringVar(&n.RRule, "repeat", "FREQ=WEEKLY;BYDAY=MO,WE,FR", "on which days (RFC 5545)")
	return cmd
}

func (sh *shell) addFollower() *cobra.Command {
	var org, patient, scope string
	var n postgres.NewFollower
	cmd := &cobra.Command{Use: "add-follower", Short: "give a person a place in a patient's circle", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		var err error
		if n.Patient, err = carenet.ParseID(patient); err != nil {
			return usageError{fmt.Errorf("--patient must be the id that add-patient printed")}
		}
		if n.Scope, err = carenet.ParseScope(scope); err != nil {
			return err
		}
		return sh.add(cmd, org, func(st *postgres.Store, actor carenet.Actor) (carenet.ID, error) {
			return st.AddFollower(cmd.Context(), actor, n)
		})
	}}
	personFlags(cmd, &org, &n.NewPerson)
	cmd.Flags().StringVar(&patient, "patient", "", "id of the patient")
	cmd.Flags().StringVar(&scope, "scope", "score", "what the patient agreed to share: answered, score, words, trend, alerts")
	return cmd
}

func (sh *shell) addClinician() *cobra.Command {
	var org, roles string
	var n postgres.NewClinician
	cmd := &cobra.Command{Use: "add-clinician", Short: "add a member of staff", Args: cobra.NoArgs, RunE: func(cmd *cobra.Command, _ []string) error {
		for _, r := range strings.Split(roles, ",") {
			if r = strings.TrimSpace(r); r != "" {
				n.Roles = append(n.Roles, r)
			}
		}
		return sh.add(cmd, org, func(st *postgres.Store, actor carenet.Actor) (carenet.ID, error) {
			return st.AddClinician(cmd.Context(), actor, n)
		})
	}}
	personFlags(cmd, &org, &n.NewPerson)
	cmd.Flags().StringVar(&roles, "roles", "responder", "admin, coordinator, responder")
	cmd.Flags().BoolVar(&n.NoReview, "no-summary", false, "do not tell them of each week on Mondays")
	return cmd
}

// add runs one addition and prints the new id.
func (sh *shell) add(cmd *cobra.Command, org string, do func(*postgres.Store, carenet.Actor) (carenet.ID, error)) error {
	st, _, err := sh.store(cmd.Context())
	if err != nil {
		return err
	}
	defer st.Close()
	id, err := organisation(cmd, st, org)
	if err != nil {
		return err
	}
	added, err := do(st, operator(id))
	if err != nil {
		return err
	}
	fmt.Fprintln(sh.out, added)
	return nil
}

// inviteCountries says the numbers of which countries patients may invite.
func (sh *shell) inviteCountries() *cobra.Command {
	var org string
	cmd := &cobra.Command{Use: "invite-countries [CODE...]", Short: "allow patients to invite numbers of these countries, such as GB IE (none: the organisation's own alone)", RunE: func(cmd *cobra.Command, args []string) error {
		regions := make([]string, 0, len(args))
		for _, a := range args {
			regions = append(regions, strings.ToUpper(a))
		}
		return sh.change(cmd, org, func(st *postgres.Store, actor carenet.Actor) error {
			return st.SetInviteRegions(cmd.Context(), actor, regions)
		})
	}}
	cmd.Flags().StringVar(&org, "organisation", "", "id of the organisation (default: the only one)")
	return cmd
}

// readKeyset reads a keyset document from a file, or the one in force.
func (sh *shell) readKeyset(path string) ([]byte, error) {
	if path != "" {
		return os.ReadFile(path)
	}
	cfg, _, err := sh.config(0)
	return []byte(cfg.Keyset), err
}
