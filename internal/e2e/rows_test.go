package e2e

import (
	"context"
	"errors"
	"io"
	"net/http"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
)

// count runs a query for one number, past row level security.
func (c *clinic) count(query string, args ...any) int {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	n, err := countOn(ctx, c.db.admin, query, args...)
	if err != nil {
		c.t.Fatalf("%s: %v", query, err)
	}
	return n
}

func countOn(ctx context.Context, url, query string, args ...any) (n int, err error) {
	conn, err := pgx.Connect(ctx, url)
	if err != nil {
		return 0, err
	}
	defer func() { err = errors.Join(err, conn.Close(ctx)) }()
	return n, conn.QueryRow(ctx, query, args...).Scan(&n)
}

// sqlUnderWay counts what has not come to its end: facts that nobody planned
// for, texts that were not handed over, and tries whose outcome is not known. A
// text that waits for the morning is none of them.
const sqlUnderWay = `SELECT (SELECT count(*) FROM event WHERE state <> 'done')
	+ (SELECT count(*) FROM delivery WHERE state IN ('planned', 'queued', 'sending', 'uncertain') AND due_at < changed_at + interval '15 minutes')
	+ (SELECT count(*) FROM attempt WHERE state IN ('sending', 'uncertain'))
	+ (SELECT count(*) FROM conversation WHERE unsettled IS NOT NULL)`

// settled waits until every text sent so far has been taken in and all that
// follows from it has arrived or ended otherwise.
func (c *clinic) settled() {
	c.t.Helper()
	c.settledWithin(3 * patience)
}

func (c *clinic) settledWithin(limit time.Duration) {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), limit)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.db.admin)
	if err != nil {
		c.t.Fatal(err)
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }()
	poll := time.NewTicker(10 * time.Millisecond)
	defer poll.Stop()
	left := 0
	for quiet := 0; quiet < 2; {
		// Texts in become work, work becomes texts out, and their callbacks may
		// become work again: it is over when both sides are quiet twice running.
		if err := c.sim.Idle(ctx); err != nil {
			c.fail("the provider is not done, with %d things under way: %v", left, err)
		}
		if err := conn.QueryRow(ctx, sqlUnderWay).Scan(&left); err != nil {
			c.fail("not settled, with %d things under way: %v", left, err)
		}
		if left == 0 {
			quiet++
			continue
		}
		quiet = 0
		select {
		case <-poll.C:
		case <-ctx.Done():
			c.fail("%d things are still under way", left)
		}
	}
}

// get fetches a page; status 0 is no answer.
func (c *clinic) get(url string) (status int, body string) {
	ctx, cancel := context.WithTimeout(context.Background(), 5*time.Second)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, url, nil)
	if err != nil {
		return 0, err.Error()
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		return 0, err.Error()
	}
	defer res.Body.Close()
	text, err := io.ReadAll(res.Body)
	if err != nil {
		return 0, err.Error()
	}
	return res.StatusCode, string(text)
}

// sqlTale is what the database holds of texts, facts and deliveries, newest
// last, in words of ours.
const sqlTale = `SELECT line FROM (
	SELECT received_at AS at, 'text in: ' || kind || ' ' || state || ', ' || reason AS line FROM inbound_message
	UNION ALL SELECT at, 'fact: ' || kind || ' ' || state FROM event
	UNION ALL SELECT changed_at, 'text out: ' || kind || ' to a ' || audience || ' ' || state || ' ' || cause FROM delivery
	UNION ALL SELECT changed_at, 'try ' || no || ': ' || state || ' ' || class || ' ' || provider_status || ' ' || detail FROM attempt
	ORDER BY at DESC LIMIT 40) newest`

// tale is the end of what the database tells of a conversation, newest first.
func (c *clinic) tale() string {
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	conn, err := pgx.Connect(ctx, c.db.admin)
	if err != nil {
		return err.Error()
	}
	defer func() { _ = conn.Close(ctx) }()
	rows, err := conn.Query(ctx, sqlTale)
	if err != nil {
		return err.Error()
	}
	lines, err := pgx.CollectRows(rows, pgx.RowTo[string])
	if err != nil {
		return err.Error()
	}
	return "the database, newest first:\n  " + strings.Join(lines, "\n  ") + "\n"
}
