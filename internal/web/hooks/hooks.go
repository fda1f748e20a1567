// Package hooks is where the provider's webhooks come in: texts, news of our own
// texts, and calls that ask what to say. Nothing is believed before its signature is.
package hooks

import (
	"context"
	"errors"
	"log/slog"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/twilio"
)

// Intake takes a text in; it returns once the text is committed.
type Intake interface {
	Submit(ctx context.Context, text carenet.InboundText) error
}

// Reports keeps what the provider says of our own texts.
type Reports interface {
	Report(ctx context.Context, r notify.StatusReport) error
}

// Counter counts what came in, by outcome.
type Counter func(hook, outcome string)

// Handler answers the webhooks.
type Handler struct {
	Verifier twilio.Verifier
	Intake   Intake
	Reports  Reports
	Calls    Calls
	Count    Counter
	Now      func() time.Time
	Log      *slog.Logger
}

// wait is how long a webhook may wait for its commit: the provider gives up
// after 15 seconds and then asks once more.
const wait = 12 * time.Second

// Mount adds the webhooks' routes.
func (h *Handler) Mount(r fiber.Router) {
	r.Post("/twilio/sms", h.sms)
	r.Post("/twilio/status", h.status)
	h.mountCalls(r)
}

var errRefused = errors.New("refused")

// verified returns the form's pairs if the provider signed it for our
// configured address. A forged, changed or doubled form is refused with 403 and
// counted; nothing of it is kept.
func (h *Handler) verified(c *fiber.Ctx, hook string) ([]twilio.Pair, error) {
	pairs, err := twilio.ParseForm(c.Request().Body())
	// The request line as it came: what fasthttp makes of it may be written otherwise.
	if err == nil && h.Verifier.Verify(c.OriginalURL(), pairs, c.Get("X-Twilio-Signature")) {
		return pairs, nil
	}
	h.Count(hook, "refused")
	h.Log.Warn("webhook refused", "hook", hook, "form_ok", err == nil)
	return nil, errRefused
}

func (h *Handler) sms(c *fiber.Ctx) error {
	pairs, err := h.verified(c, "sms")
	if err != nil {
		return c.Status(fiber.StatusForbidden).SendString("not signed by the provider")
	}
	text, err := twilio.Inbound(pairs, h.Now())
	if err != nil {
		// Signed, but no text: there is nothing to keep.
		h.Count("sms", "not_a_text")
		h.Log.Warn("webhook is no text", "error", err)
		return empty(c)
	}
	ctx, cancel := context.WithTimeout(c.UserContext(), wait)
	defer cancel()
	if err := h.Intake.Submit(ctx, text); err != nil {
		h.Count("sms", "failed")
		h.Log.Error("text not taken in", "sid", text.SID, "error", err)
		return c.Status(fiber.StatusServiceUnavailable).SendString("not taken in; send it again")
	}
	if text.FromPhone() {
		h.Count("sms", "taken")
	} else {
		h.Count("sms", "not_from_a_phone")
	}
	return empty(c)
}

// empty answers a text with nothing: what we say back goes out as a delivery.
func empty(c *fiber.Ctx) error {
	c.Set("Content-Type", "text/xml; charset=utf-8")
	return c.SendString(`<?xml version="1.0" encoding="UTF-8"?><Response/>`)
}

func (h *Handler) status(c *fiber.Ctx) error {
	pairs, err := h.verified(c, "status")
	if err != nil {
		return c.Status(fiber.StatusForbidden).SendString("not signed by the provider")
	}
	report, err := twilio.Status(pairs, strings.Clone(c.Query("m")), h.Now())
	if err != nil {
		h.Count("status", "unreadable")
		h.Log.Warn("status callback not understood", "error", err)
		return c.SendStatus(fiber.StatusNoContent)
	}
	return h.report(c, "status", report)
}

// report keeps what the provider says of a text or a call.
func (h *Handler) report(c *fiber.Ctx, hook string, report notify.StatusReport) error {
	ctx, cancel := context.WithTimeout(c.UserContext(), wait)
	defer cancel()
	err := h.Reports.Report(ctx, report)
	switch {
	case err == nil:
		h.Count(hook, "taken")
	case carenet.CodeOf(err) == carenet.NotFound:
		// Of a text that is not ours, or of a month that was dropped.
		h.Count(hook, "unknown_attempt")
	default:
		h.Count(hook, "failed")
		h.Log.Error("status callback not kept", "attempt", report.Attempt, "error", err)
		return c.SendStatus(fiber.StatusServiceUnavailable)
	}
	return c.SendStatus(fiber.StatusNoContent)
}
