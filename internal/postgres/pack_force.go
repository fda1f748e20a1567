package postgres

import (
	"container/list"
	"context"
	"fmt"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

const (
	sqlInForce  = `SELECT v.org_id, v.version_id, v.body_hash, v.at FROM pack_activation v WHERE v.org_id = ANY ($1) ORDER BY v.org_id, v.at`
	sqlPackBody = `SELECT v.org_id, v.id, v.body_hash, v.body_enc FROM pack_version v WHERE v.org_id = $1 AND v.id = $2`
)

// inForceRow is which pack was in force from a moment on.
type inForceRow struct {
	OrgID     carenet.ID
	VersionID *carenet.ID
	BodyHash  []byte
	At        time.Time
}

type packBodyRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	BodyHash []byte
	BodyEnc  []byte
}

func activationsOf(rows []inForceRow) []rulebook.Activation {
	out := make([]rulebook.Activation, 0, len(rows))
	for _, r := range rows {
		out = append(out, rulebook.Activation{Pack: rulebook.Name{ID: orNil(r.VersionID), Hash: hashOf(r.BodyHash)}, At: r.At})
	}
	return out
}

func hashOf(b []byte) (h rulebook.Hash) {
	copy(h[:], b)
	return h
}

// byTheRulesInForce has each answer and each silence judged by the pack that was in
// force when it came: the one in force now judges what comes, and what was found
// before stays as it was (INV-11).
func (e *evaluation) byTheRulesInForce(ctx context.Context, given map[alerts.Day]time.Time) error {
	if len(e.inForce) == 0 {
		return nil
	}
	all := activationsOf(e.inForce)
	newest := all[len(all)-1]
	packOf := func(n rulebook.Name) (*alerts.Pack, error) {
		p, err := e.store.packOf(ctx, e.tx, e.patient.OrgID, n)
		e.unread = e.unread || n.Own() && p == &e.store.trend.Pack
		return p, err
	}
	now, err := packOf(newest.Pack)
	if err != nil {
		return err
	}
	e.trend.Pack = *now
	under := func(at time.Time) (*alerts.Pack, error) {
		a, ok := rulebook.InForce(all, at)
		switch {
		case ok && a.Pack == newest.Pack:
			return nil, nil
		case !ok:
			return &e.store.trend.Pack, nil
		}
		return packOf(a.Pack)
	}
	for day, at := range given {
		p, err := under(at)
		if err != nil {
			return err
		}
		if p != nil {
			if e.history.Under == nil {
				e.history.Under = map[alerts.Day]*alerts.Pack{}
			}
			e.history.Under[day] = p
		}
	}
	for i, r := range e.asked {
		if !r.Answered {
			if e.history.Prompts[i].Under, err = under(r.At); err != nil {
				return err
			}
		}
	}
	return nil
}

// packOf is a pack ready to judge by. What is kept under a hash never changes, so
// that nothing that is remembered here can be stale.
//
// A pack that this version of the program cannot read any more must not look like
// rules that find nothing: the program's own judge meanwhile, and the fault is counted
// and shown.
func (s *Store) packOf(ctx context.Context, tx pgx.Tx, org carenet.ID, n rulebook.Name) (*alerts.Pack, error) {
	if !n.Own() {
		return &s.trend.Pack, nil
	}
	if p, ok := s.packs.get(n.Hash); ok {
		return p, nil
	}
	_, p, err := s.readPack(ctx, tx, org, n.ID)
	if err != nil && passing(err) {
		return nil, err
	}
	if err != nil {
		s.onFault(alerts.Fault{Rule: carenet.RuleUnread, Why: "cannot be read by this version of the program"})
		return &s.trend.Pack, nil //nolint:nilerr // staff are told, and the built-in rules go on
	}
	return s.packs.put(n.Hash, &p.Pack), nil
}

const (
	sqlUnreadTold = `SELECT EXISTS (SELECT FROM alert a WHERE a.org_id = $1 AND a.rule_id = $2 AND (a.state <> 'resolved' OR a.opened_at > $3))`
)

