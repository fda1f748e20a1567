package postgres_test

import (
	"context"
	"strings"
	"testing"

	"github.com/jackc/pgx/v5"
)

// catalogue is the schema as the database itself describes it.
type catalogue struct {
	Tables    []table
	Functions []function
	Roles     []role
}

type table struct {
	Name       string
	Kind       string // r: table, p: partitioned, v: view, m: materialised view, f: foreign
	Parent     string // of a partition
	RLS        bool
	Forced     bool
	Invoker    bool // a view that is bound by its reader's policies
	Owner      string
	Columns    []column
	Policies   []policy
	References []reference
	Indexes    []index
	Grants     []grant
	Triggers   []trigger
}

type column struct {
	Name       string
	Type       string
	NotNull    bool
	Default    string // as SQL; "identity" or "generated" for those
	Vocabulary bool   // a CHECK on this column alone lists or shapes what it may hold
}

type policy struct {
	Name, Role, Command, Using, Check string
	Permissive                        bool
}

type reference struct {
	Name, Target string
	Here, There  []string
}

type index struct {
	Name            string
	Primary, Unique bool
	Columns         []string
}

// grant is one privilege; Column is "" for all.
type grant struct{ Role, Privilege, Column string }

type trigger struct {
	Name, Definition string
	Enabled          bool
}

type function struct {
	Name, Owner, Settings string
	Definer               bool
	ByPublic, ByApp       bool     // who may call it
	Columns               []string // of a table that it returns, as "name type"
	Result                string
}

type role struct {
	Name                                       string
	Superuser, BypassRLS, CreateRole, CreateDB bool
	Replication, CreateInSchema                bool
	MemberOf                                   []string
}

const (
	sqlCatTables = `SELECT c.relname::text, c.relkind::text, coalesce(p.relname::text, ''), c.relrowsecurity, c.relforcerowsecurity,
  coalesce('security_invoker=true' = ANY (c.reloptions), false), pg_get_userbyid(c.relowner)::text
FROM pg_class c LEFT JOIN pg_inherits i ON i.inhrelid = c.oid LEFT JOIN pg_class p ON p.oid = i.inhparent
WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f') ORDER BY c.relname`
	// The ones below begin with the table.
	sqlCatColumns = `SELECT c.relname::text, a.attname::text, format_type(a.atttypid, a.atttypmod), a.attnotnull,
  CASE WHEN a.attidentity <> '' THEN 'identity' WHEN a.attgenerated <> '' THEN 'generated' ELSE coalesce(pg_get_expr(d.adbin, d.adrelid), '') END,
  EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conrelid = a.attrelid AND k.contype = 'c' AND k.conkey = ARRAY[a.attnum]
    AND pg_get_constraintdef(k.oid) ~ '(ANY \(ARRAY\[|<@ ARRAY\[| ~ )')
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid LEFT JOIN pg_attrdef d ON d.adrelid = a.attrelid AND d.adnum = a.attnum
WHERE c.relnamespace = 'public'::regnamespace AND a.attnum > 0 AND NOT a.attisdropped ORDER BY a.attrelid, a.attnum`
	sqlCatPolicies = `SELECT tablename::text, policyname::text, array_to_string(roles, ','), cmd, coalesce(qual, ''), coalesce(with_check, ''),
  permissive = 'PERMISSIVE' FROM pg_policies WHERE schemaname = 'public' ORDER BY policyname`
	sqlCatReferences = `SELECT k.conrelid::regclass::text, k.conname::text, k.confrelid::regclass::text,
  (SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.conkey) WITH ORDINALITY u(num, n) JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = u.num),
  (SELECT array_agg(a.attname::text ORDER BY n) FROM unnest(k.confkey) WITH ORDINALITY u(num, n) JOIN pg_attribute a ON a.attrelid = k.confrelid AND a.attnum = u.num)
FROM pg_constraint k WHERE k.contype = 'f' AND k.connamespace = 'public'::regnamespace ORDER BY k.conname`
	sqlCatIndexes = `SELECT t.relname::text, c.relname::text, i.indisprimary, i.indisunique,
  (SELECT array_agg(coalesce(a.attname::text, '(expression)') ORDER BY n) FROM unnest(i.indkey::int2[]) WITH ORDINALITY u(num, n)
    LEFT JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = u.num)
FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid JOIN pg_class t ON t.oid = i.indrelid
WHERE t.relnamespace = 'public'::regnamespace ORDER BY c.relname`
	sqlCatGrants = `SELECT c.relname::text, CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee)::text END, x.privilege_type, ''
FROM pg_class c, aclexplode(c.relacl) x WHERE c.relnamespace = 'public'::regnamespace
UNION ALL
SELECT c.relname::text, CASE x.grantee WHEN 0 THEN 'public' ELSE pg_get_userbyid(x.grantee)::text END, x.privilege_type, a.attname::text
FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid, aclexplode(a.attacl) x WHERE c.relnamespace = 'public'::regnamespace ORDER BY 1, 2, 3, 4`
	sqlCatTriggers = `SELECT c.relname::text, t.tgname::text, pg_get_triggerdef(t.oid), t.tgenabled <> 'D'
FROM pg_trigger t JOIN pg_class c ON c.oid = t.tgrelid WHERE c.relnamespace = 'public'::regnamespace AND NOT t.tgisinternal ORDER BY t.tgname`
	sqlCatFunctions = `SELECT p.proname::text, pg_get_userbyid(p.proowner)::text, coalesce(array_to_string(p.proconfig, '; '), ''), p.prosecdef,
  EXISTS (SELECT 1 FROM aclexplode(coalesce(p.proacl, acldefault('f', p.proowner))) x WHERE x.grantee = 0),
  has_function_privilege('howareyou_app', p.oid, 'EXECUTE'),
  ARRAY(SELECT coalesce(p.proargnames[n], '') || ' ' || format_type(u.typ, NULL) FROM unnest(p.proallargtypes, p.proargmodes) WITH ORDINALITY u(typ, mode, n) WHERE u.mode = 't'),
  format_type(p.prorettype, NULL)
FROM pg_proc p WHERE p.pronamespace = 'public'::regnamespace
  AND NOT EXISTS (SELECT 1 FROM pg_depend d WHERE d.objid = p.oid AND d.classid = 'pg_proc'::regclass AND d.deptype = 'e')
ORDER BY p.proname`
	sqlCatRoles = `SELECT r.rolname::text, r.rolsuper, r.rolbypassrls, r.rolcreaterole, r.rolcreatedb, r.rolreplication,
  has_schema_privilege(r.oid, 'public', 'CREATE'),
  ARRAY(SELECT pg_get_userbyid(m.roleid)::text FROM pg_auth_members m WHERE m.member = r.oid)
FROM pg_roles r WHERE r.rolname LIKE 'howareyou\_%' AND NOT r.rolcanlogin ORDER BY r.rolname`
)

