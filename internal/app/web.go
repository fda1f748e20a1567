package app

import (
	"fmt"
	"net"

	"howareyou/internal/auth"
	"howareyou/internal/limit"
	"howareyou/internal/web"
	"howareyou/internal/web/front"
	"howareyou/internal/web/hooks"
	"howareyou/internal/web/ops"
	"howareyou/notify/deliver"
	"howareyou/notify/twilio"
)

// webRole is the listener: pages, webhooks, health.
type webRole struct {
	*parts
	server  *web.Server
	limiter *limit.Limiter
	addr    net.Addr
	done    chan struct{}
}

func startWeb(p *parts, demo DemoParts, failed chan<- error) (*webRole, error) {
	r := &webRole{parts: p, done: make(chan struct{})}
	closing := make(chan struct{})
	site, err := p.site(closing)
	if err != nil {
		return nil, err
	}
	doors, err := r.frontDoors(site)
	if err != nil {
		return nil, err
	}
	l, err := net.Listen("tcp", p.cfg.Listen)
	if err != nil {
		r.limiter.Close()
		return nil, fmt.Errorf("LISTEN: %w", err)
	}
	r.addr = l.Addr()
	p.news = deliver.NewReports(p.store, newsWriters)
	deps := web.Deps{
		Site: site,
		Hooks: &hooks.Handler{
			Verifier: twilio.Verifier{PublicURL: p.cfg.PublicURL, Tokens: p.cfg.AuthTokens},
			Intake:   p.texts, Reports: p.news, Calls: calls{p}, Now: p.now, Log: p.log,
			Count: func(hook, outcome string) { webhooks.WithLabelValues(hook, outcome).Inc() },
		},
		Health:  ops.Health{Postgres: p.store.Ping, Redis: p.feed.Ping, Spool: p.spoolCheck()},
		Doors:   doors.mounted(demo.Doors),
		Extra:   demo.Extra,
		OnError: site.OnError,
	}
	r.server = web.New(deps, closing)
	go func() {
		defer close(r.done)
		if err := r.server.Serve(l); err != nil {
			failed <- err
		}
	}()
	return r, nil
}

func (p *parts) site(closing <-chan struct{}) (*front.Site, error) {
	origin, err := auth.Origin(p.cfg.PublicURL)
	if err != nil {
		return nil, err
	}
	return &front.Site{
		Public: p.public, Origin: origin, Trusted: p.cfg.prefixes(), Sessions: p.store, Live: p.feed,
		Now: p.now, Log: p.log, Closing: closing,
	}, nil
}

// close takes no more requests and ends the streams.
func (r *webRole) close() {
	if err := r.server.Close(stopTime / 2); err != nil {
		r.log.Warn("some requests were cut off", "error", err)
	}
	<-r.done
	r.limiter.Close()
}

// Addr is where the web role listens, or nil.
func (a *App) Addr() net.Addr {
	if a.web == nil {
		return nil
	}
	return a.web.addr
}
