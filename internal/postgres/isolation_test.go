package postgres_test

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"howareyou/alerts"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/postgres"
	"howareyou/notify"
)

// neighbours are two organisations whose rows are alike to the last id: only
// their org_id tells them apart.
type neighbours struct {
	*clinic
	conn   *pgx.Conn // the superuser's
	other  carenet.ID
	tables []table // those with an organisation, without partitions
}

func newNeighbours(t *testing.T) *neighbours {
	n := &neighbours{clinic: newClinic(t), other: carenet.NewID(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))}
	n.conn = n.admin()
	n.fill()
	for _, x := range readCatalogue(t, n.conn).Tables {
		if _, ok := x.column("org_id"); ok && x.Parent == "" && x.Kind != "v" {
			n.tables = append(n.tables, x)
		}
	}
	n.exec(n.conn, "SET session_replication_role = replica") // rows are copied as they are
	for _, x := range n.tables {
		n.copy(x)
	}
	n.exec(n.conn, "SET session_replication_role = origin")
	return n
}

// fill lets the store write at least one row into every table.
func (n *neighbours) fill() {
	n.must(n.store.SetCap(n.ctx, carenet.Actor{Kind: carenet.ActorOperator, Org: n.org}, 1000))
	_, err := n.store.OfferEase(n.ctx, n.operator(), n.mary)
	n.must(err)
	n.text("+447700900001", "LESS")
	n.text("+447700900001", "1") // an offer of a call, which the correction takes back
	n.text("+447700900001", "4")
	for day := range 32 {
		n.advance(24 * time.Hour)
		n.text("+447700900001", fmt.Sprintf("%d as always", 4-2*(day/30)))
	}
	n.text("+447700900001", "chest pain")
	n.plan("pain", "")
	n.advance(30 * time.Minute)
	for due := 1; due > 0; { // the slots of all those days
		b, done, err := n.store.TickPrompts(n.ctx, 100)
		n.must(err)
		_, err = n.store.Round(n.ctx, b.ID)
		n.must(err)
		due = done
	}
	n.text("+447700900101", "well done")
	n.text("+447700900001", "ADD Tom 07700 900555")
	batches, err := n.store.RequestSignIn(n.ctx, "+447700900101", auth.FollowerDoor, "")
	n.must(err)
	for _, b := range batches {
		_, err = n.store.Round(n.ctx, b.ID)
		n.must(err)
	}
	n.sent()
	_, err = n.store.OpenSession(n.ctx, n.org, n.dana, auth.ClinicDoor)
	n.must(err)
	lee := n.lee()
	words, err := n.store.Words(n.ctx, lee)
	n.must(err)
	_, err = n.store.MarkWords(n.ctx, lee, []carenet.ID{words.List[0].ID})
	n.must(err)
	_, err = n.store.PreviewImport(n.ctx, n.administrator(), []byte("name,phone\nAnn,07700900700\n"))
	n.must(err)
	n.text("+447700900001", "3")
	refused := n.answered(notify.SendOutcome{Class: notify.Permanent, Code: 21211})
	_, err = n.store.CloseText(n.ctx, lee, carenet.TextRef{Event: refused[0].Event, ID: refused[0].Delivery}, "called")
	n.must(err)
	n.text("+447700900001", "6") // the pain that was asked next
	_, err = n.store.ReportPatient(n.ctx, lee, n.mary, carenet.ReportHospital)
	n.must(err)
	id, err := n.store.AddClinician(n.ctx, n.operator(), postgres.NewClinician{
		NewPerson: postgres.NewPerson{Name: "Ann", Phone: "+447700900204"}, Roles: []string{"admin"},
	})
	n.must(err)
	boss := carenet.Actor{Kind: carenet.ActorClinician, Org: n.org, Person: id, Via: "page"}
	n.must(n.store.AddShifts(n.ctx, boss, []alerts.Shift{{Clinician: n.dana, Weekly: true, Weekday: time.Monday, First: carenet.LocalDay(n.clock(), time.UTC), From: 480, Until: 1200}}))
	n.must(n.store.AddCover(n.ctx, boss, alerts.Cover{Away: n.dana, First: carenet.LocalDay(n.clock(), time.UTC), Last: carenet.LocalDay(n.clock(), time.UTC)}))
	n.must(n.store.SetEscalation(n.ctx, boss, alerts.Red, alerts.DefaultEscalation(alerts.Red)))
	n.must(n.store.SetStaffedHours(n.ctx, boss, []alerts.WeekSpan{{Weekday: time.Monday, From: 480, Until: 1080}}, map[string]string{"en": "Monday"}))
	n.exec(n.conn, "UPDATE week_review SET next_at = $1", n.clock())
	n.exec(n.conn, "INSERT INTO week_told (org_id, clinician_id, week, at) VALUES ($1, $2, 1, $3)", n.org, n.dana, n.clock())
	_, err = n.store.WriteNote(n.ctx, lee, n.mary, carenet.NewNote{Kind: carenet.NoteWritten, Words: "walks with a stick", Key: carenet.NewID(n.clock())})
	n.must(err)
	_, err = n.store.KeepGoal(n.ctx, lee, n.mary, carenet.NewGoal{Kind: carenet.GoalAgreed, Words: "walk to the shop", Review: carenet.LocalDay(n.clock(), time.UTC) + 28, Key: carenet.NewID(n.clock())})
	n.must(err)
	n.exec(n.conn, `INSERT INTO week_letter (org_id, id, week, body_enc, at) VALUES ($1, $2, 1, '\x00', $3)`, n.org, carenet.NewID(n.clock()), n.clock())
	n.putInForce(lee, ownPack(1, "amber", "4"))
	_, err = n.store.StartBacktest(n.ctx, lee, rulebook.Spec{Text: ownPack(2, "amber", "3"), Period: n.lastDays(30)})
	n.must(err)
	n.finish()
	one := 1
	n.must(n.store.SetBudget(n.ctx, lee, "RV-LOW", &one))
	n.seal()
	_, err = n.store.CountUsage(n.ctx, 0)
	n.must(err)
	n.advance(time.Hour)
	n.text("+447700900101", "STOP") // waits for its seal
}

