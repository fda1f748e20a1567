package front

import (
	"context"
	"errors"
	"log/slog"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// failure is how an error reads.
type failure struct{ title, what text.Key }

var failures = map[int]failure{
	fiber.StatusForbidden:           {text.PageErrorForbiddenTitle, text.PageErrorForbidden},
	fiber.StatusNotFound:            {text.PageErrorNotFoundTitle, text.PageErrorNotFound},
	fiber.StatusMethodNotAllowed:    {text.PageErrorNotFoundTitle, text.PageErrorNotFound},
	fiber.StatusConflict:            {text.PageErrorInvalidTitle, text.PageErrorStale},
	fiber.StatusGone:                {text.PageErrorExpiredTitle, text.PageCheckinLinkOld},
	fiber.StatusUnprocessableEntity: {text.PageErrorInvalidTitle, text.PageErrorNotFound},
	fiber.StatusBadRequest:          {text.PageErrorInvalidTitle, text.PageErrorNotFound},
}

var fault = failure{text.PageErrorFaultTitle, text.PageErrorLook}

// OnError answers a request that failed: with a page in the reader's language
// where a page was asked for, else with a short text. What went wrong stands in
// the log alone, beside the route and never the path, which may hold a token.
func (s *Site) OnError(c *fiber.Ctx, err error) error {
	status := Status(err)
	s.logFailure(c, status, err)
	t := Texts(c)
	how, ok := failures[status]
	if !ok {
		how = fault
	}
	c.Response().ResetBody()
	// The request's time is over by now, and what is shown must be rendered all the same.
	c.SetUserContext(context.WithoutCancel(c.UserContext()))
	if !wantsPage(c) {
		c.Set(fiber.HeaderContentType, fiber.MIMETextPlainCharsetUTF8)
		return c.Status(status).SendString(t.Say(how.title) + "\n")
	}
	page := Frame{Title: t.Say(how.title), Audience: ui.ForFollower}.Page(t)
	return Render(c, status, errorPage(page, t.Say(how.what), s.wayOn(c, t, status)))
}

// wayOn is what the reader of an error page can do next.
func (s *Site) wayOn(c *fiber.Ctx, t *text.Texts, status int) ui.Action {
	a := ui.Action{Weight: ui.WeightSecond}
	switch d := DoorOf(c); {
	case status >= 500 && c.Method() == fiber.MethodGet:
		a.Label, a.Href = t.Say(text.PageFrameTryAgain), string(c.Request().RequestURI())
	case Actor(c).Person != carenet.NilID:
		a.Label, a.Href = t.Say(text.PageFrameBack), d.Home()
	}
	return a
}

// Failed notes in the log that a request failed, for a page that answers by itself.
func (s *Site) Failed(c *fiber.Ctx, err error) { s.logFailure(c, Status(err), err) }

func (s *Site) logFailure(c *fiber.Ctx, status int, err error) {
	route := c.Route().Path
	if fe := (*fiber.Error)(nil); errors.As(err, &fe) {
		route = "" // where no route matched Fiber puts the path in its place
	}
	level, attrs := slog.LevelDebug, []slog.Attr{
		slog.String("method", c.Method()), slog.String("route", route), slog.Int("status", status),
		slog.String("code", string(carenet.CodeOf(err))),
	}
	if status >= 500 {
		level, attrs = slog.LevelError, append(attrs, slog.Any("error", err))
	}
	s.Log.LogAttrs(c.UserContext(), level, "request failed", attrs...)
}

// wantsPage: a browser that goes to a page says so; htmx, the provider and
// scripts do not.
func wantsPage(c *fiber.Ctx) bool {
	return c.Get("HX-Request") == "" && strings.Contains(c.Get(fiber.HeaderAccept), fiber.MIMETextHTML)
}
