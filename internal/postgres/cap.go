package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const (
	sqlCaps = `SELECT org_id, zone, coalesce(daily_cap, 0) AS per_day FROM organisation WHERE org_id = ANY ($1) ORDER BY org_id`
	// The row is the counter's lock: two rounds of an organisation count one after
	// the other, and each as the last thing before it writes.
	sqlCountDay = `INSERT INTO daily_texts (org_id, day, planned) VALUES ($1, $2, $3)
ON CONFLICT (org_id, day) DO UPDATE SET planned = daily_texts.planned + excluded.planned RETURNING planned`
	sqlAddDay  = `UPDATE daily_texts SET planned = planned + $3 WHERE org_id = $1 AND day = $2`
	sqlSetCap  = `UPDATE organisation SET daily_cap = $2 WHERE org_id = $1`
	sqlFreeCap = `UPDATE delivery SET due_at = $2, cause = '', changed_at = $2
WHERE org_id = $1 AND state = 'queued' AND due_at > $2 AND cause LIKE 'the day''s limit of %' AND event_id >= $3`
)

// morning is when what waited for the next day leaves: not at midnight.
const morning = 8 * time.Hour

type capRow struct {
	OrgID  carenet.ID
	Zone   string
	PerDay int
}

// underCaps holds back what goes beyond the day's limit of its organisation, and
// counts what leaves, in the transaction that plans it.
func (s *Store) underCaps(ctx context.Context, tx pgx.Tx, planned []notify.Planned, now time.Time) error {
	var orgs []carenet.ID
	for _, p := range planned {
		if p.Cause == "" {
			orgs = addID(orgs, p.Event.Org)
		}
	}
	if len(orgs) == 0 {
		return nil
	}
	var caps []capRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlCaps, orgs), &caps)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	for _, c := range caps {
		if c.PerDay == 0 {
			continue
		}
		day := carenet.LocalDay(now, zoneOf(c.Zone))
		cp := notify.Cap{PerDay: c.PerDay, Tomorrow: (day + 1).Time(zoneOf(c.Zone)).Add(morning)}
		if err := tx.QueryRow(ctx, sqlCountDay, c.OrgID, int(day), 0).Scan(&cp.Planned); err != nil {
			return err
		}
		today, tomorrow := 0, 0
		for i := range planned {
			if planned[i].Event.Org != c.OrgID || planned[i].Cause != "" || planned[i].Channel == notify.Email {
				continue
			}
			if planned[i].Under(cp) {
				today++
				cp.Planned++
			} else {
				tomorrow++
			}
		}
		w := &pgx.Batch{}
		w.Queue(sqlAddDay, c.OrgID, int(day), today)
		if tomorrow > 0 {
			w.Queue(sqlCountDay, c.OrgID, int(day)+1, tomorrow)
		}
		if err := tx.SendBatch(ctx, w).Close(); err != nil {
			return err
		}
	}
	return nil
}

// SetCap says how many texts an organisation may send a day, 0 for no limit. What
// waits because of the limit before may leave, and is counted no second time.
func (s *Store) SetCap(ctx context.Context, actor carenet.Actor, perDay int) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		var limit *int
		if perDay > 0 {
			limit = &perDay
		}
		tag, err := tx.Exec(ctx, sqlSetCap, actor.Org, limit)
		if err != nil {
			return err
		}
		if tag.RowsAffected() == 0 {
			return carenet.Errorf(carenet.NotFound, "set limit", "there is no such organisation")
		}
		if _, err := tx.Exec(ctx, sqlFreeCap, actor.Org, now, carenet.FloorID(now.AddDate(0, 0, -8))); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "cap.set", Table: "organisation", Row: actor.Org, Detail: map[string]any{"per_day": perDay}})
	})
}

const sqlUnderWay = `SELECT count(*) FROM attempt WHERE org_id = $1 AND state = 'sending' AND event_id >= $2`

// UnderWay says how many texts of an organisation are being handed over right now:
// after a hold it goes to 0, and then nothing leaves any more.
func (s *Store) UnderWay(ctx context.Context, org carenet.ID) (n int, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		return tx.QueryRow(ctx, sqlUnderWay, org, carenet.FloorID(s.Now().AddDate(0, 0, -8))).Scan(&n)
	})
	return n, err
}

// Held is an organisation that sends nothing at the moment.
type Held struct {
	Org   carenet.ID
	Since time.Time
}

const sqlHeld = `SELECT org_id AS org, held_at AS since FROM organisation WHERE org_id = ANY ($1) AND held_at IS NOT NULL ORDER BY org_id`

// HeldOrganisations lists those that are on hold.
func (s *Store) HeldOrganisations(ctx context.Context) (held []Held, err error) {
	orgs, err := s.Organisations(ctx)
	if err != nil {
		return nil, err
	}
	err = s.inTx(ctx, slices.Clone(orgs), func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		collect(b.Queue(sqlHeld, orgs), &held)
		return tx.SendBatch(ctx, b).Close()
	})
	return held, err
}