// unreadAgain is how long after staff were told that their rules cannot be opened they
// are told once more, when they have closed that alert and it is so still.
const unreadAgain = 7 * 24 * time.Hour

// tellUnread calls staff, once for all patients, when rules of their own could not be
// opened and others have judged in their stead. It stands on the patient in whose answer
// it was met, since each alert stands somewhere.
func (e *evaluation) tellUnread(ctx context.Context, b *pgx.Batch) ([]carenet.Event, error) {
	if !e.unread {
		return nil, nil
	}
	told := func() (told bool, err error) {
		err = e.tx.QueryRow(ctx, sqlUnreadTold, e.patient.OrgID, carenet.RuleUnread, e.now.Add(-unreadAgain)).Scan(&told)
		return told, err
	}
	if is, err := told(); err != nil || is {
		return nil, err
	}
	// Whoever meets it at the same moment waits here, and finds it told. Nobody waits
	// once it is: all evaluations of the organisation come by.
	if _, err := e.tx.Exec(ctx, sqlLockOrg, e.patient.OrgID); err != nil {
		return nil, err
	}
	if is, err := told(); err != nil || is {
		return nil, err
	}
	return e.store.openAlert(ctx, e.tx, b, newAlert{
		org: e.patient.OrgID, patient: e.patient.PatientID, rule: carenet.RuleUnread, version: 1, severity: alerts.Amber, technical: true,
		evidence: carenet.Evidence{Rule: carenet.RuleUnread, Version: 1}, batch: e.batch, now: e.now,
	})
}

// readPack reads what is kept. It is of code Invalid when the text is no pack to this
// version of the program.
func (s *Store) readPack(ctx context.Context, tx pgx.Tx, org, version carenet.ID) (text string, p pack.Pack, err error) {
	rows, err := tx.Query(ctx, sqlPackBody, org, version)
	if err != nil {
		return "", p, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[packBodyRow])
	if err != nil {
		return "", p, err
	}
	if len(found) == 0 {
		return "", p, carenet.Errorf(carenet.NotFound, "read pack", "there is no such pack")
	}
	if text, err = s.open(found[0].BodyEnc, org, "pack_version", "body_enc", version); err != nil {
		return "", p, err
	}
	if rulebook.HashOf([]byte(text)) != hashOf(found[0].BodyHash) {
		return "", p, fmt.Errorf("pack %s is not what was kept", version)
	}
	p, err = pack.Parse([]byte(text))
	return text, p, err
}

// packMemory keeps compiled packs by the hash of their text, those used last.
type packMemory struct {
	mu    sync.Mutex
	order *list.List // of remembered
	by    map[rulebook.Hash]*list.Element
}

type remembered struct {
	hash rulebook.Hash
	pack *alerts.Pack
}

// mostPacks is how many stay compiled: a few of each of a hundred organisations.
const mostPacks = 256

func newPackMemory() *packMemory {
	return &packMemory{order: list.New(), by: map[rulebook.Hash]*list.Element{}}
}

func (m *packMemory) get(h rulebook.Hash) (*alerts.Pack, bool) {
	m.mu.Lock()
	defer m.mu.Unlock()
	e, ok := m.by[h]
	if !ok {
		return nil, false
	}
	m.order.MoveToFront(e)
	return e.Value.(remembered).pack, true
}

func (m *packMemory) put(h rulebook.Hash, p *alerts.Pack) *alerts.Pack {
	m.mu.Lock()
	defer m.mu.Unlock()
	if e, ok := m.by[h]; ok {
		return e.Value.(remembered).pack
	}
	m.by[h] = m.order.PushFront(remembered{h, p})
	for m.order.Len() > mostPacks {
		oldest := m.order.Back()
		m.order.Remove(oldest)
		delete(m.by, oldest.Value.(remembered).hash)
	}
	return p
}
