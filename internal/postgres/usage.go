package postgres

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	// What the provider took, whatever came of it: that is what it charges.
	sqlCountUsage = `INSERT INTO usage_month (org_id, month, texts, parts, counted_at)
SELECT a.org_id, $2::int, count(*), sum(a.segments), $5 FROM attempt a
WHERE a.org_id = ANY ($1) AND a.event_id >= $3 AND a.event_id < $4 AND a.segments > 0 AND a.sid <> '' GROUP BY a.org_id
ON CONFLICT (org_id, month) DO UPDATE SET texts = excluded.texts, parts = excluded.parts, counted_at = excluded.counted_at
WHERE usage_month.texts < excluded.texts`
	sqlUsage     = `SELECT month, texts, parts, counted_at FROM usage_month WHERE org_id = $1 ORDER BY month DESC LIMIT $2`
	sqlPartPrice = `SELECT coalesce(part_price::float8, 0) AS amount, coalesce(part_currency, '') AS currency FROM organisation WHERE org_id = $1`
	sqlSetPrice  = `UPDATE organisation SET part_price = nullif($2::float8, 0)::numeric(10, 5), part_currency = nullif($3, '') WHERE org_id = $1`
)

// usageMonths is how many months are shown.
const usageMonths = 13

type usageRow struct {
	Month     int
	Texts     int
	Parts     int
	CountedAt time.Time
}

func monthOf(at time.Time) int { return 12*at.Year() + int(at.Month()) - 1 }

func monthStart(n int) time.Time {
	return time.Date(n/12, time.Month(n%12+1), 1, 0, 0, 0, 0, time.UTC)
}

// CountUsage counts what was sent this month and the last. It never counts down: texts
// that are forgotten were charged all the same. It returns 0, since nothing is left to do.
func (s *Store) CountUsage(ctx context.Context, _ int) (int, error) {
	orgs, err := s.Organisations(ctx)
	if err != nil || len(orgs) == 0 {
		return 0, err
	}
	now := s.Now().UTC()
	month := monthOf(now)
	return 0, s.inTx(ctx, orgs, func(tx pgx.Tx) error {
		b := &pgx.Batch{}
		for _, m := range []int{month - 1, month} {
			b.Queue(sqlCountUsage, orgs, m, carenet.FloorID(monthStart(m)), carenet.FloorID(monthStart(m+1)), now)
		}
		return tx.SendBatch(ctx, b).Close()
	})
}

// Usage is what the organisation sent, the newest month first, and the price of a part.
func (s *Store) Usage(ctx context.Context, actor carenet.Actor) (months []carenet.Usage, price carenet.PartPrice, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if actor.Kind != carenet.ActorOperator {
			if err := s.requireManager(ctx, tx, actor); err != nil {
				return err
			}
		}
		months, price, err = usage(ctx, tx, actor.Org, usageMonths)
		return err
	})
	return months, price, err
}

func usage(ctx context.Context, tx pgx.Tx, org carenet.ID, most int) (months []carenet.Usage, price carenet.PartPrice, err error) {
	var prices []carenet.PartPrice
	var found []usageRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlUsage, org, most), &found)
	collect(b.Queue(sqlPartPrice, org), &prices)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, price, err
	}
	for _, r := range found {
		months = append(months, carenet.Usage{Month: monthStart(r.Month), Texts: r.Texts, Parts: r.Parts, CountedAt: r.CountedAt})
	}
	if len(prices) > 0 {
		price = prices[0]
	}
	return months, price, nil
}

// SetPartPrice says what one part of a text costs the organisation; the zero price
// takes it away.
func (s *Store) SetPartPrice(ctx context.Context, actor carenet.Actor, price carenet.PartPrice) error {
	if err := price.Check(); err != nil {
		return err
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if _, err := tx.Exec(ctx, sqlSetPrice, actor.Org, price.Amount, price.Currency); err != nil {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "price.set", Table: "organisation", Row: actor.Org, Detail: map[string]any{"amount": price.Amount, "currency": price.Currency}})
	})
}