// db is a connection or a transaction.
type db interface {
	Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error)
}

// list reads rows into structs, by their fields' addresses.
func list[T any](t testing.TB, db db, sql string, fields func(*T) []any) []T {
	t.Helper()
	rows, err := db.Query(t.Context(), sql)
	if err != nil {
		t.Fatal(err)
	}
	found, err := pgx.CollectRows(rows, func(row pgx.CollectableRow) (v T, err error) {
		return v, row.Scan(fields(&v)...)
	})
	if err != nil {
		t.Fatal(err)
	}
	return found
}

// listByTable reads rows whose first column is their table.
func listByTable[T any](t testing.TB, db db, sql string, fields func(*T) []any) map[string][]T {
	t.Helper()
	type ofTable struct {
		table string
		v     T
	}
	all := map[string][]T{}
	for _, row := range list(t, db, sql, func(r *ofTable) []any { return append([]any{&r.table}, fields(&r.v)...) }) {
		all[row.table] = append(all[row.table], row.v)
	}
	return all
}

// readCatalogue reads all of it, as the superuser.
func readCatalogue(t testing.TB, db db) catalogue {
	t.Helper()
	var c catalogue
	columns := listByTable(t, db, sqlCatColumns, func(v *column) []any { return []any{&v.Name, &v.Type, &v.NotNull, &v.Default, &v.Vocabulary} })
	policies := listByTable(t, db, sqlCatPolicies, func(v *policy) []any {
		return []any{&v.Name, &v.Role, &v.Command, &v.Using, &v.Check, &v.Permissive}
	})
	references := listByTable(t, db, sqlCatReferences, func(v *reference) []any { return []any{&v.Name, &v.Target, &v.Here, &v.There} })
	indexes := listByTable(t, db, sqlCatIndexes, func(v *index) []any { return []any{&v.Name, &v.Primary, &v.Unique, &v.Columns} })
	grants := listByTable(t, db, sqlCatGrants, func(v *grant) []any { return []any{&v.Role, &v.Privilege, &v.Column} })
	triggers := listByTable(t, db, sqlCatTriggers, func(v *trigger) []any { return []any{&v.Name, &v.Definition, &v.Enabled} })
	c.Tables = list(t, db, sqlCatTables, func(v *table) []any {
		return []any{&v.Name, &v.Kind, &v.Parent, &v.RLS, &v.Forced, &v.Invoker, &v.Owner}
	})
	for i := range c.Tables {
		x := &c.Tables[i]
		x.Columns, x.Policies, x.References = columns[x.Name], policies[x.Name], references[x.Name]
		x.Indexes, x.Grants, x.Triggers = indexes[x.Name], grants[x.Name], triggers[x.Name]
	}
	c.Functions = list(t, db, sqlCatFunctions, func(v *function) []any {
		return []any{&v.Name, &v.Owner, &v.Settings, &v.Definer, &v.ByPublic, &v.ByApp, &v.Columns, &v.Result}
	})
	c.Roles = list(t, db, sqlCatRoles, func(v *role) []any {
		return []any{&v.Name, &v.Superuser, &v.BypassRLS, &v.CreateRole, &v.CreateDB, &v.Replication, &v.CreateInSchema, &v.MemberOf}
	})
	return c
}

// returns are the columns of what the function gives; one without a name when
// it gives one value.
func (f function) returns() []column {
	if len(f.Columns) == 0 {
		return []column{{Type: f.Result}}
	}
	var all []column
	for _, c := range f.Columns {
		name, typ, _ := strings.Cut(c, " ")
		all = append(all, column{Name: name, Type: typ})
	}
	return all
}
