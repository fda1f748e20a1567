package postgres_test

import (
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// flooded puts so many texts in a lane of a sender.
func (c *clinic) flooded(conn *pgx.Conn, sender carenet.ID, lane notify.Priority, n int) {
	c.t.Helper()
	c.exec(conn, `SET session_replication_role = replica`)
	c.exec(conn, `CREATE TEMP TABLE IF NOT EXISTS flood (id uuid, number uuid, org_id uuid, due timestamptz)`)
	c.exec(conn, `TRUNCATE flood`)
	c.exec(conn, `INSERT INTO flood SELECT gen_random_uuid(), gen_random_uuid(), (SELECT org_id FROM sender WHERE id = $1),
$2::timestamptz - make_interval(secs => g % 900) FROM generate_series(1, $3::int) g`, sender, c.clock(), n)
	c.exec(conn, `INSERT INTO conversation (org_id, id, number_enc, number_idx, created_at) SELECT org_id, number, '\x00', decode(md5(id::text), 'hex'), due FROM flood`)
	c.exec(conn, `INSERT INTO delivery (org_id, event_id, id, kind, audience, recipient_id, conversation_id, channel, priority, state, reason, due_at, expires_at, created_at, changed_at, sender_id)
SELECT org_id, $1, id, 'update', 'follower', id, number, 'sms', $2, 'queued', '', due, due + interval '1 day', due, due, $3 FROM flood`, carenet.NewID(c.clock()), int(lane), sender)
	c.exec(conn, `SET session_replication_role = origin`)
}

// Whatever waits elsewhere, of a held organisation or in another lane, costs a
// claim next to nothing: it reads about what it takes.
func TestAClaimPassesByWhatMayNotMove(t *testing.T) {
	c := newClinic(t)
	conn := c.admin()
	first := valueOf[carenet.ID](c, conn, `SELECT id FROM sender`)
	other, err := c.store.AddOrganisation(c.ctx, postgres.NewOrganisation{
		Name: "Hill Charity", Zone: "Europe/London", Language: "en", Region: "GB",
		EmergencyNumber: "999", Sender: "+447700900998",
	})
	c.must(err)
	held := valueOf[carenet.ID](c, conn, `SELECT id FROM sender WHERE org_id = $1`, other)
	const flood = 5000
	c.flooded(conn, held, notify.PriorityAlert, flood)
	c.flooded(conn, first, notify.PriorityUpdate, flood)
	c.must(c.store.Hold(c.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: other, Via: "command"}, true))
	c.text(sam, "HELP")
	c.exec(conn, `SET random_page_cost = 1000000`)
	c.exec(conn, `SET enable_nestloop = off`)
	due, err := c.store.Due(c.ctx, notify.PriorityRed, notify.PriorityDigest, 32)
	c.must(err)
	var lanes []string
	for _, d := range due {
		lanes = append(lanes, d.Lane.String())
	}
	if want := []string{"replies", "updates"}; !slices.Equal(lanes, want) {
		t.Fatalf("due are %q, want %q", lanes, want)
	}
	const read = `SELECT coalesce(sum(seq_tup_read + idx_tup_fetch), 0)::bigint FROM pg_stat_xact_user_tables`
	floor := carenet.FloorID(c.clock().Add(-24 * time.Hour))
	for _, q := range []struct {
		what, sql string
		args      []any
		rows      int
		most      int64
	}{
		{"the look", `SELECT count(*) FROM lookup_lanes($1, $2, -1, 4, 32)`, []any{c.clock(), floor}, 2, 200},
		{"the claim", `SELECT count(*) FROM claim_lanes($1, $2, $3, $4, $5)`, []any{c.clock(), floor, []carenet.ID{first, first}, []int{1, 3}, []int{5, 27}}, 28, 200},
	} {
		c.must(pgx.BeginFunc(c.ctx, conn, func(tx pgx.Tx) error {
			var n int
			var rows int64
			if err := tx.QueryRow(c.ctx, q.sql, q.args...).Scan(&n); err != nil {
				return err
			}
			if err := tx.QueryRow(c.ctx, read).Scan(&rows); err != nil {
				return err
			}
			if n != q.rows || rows > q.most {
				t.Errorf("%s gave %d rows and read %d of %d, want %d and at most %d", q.what, n, rows, 2*flood, q.rows, q.most)
			}
			return nil
		}))
	}
}

