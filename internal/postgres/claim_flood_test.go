package postgres_test

import (
	"testing"

	"github.com/jackc/pgx/v5"
)

// A flood that the database has not counted yet: each claim reads about what it
// takes, not all that is due.
func TestAClaimReadsWhatItTakesHoweverMuchIsDue(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	c.exec(conn, `SET session_replication_role = replica`)
	const flood, take = 5000, 32
	c.exec(conn, `CREATE TEMP TABLE flood AS SELECT gen_random_uuid() AS id, gen_random_uuid() AS number, $1::uuid AS org_id,
  $2::timestamptz - make_interval(secs => g % 900) AS due FROM generate_series(1, $3::int) g`, c.org, c.clock(), flood)
	c.exec(conn, `INSERT INTO conversation (org_id, id, number_enc, number_idx, created_at) SELECT org_id, number, '\x00', decode(md5(id::text), 'hex'), due FROM flood`)
	c.exec(conn, `INSERT INTO delivery (org_id, event_id, id, kind, audience, recipient_id, conversation_id, channel, priority, state, reason, due_at, expires_at, created_at, changed_at)
SELECT org_id, $1, id, 'update', 'follower', id, number, 'sms', 3, 'queued', '', due, due + interval '1 day', due, due FROM flood`, c.org)
	c.exec(conn, `INSERT INTO attempt (org_id, event_id, id, delivery_id, no, sender_id, conversation_id, state, started_at, lease_until, changed_at)
SELECT org_id, $1, id, id, 1, id, number, 'uncertain', due, due, due FROM flood`, c.org)
	c.exec(conn, `INSERT INTO schedule (org_id, id, patient_id, question_set_id, rrule, local_time, zone, start_day, next_at, next_day, created_at)
SELECT org_id, id, id, id, '', '09:00', 'UTC', 1, due, 1, due FROM flood`)
	c.exec(conn, `INSERT INTO alert (org_id, id, number, patient_id, rule_id, rule_version, severity, evidence, state, asking_since, asked, next_step_at, opened_at, changed_at)
SELECT org_id, id, 100 + row_number() OVER (), id, '', 1, '', '{}', 'open', due, 0, due, due, due FROM flood`)
	// As the planner sees it when there is a hundred times as much.
	c.exec(conn, `SET random_page_cost = 1000000`)
	c.exec(conn, `SET enable_nestloop = off`)
	const read = `SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables`
	for _, claim := range []string{"claim_deliveries", "claim_unsettled", "claim_schedules", "claim_alerts"} {
		c.must(pgx.BeginFunc(c.ctx, conn, func(tx pgx.Tx) error {
			var taken int
			if err := tx.QueryRow(c.ctx, `SELECT count(*) FROM `+claim+`($1, $2)`, c.clock(), take).Scan(&taken); err != nil {
				return err
			}
			var rows int64
			if err := tx.QueryRow(c.ctx, read).Scan(&rows); err != nil {
				return err
			}
			if taken != take || rows > 10*take {
				t.Errorf("%s took %d rows of %d and read %d", claim, taken, flood, rows)
			}
			return nil
		}))
	}
}
