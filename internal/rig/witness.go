package rig

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
)

// What the database says of a run, past row level security.
const (
	// What has not come to its end: facts that nobody planned for, texts that are
	// due and were not handed over, tries whose outcome is not known, numbers that
	// wait for one.
	sqlUnderWay = `SELECT (SELECT count(*) FROM event WHERE state <> 'done')
  + (SELECT count(*) FROM delivery WHERE state IN ('planned', 'queued', 'sending', 'uncertain') AND due_at <= $1)
  + (SELECT count(*) FROM attempt WHERE state IN ('sending', 'uncertain'))
  + (SELECT count(*) FROM conversation WHERE unsettled IS NOT NULL)`
	sqlAlertNumbers = `SELECT number FROM alert ORDER BY number`
	sqlEnds         = `SELECT concat_ws(' ', audience, kind, state, cause) AS what, count(*) AS n FROM delivery GROUP BY 1 ORDER BY 2 DESC, 1`
)

// UnderWay counts what has not come to its end by this moment.
func (g *Ground) UnderWay(ctx context.Context, now time.Time) (n int, err error) {
	err = g.ask(ctx, func(c *pgx.Conn) error { return c.QueryRow(ctx, sqlUnderWay, now).Scan(&n) })
	return n, err
}

// AlertNumbers are the numbers of all alerts.
func (g *Ground) AlertNumbers(ctx context.Context) (numbers []int, err error) {
	err = g.ask(ctx, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, sqlAlertNumbers)
		if err != nil {
			return err
		}
		numbers, err = pgx.CollectRows(rows, pgx.RowTo[int])
		return err
	})
	return numbers, err
}

// Ends says how the texts ended, most frequent first, a line each.
func (g *Ground) Ends(ctx context.Context) (lines []string, err error) {
	err = g.ask(ctx, func(c *pgx.Conn) error {
		rows, err := c.Query(ctx, sqlEnds)
		if err != nil {
			return err
		}
		var what string
		var n int
		_, err = pgx.ForEachRow(rows, []any{&what, &n}, func() error {
			lines = append(lines, fmt.Sprintf("%d %s", n, what))
			return nil
		})
		return err
	})
	return lines, err
}

// ask connects anew each time: the server may have been killed meanwhile.
func (g *Ground) ask(ctx context.Context, question func(*pgx.Conn) error) (err error) {
	conn, err := pgx.Connect(ctx, g.Admin)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, conn.Close(context.WithoutCancel(ctx))) }()
	return question(conn)
}