// copy gives the neighbour every row of a table.
func (n *neighbours) copy(x table) {
	n.t.Helper()
	var names, values []string
	for _, col := range x.Columns {
		name := pgx.Identifier{col.Name}.Sanitize()
		value := name
		// What must be unique across organisations is changed a little.
		beyond := slices.ContainsFunc(x.Indexes, func(i index) bool { return i.Unique && i.Columns[0] == col.Name && col.Name != "org_id" })
		switch {
		case col.Name == "org_id":
			value = "$2"
		case beyond && col.Type == "bytea":
			value = "sha256(" + name + ")"
		case beyond:
			value = fmt.Sprintf("nullif(%s, '') || '0'", name)
			if col.NotNull {
				value = "coalesce(" + value + ", '')"
			}
		}
		names, values = append(names, name), append(values, value)
	}
	tag, err := n.conn.Exec(n.ctx, fmt.Sprintf("INSERT INTO %s (%s) SELECT %s FROM %[1]s WHERE org_id = $1",
		x.Name, strings.Join(names, ", "), strings.Join(values, ", ")), n.org, n.other)
	if err != nil {
		n.t.Fatalf("copy %s: %v", x.Name, err)
	}
	if tag.RowsAffected() == 0 {
		n.t.Errorf("%s has no row to look at: let fill write one", x.Name)
	}
}

