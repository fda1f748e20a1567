package postgres

import (
	"bytes"
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
)

// AuditReport says in plain words whether an organisation's audit is what it was
// when it was sealed.
type AuditReport struct {
	Sealed  int64     // entries that are in the chain and were checked
	Waiting int64     // entries that wait for their seal; normally those of the last second
	Head    AuditHead // the end of the chain as it is now
	Faults  []string  // the first hundred; none when all is well
	More    int       // faults beyond those
}

// OK says that no fault was found.
func (r AuditReport) OK() bool { return len(r.Faults) == 0 }

func (r *AuditReport) fault(format string, args ...any) {
	if len(r.Faults) == faultsShown {
		r.More++
		return
	}
	r.Faults = append(r.Faults, fmt.Sprintf(format, args...))
}

const (
	faultsShown = 100
	verifyPage  = 2000
)

const (
	// A whole audit takes longer to read than any page may.
	sqlNoHurry = `SET LOCAL statement_timeout = 0`
	sqlChain   = `SELECT s.seq, s.audit_id, s.hash AS seal, a.id IS NULL AS gone,
  a.at, a.actor_kind, a.actor_id, a.action, a.table_name, a.row_id, a.patient_id, a.detail::text AS detail
FROM audit_seal s LEFT JOIN audit a ON a.org_id = s.org_id AND a.id = s.audit_id
WHERE s.org_id = $1 AND s.seq > $2 ORDER BY s.seq LIMIT $3`
	// One statement, one moment: a row is either sealed, or waiting, or was taken
	// out of the way.
	sqlOutside = `SELECT
  (SELECT count(*) FROM audit_unsealed u JOIN audit a ON a.org_id = u.org_id AND a.id = u.id WHERE u.org_id = $1),
  (SELECT count(*) FROM audit_unsealed u WHERE u.org_id = $1
    AND NOT EXISTS (SELECT 1 FROM audit a WHERE a.org_id = u.org_id AND a.id = u.id)),
  (SELECT count(*) FROM audit a WHERE a.org_id = $1
    AND NOT EXISTS (SELECT 1 FROM audit_seal s WHERE s.org_id = a.org_id AND s.audit_id = a.id)
    AND NOT EXISTS (SELECT 1 FROM audit_unsealed u WHERE u.org_id = a.org_id AND u.id = a.id))`
)

type chainRow struct {
	Seq       int64
	AuditID   carenet.ID
	Seal      []byte
	Gone      bool
	At        *time.Time
	ActorKind *string
	ActorID   *carenet.ID
	Action    *string
	TableName *string
	RowID     *carenet.ID
	PatientID *carenet.ID
	Detail    *string
}

func (r chainRow) entry(org carenet.ID) auditRow {
	return auditRow{
		OrgID: org, ID: r.AuditID, At: *r.At, ActorKind: *r.ActorKind, ActorID: r.ActorID, Action: *r.Action,
		TableName: *r.TableName, RowID: r.RowID, PatientID: r.PatientID, Detail: *r.Detail,
	}
}

// verifyTime is how long the checking of a whole chain may take.
const verifyTime = 24 * time.Hour

// VerifyAudit computes an organisation's chain anew and compares it. head is one
// that was logged outside the database, at any time; without it (nil) a chain
// whose end was cut off, or that was written anew from some entry on, cannot be
// told from a shorter one.
func (s *Store) VerifyAudit(ctx context.Context, org carenet.ID, head []byte) (AuditReport, error) {
	var report AuditReport
	ctx, cancel := context.WithTimeout(ctx, verifyTime)
	defer cancel()
	err := s.inTx(ctx, []carenet.ID{org}, func(tx pgx.Tx) error {
		report = AuditReport{}
		if _, err := tx.Exec(ctx, sqlNoHurry); err != nil {
			return err
		}
		v := verifier{org: org, head: head, report: &report}
		for {
			rows, err := tx.Query(ctx, sqlChain, org, report.Head.Seq, verifyPage)
			if err != nil {
				return err
			}
			page, err := pgx.CollectRows(rows, pgx.RowToStructByName[chainRow])
			if err != nil {
				return err
			}
			for _, r := range page {
				if err := v.check(r); err != nil {
					return err
				}
			}
			if len(page) < verifyPage {
				break
			}
		}
		if head != nil && !v.headSeen {
			report.fault("the head that was logged outside is not in the chain: the chain's end was cut off, or it was written anew")
		}
		var vanished, passedOver int64
		if err := tx.QueryRow(ctx, sqlOutside, org).Scan(&report.Waiting, &vanished, &passedOver); err != nil {
			return err
		}
		if vanished > 0 {
			report.fault("%d entries were deleted before they were sealed", vanished)
		}
		if passedOver > 0 {
			report.fault("%d entries have no seal and do not wait for one: they came in past the audit, or their seals were deleted", passedOver)
		}
		return nil
	})
	return report, err
}

type verifier struct {
	org      carenet.ID
	head     []byte
	headSeen bool
	report   *AuditReport
}

// check compares one sealed entry with what it was, by the hash that stands
// before it: so each fault is found where it is, not everywhere after it.
func (v *verifier) check(r chainRow) error {
	before := v.report.Head
	v.report.Head = AuditHead{Seq: r.Seq, Hash: r.Seal}
	v.report.Sealed++
	if v.head != nil && bytes.Equal(r.Seal, v.head) {
		v.headSeen = true
	}
	missing := r.Seq - before.Seq - 1
	switch {
	case missing == 1:
		v.report.fault("seal %d is gone from the chain", r.Seq-1)
	case missing > 1:
		v.report.fault("seals %d to %d are gone from the chain", before.Seq+1, r.Seq-1)
	}
	if r.Gone {
		v.report.fault("entry %s, sealed as number %d, was deleted", r.AuditID, r.Seq)
		return nil
	}
	if missing > 0 {
		return nil // what stood before it is not known
	}
	hash, err := r.entry(v.org).seal(before.Hash)
	if err != nil {
		return err
	}
	if !bytes.Equal(hash, r.Seal) {
		v.report.fault("entry %s, sealed as number %d, is not what was sealed: it or its seal was changed", r.AuditID, r.Seq)
	}
	return nil
}
