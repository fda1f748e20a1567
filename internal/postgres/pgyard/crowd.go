package pgyard

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/ask"
	"howareyou/internal/crypto"
)

// Crowd is many patients of one organisation, who are asked daily from a day on.
type Crowd struct {
	Org   carenet.ID
	Keys  *crypto.Keyset
	Now   time.Time
	Phone func(int) string
	Due   func(int) time.Time // when each is asked first
}

const sqlWellbeing = `SELECT id FROM question_set WHERE org_id = $1 AND code = $2 ORDER BY version DESC LIMIT 1`

// crowdPart bounds what is held in memory at a time.
const crowdPart = 10_000

// Fill adds patients from number first on, as enrolment would leave them, by COPY:
// a million by hand would take hours, and how they came is not what is measured.
func (y *Yard) Fill(ctx context.Context, c Crowd, n int) error {
	var set carenet.ID
	if err := y.conn.QueryRow(ctx, sqlWellbeing, c.Org, ask.Wellbeing().Code).Scan(&set); err != nil {
		return fmt.Errorf("find the question set: %w", err)
	}
	for first := 0; first < n; first += crowdPart {
		if err := y.fill(ctx, c, set, first, min(first+crowdPart, n)); err != nil {
			return err
		}
	}
	return y.Analyze(ctx)
}

func (y *Yard) fill(ctx context.Context, c Crowd, set carenet.ID, from, to int) error {
	var people, conversations, contacts, patients, schedules [][]any
	for i := from; i < to; i++ {
		person, conv, contact := carenet.NewID(c.Now), carenet.NewID(c.Now), carenet.NewID(c.Now)
		number := c.Phone(i)
		sealed := [3][]byte{}
		for k, what := range []struct {
			text, table, column string
			row                 carenet.ID
		}{
			{fmt.Sprintf("Pat Number%d", i), "person", "name_enc", person},
			{number, "conversation", "number_enc", conv},
			{number, "contact_point", "value_enc", contact},
		} {
			var err error
			if sealed[k], err = c.Keys.Seal(what.text, crypto.AD{Org: c.Org, Table: what.table, Column: what.column, Row: what.row}); err != nil {
				return err
			}
		}
		index := c.Keys.Index(crypto.ForPhone, number)
		due := c.Due(i)
		people = append(people, []any{c.Org, person, sealed[0], "en", "Etc/UTC", c.Now})
		conversations = append(conversations, []any{c.Org, conv, sealed[1], index, c.Now})
		contacts = append(contacts, []any{c.Org, contact, person, "phone", sealed[2], index, conv, 1, c.Now, c.Now})
		patients = append(patients, []any{c.Org, person, "active", c.Now})
		day := carenet.LocalDay(due, time.UTC)
		schedules = append(schedules, []any{
			c.Org, carenet.NewID(c.Now), person, set, ask.Daily, carenet.LocalTimeOf(due, time.UTC).String(), "Etc/UTC", int(day) - 1, due, int(day), c.Now,
		})
	}
	for _, t := range []struct {
		table   string
		columns []string
		rows    [][]any
	}{
		{"person", []string{"org_id", "id", "name_enc", "language", "zone", "created_at"}, people},
		{"conversation", []string{"org_id", "id", "number_enc", "number_idx", "created_at"}, conversations},
		{"contact_point", []string{"org_id", "id", "person_id", "kind", "value_enc", "value_idx", "conversation_id", "position", "verified_at", "created_at"}, contacts},
		{"patient", []string{"org_id", "id", "state", "enrolled_at"}, patients},
		{"schedule", []string{"org_id", "id", "patient_id", "question_set_id", "rrule", "local_time", "zone", "start_day", "next_at", "next_day", "created_at"}, schedules},
	} {
		if _, err := y.conn.CopyFrom(ctx, pgx.Identifier{t.table}, t.columns, pgx.CopyFromRows(t.rows)); err != nil {
			return fmt.Errorf("fill %s: %w", t.table, err)
		}
	}
	return nil
}

const (
	sqlDue     = `SELECT EXISTS (SELECT 1 FROM schedule WHERE next_at <= $1 AND ended_at IS NULL)`
	sqlPrompts = `SELECT count(*) FROM prompt`
)

// Due says whether anybody is to be asked by the time who was not.
func (y *Yard) Due(ctx context.Context, by time.Time) (due bool, err error) {
	err = y.conn.QueryRow(ctx, sqlDue, by).Scan(&due)
	return due, err
}

// Prompts counts all prompts.
func (y *Yard) Prompts(ctx context.Context) (n int, err error) {
	err = y.conn.QueryRow(ctx, sqlPrompts).Scan(&n)
	return n, err
}
