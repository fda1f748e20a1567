package front

import (
	"net/url"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
)

// Enter lets through who is signed in at this door, and sends others to sign
// in. In the demo the door opens by itself.
func (s *Site) Enter(d Door) fiber.Handler {
	return func(c *fiber.Ctx) error {
		c.Locals(keyDoor, d)
		cookie := s.cookie(d)
		in, err := s.Sessions.SessionOf(c.UserContext(), d.Kind, c.Cookies(cookie.Name), acts(c))
		if err != nil && d.As != nil && carenet.CodeOf(err) == carenet.Expired {
			token, err := d.As(c.UserContext())
			if err != nil {
				return err
			}
			s.SetCookie(c, d, token)
			in, err = s.Sessions.SessionOf(c.UserContext(), d.Kind, token, true)
			if err != nil {
				return err
			}
		} else if err != nil {
			switch carenet.CodeOf(err) {
			case carenet.Expired, carenet.Forbidden:
				if strings.Contains(c.Get("Accept"), eventStream) {
					// A stream that comes back: its page sees the status and goes to sign in.
					return c.SendStatus(fiber.StatusUnauthorized)
				}
				if c.Get("HX-Request") != "" {
					// A part of an open page: the whole page must go to sign in.
					c.Set("HX-Redirect", s.signIn(d))
					return c.SendStatus(fiber.StatusNoContent)
				}
				return c.Redirect(s.signIn(d)+onTheWay(c, d), fiber.StatusSeeOther)
			}
			return err
		}
		c.Locals(keySignedIn, in)
		return c.Next()
	}
}

// acts says whether a person asks: not the stream of an open page, nor what it
// fetches again by itself.
func acts(c *fiber.Ctx) bool {
	bySelf := c.Get("HX-Request") != "" || strings.Contains(c.Get("Accept"), eventStream)
	return c.Method() != fiber.MethodGet || !bySelf
}

// onTheWay carries through the sign-in which page its reader wanted.
func onTheWay(c *fiber.Ctx, d Door) string {
	path := auth.LeadsTo(d.Kind, strings.TrimPrefix(c.Path(), d.Base))
	if c.Method() != fiber.MethodGet || path == "" || path == "/clinic" {
		return ""
	}
	return "&to=" + url.QueryEscape(path)
}

func (s *Site) signIn(d Door) string {
	return "/in?door=" + string(d.Kind)
}

func (s *Site) cookie(d Door) auth.Cookie {
	return auth.SessionCookie(d.Kind, s.Public, d.Base)
}

// SetCookie hands the session's token to the browser.
func (s *Site) SetCookie(c *fiber.Ctx, d Door, token string) {
	k := s.cookie(d)
	c.Cookie(&fiber.Cookie{
		Name: k.Name, Value: token, Path: k.Path, Secure: k.Secure, HTTPOnly: k.HTTPOnly,
		SameSite: k.SameSite, MaxAge: int(k.MaxAge.Seconds()),
	})
}

// SignOut ends the session and takes the cookie back.
func (s *Site) SignOut(c *fiber.Ctx, d Door) error {
	k := s.cookie(d)
	if err := s.Sessions.EndSession(c.UserContext(), c.Cookies(k.Name)); err != nil {
		return err
	}
	c.Cookie(&fiber.Cookie{Name: k.Name, Value: "", Path: k.Path, Secure: k.Secure, HTTPOnly: true, SameSite: k.SameSite, MaxAge: -1})
	if d.As != nil {
		return c.Redirect(d.Home(), fiber.StatusSeeOther)
	}
	return c.Redirect(s.signIn(d)+"&out=1", fiber.StatusSeeOther)
}

// SignedIn is who came in.
func SignedIn(c *fiber.Ctx) carenet.SignedIn {
	in, _ := c.Locals(keySignedIn).(carenet.SignedIn)
	return in
}

// Actor is who is signed in.
func Actor(c *fiber.Ctx) carenet.Actor { return SignedIn(c).Actor }

// Language is the language of whoever is signed in, or "".
func Language(c *fiber.Ctx) string { return SignedIn(c).Language }

// DoorOf is the door that the request came through.
func DoorOf(c *fiber.Ctx) Door {
	d, _ := c.Locals(keyDoor).(Door)
	return d
}
