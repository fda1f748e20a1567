package postgres_test

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"howareyou/internal/postgres"
)

const (
	appRole, lookupRole, migrateRole, backupRole = "howareyou_app", "howareyou_lookup", "howareyou_migrate", "howareyou_backup"

	ofOrganisation = `org_id=ANYSELECTNULLIFcurrent_setting'app.orgs'::text,true,''::text::uuid[]AS"nullif"::uuid[]`
)

// bare leaves out blanks and brackets, which the versions of the database set
// differently when they print an expression.
var bare = strings.NewReplacer(" ", "", "(", "", ")", "")

// faults says where the schema falls short of what every table owes, each with
// what to do about it.
func (c catalogue) faults() []string {
	var all []string
	for _, t := range c.Tables {
		for _, rule := range []func(table) []string{
			c.fenced, c.keyed, c.referenced, c.granted, c.defaulted, c.named, c.plainText, c.kept,
		} {
			for _, fault := range rule(t) {
				all = append(all, t.Name+": "+fault)
			}
		}
	}
	all = append(all, c.sealedAsListed()...)
	for _, f := range c.Functions {
		for _, fault := range functionFaults(f) {
			all = append(all, f.Name+"(): "+fault)
		}
	}
	for _, r := range c.Roles {
		for _, fault := range roleFaults(r) {
			all = append(all, r.Name+": "+fault)
		}
	}
	return all
}

func (t table) column(name string) (column, bool) {
	i := slices.IndexFunc(t.Columns, func(c column) bool { return c.Name == name })
	if i < 0 {
		return column{}, false
	}
	return t.Columns[i], true
}

func (t table) primary() []string {
	for _, i := range t.Indexes {
		if i.Primary {
			return i.Columns
		}
	}
	return nil
}

// fenced: rows belong to an organisation, and the policies say so to everyone.
func (c catalogue) fenced(t table) (faults []string) {
	if outside[t.Name] != "" {
		return nil
	}
	if t.Kind == "v" {
		if !t.Invoker {
			faults = append(faults, "a view reads as its owner, past the policies: create it WITH (security_invoker = true)")
		}
		return faults
	}
	if t.Kind != "r" && t.Kind != "p" {
		return []string{"neither a table nor a view: policies do not bind it"}
	}
	if org, ok := t.column("org_id"); !ok || org.Type != "uuid" || !org.NotNull {
		faults = append(faults, "has no org_id uuid NOT NULL: whose are its rows?")
	}
	if !t.RLS || !t.Forced {
		faults = append(faults, "row level security is not enabled and forced: call fence(), or fence_partition() for a partition")
	}
	want := map[string]policy{
		"of_organisation": {Role: appRole, Command: "ALL", Using: ofOrganisation, Check: ofOrganisation},
		"migrating":       {Role: migrateRole, Command: "ALL", Using: "true", Check: "true"},
		"backing_up":      {Role: backupRole, Command: "SELECT", Using: "true"},
	}
	allowed := map[string]policy{
		"looking_up": {Role: lookupRole, Command: "SELECT", Using: "true"},
		"locking":    {Role: lookupRole, Command: "UPDATE", Using: "true", Check: "false"},
	}
	if t.Parent != "" {
		delete(want, "of_organisation")
		delete(want, "migrating")
		allowed = nil
	}
	for _, p := range t.Policies {
		name := p.Name
		expected, known := want[name]
		if !known {
			expected, known = allowed[name]
		}
		expected.Name, expected.Permissive = name, true
		p.Using, p.Check = bare.Replace(p.Using), bare.Replace(p.Check)
		switch {
		case !known:
			faults = append(faults, fmt.Sprintf("policy %s is not one of ours: policies add up, so it opens rows", name))
		case p != expected:
			faults = append(faults, fmt.Sprintf("policy %s is %+v, want %+v", name, p, expected))
		}
		delete(want, name)
	}
	for name := range want {
		faults = append(faults, fmt.Sprintf("has no policy %s: call fence(), or fence_partition() for a partition", name))
	}
	return faults
}

// keyed: the organisation is the first part of every key.
func (c catalogue) keyed(t table) (faults []string) {
	if outside[t.Name] != "" || t.Kind == "v" {
		return nil
	}
	if key := t.primary(); len(key) == 0 || key[0] != "org_id" {
		faults = append(faults, fmt.Sprintf("its primary key %q does not begin with org_id", key))
	}
	for _, i := range t.Indexes {
		if i.Unique && !i.Primary && i.Columns[0] != "org_id" && uniqueBeyond[i.Name] == "" {
			faults = append(faults, fmt.Sprintf("unique index %s goes across organisations: one could learn from it what another has", i.Name))
		}
	}
	for _, col := range t.Columns {
		if !strings.HasSuffix(col.Name, "_idx") && !strings.HasSuffix(col.Name, "_idx_next") {
			continue
		}
		if !slices.ContainsFunc(t.Indexes, func(i index) bool { return len(i.Columns) >= 2 && i.Columns[0] == "org_id" && i.Columns[1] == col.Name }) {
			faults = append(faults, fmt.Sprintf("%s is there to be looked up and has no index on (org_id, %[1]s)", col.Name))
		}
	}
	return faults
}

