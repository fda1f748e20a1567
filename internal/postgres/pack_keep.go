package postgres

import (
	"context"
	"encoding/json"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

const (
	sqlInsertPack = `INSERT INTO pack_version (org_id, id, code, version, body_hash, body_enc, actor_kind, by_id, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlLockOrganisation = `SELECT org_id FROM organisation WHERE org_id = $1 FOR NO KEY UPDATE`
	sqlPackBodies       = `SELECT v.org_id, v.id, v.body_hash, v.body_enc FROM pack_version v WHERE v.org_id = $1 ORDER BY v.id`
	sqlPackVersions     = `SELECT v.org_id, v.id, v.code, v.version, v.body_hash, v.by_id, v.at, n.name_enc FROM pack_version v
LEFT JOIN person n ON n.org_id = v.org_id AND n.id = v.by_id WHERE v.org_id = $1 AND ($2::uuid IS NULL OR v.id = $2) ORDER BY v.id DESC`
	sqlPackSignatures = `SELECT g.org_id, g.id, g.version_id, g.by_id, g.note_enc, g.at FROM pack_signature g
WHERE g.org_id = $1 AND ($2::uuid IS NULL OR g.version_id = $2) ORDER BY g.id`
	sqlInsertSignature = `INSERT INTO pack_signature (org_id, id, version_id, body_hash, by_id, note_enc, at) VALUES ($1, $2, $3, $4, $5, $6, $7)`
)

// mostKept bounds how many versions an organisation keeps: proposing reads them all.
const mostKept = 500

type packVersionRow struct {
	OrgID    carenet.ID
	ID       carenet.ID
	Code     string
	Version  int
	BodyHash []byte
	ByID     *carenet.ID
	At       time.Time
	NameEnc  []byte
}

type packSignatureRow struct {
	OrgID     carenet.ID
	ID        carenet.ID
	VersionID carenet.ID
	ByID      carenet.ID
	NoteEnc   []byte
	At        time.Time
}

// signed is what a signature keeps sealed.
type signed struct {
	Name  string `json:"name"`
	Words string `json:"words"`
}

// ProposePack keeps a pack as a version that never changes. It is of code Invalid, with
// every mistake in words, when the pack cannot be taken; then nothing is kept.
func (s *Store) ProposePack(ctx context.Context, actor carenet.Actor, text string) (id carenet.ID, err error) {
	const op = "propose pack"
	// Most mistakes are found without the database.
	if _, err := pack.Propose([]byte(text), nil); err != nil {
		return carenet.NilID, err
	}
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		now := s.Now()
		id = carenet.NewID(now)
		if err := s.staffOrOperator(ctx, tx, actor); err != nil {
			return err
		}
		rows, err := tx.Query(ctx, sqlPackBodies, actor.Org)
		if err != nil {
			return err
		}
		kept, err := pgx.CollectRows(rows, pgx.RowToStructByName[packBodyRow])
		if err != nil {
			return err
		}
		if len(kept) >= mostKept {
			return carenet.Errorf(carenet.Conflict, op, "%d versions are kept already, which is the most", mostKept)
		}
		earlier := make([]pack.Pack, 0, len(kept))
		for _, r := range kept {
			old, err := s.open(r.BodyEnc, r.OrgID, "pack_version", "body_enc", r.ID)
			if err != nil {
				return err
			}
			p, err := pack.Outline([]byte(old))
			if err != nil {
				return err
			}
			earlier = append(earlier, p)
		}
		p, err := pack.Propose([]byte(text), earlier)
		if err != nil {
			return err
		}
		sealed, err := s.seal(text, actor.Org, "pack_version", "body_enc", id)
		if err != nil {
			return err
		}
		hash := rulebook.HashOf([]byte(text))
		b := &pgx.Batch{}
		b.Queue(sqlInsertPack, actor.Org, id, p.ID, p.Version, hash[:], sealed, string(actor.Kind), orNull(actor.Person), now)
		s.queueAudit(b, actor, now, audited{Action: "pack.propose", Table: "pack_version", Row: id, Detail: map[string]any{"pack": p.ID, "version": p.Version, "rules": len(p.Rules)}})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "this version is kept already; give it the next number")
	})
	if err != nil {
		return carenet.NilID, err
	}
	return id, nil
}

// staffOrOperator lets staff of the organisation through, and whoever runs commands on
// the server.
func (s *Store) staffOrOperator(ctx context.Context, tx pgx.Tx, actor carenet.Actor) error {
	if actor.Kind == carenet.ActorOperator {
		return nil
	}
	return s.requireStaff(ctx, tx, actor)
}

// requireGovernor lets only staff through who may decide about rules.
func (s *Store) requireGovernor(ctx context.Context, tx pgx.Tx, actor carenet.Actor) error {
	if err := s.requireStaff(ctx, tx, actor); err != nil {
		return err
	}
	roles, err := s.rolesOf(ctx, tx, actor)
	if err != nil {
		return err
	}
	if !rulebook.MayGovern(roles) {
		return carenet.Errorf(carenet.Forbidden, "check role", "only coordinators and administrators decide about rules")
	}
	return nil
}

// SignPack writes down that the actor answers for a version, with their name and the
// words that they signed. Signing twice is of code Conflict.
func (s *Store) SignPack(ctx context.Context, actor carenet.Actor, version carenet.ID, words string) error {
	const op = "sign pack"
	if words == "" {
		return carenet.Errorf(carenet.Invalid, op, "a signature needs its words")
	}
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireGovernor(ctx, tx, actor); err != nil {
			return err
		}
		text, _, err := s.readPack(ctx, tx, actor.Org, version)
		if err != nil {
			return err
		}
		now := s.Now()
		id := carenet.NewID(now)
		name, err := s.nameOf(ctx, tx, actor.Org, actor.Person)
		if err != nil {
			return err
		}
		note, err := json.Marshal(signed{name, words})
		if err != nil {
			return err
		}
		sealed, err := s.seal(string(note), actor.Org, "pack_signature", "note_enc", id)
		if err != nil {
			return err
		}
		hash := rulebook.HashOf([]byte(text))
		b := &pgx.Batch{}
		b.Queue(sqlInsertSignature, actor.Org, id, version, hash[:], actor.Person, sealed, now)
		s.queueAudit(b, actor, now, audited{Action: "pack.sign", Table: "pack_version", Row: version})
		return asConflict(tx.SendBatch(ctx, b).Close(), op, "you have signed this version already")
	})
}

// packVersions are what an organisation keeps, the newest first, with its signatures;
// of one version alone when it is named.
func (s *Store) packVersions(ctx context.Context, tx pgx.Tx, org carenet.ID, only *carenet.ID) ([]rulebook.Version, error) {
	var rows []packVersionRow
	var signatures []packSignatureRow
	b := &pgx.Batch{}
	collect(b.Queue(sqlPackVersions, org, only), &rows)
	collect(b.Queue(sqlPackSignatures, org, only), &signatures)
	if err := tx.SendBatch(ctx, b).Close(); err != nil {
		return nil, err
	}
	out := make([]rulebook.Version, 0, len(rows))
	for _, r := range rows {
		v := rulebook.Version{Name: rulebook.Name{ID: r.ID, Code: r.Code, Version: r.Version, Hash: hashOf(r.BodyHash)}, At: r.At}
		if r.ByID != nil {
			var err error
			if v.By, err = s.personName(r.NameEnc, r.OrgID, *r.ByID); err != nil {
				return nil, err
			}
		}
		for _, g := range signatures {
			if g.VersionID != r.ID {
				continue
			}
			note, err := s.open(g.NoteEnc, g.OrgID, "pack_signature", "note_enc", g.ID)
			if err != nil {
				return nil, err
			}
			var w signed
			if err := json.Unmarshal([]byte(note), &w); err != nil {
				return nil, err
			}
			v.Signatures = append(v.Signatures, rulebook.Signature{By: g.ByID, Name: w.Name, Words: w.Words, At: g.At})
		}
		out = append(out, v)
	}
	return out, nil
}

// PackText is the text of a version, to the letter; the program's own for NilID.
func (s *Store) PackText(ctx context.Context, actor carenet.Actor, version carenet.ID) (text string, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.staffOrOperator(ctx, tx, actor); err != nil {
			return err
		}
		if version == carenet.NilID {
			text = string(pack.DefaultText())
			return nil
		}
		if text, _, err = s.readPack(ctx, tx, actor.Org, version); err != nil && carenet.CodeOf(err) != carenet.Invalid {
			return err
		}
		return s.audit(ctx, tx, actor, audited{Action: "pack.read", Table: "pack_version", Row: version})
	})
	return text, err
}

// Packs lists what an organisation keeps, the newest first, and which pack is in force.
func (s *Store) Packs(ctx context.Context, actor carenet.Actor) (all []rulebook.Version, inForce rulebook.Name, err error) {
	err = s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.staffOrOperator(ctx, tx, actor); err != nil {
			return err
		}
		if all, err = s.packVersions(ctx, tx, actor.Org, nil); err != nil {
			return err
		}
		history, err := s.activations(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		inForce = s.nameInForce(history, s.Now())
		return s.audit(ctx, tx, actor, audited{Action: "pack.read", Table: "pack_version"})
	})
	return all, inForce, err
}
