package main

import (
	"context"

	"howareyou/internal/app"
	"howareyou/notify/twiliosim"
)

// startApp starts the service with both its roles and returns when everything
// answers.
func (d *demo) startApp(ctx context.Context, environ []string, phones *twiliosim.Sim) (*app.App, error) {
	cfg, _, err := app.LoadConfig(environ)
	if err != nil {
		return nil, err
	}
	a, err := app.Start(ctx, app.Options{
		Config: cfg, Roles: app.Roles{Web: true, Worker: true}, Now: d.clock.Now, Log: d.log,
		Demo: func(a *app.App) app.DemoParts {
			store := a.Store()
			m := &mover{
				clock: d.clock, life: ctx, hang: hangTime, nextDue: store.NextDue, settle: settle(a, phones),
				open: func(ctx context.Context) (int, error) { return store.CountUncertain(ctx, d.cast.Org) },
			}
			return d.parts(a, m)
		},
	})
	if err != nil {
		return nil, err
	}
	site := siteOf(d.flags.listen)
	if err := answers(ctx, site+"/readyz", site+clockPath, siteOf(d.flags.sim)+"/sim/phones"); err != nil {
		a.Stop()
		return nil, err
	}
	return a, nil
}

// settle waits until all that is due is with the provider and on the phones, so
// that a phone shows the time at which its text fell due. What the provider
// reports may make more due, and a text may be dated between the time at which
// the question was put and the moment at which the database read it: so the
// question is put twice.
func settle(a *app.App, phones *twiliosim.Sim) func(context.Context) error {
	return func(ctx context.Context) error {
		for _, wait := range []func(context.Context) error{a.Settle, phones.Idle, a.Settle} {
			if err := wait(ctx); err != nil {
				return err
			}
		}
		return nil
	}
}

// welcome is for whoever waits for the ready line, and for people.
func (d *demo) welcome() {
	site, sim := siteOf(d.flags.listen), siteOf(d.flags.sim)
	d.say("ready: %s", site)
	d.say("")
	d.say("  phones, circle and board side by side   %s/", sim)
	for _, way := range d.ways() {
		if way.says != "" {
			d.say("  %-39s %s%s/", way.says, site, way.base)
		}
	}
	d.say("  environment for another howareyou       %s", d.folder.environment())
	d.say("")
	d.say(`Text "2 rough night" from Mary's phone. Move the time:`)
	d.say(`  curl -d '{"advance":"24h"}' %s%s`, site, clockPath)
	d.say("Ctrl-C stops everything; the next start goes on from here.")
}
