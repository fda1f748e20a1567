package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

const (
	sqlActivations = `SELECT v.org_id, v.id, v.version_id, v.body_hash, v.backtest_id, v.no_data, v.by_id, v.note_enc, v.at, n.name_enc, p.code, p.version
FROM pack_activation v JOIN person n ON n.org_id = v.org_id AND n.id = v.by_id
LEFT JOIN pack_version p ON p.org_id = v.org_id AND p.id = v.version_id WHERE v.org_id = $1 ORDER BY v.at`
	sqlInsertActivation = `INSERT INTO pack_activation (org_id, id, version_id, body_hash, backtest_id, no_data, by_id, note_enc, at)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)`
	sqlStandingUpon = `SELECT a.id, a.patient_id FROM alert a WHERE a.org_id = $1 AND a.state <> 'resolved' AND a.rule_id = ANY ($2) ORDER BY a.id`
)

type activationRow struct {
	OrgID      carenet.ID
	ID         carenet.ID
	VersionID  *carenet.ID
	BodyHash   []byte
	BacktestID carenet.ID
	NoData     bool
	ByID       carenet.ID
	NoteEnc    []byte
	At         time.Time
	NameEnc    []byte
	Code       *string
	Version    *int
}

// activations are all that an organisation has put in force, in order of time.
func (s *Store) activations(ctx context.Context, tx pgx.Tx, org carenet.ID) ([]rulebook.Activation, error) {
	rows, err := tx.Query(ctx, sqlActivations, org)
	if err != nil {
		return nil, err
	}
	found, err := pgx.CollectRows(rows, pgx.RowToStructByName[activationRow])
	if err != nil {
		return nil, err
	}
	out := make([]rulebook.Activation, 0, len(found))
	for _, r := range found {
		a := rulebook.Activation{Pack: s.builtIn(), At: r.At, Backtest: r.BacktestID, NoData: r.NoData}
		if r.VersionID != nil && r.Code != nil && r.Version != nil {
			a.Pack = rulebook.Name{ID: *r.VersionID, Code: *r.Code, Version: *r.Version, Hash: hashOf(r.BodyHash)}
		}
		if a.ByName, err = s.personName(r.NameEnc, r.OrgID, r.ByID); err != nil {
			return nil, err
		}
		if a.Note, err = s.open(r.NoteEnc, r.OrgID, "pack_activation", "note_enc", r.ID); err != nil {
			return nil, err
		}
		out = append(out, a)
	}
	return out, nil
}

// builtIn is the pack that the program comes with. It moves on with the program's
// releases, as it does for organisations that have activated none.
func (s *Store) builtIn() rulebook.Name {
	return rulebook.Name{Code: s.trend.Pack.ID, Version: s.trend.Pack.Version, Hash: rulebook.BuiltIn()}
}

func (s *Store) nameInForce(history []rulebook.Activation, now time.Time) rulebook.Name {
	if a, ok := rulebook.InForce(history, now); ok {
		return a.Pack
	}
	return s.builtIn()
}

// ActivatePack puts a version in force, or the program's own pack for NilID, on the
// strength of a back-test that the actor was shown. It is of code Conflict where
// rulebook.MayActivate says no, with the reason in a *rulebook.RefusedError.
//
// What rules of the former pack have found stays: their alerts wait for a human, and
// the history of each says that its rule is no longer in force.
func (s *Store) ActivatePack(ctx context.Context, actor carenet.Actor, version, backtest carenet.ID, accepted bool, note string) error {
	return s.forActor(ctx, actor, func(tx pgx.Tx) error {
		if err := s.requireGovernor(ctx, tx, actor); err != nil {
			return err
		}
		// One at a time: what the result compares with is what is in force.
		if _, err := tx.Exec(ctx, sqlLockOrganisation, actor.Org); err != nil {
			return err
		}
		history, err := s.activations(ctx, tx, actor.Org)
		if err != nil {
			return err
		}
		now := s.Now()
		if n := len(history); n > 0 && !now.After(history[n-1].At) {
			now = history[n-1].At.Add(time.Microsecond) // another machine's clock is ahead
		}
		inForce := s.nameInForce(history, now)
		name, err := s.packNamed(ctx, tx, actor.Org, version)
		if err != nil {
			return err
		}
		r := rulebook.Request{Pack: name.Name, Signed: len(name.Signatures) > 0, InForce: inForce.Hash, Accepted: accepted, Now: now}
		if backtest != carenet.NilID {
			var seen []carenet.ID
			if r.Backtest, seen, err = s.backtest(ctx, tx, actor.Org, backtest); err != nil {
				return err
			}
			r.Seen = slices.Contains(seen, actor.Person)
		}
		if r.Today, err = s.orgToday(ctx, tx, actor.Org); err != nil {
			return err
		}
		if why := rulebook.MayActivate(r); why != "" {
			return &rulebook.RefusedError{Why: why}
		}
		id := carenet.NewID(now)
		sealed, err := s.seal(note, actor.Org, "pack_activation", "note_enc", id)
		if err != nil {
			return err
		}
		b := &pgx.Batch{}
		b.Queue(sqlInsertActivation, actor.Org, id, orNull(version), r.Pack.Hash[:], backtest, r.Backtest.NoData(), actor.Person, sealed, now)
		s.queueAudit(b, actor, now, audited{Action: "pack.activate", Table: "pack_version", Row: version, Detail: map[string]any{
			"pack": name.Code, "version": name.Version, "before": inForce.Code, "before_version": inForce.Version, "backtest": backtest.String(), "no_data": r.Backtest.NoData(),
		}})
		if err := s.queueRetired(ctx, tx, b, actor, inForce, name.Name, now); err != nil {
			return err
		}
		return asConflict(tx.SendBatch(ctx, b).Close(), "activate pack", "somebody has just activated another pack")
	})
}

