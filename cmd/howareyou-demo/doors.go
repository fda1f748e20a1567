package main

import (
	"context"
	"net/http"

	"howareyou/carenet"
	"howareyou/internal/app"
	"howareyou/internal/auth"
	"howareyou/internal/web"
	"howareyou/internal/web/front"
)

// way is a front door that opens by itself for one of the seeded people. Says
// is how the welcome names it; the others are there by role.
type way struct {
	says, base string
	kind       auth.Door
	person     carenet.ID
}

func (d *demo) ways() []way {
	c := d.cast
	return []way{
		{"Mary's check-in", "/demo/as/mary", auth.PatientDoor, c.Mary},
		{"Sam, who follows Mary", "/demo/as/sam", auth.FollowerDoor, c.Sam},
		{"Ruth, who sees less", "/demo/as/ruth", auth.FollowerDoor, c.Ruth},
		{"Nurse Dana's board", "/demo/as/dana", auth.ClinicDoor, c.Dana},
		{"Dr Lee's board", "/demo/as/lee", auth.ClinicDoor, c.Lee},
		{"", "/demo/as/patient", auth.PatientDoor, c.Mary},
		{"", "/demo/as/follower", auth.FollowerDoor, c.Sam},
		{"", "/demo/as/clinician", auth.ClinicDoor, c.Dana},
	}
}

// parts are what the demo adds to the service's listener.
func (d *demo) parts(a *app.App, m *mover) app.DemoParts {
	parts := app.DemoParts{Extra: m.routes()}
	for _, w := range d.ways() {
		door := front.Door{Kind: w.kind, Base: w.base, Frame: siteOf(d.flags.sim)}
		if w.kind == auth.PatientDoor {
			parts.Extra = append(parts.Extra, web.Route{Method: http.MethodGet, Path: w.base, Handler: d.checkIn(a, w)})
		} else {
			door.As = func(ctx context.Context) (string, error) {
				return a.Store().OpenSession(ctx, d.cast.Org, w.person, w.kind)
			}
		}
		parts.Doors = append(parts.Doors, web.Mounted{Door: door})
	}
	return parts
}

// checkIn leads to the form of the patient's newest prompt, as the link in its
// text does.
func (d *demo) checkIn(a *app.App, w way) http.Handler {
	return http.HandlerFunc(func(rw http.ResponseWriter, r *http.Request) {
		token, err := a.Store().OpenCheckIn(r.Context(), d.cast.Org, w.person)
		if err != nil {
			http.Error(rw, "the check-in cannot be opened: "+carenet.MessageOf(err), http.StatusServiceUnavailable)
			return
		}
		rw.Header().Set("Cache-Control", "no-store")
		http.Redirect(rw, r, w.base+"/c/"+token, http.StatusSeeOther)
	})
}
