package main

import (
	"context"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// cast is who of the seeded people the demo's doors are opened for.
type cast struct {
	Org  carenet.ID `json:"org"`
	Mary carenet.ID `json:"mary"`
	Sam  carenet.ID `json:"sam"`
	Ruth carenet.ID `json:"ruth"`
	Dana carenet.ID `json:"dana"`
	Lee  carenet.ID `json:"lee"`
}

// planter fills an empty database. Its store must be opened with its Now: people
// joined before their history began, and what they may see begins there.
type planter struct {
	now   func() time.Time
	back  time.Duration
	admin string // the address under which the database's planner is told what is new
	store *postgres.Store
	cast  cast
	ids   []carenet.ID // of patients, in their order
}

// Now is the product's time, or the time at which people joined.
func (p *planter) Now() time.Time { return p.now().Add(-p.back) }

func (p *planter) operator() carenet.Actor {
	return carenet.Actor{Kind: carenet.ActorOperator, Org: p.cast.Org, Via: "command"}
}

func (p *planter) plant(ctx context.Context) error {
	if err := p.store.EnsurePartitions(ctx); err != nil {
		return err
	}
	p.back = (historyDays + 1) * 24 * time.Hour
	for _, step := range []func(context.Context) error{p.organisation, p.staff, p.patients, p.circle} {
		if err := step(ctx); err != nil {
			return err
		}
	}
	p.back = 0
	if err := p.store.TrustNumbers(ctx, p.operator()); err != nil {
		return err
	}
	if err := p.store.StartReviews(ctx, p.operator()); err != nil {
		return err
	}
	return p.histories(ctx)
}

func (p *planter) organisation(ctx context.Context) (err error) {
	p.cast.Org, err = p.store.AddOrganisation(ctx, postgres.NewOrganisation{
		PerMinute: postgres.NoLimit,
		Name:      "Riverside Care", Zone: zoneName, Language: "en", Region: "GB", EmergencyNumber: "999",
		ClinicNumber: "+447700900998", StaffedHours: "Monday to Friday, 8 am to 6 pm",
		HoursIn: map[string]string{"es": "lunes a viernes, de 8 a 18 h", "ar": "الإثنين إلى الجمعة، 8 إلى 18"}, Sender: serviceNumber,
	})
	return err
}

func (p *planter) staff(ctx context.Context) (err error) {
	for id, who := range map[*carenet.ID]clinician{&p.cast.Dana: dana, &p.cast.Lee: lee} {
		*id, err = p.store.AddClinician(ctx, p.operator(), postgres.NewClinician{
			NewPerson: postgres.NewPerson{Name: who.name, Phone: who.phone}, Roles: who.roles,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

func (p *planter) patients(ctx context.Context) error {
	for _, who := range patients {
		id, err := p.store.AddPatient(ctx, p.operator(), postgres.NewPatient{
			NewPerson: postgres.NewPerson{Name: who.name, Phone: who.phone, Language: who.language}, LocalTime: who.at,
		})
		if err != nil {
			return err
		}
		p.ids = append(p.ids, id)
		if who == mary {
			p.cast.Mary = id
		}
	}
	return nil
}

func (p *planter) circle(ctx context.Context) error {
	for who, id := range map[follower]*carenet.ID{sam: &p.cast.Sam, ruth: &p.cast.Ruth} {
		scope := carenet.Scope{carenet.PartScore}
		if who.words {
			scope = append(scope, carenet.PartWords)
		}
		place, err := p.store.AddFollower(ctx, p.operator(), postgres.NewFollower{
			NewPerson: postgres.NewPerson{Name: who.name, Phone: who.phone}, Patient: p.cast.Mary, Scope: scope,
		})
		if err != nil {
			return err
		}
		if *id, err = p.store.FollowerPerson(ctx, p.cast.Org, place); err != nil {
			return err
		}
	}
	return nil
}

// histories come last: an alert that they open finds whom to call.
func (p *planter) histories(ctx context.Context) error {
	zone, err := carenet.Zone(zoneName)
	if err != nil {
		return err
	}
	first := carenet.LocalDay(p.store.Now(), zone) - historyDays
	for i, who := range patients {
		days, err := who.history()
		if err != nil {
			return err
		}
		at, err := carenet.ParseLocalTime(who.at)
		if err != nil {
			return err
		}
		past := make([]postgres.PastPrompt, len(days))
		for n, d := range days {
			asked, _ := (first + carenet.Day(n)).At(at, zone)
			past[n] = postgres.PastPrompt{At: asked, Cause: d.cause}
			if d.score > 0 {
				past[n].Answer = d.answer(asked)
			}
		}
		if _, err := p.store.ImportHistory(ctx, p.operator(), p.ids[i], past); err != nil {
			return err
		}
		if i == 0 || i == len(patients)-1 {
			// The planner takes the tables for empty: tell it what such a history
			// looks like before the others come, and how many there are in the end.
			if err := postgres.Analyze(ctx, p.admin); err != nil {
				return err
			}
		}
	}
	return nil
}
