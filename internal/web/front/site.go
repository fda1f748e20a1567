// Package front is what all front doors share: who stands behind a cookie,
// which requests are our own, the headers of every answer, how an error reads,
// and the live stream.
package front

import (
	"context"
	"log/slog"
	"net/netip"
	"net/url"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
)

// Sessions finds who stands behind a cookie. acts says that a person does something:
// only that keeps a session from ending for want of use.
type Sessions interface {
	SessionOf(ctx context.Context, door auth.Door, token string, acts bool) (carenet.SignedIn, error)
	EndSession(ctx context.Context, token string) error
}

// Live tells open pages that something changed: ids only.
type Live interface {
	Subscribe(topic carenet.ID) (changes <-chan carenet.ID, cancel func())
}

// Site is what is true of every page of one listener.
type Site struct {
	Public   *url.URL
	Origin   string // of Public, as browsers send it
	Trusted  []netip.Prefix
	Sessions Sessions
	Live     Live
	Now      func() time.Time
	Log      *slog.Logger
	Closing  <-chan struct{} // closed when streams must end
	streams  streamCount
}

// Door is one way in: its pages live under Base. Frame is the origin that may
// frame them, in the demo alone; As then names whose session is opened unasked.
type Door struct {
	Kind  auth.Door
	Base  string // "" or "/demo/as/sam"
	Frame string
	As    func(ctx context.Context) (token string, err error)
}

// Home is where whoever comes through the door arrives.
func (d Door) Home() string {
	switch d.Kind {
	case auth.ClinicDoor:
		return d.Base + "/clinic"
	case auth.FollowerDoor:
		return d.Base + "/circle"
	case auth.PatientDoor:
		return d.Base + "/me"
	}
	return d.Base + "/"
}

// requestTime bounds what one page may take.
const requestTime = 10 * time.Second

// local keys of a request.
const (
	keySignedIn = "signed in"
	keyDoor     = "door"
)

// Begin gives every request a deadline, since a client that leaves cancels nothing.
func (s *Site) Begin(c *fiber.Ctx) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), requestTime)
	defer cancel()
	c.SetUserContext(ctx)
	return c.Next()
}

// Guard refuses changes that another site's page asks for with our cookie.
func (s *Site) Guard(c *fiber.Ctx) error {
	if ok, _ := auth.SameOrigin(c.Method(), c.Get("Sec-Fetch-Site"), c.Get("Origin"), s.Origin); !ok {
		return carenet.Errorf(carenet.Forbidden, "check origin", "this did not come from our own page; go back and try again")
	}
	return c.Next()
}

// Client is the address of the client behind our own proxies: for rate limits,
// never for trust.
func (s *Site) Client(c *fiber.Ctx) netip.Addr {
	remote, ok := netip.AddrFromSlice(c.Context().RemoteIP())
	if !ok {
		return netip.Addr{}
	}
	var xff []string
	for _, h := range c.Request().Header.PeekAll(fiber.HeaderXForwardedFor) {
		xff = append(xff, string(h))
	}
	return auth.ClientIP(remote.Unmap(), xff, s.Trusted)
}
