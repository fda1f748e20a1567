package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
)

const (
	sqlInsertShift = `INSERT INTO shift (org_id, id, clinician_id, weekday, first_day, last_day, from_minute, until_minute, made_by, made_at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`
	sqlEndShift    = `UPDATE shift SET ended_at = $3 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL`
	sqlInsertCover = `INSERT INTO duty_cover (org_id, id, away_id, by_id, first_day, last_day, made_by, made_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`
	sqlEndCover    = `UPDATE duty_cover SET ended_at = $3 WHERE org_id = $1 AND id = $2 AND ended_at IS NULL`
	// Also the lock of all that is changed in the rota: a change of shift that is being
	// told is waited for, and whoever is on duty by this change is told next.
	sqlRotaChanged = `INSERT INTO rota (org_id, on_ids, told_at, next_at) VALUES ($1, '{}', $2, $2)
ON CONFLICT (org_id) DO UPDATE SET next_at = $2`
	sqlMembers = `SELECT c.org_id, c.id, c.roles, n.name_enc,
  EXISTS (SELECT FROM contact_point p WHERE p.org_id = c.org_id AND p.person_id = c.id AND p.removed_at IS NULL) AS reachable
FROM clinician c JOIN person n ON n.org_id = c.org_id AND n.id = c.id
WHERE c.org_id = $1 AND c.left_at IS NULL ORDER BY c.created_at, c.id`
)

// maxShifts bounds what one organisation's rota holds.
const maxShifts = 500

type memberRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	Roles     []string
	NameEnc   []byte
	Reachable bool
}

func (r memberRow) member() alerts.Member {
	m := alerts.Member{ID: r.ID, Reachable: r.Reachable}
	for _, role := range r.Roles {
		m.Roles = append(m.Roles, alerts.Role(role))
	}
	return m
}

func members(ctx context.Context, tx pgx.Tx, org carenet.ID) ([]memberRow, error) {
	rows, err := tx.Query(ctx, sqlMembers, org)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[memberRow])
}

// changeRota runs one change of the rota by whoever may make it, under its lock.
func (s *Store) changeRota(ctx context.Context, actor carenet.Actor, change func(tx pgx.Tx, b *pgx.Batch, now time.Time) error) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		if err := s.requireStaff(ctx, tx, actor); err != nil {
			return err
		}
		roles, err := s.rolesOf(ctx, tx, actor)
		if err != nil {
			return err
		}
		if !carenet.MayManageMessages(roles) {
			return carenet.Errorf(carenet.Forbidden, "change rota", "only coordinators and administrators change the rota")
		}
		if _, err := tx.Exec(ctx, sqlRotaChanged, actor.Org, now); err != nil {
			return err
		}
		b := &pgx.Batch{}
		if err := change(tx, b, now); err != nil {
			return err
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

// AddShifts puts shifts into the rota: all of them or none. It is of code Invalid for
// a shift that never begins, NotFound for somebody who is no staff here.
func (s *Store) AddShifts(ctx context.Context, actor carenet.Actor, shifts []alerts.Shift) error {
	const op = "add shift"
	return s.changeRota(ctx, actor, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		staff, err := members(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		all, err := rotas(ctx, tx, []carenet.ID{actor.Org})
		if err != nil {
			return err
		}
		if len(shifts) == 0 || len(all[actor.Org].Shifts)+len(shifts) > maxShifts {
			return carenet.Errorf(carenet.Invalid, op, "a rota holds 1 to %d shifts", maxShifts)
		}
		for _, x := range shifts {
			if !slices.ContainsFunc(staff, func(m memberRow) bool { return m.ID == x.Clinician }) {
				return carenet.Errorf(carenet.NotFound, op, "there is no such member of staff")
			}
			var weekday *int
			var last *carenet.Day
			if x.Weekly {
				n := int(x.Weekday)
				weekday = &n
				if x.Last != 0 {
					last = &x.Last
				}
			}
			if !x.Weekly && x.First < carenet.LocalDay(now, all[actor.Org].Zone)-1 || last != nil && *last < x.First || x.Weekday < 0 || x.Weekday > 6 {
				return carenet.Errorf(carenet.Invalid, op, "this shift never begins")
			}
			id := carenet.NewID(now)
			b.Queue(sqlInsertShift, actor.Org, id, x.Clinician, weekday, int(x.First), dayOrNull(last), int(x.From), int(x.Until), orNull(actor.Person), now)
			s.queueAudit(b, actor, now, audited{Action: "rota.shift", Table: "shift", Row: id})
		}
		return nil
	})
}

func dayOrNull(d *carenet.Day) *int {
	if d == nil {
		return nil
	}
	n := int(*d)
	return &n
}

// EndShift takes a shift out of the rota.
func (s *Store) EndShift(ctx context.Context, actor carenet.Actor, shift carenet.ID) error {
	return s.endOfRota(ctx, actor, sqlEndShift, "shift", shift)
}

// EndCover takes back that somebody covers for another.
func (s *Store) EndCover(ctx context.Context, actor carenet.Actor, cover carenet.ID) error {
	return s.endOfRota(ctx, actor, sqlEndCover, "duty_cover", cover)
}

func (s *Store) endOfRota(ctx context.Context, actor carenet.Actor, sql, table string, id carenet.ID) error {
	return s.changeRota(ctx, actor, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		tag, err := tx.Exec(ctx, sql, actor.Org, id, now)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return carenet.Errorf(carenet.NotFound, "change rota", "it is not in the rota")
		}
		s.queueAudit(b, actor, now, audited{Action: "rota.end", Table: table, Row: id})
		return nil
	})
}

// AddCover has somebody take over the shifts of another on some days; by nobody, the
// rota shows a gap.
func (s *Store) AddCover(ctx context.Context, actor carenet.Actor, c alerts.Cover) error {
	const op = "add cover"
	return s.changeRota(ctx, actor, func(tx pgx.Tx, b *pgx.Batch, now time.Time) error {
		staff, err := members(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		is := func(id carenet.ID) bool {
			return slices.ContainsFunc(staff, func(m memberRow) bool { return m.ID == id })
		}
		switch {
		case c.Away == c.By || c.Last < c.First || c.Last.Sub(c.First) > 366:
			return carenet.Errorf(carenet.Invalid, op, "somebody else covers, for a day to a year")
		case !is(c.Away) || c.By != carenet.NilID && !is(c.By):
			return carenet.Errorf(carenet.NotFound, op, "there is no such member of staff")
		}
		id := carenet.NewID(now)
		b.Queue(sqlInsertCover, actor.Org, id, c.Away, orNull(c.By), int(c.First), int(c.Last), orNull(actor.Person), now)
		s.queueAudit(b, actor, now, audited{Action: "rota.cover", Table: "duty_cover", Row: id})
		return nil
	})
}