// queueRetired notes on each alert that stands upon a rule which is no longer there
// that this is so. The alert itself stays as it is, for a human to end.
func (s *Store) queueRetired(ctx context.Context, tx pgx.Tx, b *pgx.Batch, actor carenet.Actor, from, to rulebook.Name, now time.Time) error {
	was, err := s.packOf(ctx, tx, actor.Org, from)
	if err != nil {
		return err
	}
	is, err := s.packOf(ctx, tx, actor.Org, to)
	if err != nil {
		return err
	}
	retired := rulebook.Retired(*was, *is)
	if len(retired) == 0 {
		return nil
	}
	standing, err := s.standingUpon(ctx, tx, actor.Org, retired)
	if err != nil {
		return err
	}
	for _, a := range standing {
		if err := s.queueAlertEntry(b, actor.Org, a.ID, "rule_retired", actor, "", now); err != nil {
			return err
		}
	}
	return nil
}

type standingUponRow struct {
	ID        carenet.ID
	PatientID carenet.ID
}

func (s *Store) standingUpon(ctx context.Context, tx pgx.Tx, org carenet.ID, rules []string) ([]standingUponRow, error) {
	rows, err := tx.Query(ctx, sqlStandingUpon, org, rules)
	if err != nil {
		return nil, err
	}
	return pgx.CollectRows(rows, pgx.RowToStructByName[standingUponRow])
}

// packNamed is a version with its signatures; the program's own for NilID.
func (s *Store) packNamed(ctx context.Context, tx pgx.Tx, org, version carenet.ID) (rulebook.Version, error) {
	if version == carenet.NilID {
		return rulebook.Version{Name: s.builtIn()}, nil
	}
	found, err := s.packVersions(ctx, tx, org, &version)
	if err != nil {
		return rulebook.Version{}, err
	}
	if len(found) == 0 {
		return rulebook.Version{}, carenet.Errorf(carenet.NotFound, "read pack", "there is no such pack")
	}
	// It must still be a pack to this version of the program.
	if _, _, err := s.readPack(ctx, tx, org, version); err != nil {
		return rulebook.Version{}, err
	}
	return found[0], nil
}

const sqlOrgZone = `SELECT zone FROM organisation WHERE org_id = $1`

// orgToday is the day at the organisation.
func (s *Store) orgToday(ctx context.Context, tx pgx.Tx, org carenet.ID) (alerts.Day, error) {
	var zone string
	if err := tx.QueryRow(ctx, sqlOrgZone, org).Scan(&zone); err != nil {
		return 0, err
	}
	return alerts.Day(carenet.LocalDay(s.Now(), zoneOf(zone))), nil
}

// packRead reads a pack by its name; its text is "" for the program's own.
func (s *Store) packRead(ctx context.Context, tx pgx.Tx, org carenet.ID, n rulebook.Name) (text string, p pack.Pack, err error) {
	if !n.Own() {
		return string(pack.DefaultText()), pack.Default(), nil
	}
	return s.readPack(ctx, tx, org, n.ID)
}
