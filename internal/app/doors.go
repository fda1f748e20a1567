package app

import (
	"context"
	"fmt"

	"howareyou/internal/auth"
	"howareyou/internal/crypto"
	"howareyou/internal/limit"
	"howareyou/internal/web"
	"howareyou/internal/web/clinic"
	"howareyou/internal/web/follower"
	"howareyou/internal/web/front"
	"howareyou/internal/web/joining"
	"howareyou/internal/web/patient"
	"howareyou/internal/web/rules"
	"howareyou/internal/web/signin"
)

// frontDoors are the pages of each door, on one site.
type frontDoors struct {
	patient, follower, clinic, signin, joining, rules web.Mounter
}

func (r *webRole) frontDoors(site *front.Site) (frontDoors, error) {
	keys, err := crypto.ParseKeyset([]byte(r.cfg.Keyset))
	if err != nil {
		return frontDoors{}, &ConfigError{[]string{"HOWAREYOU_KEYSET: " + err.Error()}}
	}
	limiter, err := limit.New(r.cfg.RedisURL, r.now, limit.Options{Logger: r.log})
	if err != nil {
		return frontDoors{}, fmt.Errorf("REDIS_URL: %w", err)
	}
	r.limiter = limiter
	return frontDoors{
		patient:  patient.New(site, r.store, r.committed),
		follower: follower.New(site, r.store, r.committed),
		clinic:   clinic.New(site, r.store, r.committed),
		joining:  joining.New(site, r.store, r.committed),
		rules:    rules.New(site, r.store),
		signin: signin.New(site, r.store, signin.Options{
			Region: r.cfg.DefaultRegion, Emails: r.cfg.SMTPURL != "", Committed: r.committed, Secret: keys.Secret("sign-in limits"),
			Allow: func(ctx context.Context, key string, aMinute int) bool {
				ok, _ := limiter.Allow(ctx, key, limit.PerMinute(aMinute))
				return ok
			},
		}),
	}, nil
}

// mounted puts the pages on the site's own root, and on the demo's doors those
// of their kind.
func (f frontDoors) mounted(demo []web.Mounted) []web.Mounted {
	all := []web.Mounted{{Pages: []web.Mounter{f.patient, f.signin, f.clinic, f.rules, f.joining, f.follower}}}
	for _, m := range demo {
		switch m.Door.Kind {
		case auth.PatientDoor:
			m.Pages = append(m.Pages, f.patient, f.joining)
		case auth.FollowerDoor:
			m.Pages = append(m.Pages, f.follower)
		case auth.ClinicDoor:
			m.Pages = append(m.Pages, f.clinic, f.rules)
		}
		all = append(all, m)
	}
	return all
}
