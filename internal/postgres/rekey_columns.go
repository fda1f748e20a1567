package postgres

import (
	"fmt"
	"strings"
)

// sealedColumn is one column of ciphertext. The list below is the only one:
// what is not in it would be lost with the old data key, so the catalogue test
// compares it with the database.
type sealedColumn struct {
	Table, Column string
	// Key names the row within its organisation: the rest of the primary key. The
	// last part is the row's id, to which the ciphertext is bound.
	Key []string
	// Index is the blind index of the same value; its second column has _next
	// behind the name. Purpose is SQL for the purpose of that index.
	Index, Purpose string
	// Words: the blind indexes stand in person_name_word, one row a word.
	Words bool
	// NoOrg: the value came in before its organisation was known.
	NoOrg bool
}

var sealedColumns = []sealedColumn{
	{Table: "conversation", Column: "number_enc", Key: []string{"id"}, Index: "number_idx", Purpose: "'phone'::text"},
	{Table: "contact_point", Column: "value_enc", Key: []string{"id"}, Index: "value_idx", Purpose: "kind"},
	{Table: "person", Column: "name_enc", Key: []string{"id"}, Words: true},
	{Table: "check_in", Column: "words_enc", Key: []string{"id"}},
	{Table: "item_answer", Column: "words_enc", Key: []string{"id"}},
	{Table: "encouragement", Column: "words_enc", Key: []string{"id"}},
	{Table: "alert_entry", Column: "note_enc", Key: []string{"id"}},
	{Table: "patient_note", Column: "note_enc", Key: []string{"id"}},
	{Table: "goal_entry", Column: "words_enc", Key: []string{"id"}},
	{Table: "week_letter", Column: "body_enc", Key: []string{"id"}},
	{Table: "handling", Column: "note_enc", Key: []string{"id"}},
	{Table: "pack_version", Column: "body_enc", Key: []string{"id"}},
	{Table: "pack_signature", Column: "note_enc", Key: []string{"id"}},
	{Table: "pack_activation", Column: "note_enc", Key: []string{"id"}},
	{Table: "backtest", Column: "body_enc", Key: []string{"id"}},
	{Table: "inbound_message", Column: "body_enc", Key: []string{"id"}},
	{Table: "delivery", Column: "body_enc", Key: []string{"event_id", "id"}},
	{Table: "patient_import", Column: "rows_enc", Key: []string{"id"}},
	{Table: "inbound_unrouted", Column: "body_enc", Key: []string{"id"}, NoOrg: true},
}

// sqlRead reads a page of rows that hold a value, after a key:
// organisation, key after which, limit.
func (c sealedColumn) sqlRead() string {
	index := "NULL::bytea AS idx, NULL::bytea AS idx_next, ''::text AS purpose"
	if c.Index != "" {
		index = fmt.Sprintf("%[1]s AS idx, %[1]s_next AS idx_next, %[2]s AS purpose", c.Index, c.Purpose)
	}
	key := strings.Join(c.Key, ", ")
	return fmt.Sprintf(`SELECT ARRAY[%s] AS key, %s AS enc, %s FROM %s WHERE %s AND octet_length(%[2]s) > 0 AND (%[1]s) > (%[6]s) ORDER BY %[1]s LIMIT $3`,
		key, c.Column, index, c.Table, c.whose(), c.keyOf("$2"))
}

// sqlWrite replaces one value, unless somebody was quicker: organisation, key,
// value as it was read, new value, indexes.
func (c sealedColumn) sqlWrite() string {
	index := ""
	if c.Index != "" {
		index = fmt.Sprintf(", %[1]s = $5, %[1]s_next = $6", c.Index)
	}
	return fmt.Sprintf(`UPDATE %s SET %s = $4%s WHERE %s AND (%s) = (%s) AND %[2]s = $3`,
		c.Table, c.Column, index, c.whose(), strings.Join(c.Key, ", "), c.keyOf("$2"))
}

func (c sealedColumn) whose() string {
	if c.NoOrg {
		return "$1::uuid IS NOT NULL" // one statement shape for all
	}
	return "org_id = $1"
}

// keyOf takes the key's parts out of a parameter.
func (c sealedColumn) keyOf(param string) string {
	parts := make([]string, len(c.Key))
	for i := range parts {
		parts[i] = fmt.Sprintf("(%s::uuid[])[%d]", param, i+1)
	}
	return strings.Join(parts, ", ")
}