// referenced: foreign keys go by without row level security, so they must carry
// the organisation themselves.
func (c catalogue) referenced(t table) (faults []string) {
	for _, r := range t.References {
		if r.Here[0] != "org_id" || r.There[0] != "org_id" {
			faults = append(faults, fmt.Sprintf("foreign key %s to %s does not carry org_id on both sides: a row could point into another organisation", r.Name, r.Target))
		}
	}
	return faults
}

// granted: the service and the backup may do what they must and no more.
func (c catalogue) granted(t table) (faults []string) {
	opened := slices.ContainsFunc(t.Policies, func(p policy) bool { return p.Name == "looking_up" })
	locked := slices.ContainsFunc(t.Policies, func(p policy) bool { return p.Name == "locking" })
	if t.Owner != migrateRole {
		faults = append(faults, fmt.Sprintf("belongs to %s, want %s", t.Owner, migrateRole))
	}
	backup := false
	for _, g := range t.Grants {
		ok := false
		switch g.Role {
		case migrateRole:
			ok = true
		case backupRole:
			ok = g.Privilege == "SELECT"
			backup = backup || ok && g.Column == ""
		case lookupRole:
			ok = opened && g.Privilege == "SELECT" || locked && g.Privilege == "UPDATE"
		case appRole:
			switch g.Privilege {
			case "SELECT", "INSERT":
				ok = true
			case "UPDATE":
				ok = !appendOnly[t.Name]
			case "DELETE":
				ok = mayDelete[t.Name] != "" && !appendOnly[t.Name]
			}
			ok = ok && t.Parent == ""
		}
		if g.Column != "" {
			ok = columnGrants[grant{g.Role, g.Privilege, t.Name + "." + g.Column}] != "" || ok && g.Role != appRole
		}
		if !ok {
			faults = append(faults, fmt.Sprintf("%s may %s %s", g.Role, g.Privilege, g.Column))
		}
	}
	if !backup {
		faults = append(faults, "the backup may not read it")
	}
	return faults
}

var constant = regexp.MustCompile(`^('[^']*'(::[a-z ]+(\[\])?)?|-?[0-9.]+|true|false|)$`)

// defaulted: times and ids come from the service's clock, which a demo and a
// test can move.
func (c catalogue) defaulted(t table) (faults []string) {
	if outside[t.Name] != "" && t.Name != "inbound_seen" && t.Name != "inbound_unrouted" {
		return nil
	}
	for _, col := range t.Columns {
		if !constant.MatchString(col.Default) {
			faults = append(faults, fmt.Sprintf("%s makes its own value (%s): times and ids come from the service", col.Name, col.Default))
		}
		if strings.HasPrefix(col.Type, "time") && col.Type != "timestamp with time zone" || col.Type == "date" {
			faults = append(faults, fmt.Sprintf("%s is a %s: an instant is a timestamptz, a day is an int in the patient's zone", col.Name, col.Type))
		}
	}
	return faults
}

// named: bytes say by their name what they are.
func (c catalogue) named(t table) (faults []string) {
	for _, col := range t.Columns {
		n := col.Name
		isIdx, isEnc := strings.HasSuffix(n, "_idx"), strings.HasSuffix(n, "_enc")
		if col.Type != "bytea" {
			if isIdx || isEnc || strings.HasSuffix(n, "_idx_next") || strings.HasSuffix(n, "_hash") {
				faults = append(faults, fmt.Sprintf("%s is a %s, but named as bytes", n, col.Type))
			}
			continue
		}
		switch {
		case isIdx:
			if next, ok := t.column(n + "_next"); !ok || next.Type != "bytea" || next.NotNull {
				faults = append(faults, fmt.Sprintf("%s has no second column %[1]s_next: the index key could never be changed", n))
			}
		case strings.HasSuffix(n, "_idx_next"):
			if _, ok := t.column(strings.TrimSuffix(n, "_next")); !ok {
				faults = append(faults, n+" has no first column")
			}
		case isEnc:
			if id, ok := t.column("id"); !ok || id.Type != "uuid" || !id.NotNull {
				faults = append(faults, n+" is bound to its row's id, and the table has none")
			}
		case n == "hash", strings.HasSuffix(n, "_hash"):
		default:
			faults = append(faults, fmt.Sprintf("%s is bytes of no known kind: *_enc (sealed), *_idx (blind index), *_hash", n))
		}
	}
	return faults
}

// plainText: free text is sealed, or somebody said why it need not be.
func (c catalogue) plainText(t table) (faults []string) {
	if t.Parent != "" || t.Kind == "v" || t.Name == "goose_db_version" {
		return nil // partitions are as their parents, views as their tables
	}
	for _, col := range t.Columns {
		free := strings.HasPrefix(col.Type, "text") || strings.HasPrefix(col.Type, "character") || strings.HasPrefix(col.Type, "json") || col.Type == "name" || col.Type == "xml"
		if free && !col.Vocabulary && plain[t.Name+"."+col.Name] == "" {
			faults = append(faults, fmt.Sprintf("%s is readable free text: seal it (%[1]s_enc bytea), limit it by a CHECK, or say in plain why it holds nothing about a person", col.Name))
		}
	}
	return faults
}

