// Package web puts the front doors, the webhooks and the health answers on one
// Fiber app.
package web

import (
	"net"
	"net/http"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"
	"github.com/gofiber/fiber/v2/middleware/adaptor"
	"github.com/gofiber/fiber/v2/middleware/recover"
	"github.com/valyala/fasthttp"

	"howareyou/carenet/roster"
	"howareyou/internal/web/api"
	"howareyou/internal/web/front"
	"howareyou/internal/web/hooks"
	"howareyou/internal/web/ops"
	"howareyou/internal/web/ui"
)

// Mounter adds a front door's pages.
type Mounter interface {
	Mount(r fiber.Router, door front.Door)
}

// Mounted is a front door with its pages.
type Mounted struct {
	Door  front.Door
	Pages []Mounter
}

// Deps are what the listener serves.
type Deps struct {
	Site    *front.Site
	Hooks   *hooks.Handler
	Health  ops.Health
	Doors   []Mounted
	Extra   []Route // the demo's own
	OnError fiber.ErrorHandler
}

// Route is a plain handler beside the pages.
type Route struct {
	Method, Path string
	Handler      http.Handler
}

// Server is the web listener.
type Server struct {
	app     *fiber.App
	closing chan struct{}
}

// New builds the app. closing must be the channel that the site's streams end on.
func New(d Deps, closing chan struct{}) *Server {
	app := fiber.New(fiber.Config{
		AppName:               "howareyou",
		Immutable:             true, // strings of a request are reused memory otherwise
		DisableStartupMessage: true,
		StrictRouting:         false,
		CaseSensitive:         true,
		BodyLimit:             128 << 10,
		ReadTimeout:           20 * time.Second,
		IdleTimeout:           75 * time.Second,
		// No WriteTimeout: it would end the live streams; they have a heartbeat.
		ErrorHandler: d.OnError,
	})
	app.Server().HeaderReceived = bodyLimit
	app.Use(recover.New())
	d.Health.Mount(app)
	app.Use(d.Site.Begin)
	d.Hooks.Mount(app)
	api.Mount(app)
	app.Get(ui.AssetPrefix+"*", front.Assets)
	for _, m := range d.Doors {
		group := app.Group(m.Door.Base, front.Headers(m.Door.Frame))
		for _, p := range m.Pages {
			p.Mount(group, m.Door)
		}
	}
	for _, x := range d.Extra {
		app.Add(x.Method, x.Path, adaptor.HTTPHandler(x.Handler))
	}
	return &Server{app: app, closing: closing}
}

// bodyLimit leaves room for a list of patients where one is uploaded, and nowhere else.
func bodyLimit(h *fasthttp.RequestHeader) fasthttp.RequestConfig {
	path, _, _ := strings.Cut(string(h.RequestURI()), "?")
	if h.IsPost() && strings.HasSuffix(path, "/clinic/joining/import") {
		return fasthttp.RequestConfig{MaxRequestBodySize: roster.MaxBytes + 64<<10}
	}
	return fasthttp.RequestConfig{}
}

// Serve answers on the listener until Close.
func (s *Server) Serve(l net.Listener) error { return s.app.Listener(l) }

// Close ends the streams, lets requests finish and stops listening.
func (s *Server) Close(within time.Duration) error {
	close(s.closing)
	return s.app.ShutdownWithTimeout(within)
}
