package postgres

import (
	"context"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

const (
	sealOrgs = 1000 // organisations a run
	sealRows = 5000 // rows of one organisation a run
)

// AuditHead is the end of an organisation's chain: the hash of its last sealed
// row covers all before it. Kept outside the database, it is what a changed
// database cannot argue with.
type AuditHead struct {
	Seq  int64
	Hash []byte
}

// String writes the hash as `admin audit verify --head` takes it.
func (h AuditHead) String() string { return hex.EncodeToString(h.Hash) }

const (
	sqlUnsealedOrgs = `SELECT org FROM lookup_unsealed($1)`
	// One worker at a time appends to a chain; the others pass on at once.
	sqlLockChain = `SELECT pg_try_advisory_xact_lock($1)`
	sqlChainHead = `SELECT seq, hash FROM audit_seal WHERE org_id = $1 ORDER BY seq DESC LIMIT 1`
	// The list is long when a sealer was away and short when the database last
	// counted it: the shape of the statement, not the count, keeps it to one look
	// at each row by its key.
	sqlToSeal = `SELECT ` + auditColumns + ` FROM (SELECT w.id FROM audit_unsealed w WHERE w.org_id = $1 ORDER BY w.org_id, w.id LIMIT $2) u
CROSS JOIN LATERAL (SELECT * FROM audit x WHERE x.org_id = $1 AND x.id = u.id LIMIT 1) a ORDER BY u.id`
	sqlInsertSeal = `INSERT INTO audit_seal (org_id, seq, audit_id, hash)
SELECT $1, n.seq, n.audit_id, n.hash FROM unnest($2::bigint[], $3::uuid[], $4::bytea[]) AS n(seq, audit_id, hash)`
	sqlSealedNow = `DELETE FROM audit_unsealed WHERE org_id = $1 AND id = ANY ($2)`
)

const auditColumns = `a.org_id, a.id, a.at, a.actor_kind, a.actor_id, a.action, a.table_name, a.row_id, a.patient_id, a.detail::text AS detail`

type auditRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	At        time.Time
	ActorKind string
	ActorID   *carenet.ID
	Action    string
	TableName string
	RowID     *carenet.ID
	PatientID *carenet.ID
	Detail    string
}

// SealAudit appends the audit rows that wait to the chains of their
// organisations and returns the heads that moved. The order of sealing is the
// chain's order: a row that commits late is sealed late. A run is bounded; what
// is left waits for the next. Any number of workers may run it at once.
func (s *Store) SealAudit(ctx context.Context) (map[carenet.ID]AuditHead, error) {
	rows, err := s.pool.Query(ctx, sqlUnsealedOrgs, sealOrgs)
	if err != nil {
		return nil, err
	}
	orgs, err := pgx.CollectRows(rows, pgx.RowTo[carenet.ID])
	if err != nil {
		return nil, err
	}
	heads := make(map[carenet.ID]AuditHead, len(orgs))
	for _, org := range orgs {
		head, moved, err := s.sealOrg(ctx, org)
		if err != nil {
			return heads, fmt.Errorf("seal the audit of %s: %w", org, err)
		}
		if moved {
			heads[org] = head
		}
	}
	return heads, nil
}

func (s *Store) sealOrg(ctx context.Context, org carenet.ID) (head AuditHead, moved bool, err error) {
	err = s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		head, moved = AuditHead{}, false
		var mine bool
		var heads []AuditHead
		var waiting []auditRow
		b := &pgx.Batch{}
		// Each statement sees what was committed before it began: after the lock,
		// all that the worker before us sealed.
		b.Queue(sqlLockChain, chainLock(org)).QueryRow(func(row pgx.Row) error { return row.Scan(&mine) })
		collect(b.Queue(sqlChainHead, org), &heads)
		collect(b.Queue(sqlToSeal, org, sealRows), &waiting)
		if err := tx.SendBatch(ctx, b).Close(); err != nil || !mine || len(waiting) == 0 {
			return err
		}
		if len(heads) > 0 {
			head = heads[0]
		}
		var seqs []int64
		var ids []carenet.ID
		var hashes [][]byte
		for _, row := range waiting {
			hash, err := row.seal(head.Hash)
			if err != nil {
				return err
			}
			head = AuditHead{Seq: head.Seq + 1, Hash: hash}
			seqs, ids, hashes = append(seqs, head.Seq), append(ids, row.ID), append(hashes, hash)
		}
		moved = true
		w := &pgx.Batch{}
		w.Queue(sqlInsertSeal, org, seqs, ids, hashes)
		w.Queue(sqlSealedNow, org, ids)
		return tx.SendBatch(ctx, w).Close()
	})
	return head, moved, err
}

// chainLock is the advisory lock of one organisation's chain: the random half of
// its id. Should two ever be alike, their chains take turns.
func chainLock(org carenet.ID) int64 { return int64(binary.BigEndian.Uint64(org[8:])) }

// sealDomain begins what is hashed: a change of the form below needs a new one.
const sealDomain = "howareyou audit 1"

// seal is SHA-256 over the hash before and every field of the row, each with
// its length before it, so that nothing can move from one field to the next.
func (r auditRow) seal(prev []byte) ([]byte, error) {
	detail, err := canonicalJSON(r.Detail)
	if err != nil {
		return nil, fmt.Errorf("audit row %s: %w", r.ID, err)
	}
	h := sha256.New()
	for _, field := range [][]byte{
		[]byte(sealDomain), prev, r.OrgID[:], r.ID[:], binary.BigEndian.AppendUint64(nil, uint64(r.At.UnixMicro())),
		[]byte(r.ActorKind), idBytes(r.ActorID), []byte(r.Action), []byte(r.TableName), idBytes(r.RowID), idBytes(r.PatientID), detail,
	} {
		h.Write(binary.BigEndian.AppendUint32(nil, uint32(len(field))))
		h.Write(field)
	}
	return h.Sum(nil), nil
}

// idBytes is an id's 16 bytes, or none for NULL.
func idBytes(id *carenet.ID) []byte {
	if id == nil {
		return nil
	}
	return id[:]
}

// canonicalJSON writes a document with its keys in order and its numbers as they
// stand, so that its hash does not depend on the database's way to print it.
func canonicalJSON(text string) ([]byte, error) {
	var v any
	dec := json.NewDecoder(strings.NewReader(text))
	dec.UseNumber()
	if err := dec.Decode(&v); err != nil {
		return nil, fmt.Errorf("the detail is not JSON: %w", err)
	}
	return json.Marshal(v)
}
