package clinic_test

import (
	"context"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
)

// duty is the rota and the escalations of the fake.
type duty struct {
	staffed      []alerts.WeekSpan
	staffedWords map[string]string
	rota         carenet.RotaPage
	policy       carenet.PolicyPage
	steps        map[alerts.Severity]alerts.Escalation
	refuse       error
	shifts       []alerts.Shift
	covers       []alerts.Cover
	ended        []carenet.ID
	set          map[alerts.Severity]alerts.Escalation

	week     carenet.Review
	unwanted bool
}

func (*duty) zone() *time.Location { return time.UTC }

func (d *duty) RotaPage(context.Context, carenet.Actor) (carenet.RotaPage, error) {
	if d.rota.Zone == nil {
		d.rota.Zone, d.rota.Today = time.UTC, today
	}
	return d.rota, nil
}

func (d *duty) AddShifts(_ context.Context, _ carenet.Actor, shifts []alerts.Shift) error {
	if d.refuse == nil {
		d.shifts = append(d.shifts, shifts...)
	}
	return d.refuse
}

func (d *duty) EndShift(_ context.Context, _ carenet.Actor, id carenet.ID) error {
	d.ended = append(d.ended, id)
	return d.refuse
}

func (d *duty) AddCover(_ context.Context, _ carenet.Actor, cover alerts.Cover) error {
	if d.refuse == nil {
		d.covers = append(d.covers, cover)
	}
	return d.refuse
}

func (d *duty) EndCover(_ context.Context, _ carenet.Actor, id carenet.ID) error {
	d.ended = append(d.ended, id)
	return d.refuse
}

func (d *duty) PolicyPage(context.Context, carenet.Actor) (carenet.PolicyPage, map[alerts.Severity]alerts.Escalation, error) {
	d.policy.Zone = time.UTC
	all := map[alerts.Severity]alerts.Escalation{}
	for _, s := range alerts.Escalated {
		all[s] = alerts.DefaultEscalation(s)
	}
	for s, e := range d.steps {
		all[s] = e
	}
	for s, e := range all {
		e.Hours = alerts.Hours{Zone: time.UTC, Spans: d.staffed}
		all[s] = e
	}
	return d.policy, all, nil
}

func (d *duty) SetStaffedHours(_ context.Context, _ carenet.Actor, spans []alerts.WeekSpan, words map[string]string) error {
	d.staffed, d.staffedWords = spans, words
	return nil
}

func (d *duty) SetEscalation(_ context.Context, _ carenet.Actor, s alerts.Severity, e alerts.Escalation) error {
	if err := e.CheckFor(s); err != nil {
		return err
	}
	if d.refuse == nil {
		d.set = map[alerts.Severity]alerts.Escalation{s: e}
	}
	return d.refuse
}
