package main

import (
	"errors"
	"net"
	"net/http"
	"slices"
	"time"

	"howareyou/carenet"
	"howareyou/notify/twiliosim"
)

// textStep is how long a simulated text takes from one status to the next. A
// move of the clock waits for it at every instant.
const textStep = 5 * time.Millisecond

// ringTime is how long a simulated phone rings for somebody to answer it.
const ringTime = 25 * time.Second

// startPhones serves the simulated provider.
func (d *demo) startPhones(l net.Listener, account account) (*twiliosim.Sim, error) {
	zone, err := carenet.Zone(zoneName)
	if err != nil {
		return nil, err
	}
	site := siteOf(d.flags.listen)
	sim, err := twiliosim.New(twiliosim.Options{
		AccountSID: account.SID, AuthToken: account.Token,
		Numbers: []twiliosim.Number{{E164: serviceNumber, SMSURL: site + "/twilio/sms"}},
		Phones:  seededPhones(),
		Dir:     d.folder.private("phones"), Now: d.clock.Now, Step: textStep, Ring: ringTime, Zone: zone, Log: d.log,
		ClockURL: site + clockPath,
		Frames: []twiliosim.Frame{
			{Title: "Sam, who sees Mary's score and words", URL: site + "/demo/as/sam/"},
			{Title: "Ruth, who sees how Mary is", URL: site + "/demo/as/ruth/"},
			{Title: "Nurse Dana's board", URL: site + "/demo/as/dana/", Beneath: true},
		},
	})
	if err != nil {
		return nil, err
	}
	server := &http.Server{Handler: sim.Handler(), ReadHeaderTimeout: 5 * time.Second}
	served := make(chan error, 1)
	go func() { served <- server.Serve(l) }()
	d.later(func() error {
		sim.Close()
		err := server.Close()
		if ended := <-served; !errors.Is(ended, http.ErrServerClosed) {
			err = errors.Join(err, ended)
		}
		return err
	})
	return sim, nil
}

// seededPhones are the handsets, those of the story first and open.
func seededPhones() []twiliosim.Phone {
	phones := []twiliosim.Phone{
		{Number: mary.phone, Name: mary.name, Role: "patient", Shown: true},
		{Number: sam.phone, Name: sam.name, Role: "follower", Shown: true},
		{Number: ruth.phone, Name: ruth.name, Role: "follower", Shown: true},
		{Number: dana.phone, Name: dana.name, Role: "clinician", Shown: true},
		{Number: lee.phone, Name: lee.name, Role: "clinician"},
	}
	for _, p := range patients {
		i := slices.IndexFunc(phones, func(known twiliosim.Phone) bool { return known.Number == p.phone })
		switch {
		case i < 0:
			phones = append(phones, twiliosim.Phone{Number: p.phone, Name: p.name, Role: "patient"})
		case phones[i].Name != p.name:
			phones[i].Name += " and " + p.name // one phone, two people
		}
	}
	return phones
}
