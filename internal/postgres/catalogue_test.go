package postgres_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/internal/postgres/pgtest"
)

// The rules that every table keeps, read from the database itself: a migration
// cannot forget one.
func TestINV12_EveryTableHasItsShare(t *testing.T) {
	conn := adminOf(t, pgtest.New(t))
	if _, err := conn.Exec(t.Context(), "SELECT ensure_partitions($1)", time.Date(2026, 11, 2, 8, 30, 0, 0, time.UTC)); err != nil {
		t.Fatal(err)
	}
	c := readCatalogue(t, conn)
	for _, fault := range c.faults() {
		t.Error(fault)
	}
	partitions, rows := 0, 0
	for _, x := range c.Tables {
		if x.Parent != "" {
			partitions++
		}
		if _, ok := x.column("org_id"); ok {
			rows++
		}
	}
	if partitions != 12 || rows < 30 || len(c.Functions) < 15 || len(c.Roles) != 4 {
		t.Errorf("read %d partitions, %d tables, %d functions, %d roles: is this our schema?", partitions, rows, len(c.Functions), len(c.Roles))
	}
	t.Run("exceptions are needed", func(t *testing.T) { unneeded(t, c) })
}

func adminOf(t testing.TB, db *pgtest.DB) *pgx.Conn {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), db.AdminURL)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close(t.Context()) })
	return conn
}

// unneeded finds exceptions for what is no longer there.
func unneeded(t *testing.T, c catalogue) {
	there := map[string]bool{}
	for _, x := range c.Tables {
		there[x.Name] = true
		for _, col := range x.Columns {
			there[x.Name+"."+col.Name] = !col.Vocabulary
		}
		for _, i := range x.Indexes {
			there[i.Name] = true
		}
		for _, g := range x.Grants {
			there[fmt.Sprint(grant{g.Role, g.Privilege, x.Name + "." + g.Column})] = true
		}
	}
	for _, f := range c.Functions {
		for _, r := range f.returns() {
			there[f.Name+"."+r.Name] = true
		}
	}
	for _, exceptions := range []map[string]string{outside, mayDelete, uniqueBeyond, plain, lookupTells} {
		for name := range exceptions {
			if !there[name] {
				t.Errorf("%s: an exception that nothing needs", name)
			}
		}
	}
	for g := range columnGrants {
		if !there[fmt.Sprint(g)] {
			t.Errorf("%v: an exception that nothing needs", g)
		}
	}
}

// A good table, for the faults below to be the only ones.
const goodTable = `CREATE TABLE extra (org_id uuid NOT NULL REFERENCES organisation, id uuid NOT NULL, PRIMARY KEY (org_id, id)); SELECT fence('extra', 'SELECT', 'INSERT');`

