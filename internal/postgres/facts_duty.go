package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/notify"
)

const sqlUnresolved = `SELECT a.org_id, a.number, a.severity, a.state, a.acked_by FROM alert a
WHERE a.org_id = ANY ($1) AND a.state <> 'resolved' ORDER BY a.org_id, a.number`

type unresolvedRow struct {
	OrgID    carenet.ID
	Number   int
	Severity string
	State    string
	AckedBy  *carenet.ID
}

// dutyFacts is what the texts of a change of shift say, and the answer to WHO.
type dutyFacts struct {
	rotas  map[carenet.ID]alerts.Rota
	alerts []unresolvedRow
}

// loadDutyFacts reads them, only when a text needs any.
func loadDutyFacts(ctx context.Context, tx pgx.Tx, orgs []carenet.ID, rows []claimRow) (f dutyFacts, err error) {
	asks := func(r claimRow) bool {
		kind := notify.Kind(r.Kind)
		return kind == notify.KindDutyOn || kind == notify.KindDutyOff || r.Detail.Reply == carenet.ReplyOnDuty
	}
	if !slices.ContainsFunc(rows, asks) {
		return f, nil
	}
	if f.rotas, err = rotas(ctx, tx, orgs); err != nil {
		return f, err
	}
	b := &pgx.Batch{}
	collect(b.Queue(sqlUnresolved, orgs), &f.alerts)
	return f, tx.SendBatch(ctx, b).Close()
}

// held are the numbers of the alerts that somebody has.
func (f dutyFacts) held(org, by carenet.ID) (numbers []int) {
	for _, a := range f.alerts {
		if a.OrgID == org && a.State == string(alerts.StatusAcknowledged) && orNil(a.AckedBy) == by {
			numbers = append(numbers, a.Number)
		}
	}
	return numbers
}

// about adds what a text of a change of shift says, as it is at the claim.
func (f dutyFacts) about(claim claimFacts, s *Store, r claimRow, c *notify.Candidate, d *notify.Draft, now time.Time) {
	rota, ok := f.rotas[r.OrgID]
	if !ok {
		return
	}
	on := rota.On(now)
	switch {
	case c.Kind == notify.KindDutyOn:
		for _, x := range on {
			if x.Clinician == r.RecipientID {
				c.OnDuty, d.Until = true, x.Until
			}
		}
		for _, a := range f.alerts {
			if a.OrgID != r.OrgID || a.State == string(alerts.StatusAcknowledged) {
				continue
			}
			d.Open++
			if a.Severity == string(alerts.Red) {
				d.Red++
			}
		}
		for _, id := range r.Detail.People {
			if numbers := f.held(r.OrgID, id); len(numbers) > 0 {
				d.Held = append(d.Held, notify.HeldBy{Name: claim.name(s, id), Numbers: numbers})
			}
		}
	case c.Kind == notify.KindDutyOff:
		numbers := f.held(r.OrgID, r.RecipientID)
		c.Holds = len(numbers) > 0 && !slices.ContainsFunc(on, func(x alerts.Duty) bool { return x.Clinician == r.RecipientID })
		d.Held = []notify.HeldBy{{Numbers: numbers}}
	case r.Detail.Reply == carenet.ReplyOnDuty && !rota.Empty():
		d.Gap = len(on) == 0
		if d.Gap {
			return
		}
		d.Names = nil
		for _, x := range on {
			d.Names = append(d.Names, claim.name(s, x.Clinician))
			if d.Until.IsZero() || x.Until.Before(d.Until) {
				d.Until = x.Until
			}
		}
	}
}

// people are all whom the texts name.
func (f dutyFacts) people(rows []claimRow, now time.Time) (ids []carenet.ID) {
	for _, r := range rows {
		for _, id := range r.Detail.People {
			ids = addID(ids, id)
		}
	}
	for _, rota := range f.rotas {
		for _, x := range rota.On(now) {
			ids = addID(ids, x.Clinician)
		}
	}
	return ids
}
