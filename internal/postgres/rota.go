package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	// Who has left is on duty no more.
	sqlShifts = `SELECT h.org_id, h.id, h.clinician_id, h.weekday, h.first_day, h.last_day, h.from_minute, h.until_minute FROM shift h
JOIN clinician c ON c.org_id = h.org_id AND c.id = h.clinician_id AND c.left_at IS NULL
WHERE h.org_id = ANY ($1) AND h.ended_at IS NULL ORDER BY h.org_id, h.weekday NULLS LAST, h.first_day, h.from_minute, h.id`
	sqlCovers = `SELECT v.org_id, v.id, v.away_id, CASE WHEN b.left_at IS NULL THEN v.by_id END AS by_id, v.first_day, v.last_day FROM duty_cover v
LEFT JOIN clinician b ON b.org_id = v.org_id AND b.id = v.by_id
WHERE v.org_id = ANY ($1) AND v.ended_at IS NULL ORDER BY v.org_id, v.id`
	sqlOrgZones = `SELECT org_id, zone FROM organisation WHERE org_id = ANY ($1)`
)

type shiftRow struct {
	OrgID       carenet.ID
	ID          carenet.ID
	ClinicianID carenet.ID
	Weekday     *int
	FirstDay    int
	LastDay     *int
	FromMinute  int
	UntilMinute int
}

func (r shiftRow) shift() alerts.Shift {
	s := alerts.Shift{
		ID: r.ID, Clinician: r.ClinicianID, First: carenet.Day(r.FirstDay),
		From: carenet.LocalTime(r.FromMinute), Until: carenet.LocalTime(r.UntilMinute),
	}
	if r.Weekday != nil {
		s.Weekly, s.Weekday = true, time.Weekday(*r.Weekday)
	}
	if r.LastDay != nil {
		s.Last = carenet.Day(*r.LastDay)
	}
	return s
}

type coverRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	AwayID   carenet.ID
	ByID     *carenet.ID
	FirstDay int
	LastDay  int
}

type orgZoneRow struct {
	OrgID carenet.ID
	Zone  string
}

// rotas reads the rotas of organisations.
func rotas(ctx context.Context, tx pgx.Tx, orgs []carenet.ID) (map[carenet.ID]alerts.Rota, error) {
	var shifts []shiftRow
	var covers []coverRow
	var zones []orgZoneRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlShifts, orgs), &shifts)
	collect(b.Queue(sqlCovers, orgs), &covers)
	collect(b.Queue(sqlOrgZones, orgs), &zones)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	all := make(map[carenet.ID]alerts.Rota, len(zones))
	for _, z := range zones {
		r := alerts.Rota{Zone: zoneOf(z.Zone)}
		for _, s := range shifts {
			if s.OrgID == z.OrgID {
				r.Shifts = append(r.Shifts, s.shift())
			}
		}
		for _, c := range covers {
			if c.OrgID == z.OrgID {
				r.Covers = append(r.Covers, alerts.Cover{ID: c.ID, Away: c.AwayID, By: orNil(c.ByID), First: carenet.Day(c.FirstDay), Last: carenet.Day(c.LastDay)})
			}
		}
		all[z.OrgID] = r
	}
	return all, nil
}

// onDuty is who is on duty now, by organisation.
func (s *Store) onDuty(ctx context.Context, tx pgx.Tx, orgs []carenet.ID, now time.Time) (map[carenet.ID][]alerts.Duty, error) {
	all, err := rotas(ctx, tx, orgs)
	if err != nil {
		return nil, err
	}
	on := make(map[carenet.ID][]alerts.Duty, len(all))
	for org, r := range all {
		on[org] = r.On(now)
	}
	return on, nil
}
