package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/carenet/reply"
)

// The rules that fire on words. Nothing suppresses them (INV-10).
const (
	ruleSelfHarm = "SAFE-SELFHARM"
	ruleRedFlag  = "SAFE-REDFLAG"
	ruleHelp     = "SAFE-HELP"
)

// safetyRule says which rule a text's flags fire, the gravest first.
func safetyRule(flags []string) (rule string, severity alerts.Severity) {
	switch {
	case slices.Contains(flags, reply.FlagSelfHarm):
		return ruleSelfHarm, alerts.Red
	case slices.ContainsFunc(flags, redFlag):
		return ruleRedFlag, alerts.Red
	}
	return ruleHelp, alerts.AmberHigh
}

// redFlag says whether a flag is one that cannot wait.
func redFlag(flag string) bool {
	switch flag {
	case reply.FlagChestPain, reply.FlagBreathless, reply.FlagStroke, reply.FlagBleeding:
		return true
	}
	return false
}

// openSafetyAlert calls staff about a text whose words were flagged. A text of
// a number that is no patient's has nobody's board to stand on: staff are told of
// it until somebody has seen to it.
func (s *Store) openSafetyAlert(ctx context.Context, tx pgx.Tx, e carenet.Event, now time.Time) ([]carenet.Event, error) {
	if e.Patient == carenet.NilID {
		return nil, s.followUnread(ctx, tx, e, now)
	}
	rule, severity := safetyRule(e.Detail.Flags)
	b := &pgx.Batch{}
	raised, err := s.openAlert(ctx, tx, b, newAlert{
		org: e.Org, patient: e.Patient, rule: rule, version: 1, severity: severity,
		evidence: carenet.Evidence{Rule: rule, Version: 1, Flags: e.Detail.Flags}, batch: e.Batch, now: now,
	})
	if err != nil {
		return nil, err
	}
	return raised, tx.SendBatch(ctx, b).Close()
}
