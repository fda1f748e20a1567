package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

// rotaAhead is how many days the rota's page looks ahead.
const rotaAhead = 14

// dutyNow is who is on duty, for the board's head.
func (s *Store) dutyNow(ctx context.Context, tx pgx.Tx, org carenet.ID) (d carenet.DutyNow, err error) {
	all, err := rotas(ctx, tx, []carenet.ID{org})
	if err != nil || all[org].Empty() {
		return d, err
	}
	d.HasRota = true
	names := s.namesIn(ctx, tx, org)
	for _, x := range all[org].On(s.Now()) {
		o, err := names(x)
		if err != nil {
			return d, err
		}
		d.On = append(d.On, o)
	}
	return d, nil
}

// namesIn puts names to who is on duty.
func (s *Store) namesIn(ctx context.Context, tx pgx.Tx, org carenet.ID) func(alerts.Duty) (carenet.OnDuty, error) {
	known := map[carenet.ID]string{}
	name := func(id carenet.ID) (string, error) {
		if _, ok := known[id]; !ok && id != carenet.NilID {
			said, err := s.nameOf(ctx, tx, org, id)
			if err != nil {
				return "", err
			}
			known[id] = said
		}
		return known[id], nil
	}
	return func(d alerts.Duty) (o carenet.OnDuty, err error) {
		o = carenet.OnDuty{ID: d.Clinician, From: d.From, Until: d.Until}
		if o.Name, err = name(d.Clinician); err != nil {
			return o, err
		}
		o.For, err = name(d.For)
		return o, err
	}
}

// RotaPage is the rota: who is on duty, what is ahead, where it has gaps.
func (s *Store) RotaPage(ctx context.Context, actor carenet.Actor) (page carenet.RotaPage, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.RotaPage{}
		staff, err := s.dutyHead(ctx, tx, actor, &page.Organisation, &page.Staff)
		if err != nil {
			return err
		}
		all, err := rotas(ctx, tx, []carenet.ID{actor.Org})
		if err != nil {
			return err
		}
		rota, now := all[actor.Org], s.Now()
		page.Zone, page.Today = rota.Zone, carenet.LocalDay(now, rota.Zone)
		page.MayEdit = carenet.MayManageMessages(staff)
		if page.Asked, err = s.asksRota(ctx, tx, actor.Org); err != nil {
			return err
		}
		name := func(id carenet.ID) string {
			i := slices.IndexFunc(page.Staff, func(p carenet.PersonName) bool { return p.ID == id })
			if i < 0 {
				return ""
			}
			return page.Staff[i].Name
		}
		until := (page.Today + rotaAhead).Time(rota.Zone)
		if !rota.Empty() {
			view := func(d alerts.Duty) carenet.OnDuty {
				return carenet.OnDuty{ID: d.Clinician, Name: name(d.Clinician), From: d.From, Until: d.Until, For: name(d.For)}
			}
			for _, d := range rota.On(now) {
				page.Now = append(page.Now, view(d))
			}
			for _, d := range rota.Duties(now, until) {
				page.Ahead = append(page.Ahead, view(d))
			}
			for _, g := range rota.Gaps(now, until) {
				page.Gaps = append(page.Gaps, carenet.Gap(g))
			}
		}
		for _, x := range rota.Shifts {
			if x.Weekly && x.Last != 0 && x.Last < page.Today || !x.Weekly && x.First < page.Today-1 {
				continue // over
			}
			page.Shifts = append(page.Shifts, carenet.RotaShift{
				ID: x.ID, Name: name(x.Clinician), Weekly: x.Weekly, Weekday: x.Weekday, First: x.First, Last: x.Last, From: x.From, Until: x.Until,
			})
		}
		for _, c := range rota.Covers {
			if c.Last >= page.Today {
				page.Covers = append(page.Covers, carenet.RotaCover{ID: c.ID, Away: name(c.Away), By: name(c.By), First: c.First, Last: c.Last})
			}
		}
		return s.audit(ctx, tx, actor, audited{Action: "rota.read", Table: "shift"})
	})
	return page, err
}

// dutyHead reads what both pages about duty begin with, and the reader's roles.
func (s *Store) dutyHead(ctx context.Context, tx pgx.Tx, actor carenet.Actor, organisation *string, staff *[]carenet.PersonName) (roles []string, err error) {
	if err := s.requireStaff(ctx, tx, actor); err != nil {
		return nil, err
	}
	var zone, emergency string
	if err := tx.QueryRow(ctx, sqlOrgHead, actor.Org).Scan(organisation, &zone, &emergency); err != nil {
		return nil, err
	}
	found, err := members(ctx, tx, actor.Org)
	if err != nil {
		return nil, err
	}
	for _, m := range found {
		name, err := s.personName(m.NameEnc, m.OrgID, m.ID)
		if err != nil {
			return nil, err
		}
		*staff = append(*staff, carenet.PersonName{ID: m.ID, Name: name})
	}
	return s.rolesOf(ctx, tx, actor)
}

type policyRow struct {
	Severity string
	Policy   *policyDoc
	Version  int
	MadeAt   time.Time
}

// asksRota says whether any escalation asks who is on duty.
func (s *Store) asksRota(ctx context.Context, tx pgx.Tx, org carenet.ID) (bool, error) {
	set, err := policies(ctx, tx, org)
	for _, p := range set {
		for _, step := range p.Policy.escalation(alerts.Severity(p.Severity)).Steps {
			if slices.Contains(step.To, alerts.RoleOnDuty) {
				return true, err
			}
		}
	}
	return false, err
}

func policies(ctx context.Context, tx pgx.Tx, org carenet.ID) ([]policyRow, error) {
	rows, err := tx.Query(ctx, sqlPolicies, org)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[policyRow])
}

// PolicyPage is who is asked about alerts, by severity.
func (s *Store) PolicyPage(ctx context.Context, actor carenet.Actor) (page carenet.PolicyPage, all map[alerts.Severity]alerts.Escalation, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		page = carenet.PolicyPage{Version: map[string]int{}, Since: map[string]time.Time{}}
		roles, err := s.dutyHead(ctx, tx, actor, &page.Organisation, &page.Staff)
		if err != nil {
			return err
		}
		var zones []orgZoneRow
		b := &pgx.Batch{}
		collect(b.Queue(sqlOrgZones, []carenet.ID{actor.Org}), &zones)
		if err := tx.SendBatch(ctx, b).Close(); err != nil {
			return err
		}
		for _, z := range zones {
			page.Zone = zoneOf(z.Zone)
		}
		page.MayEdit = slices.Contains(roles, "admin")
		all = map[alerts.Severity]alerts.Escalation{}
		for _, severity := range alerts.Escalated {
			all[severity] = alerts.DefaultEscalation(severity)
		}
		set, err := policies(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		for _, p := range set {
			all[alerts.Severity(p.Severity)] = p.Policy.escalation(alerts.Severity(p.Severity))
			page.Version[p.Severity], page.Since[p.Severity] = p.Version, p.MadeAt
		}
		hours, err := staffedHours(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		for severity, e := range all {
			e.Hours = hours
			all[severity] = e
		}
		return s.audit(ctx, tx, actor, audited{Action: "escalation.read", Table: "escalation_policy"})
	})
	return page, all, err
}