// as runs fn in a transaction of a role, which is rolled back.
func (n *neighbours) as(t *testing.T, role string, orgs []carenet.ID, fn func(tx pgx.Tx)) {
	t.Helper()
	tx, err := n.conn.Begin(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer tx.Rollback(context.WithoutCancel(n.ctx))
	if orgs != nil {
		if _, err := tx.Exec(n.ctx, "SELECT set_config('app.orgs', ($1::uuid[])::text, true)", orgs); err != nil {
			t.Fatal(err)
		}
	}
	if _, err := tx.Exec(n.ctx, "SET LOCAL ROLE "+role); err != nil {
		t.Fatal(err)
	}
	fn(tx)
}

// try runs a statement in a savepoint and says how it went.
func (n *neighbours) try(t *testing.T, tx pgx.Tx, sql string, args ...any) (rows int64, refused string) {
	t.Helper()
	inner, err := tx.Begin(n.ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer inner.Rollback(context.WithoutCancel(n.ctx))
	tag, err := inner.Exec(n.ctx, sql, args...)
	var pe *pgconn.PgError
	switch {
	case err == nil:
		return tag.RowsAffected(), ""
	case errors.As(err, &pe) && pe.Code == "42501" && strings.Contains(pe.Message, "row-level security"):
		return 0, "policy"
	case errors.As(err, &pe) && pe.Code == "42501":
		return 0, "privilege"
	case errors.As(err, &pe) && pe.Code == "P0001" && strings.Contains(pe.Message, "append-only"):
		return 0, "append-only"
	}
	t.Errorf("%s: %v", sql, err)
	return 0, "error"
}

func (n *neighbours) count(t *testing.T, tx pgx.Tx, sql string, args ...any) (rows int) {
	t.Helper()
	if err := tx.QueryRow(n.ctx, sql, args...).Scan(&rows); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return rows
}

// writable is a column that the role may update, or "".
func (t table) writable(role string) string {
	for _, g := range t.Grants {
		if g.Role == role && g.Privilege == "UPDATE" {
			if g.Column != "" {
				return g.Column
			}
			return "org_id"
		}
	}
	return ""
}

func TestINV12_NoOrganisationReachesAnothersRows(t *testing.T) {
	n := newNeighbours(t)
	if len(n.tables) < 25 {
		t.Errorf("only %d tables", len(n.tables))
	}
	for _, x := range n.tables {
		t.Run(x.Name, func(t *testing.T) {
			n.as(t, appRole, []carenet.ID{n.org}, func(tx pgx.Tx) {
				all := "SELECT count(*) FROM " + x.Name
				own, seen := n.count(t, tx, all+" WHERE org_id = $1", n.org), n.count(t, tx, all)
				if own == 0 || seen != own {
					t.Errorf("sees %d rows, %d its own", seen, own)
				}
				n.intrude(t, tx, x)
			})
			n.as(t, appRole, []carenet.ID{n.org, n.other}, func(tx pgx.Tx) {
				if both := n.count(t, tx, "SELECT count(DISTINCT org_id) FROM "+x.Name); both != 2 {
					t.Errorf("a batch of both sees rows of %d organisations", both)
				}
			})
			for name, orgs := range map[string][]carenet.ID{"unset": nil, "nobody's": {}, "a stranger's": {carenet.NewID(n.clock())}} {
				n.as(t, appRole, orgs, func(tx pgx.Tx) {
					if seen := n.count(t, tx, "SELECT count(*) FROM "+x.Name); seen != 0 {
						t.Errorf("app.orgs %s sees %d rows", name, seen)
					}
				})
			}
		})
	}
}

// intrude tries, in one organisation, to write into its neighbour's rows.
func (n *neighbours) intrude(t *testing.T, tx pgx.Tx, x table) {
	t.Helper()
	var row string
	if err := n.rowOf(x, &row); err != nil {
		t.Fatal(err)
	}
	if _, refused := n.try(t, tx, fmt.Sprintf("INSERT INTO %s SELECT * FROM jsonb_populate_record(NULL::%[1]s, $1)", x.Name), row); refused != "policy" {
		t.Errorf("inserting for the neighbour is refused by %q", refused)
	}
	if col := x.writable(appRole); col != "" {
		rows, refused := n.try(t, tx, fmt.Sprintf("UPDATE %s SET %s = %[2]s WHERE org_id = $1", x.Name, col), n.other)
		if rows != 0 || refused != "" {
			t.Errorf("updated %d rows of the neighbour (%s)", rows, refused)
		}
		if col == "org_id" {
			if _, refused := n.try(t, tx, "UPDATE "+x.Name+" SET org_id = $1", n.other); refused != "policy" {
				t.Errorf("moving rows to the neighbour is refused by %q", refused)
			}
		}
	} else if _, refused := n.try(t, tx, "UPDATE "+x.Name+" SET org_id = org_id"); refused != "privilege" {
		t.Errorf("updating is refused by %q", refused)
	}
	rows, refused := n.try(t, tx, "DELETE FROM "+x.Name+" WHERE org_id = $1", n.other)
	if want := map[bool]string{true: "", false: "privilege"}[mayDelete[x.Name] != ""]; rows != 0 || refused != want {
		t.Errorf("deleted %d rows of the neighbour (%q, want %q)", rows, refused, want)
	}
}

// rowOf reads a row of the neighbour's on a connection that sees it.
func (n *neighbours) rowOf(x table, row *string) error {
	conn, err := pgx.Connect(n.ctx, n.db.AdminURL)
	if err != nil {
		return err
	}
	defer conn.Close(n.ctx)
	return conn.QueryRow(n.ctx, "SELECT to_jsonb(x)::text FROM "+x.Name+" x WHERE org_id = $1 LIMIT 1", n.other).Scan(row)
}