func TestAReplyLeavesFromTheSenderThatWasTexted(t *testing.T) {
	c := newClinic(t)
	op := carenetOperator(c)
	second, err := c.store.AddSender(c.ctx, op, postgres.NewSender{Number: "+447700900998"})
	c.must(err)
	take := func(to string) {
		c.sid++
		c.take(carenet.InboundText{SID: strings.Replace("SM00000000000000000000000000000000", "000", "abc", 1)[:30] + string(rune('a'+c.sid)) + "000", From: sam, To: to, Body: "HELP", ReceivedAt: c.clock()})
	}
	senderOf := func() carenet.ID {
		cl := c.one()
		c.outcome(cl, accepted(cl).Outcome)
		return valueOf[carenet.ID](c, c.admin(), `SELECT sender_id FROM attempt WHERE id = $1`, cl.Attempt.ID)
	}
	first := valueOf[carenet.ID](c, c.admin(), `SELECT id FROM sender WHERE number = $1`, service)
	take("+447700900998")
	if got := senderOf(); got != second {
		t.Errorf("the answer left from %s, not from the sender that was texted", got)
	}
	take(service)
	if got := senderOf(); got != first {
		t.Errorf("the answer left from %s, not from the other sender that was texted", got)
	}
	// What nobody asked for leaves from where they know us: the first they heard.
	c.text("+447700900001", "4")
	claims, _, err := c.store.Claim(c.ctx, 10)
	c.must(err)
	for _, cl := range claims {
		if cl.Text.To == sam && cl.Text.From != "+447700900998" {
			t.Errorf("the update left from %s", cl.Text.From)
		}
		c.outcome(cl, accepted(cl).Outcome)
	}

	// A sender that is retired is heard, and sends nothing; what waited for it
	// leaves from another.
	c.text("+447700900001", "3")
	take("+447700900998")
	c.must(c.store.RetireSender(c.ctx, op, "+447700900998"))
	_, err = c.store.GiveSenders(c.ctx, 10)
	c.must(err)
	take("+447700900998")
	n := 0
	for range 3 {
		claims, _, err := c.store.Claim(c.ctx, 10)
		c.must(err)
		for _, cl := range claims {
			n++
			if cl.Text.From != service {
				t.Errorf("%s left from %s, which was retired", cl.Text.Body, cl.Text.From)
			}
			c.outcome(cl, accepted(cl).Outcome)
		}
	}
	if n < 4 {
		t.Errorf("%d texts left, some wait for a sender that is gone", n)
	}
	if err := c.store.RetireSender(c.ctx, op, service); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("the last sender was retired: %v", err)
	}
}

func TestARateIsKeptWithItsSender(t *testing.T) {
	c := newClinic(t)
	op := carenetOperator(c)
	for _, n := range []postgres.NewSender{{Number: "+18005550100"}, {Number: "80808"}, {MessagingService: "MG0123456789abcdef0123456789abcdef", PerMinute: postgres.NoLimit}} {
		_, err := c.store.AddSender(c.ctx, op, n)
		c.must(err)
	}
	c.must(c.store.SetSenderRate(c.ctx, op, "80808", 6000))
	all, err := c.store.Senders(c.ctx, op)
	c.must(err)
	got := map[string]int{}
	for _, s := range all {
		got[s.Number+s.Service] = -1
		if s.PerMinute != nil {
			got[s.Number+s.Service] = *s.PerMinute
		}
	}
	want := map[string]int{service: 60, "+18005550100": 180, "80808": 6000, "MG0123456789abcdef0123456789abcdef": -1}
	for sender, rate := range want {
		if got[sender] != rate {
			t.Errorf("%s: %d a minute, want %d", sender, got[sender], rate)
		}
	}
	for what, err := range map[string]error{
		"one that is not theirs": c.store.SetSenderRate(c.ctx, op, "+447700900997", 60),
		"no number":              func() error { _, err := c.store.AddSender(c.ctx, op, postgres.NewSender{}); return err }(),
		"one that is taken":      func() error { _, err := c.store.AddSender(c.ctx, op, postgres.NewSender{Number: service}); return err }(),
	} {
		if err == nil {
			t.Errorf("%s was taken", what)
		}
	}
}

func TestStandingCountsAndStaffDeal(t *testing.T) {
	c := newClinic(t)
	var pages []int
	c.store.OnCode(func(code int) { pages = append(pages, code) })
	c.text(sam, "HELP")
	cl := c.one()
	c.outcome(cl, notify.SendOutcome{Class: notify.Permanent, Code: 21606})
	c.text(sam, "HELP")
	c.advance(time.Minute)
	st, err := c.store.Standing(c.ctx)
	c.must(err)
	if !slices.Equal(pages, []int{21606}) || len(st.Faults) != 1 || st.Faults[0].Policy.Code != 21606 || st.Faults[0].Times != 1 {
		t.Errorf("paged for %v; faults %+v", pages, st.Faults)
	}
	replies := 0
	for _, l := range st.Lanes {
		if l.Lane == notify.PriorityReply && !l.Held {
			replies = l.Waiting
		}
	}
	if replies != 1 || st.ForStaff != 1 || st.At.Sub(st.OldestForStaff) != time.Minute {
		t.Errorf("%d replies wait, %d for staff since %s", replies, st.ForStaff, st.OldestForStaff)
	}
	lee := c.lee()
	desk, err := c.store.Desk(c.ctx, lee, carenet.TextFilter{})
	c.must(err)
	if len(desk.Out) != 1 || desk.Out[0].To != "Sam Okafor" || !strings.Contains(desk.Out[0].Cause, "not one of the account's") {
		t.Fatalf("staff see %+v", desk.Out)
	}
	_, err = c.store.CloseText(c.ctx, lee, desk.Out[0].Ref, "called Sam")
	c.must(err)
	if st, err = c.store.Standing(c.ctx); err != nil || st.ForStaff != 0 {
		t.Errorf("%d still wait for staff, %v", st.ForStaff, err)
	}
	_, err = c.store.Desk(c.ctx, carenet.Actor{Kind: carenet.ActorFollower, Org: c.org, Person: c.sam}, carenet.TextFilter{})
	c.code(carenet.Forbidden, err)
}