// Each bad schema is found, and nothing else beside it.
func TestINV12_TheCatalogueTestCanFail(t *testing.T) {
	conn := adminOf(t, pgtest.New(t))
	clean := readCatalogue(t, conn).faults() // the other test's business
	const unfenced = `CREATE TABLE extra (org_id uuid NOT NULL, id uuid NOT NULL, PRIMARY KEY (org_id, id)); GRANT SELECT ON extra TO howareyou_backup;`
	for _, c := range []struct{ name, ddl, finds string }{
		{"a good table", goodTable, ""},
		{"no fence", unfenced, "not enabled and forced|no policy of_organisation|no policy migrating|no policy backing_up"},
		{"enabled, not forced", goodTable + "ALTER TABLE extra NO FORCE ROW LEVEL SECURITY", "not enabled and forced"},
		{"forced, not enabled", goodTable + "ALTER TABLE extra DISABLE ROW LEVEL SECURITY", "not enabled and forced"},
		{
			"no organisation", "CREATE TABLE extra (id uuid PRIMARY KEY); GRANT SELECT ON extra TO howareyou_backup",
			"no org_id|not enabled and forced|no policy of_organisation|no policy migrating|no policy backing_up|does not begin with org_id",
		},
		{"organisation may be missing", goodTable + "ALTER TABLE extra ADD other uuid; ALTER TABLE extra DROP CONSTRAINT extra_pkey; ALTER TABLE extra ALTER org_id DROP NOT NULL", "no org_id|does not begin with org_id"},
		{"a policy more", goodTable + "CREATE POLICY mine ON extra TO howareyou_app USING (true)", "policy mine is not one of ours"},
		{"writes unchecked", goodTable + "ALTER POLICY of_organisation ON extra WITH CHECK (true)", "policy of_organisation is"},
		{"policy for everybody", goodTable + "ALTER POLICY of_organisation ON extra TO public", "policy of_organisation is"},
		{"look-up may write", "ALTER POLICY locking ON delivery WITH CHECK (true)", "policy locking is"},
		{
			"a partition without fence", "CREATE TABLE event_x PARTITION OF event FOR VALUES FROM ('01000000-0000-0000-0000-000000000000') TO ('02000000-0000-0000-0000-000000000000'); GRANT SELECT ON event_x TO howareyou_backup",
			"not enabled and forced|no policy backing_up",
		},
		{"a partition open to the service", "GRANT SELECT ON event_default TO howareyou_app", "howareyou_app may SELECT"},
		{"a view", "CREATE VIEW extra AS SELECT org_id, id FROM person; GRANT SELECT ON extra TO howareyou_backup", "a view reads as its owner"},
		{"a view as its reader", "CREATE VIEW extra WITH (security_invoker = true) AS SELECT org_id, id FROM person; GRANT SELECT ON extra TO howareyou_backup", ""},
		{"a materialised view", "CREATE MATERIALIZED VIEW extra AS SELECT org_id, id FROM person; GRANT SELECT ON extra TO howareyou_backup", "neither a table nor a view|does not begin with org_id"},
		{"another primary key", "CREATE TABLE extra (org_id uuid NOT NULL, id uuid PRIMARY KEY); SELECT fence('extra', 'SELECT')", "does not begin with org_id"},
		{"unique across organisations", goodTable + "CREATE UNIQUE INDEX extra_once ON extra (id)", "unique index extra_once"},
		{
			"a reference without organisation", "ALTER TABLE person ADD UNIQUE (id, org_id); ALTER TABLE person ADD CONSTRAINT person_once UNIQUE (id);" + goodTable + "ALTER TABLE extra ADD FOREIGN KEY (id) REFERENCES person (id)",
			"person: unique index person_id_org_id_key|person: unique index person_once|does not carry org_id",
		},
		{"a time of its own", goodTable + "ALTER TABLE extra ADD at timestamptz NOT NULL DEFAULT now()", "at makes its own value"},
		{"a time of its own by word", goodTable + "ALTER TABLE extra ADD at timestamptz DEFAULT current_timestamp", "at makes its own value"},
		{"an id of its own", goodTable + "ALTER TABLE extra ALTER id SET DEFAULT gen_random_uuid()", "id makes its own value"},
		{"a counter", goodTable + "ALTER TABLE extra ADD n bigint GENERATED ALWAYS AS IDENTITY", "n makes its own value"},
		{"a plain default", goodTable + "ALTER TABLE extra ADD n int NOT NULL DEFAULT 1, ADD p uuid[] NOT NULL DEFAULT '{}'", ""},
		{"a time without zone", goodTable + "ALTER TABLE extra ADD at timestamp", "at is a timestamp without time zone"},
		{"a date", goodTable + "ALTER TABLE extra ADD day date", "day is a date"},
		{"bytes without a kind", goodTable + "ALTER TABLE extra ADD secret bytea", "secret is bytes of no known kind"},
		{"sealed, not listed", goodTable + "ALTER TABLE extra ADD note_enc bytea", "extra.note_enc: is not in sealedColumns"},
		{"sealed, without row", "CREATE TABLE extra (org_id uuid PRIMARY KEY, note_enc bytea); SELECT fence('extra', 'SELECT')", "the table has none|not in sealedColumns"},
		{"sealed by name alone", goodTable + "ALTER TABLE extra ADD note_enc text", "named as bytes|note_enc is readable|not in sealedColumns"},
		{"listed, not there", "ALTER TABLE check_in DROP words_enc", "check_in.words_enc: is in sealedColumns"},
		{"listed with another key", "ALTER TABLE person_name_word DROP CONSTRAINT person_name_word_org_id_person_id_fkey; ALTER TABLE alert_entry DROP CONSTRAINT alert_entry_pkey, ADD PRIMARY KEY (org_id, alert_id, id)", "sealedColumns has the key"},
		{"an index that was not listed", "ALTER TABLE person ADD name_idx bytea, ADD name_idx_next bytea; CREATE INDEX ON person (org_id, name_idx); CREATE INDEX ON person (org_id, name_idx_next)", "sealedColumns has the index"},
		{"no second index", goodTable + "ALTER TABLE extra ADD name_idx bytea; CREATE INDEX ON extra (org_id, name_idx)", "no second column"},
		{"an index that nobody can search", "DROP INDEX contact_point_idx_next", "no index on (org_id, value_idx_next)"},
		{"free text", goodTable + "ALTER TABLE extra ADD name text", "name is readable free text"},
		{"free text by length", goodTable + "ALTER TABLE extra ADD name varchar(40)", "name is readable free text"},
		{"a document", goodTable + "ALTER TABLE extra ADD detail jsonb", "detail is readable free text"},
		{"not empty is no list", goodTable + "ALTER TABLE extra ADD name text CHECK (name <> '')", "name is readable free text"},
		{"a list of words", goodTable + "ALTER TABLE extra ADD kind text CHECK (kind IN ('a', 'b'))", ""},
		{"deleting", goodTable + "GRANT DELETE ON extra TO howareyou_app", "howareyou_app may DELETE"},
		{"truncating", goodTable + "GRANT TRUNCATE ON extra TO howareyou_app", "howareyou_app may TRUNCATE"},
		{"open to all", goodTable + "GRANT SELECT ON extra TO public", "public may SELECT"},
		{"a backup that writes", goodTable + "GRANT INSERT ON extra TO howareyou_backup", "howareyou_backup may INSERT"},
		{"a backup that cannot read", goodTable + "REVOKE SELECT ON extra FROM howareyou_backup", "the backup may not read it"},
		{"a look-up that was not opened", goodTable + "GRANT SELECT ON extra TO howareyou_lookup", "howareyou_lookup may SELECT"},
		{"another owner", goodTable + "ALTER TABLE extra OWNER TO howareyou_lookup", "belongs to howareyou_lookup|howareyou_lookup may"},
		{"changing what is kept", "GRANT UPDATE ON audit TO howareyou_app", "howareyou_app may UPDATE"},
		{"changing a column of what is kept", "GRANT UPDATE (detail) ON audit TO howareyou_app", "howareyou_app may UPDATE detail"},
		{"deleting what is kept", "GRANT DELETE ON consent TO howareyou_app", "howareyou_app may DELETE"},
		{"the trigger is gone", "DROP TRIGGER append_only ON audit_seal", "no trigger BEFORE DELETE OR UPDATE"},
		{"the trigger is off", "ALTER TABLE consent DISABLE TRIGGER append_only_whole", "no trigger BEFORE TRUNCATE"},
		{"another definer", "CREATE FUNCTION peek() RETURNS bigint LANGUAGE sql SECURITY DEFINER AS 'SELECT count(*) FROM person'", "is SECURITY DEFINER"},
		{"a look-up by its caller", "ALTER FUNCTION lookup_link(bytea) SECURITY INVOKER", "is not SECURITY DEFINER"},
		{"a look-up of the owner's", "ALTER FUNCTION lookup_link(bytea) OWNER TO howareyou_migrate", "belongs to howareyou_migrate"},
		{"a path that anybody sets", "ALTER FUNCTION lookup_link(bytea) RESET search_path", "search_path is not fixed"},
		{"a look-up for all", "GRANT EXECUTE ON FUNCTION lookup_link(bytea) TO public", "called by the service alone"},
		{"a look-up for nobody", "REVOKE EXECUTE ON FUNCTION lookup_link(bytea) FROM howareyou_app", "called by the service alone"},
		{"a look-up that tells", `SET ROLE howareyou_lookup; CREATE FUNCTION lookup_person(p uuid) RETURNS TABLE (org uuid, name bytea) LANGUAGE sql SECURITY DEFINER SET search_path = public, pg_temp AS $$ SELECT p, ''::bytea $$;
			REVOKE ALL ON FUNCTION lookup_person FROM public; GRANT EXECUTE ON FUNCTION lookup_person TO howareyou_app; RESET ROLE`, "returns name bytea"},
		{"a service past the fence", "ALTER ROLE howareyou_app BYPASSRLS", "passes row level security"},
		{"a service that owns", "GRANT howareyou_migrate TO howareyou_app", "is a member of howareyou_migrate|may create things"},
		{"a service that builds", "GRANT CREATE ON SCHEMA public TO howareyou_app", "may create things"},
	} {
		t.Run(c.name, func(t *testing.T) {
			tx, err := conn.Begin(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			defer tx.Rollback(t.Context())
			for _, sql := range []string{"SET LOCAL ROLE " + migrateRole, c.ddl, "RESET ROLE"} {
				if strings.Contains(c.name, "service ") && sql != c.ddl {
					continue // roles are the superuser's
				}
				if _, err := tx.Exec(t.Context(), sql); err != nil {
					t.Fatalf("%s: %v", sql, err)
				}
			}
			var want []string
			if c.finds != "" {
				want = strings.Split(c.finds, "|")
			}
			found := slices.DeleteFunc(readCatalogue(t, tx).faults(), func(f string) bool { return slices.Contains(clean, f) })
			for _, w := range want {
				if !slices.ContainsFunc(found, func(f string) bool { return strings.Contains(f, w) }) {
					t.Errorf("%q is not among %q", w, found)
				}
			}
			if found := slices.DeleteFunc(found, func(f string) bool {
				return slices.ContainsFunc(want, func(w string) bool { return strings.Contains(f, w) })
			}); len(found) > 0 {
				t.Errorf("found beside it: %q", found)
			}
		})
	}
}
