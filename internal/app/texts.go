package app

import (
	"context"
	"errors"
	"fmt"

	"github.com/prometheus/client_golang/prometheus"

	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/intake"
	"howareyou/internal/postgres"
)

// How many commits of inbound texts, and of the provider's news, run at once.
const (
	intakeWriters = 2
	newsWriters   = 2
)

// openTexts starts the way in for texts, with its spool if there is one. A spool
// that cannot keep anything is found now and not in the hour when it is needed.
func (p *parts) openTexts() error {
	o := intake.Spooling{Away: postgres.Away, Log: p.log}
	if p.cfg.SpoolDir != "" {
		keys, err := crypto.ParseKeyset([]byte(p.cfg.Keyset))
		if err != nil {
			return &ConfigError{[]string{"HOWAREYOU_KEYSET: " + err.Error()}}
		}
		if p.spool, err = intake.OpenSpool(p.cfg.SpoolDir, carenet.NewID(p.now()).String(), keys); err != nil {
			return &ConfigError{[]string{"HOWAREYOU_SPOOL_DIR: " + err.Error()}}
		}
		o.Spool = p.spool
		p.countSpool()
	}
	p.texts = intake.NewSpooling(p.store, intakeWriters, p.committed, o)
	return nil
}

// spooling says whether taken texts wait on the disk for the database.
func (p *parts) spooling() bool { return p.spool != nil && p.spool.Busy() }

// spoolCheck is nil where there is no spool.
func (p *parts) spoolCheck() func(context.Context) error {
	if p.spool == nil {
		return nil
	}
	return p.spool.Check
}

// countSpool serves what the spool counts. Of several in one process, as tests
// have them, the newest is served.
func (p *parts) countSpool() {
	for name, c := range map[string]struct {
		help  string
		value func(intake.SpoolStats) int64
	}{
		"howareyou_spooled_total":          {"Texts kept on the disk while the database was away.", func(s intake.SpoolStats) int64 { return s.Spooled }},
		"howareyou_spool_replayed_total":   {"Texts that went from the disk to the database.", func(s intake.SpoolStats) int64 { return s.Replayed }},
		"howareyou_spool_refused_total":    {"Texts that the database would not take, kept in a .refused file for a human.", func(s intake.SpoolStats) int64 { return s.Refused }},
		"howareyou_spool_unreadable_files": {"Files of the spool that wait because no key opens them.", func(s intake.SpoolStats) int64 { return s.Unreadable }},
	} {
		spool := p.spool
		g := prometheus.NewGaugeFunc(prometheus.GaugeOpts{Name: name, Help: c.help}, func() float64 { return float64(c.value(spool.Stats())) })
		registry.Unregister(g)
		if err := registry.Register(g); err != nil {
			p.log.Warn("a figure of the spool is not served", "error", fmt.Errorf("%s: %w", name, err))
		}
	}
}

// TrySpool says whether texts can be kept while the database is away.
func TrySpool(cfg Config) error {
	if cfg.SpoolDir == "" {
		return errors.New("HOWAREYOU_SPOOL_DIR is not set, so texts are refused then")
	}
	_, err := intake.OpenSpool(cfg.SpoolDir, "doctor", nil)
	return err
}