// kept: append-only tables refuse changes from everybody.
func (c catalogue) kept(t table) (faults []string) {
	if !appendOnly[t.Name] {
		return nil
	}
	for _, want := range []string{"BEFORE DELETE OR UPDATE ON public." + t.Name + " FOR EACH ROW", "BEFORE TRUNCATE ON public." + t.Name + " FOR EACH STATEMENT"} {
		if !slices.ContainsFunc(t.Triggers, func(g trigger) bool {
			return g.Enabled && strings.Contains(g.Definition, want) && !strings.Contains(g.Definition, " WHEN ")
		}) {
			faults = append(faults, "is append-only and has no trigger "+want)
		}
	}
	return faults
}

// sealedAsListed compares the ciphertext of the database with the list that the
// rewrap goes by: what is in one alone is lost at the next change of keys.
func (c catalogue) sealedAsListed() (faults []string) {
	listed := map[string]postgres.SealedColumn{}
	for _, s := range postgres.SealedColumns() {
		listed[s.Table+"."+s.Column] = s
	}
	for _, t := range c.Tables {
		for _, col := range t.Columns {
			place := t.Name + "." + col.Name
			if t.Parent != "" || !strings.HasSuffix(col.Name, "_enc") {
				continue
			}
			s, ok := listed[place]
			delete(listed, place)
			if !ok {
				faults = append(faults, place+": is not in sealedColumns: it would be lost with the old data key")
				continue
			}
			key := slices.DeleteFunc(slices.Clone(t.primary()), func(k string) bool { return k == "org_id" })
			if !slices.Equal(s.Key, key) || s.Key[len(s.Key)-1] != "id" {
				faults = append(faults, fmt.Sprintf("%s: sealedColumns has the key %q, the table %q", place, s.Key, key))
			}
			idx := strings.TrimSuffix(col.Name, "_enc") + "_idx"
			if _, indexed := t.column(idx); indexed != (s.Index != "") || indexed && s.Index != idx {
				faults = append(faults, fmt.Sprintf("%s: sealedColumns has the index %q, the table's is %s (%v)", place, s.Index, idx, indexed))
			}
			if _, org := t.column("org_id"); org == s.NoOrg {
				faults = append(faults, place+": sealedColumns is wrong about its organisation")
			}
		}
	}
	for place := range listed {
		faults = append(faults, place+": is in sealedColumns, but not in the database")
	}
	return faults
}

var toldFreely = []string{"uuid", "integer", "bigint", "smallint", "timestamp with time zone", "boolean"}

// functionFaults: what runs with another's rights looks up, and gives ids only.
func functionFaults(f function) (faults []string) {
	lookup := strings.HasPrefix(f.Name, "lookup_") || strings.HasPrefix(f.Name, "claim_")
	owner := migrateRole
	if lookup {
		owner = lookupRole
	}
	if f.Owner != owner {
		faults = append(faults, fmt.Sprintf("belongs to %s, want %s", f.Owner, owner))
	}
	if !lookup && f.Name != "ensure_partitions" && f.Name != "forget_old" {
		if f.Definer {
			faults = append(faults, "is SECURITY DEFINER: only look-ups, claims, ensure_partitions and forget_old are")
		}
		return faults
	}
	if !f.Definer {
		faults = append(faults, "is not SECURITY DEFINER, so it sees nothing")
	}
	if !slices.Contains(strings.Split(f.Settings, "; "), "search_path=public, pg_temp") {
		faults = append(faults, fmt.Sprintf("its search_path is not fixed (%q): a caller could put their own table in the way", f.Settings))
	}
	if f.ByPublic || !f.ByApp {
		faults = append(faults, "must be called by the service alone: REVOKE from PUBLIC, GRANT EXECUTE to "+appRole)
	}
	for _, r := range f.returns() {
		if !slices.Contains(toldFreely, r.Type) && lookupTells[f.Name+"."+r.Name] == "" {
			faults = append(faults, fmt.Sprintf("returns %s %s: across organisations only ids, numbers, times and yes or no are told", r.Name, r.Type))
		}
	}
	return faults
}

// roleFaults: row level security binds neither superusers nor who has BYPASSRLS.
func roleFaults(r role) (faults []string) {
	if r.Superuser || r.BypassRLS || r.CreateRole || r.CreateDB || r.Replication {
		faults = append(faults, "is a superuser, passes row level security, or may make itself so")
	}
	if r.CreateInSchema && r.Name != migrateRole && r.Name != lookupRole {
		faults = append(faults, "may create things in the schema")
	}
	for _, of := range r.MemberOf {
		if r.Name != migrateRole || of != lookupRole {
			faults = append(faults, "is a member of "+of+", so it may do what that may")
		}
	}
	return faults
}
