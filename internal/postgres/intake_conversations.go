package postgres

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/carenet/dialogue"
	"howareyou/internal/crypto"
)

const (
	// The statements of the intake take a batch's keys as arrays, and look each
	// key up by itself (LATERAL, fenced by OFFSET or LIMIT): the planner takes the
	// list of organisations in the policies for ten, thinks little of the indexes
	// and would sooner read all of an organisation. One plan serves batches of any
	// size, also one that was made while the tables were still empty; so it is made
	// once a connection, since planning costs more than running.
	sqlSteadyPlans = `SELECT set_config('plan_cache_mode', 'force_generic_plan', true), set_config('enable_seqscan', 'off', true)`

	// A conversation is made with the first text of a number. Sorted by index, so
	// that two batches make theirs in one order.
	sqlNewConversations = `INSERT INTO conversation (org_id, id, number_enc, number_idx, number_idx_next, created_at)
SELECT n.org_id, n.id, n.enc, n.idx, n.idx_next, $6
FROM unnest($1::uuid[], $2::uuid[], $3::bytea[], $4::bytea[], $5::bytea[]) AS n(org_id, id, enc, idx, idx_next)
WHERE NOT EXISTS (SELECT 1 FROM conversation c WHERE c.org_id = n.org_id AND c.number_idx IN (n.idx, n.idx_next))
  AND NOT EXISTS (SELECT 1 FROM conversation c WHERE c.org_id = n.org_id AND c.number_idx_next IN (n.idx, n.idx_next))
ORDER BY n.org_id, n.idx
ON CONFLICT DO NOTHING`

	// Both columns are looked at: a rotation of the index key fills the second.
	sqlLockConversations = `SELECT c.* FROM (SELECT DISTINCT f.org_id, f.id
  FROM unnest($1::uuid[], $2::bytea[]) AS k(org_id, idx)
  CROSS JOIN LATERAL (
    (SELECT c.org_id, c.id FROM conversation c WHERE c.org_id = k.org_id AND c.number_idx = k.idx LIMIT 1)
    UNION ALL
    (SELECT c.org_id, c.id FROM conversation c WHERE c.org_id = k.org_id AND c.number_idx_next = k.idx LIMIT 1)) f
  ORDER BY f.org_id, f.id) d
CROSS JOIN LATERAL (SELECT c.org_id, c.id, c.number_idx, c.number_idx_next, c.opted_out_at, c.wrong_number_at, c.unknown_told_at, c.check_asked_at, c.number_moved_at
  FROM conversation c WHERE c.org_id = d.org_id AND c.id = d.id LIMIT 1 FOR UPDATE) c`
)

type conversationRow struct {
	OrgID         carenet.ID
	ID            carenet.ID
	NumberIdx     []byte
	NumberIdxNext []byte
	OptedOutAt    *time.Time
	WrongNumberAt *time.Time
	UnknownToldAt *time.Time
	CheckAskedAt  *time.Time
	NumberMovedAt *time.Time
}

// numberKey is an index of a number in its organisation.
type numberKey struct {
	org carenet.ID
	idx string
}

// loadConversations locks the conversations of the batch in one order. Nearly
// all texts come from numbers that are known; the others' conversations are made.
func (in *intake) loadConversations(ctx context.Context, orgs []carenet.ID) error {
	indexOf := make(map[*intakeItem][][]byte, len(in.items))
	for _, it := range in.items {
		indexOf[it] = in.store.keys.Lookups(crypto.ForPhone, it.text.From)
	}
	b := &pgx.Batch{}
	b.Queue(sqlScope, orgs)
	b.Queue(sqlSteadyPlans)
	var found []conversationRow
	queueLocks(b, in.items, indexOf, &found)
	if err := in.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	unknown := in.place(in.items, indexOf, found)
	if len(unknown) == 0 {
		return nil
	}
	b = &pgx.Batch{}
	if err := in.queueConversations(b, unknown); err != nil {
		return err
	}
	queueLocks(b, unknown, indexOf, &found)
	if err := in.tx.SendBatch(ctx, b).Close(); err != nil {
		return err
	}
	if left := in.place(unknown, indexOf, found); len(left) > 0 {
		return fmt.Errorf("%d conversations were made and are not there", len(left))
	}
	return nil
}

func queueLocks(b *pgx.Batch, items []*intakeItem, indexOf map[*intakeItem][][]byte, found *[]conversationRow) {
	var orgs []carenet.ID
	var indexes [][]byte
	for _, it := range items {
		for _, idx := range indexOf[it] {
			orgs, indexes = append(orgs, it.org), append(indexes, idx)
		}
	}
	collect(b.Queue(sqlLockConversations, orgs, indexes), found)
}

// place gives the items their conversations and returns those without one.
func (in *intake) place(items []*intakeItem, indexOf map[*intakeItem][][]byte, found []conversationRow) []*intakeItem {
	byIndex := make(map[numberKey]conversationRow, len(found))
	for _, c := range found {
		byIndex[numberKey{c.OrgID, string(c.NumberIdx)}] = c
		if len(c.NumberIdxNext) > 0 {
			byIndex[numberKey{c.OrgID, string(c.NumberIdxNext)}] = c
		}
	}
	var unknown []*intakeItem
item:
	for _, it := range items {
		for _, idx := range indexOf[it] {
			if c, ok := byIndex[numberKey{it.org, string(idx)}]; ok {
				it.ctx.Conversation = c.ID
				it.ctx.OptedOut, it.ctx.WrongNumber, it.ctx.UnknownTold = c.OptedOutAt != nil, c.WrongNumberAt != nil, c.UnknownToldAt != nil
				it.ctx.Check = c.CheckAskedAt != nil
				it.ctx.Moved = c.NumberMovedAt != nil && in.now.Sub(*c.NumberMovedAt) <= dialogue.MovedFor
				it.ctx.StoppedAt = orZero(c.OptedOutAt)
				continue item
			}
		}
		unknown = append(unknown, it)
	}
	return unknown
}

func (in *intake) queueConversations(b *pgx.Batch, items []*intakeItem) error {
	keys := in.store.keys
	var ids, orgs []carenet.ID
	var encs, idxs, nexts [][]byte
	for _, it := range items {
		id := carenet.NewID(in.now)
		enc, err := keys.Seal(it.text.From, crypto.AD{Org: it.org, Table: "conversation", Column: "number_enc", Row: id})
		if err != nil {
			return err
		}
		ids, orgs, encs = append(ids, id), append(orgs, it.org), append(encs, enc)
		idxs = append(idxs, keys.Index(crypto.ForPhone, it.text.From))
		nexts = append(nexts, keys.IndexNext(crypto.ForPhone, it.text.From))
	}
	b.Queue(sqlNewConversations, orgs, ids, encs, idxs, nexts, in.now)
	return nil
}
