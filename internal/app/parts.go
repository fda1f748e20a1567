package app

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/url"
	"sync/atomic"
	"time"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/crypto"
	"howareyou/internal/intake"
	"howareyou/internal/postgres"
	"howareyou/migrations"
	"howareyou/notify"
	"howareyou/notify/deliver"
	"howareyou/notify/live"
	"howareyou/notify/queue"
	"howareyou/notify/text"
	"howareyou/notify/twilio"
)

// parts are what both roles stand on.
type parts struct {
	cfg    Config
	log    *slog.Logger
	now    func() time.Time
	store  *postgres.Store
	feed   *live.Feed
	bell   *queue.Bell
	sweep  atomic.Pointer[queue.Sweep]
	public *url.URL
	spool  *intake.Spool // nil: none
	texts  *intake.Intake
	news   *deliver.Reports // what the provider says of our texts
}

// OpenStore opens the database for a command or a role.
func OpenStore(ctx context.Context, cfg Config, now func() time.Time, name string) (*postgres.Store, error) {
	keys, err := crypto.ParseKeyset([]byte(cfg.Keyset))
	if err != nil {
		return nil, &ConfigError{[]string{"HOWAREYOU_KEYSET: " + err.Error()}}
	}
	if err := text.Check(); err != nil {
		return nil, fmt.Errorf("the texts are not complete: %w", err)
	}
	rules := notify.DefaultRules
	if cfg.Grace > 0 {
		rules.Grace, rules.AlertGrace = cfg.Grace, min(cfg.Grace, rules.AlertGrace)
	}
	channels := []notify.Channel{notify.SMS, notify.Voice}
	if cfg.SMTPURL != "" {
		channels = append(channels, notify.Email)
	}
	return postgres.Open(ctx, postgres.Options{
		URL: cfg.DatabaseURL, Keys: keys, Now: now, Composer: text.Composer{},
		Rules: rules, SiteURL: cfg.PublicURL, Name: name, Channels: channels,
		OnFault: func(f alerts.Fault) { ruleFaults.WithLabelValues(f.Rule).Inc() },
	})
}

func openParts(ctx context.Context, cfg Config, now func() time.Time, log *slog.Logger) (*parts, error) {
	p := &parts{cfg: cfg, log: log, now: now}
	var err error
	if p.public, err = url.Parse(cfg.PublicURL); err != nil {
		return nil, errors.New("PUBLIC_URL is malformed")
	}
	if p.store, err = OpenStore(ctx, cfg, now, "service"); err != nil {
		return nil, err
	}
	p.store.OnCode(faulty(log))
	if p.feed, err = live.New(cfg.RedisURL, carenet.NewID(now()), live.Options{Logger: log}); err != nil {
		p.store.Close()
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	p.bell, err = queue.NewBell(cfg.RedisURL, queue.BellOptions{Logger: log, Missed: p.missed})
	if err != nil {
		p.feed.Close()
		p.store.Close()
		return nil, fmt.Errorf("REDIS_URL: %w", err)
	}
	return p, nil
}

func (p *parts) close() {
	if p.texts != nil {
		p.texts.Close() // writes the texts that wait
	}
	if p.news != nil {
		p.news.Close()
	}
	p.bell.Close()
	p.feed.Close()
	p.store.Close()
}

// missed: a bell did not reach Redis, so a sweep of this process looks at once.
func (p *parts) missed() {
	if s := p.sweep.Load(); s != nil {
		s.Kick()
	}
}

// committed is called after each commit that others must hear of: the bell
// rings for the workers, and open pages hear that something changed.
func (p *parts) committed(b carenet.Batch) {
	if len(b.Events) == 0 {
		return
	}
	p.bell.Ring(b.ID)
	p.tell(b.Events)
}

// tell lets open pages know: ids only, and each page asks for what it may see.
func (p *parts) tell(events []carenet.Event) {
	for _, e := range events {
		topics := []carenet.ID{e.Org}
		if e.Patient != carenet.NilID {
			topics = append(topics, e.Patient)
		}
		p.feed.Publish(e.ID, topics...)
	}
}

func (p *parts) provider() (*twilio.Client, error) {
	c, err := twilio.New(twilio.Config{
		AccountSID: p.cfg.AccountSID, AuthTokens: p.cfg.AuthTokens, APIURL: p.cfg.APIURL,
		PublicURL: p.cfg.PublicURL, Clock: SystemClock,
	})
	if err != nil {
		return nil, &ConfigError{[]string{"TWILIO_*: " + carenet.MessageOf(err)}}
	}
	return c, nil
}

// checkSchema refuses to run on a database that is not at this program's
// migrations. Postgres being away is no reason to stop: it may come back.
func (p *parts) checkSchema(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Second)
	defer cancel()
	v, err := p.store.SchemaVersion(ctx)
	if err != nil {
		p.log.Warn("the database does not answer yet", "error", err)
		return nil
	}
	if want := migrations.Latest(); v < want {
		return &ConfigError{[]string{fmt.Sprintf("the database is at migration %d and this program needs %d; run: howareyou migrate", v, want)}}
	}
	return nil
}
