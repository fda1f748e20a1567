package hooks

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/twilio"
)

// Calls answers the provider in the midst of a call.
type Calls interface {
	Call(ctx context.Context, news notify.CallNews) (notify.Script, error)
}

// The points at which a call comes back to us.
const (
	pathVoice    = "/twilio/voice"
	pathVoiceKey = pathVoice + "/key"
	pathVoiceEnd = pathVoice + "/end"
	pathVoiceNew = pathVoice + "/status"
)

func (h *Handler) mountCalls(r fiber.Router) {
	r.Post(pathVoice, h.at(notify.AtStart))
	r.Post(pathVoiceKey, h.at(notify.AtKey))
	r.Post(pathVoiceEnd, h.at(notify.AtEnd))
	r.Post(pathVoiceNew, h.callStatus)
}

// at answers what a call says at a point.
func (h *Handler) at(point notify.Point) fiber.Handler {
	return func(c *fiber.Ctx) error {
		news, ok, err := h.callNews(c, "voice")
		if !ok {
			return err
		}
		news.Point = point
		ctx, cancel := context.WithTimeout(c.UserContext(), wait)
		defer cancel()
		script, err := h.Calls.Call(ctx, news)
		switch {
		case err == nil:
			h.Count("voice", "answered")
		case carenet.CodeOf(err) == carenet.NotFound:
			h.Count("voice", "unknown_attempt")
			return hangUp(c)
		default:
			h.Count("voice", "failed")
			h.Log.Error("call not answered", "attempt", news.Attempt, "error", err)
			return c.Status(fiber.StatusServiceUnavailable).SendString("not answered; ask again")
		}
		m := "?m=" + news.Attempt.String()
		body, err := twilio.Script(script, pathVoiceKey+m, pathVoiceEnd+m)
		if err != nil {
			return err
		}
		c.Set("Content-Type", "text/xml; charset=utf-8")
		return c.Send(body)
	}
}

// hangUp ends a call that is none of ours.
func hangUp(c *fiber.Ctx) error {
	c.Set("Content-Type", "text/xml; charset=utf-8")
	return c.SendString(`<?xml version="1.0" encoding="UTF-8"?><Response><Hangup/></Response>`)
}

// callNews reads a verified webhook of a call. When it is none, the answer is given
// already.
func (h *Handler) callNews(c *fiber.Ctx, hook string) (news notify.CallNews, ok bool, err error) {
	pairs, err := h.verified(c, hook)
	if err != nil {
		return news, false, c.Status(fiber.StatusForbidden).SendString("not signed by the provider")
	}
	news, err = twilio.Call(pairs, strings.Clone(c.Query("m")), h.Now())
	if err != nil {
		h.Count(hook, "unreadable")
		h.Log.Warn("webhook of a call not understood", "error", err)
		return news, false, hangUp(c)
	}
	return news, true, nil
}

func (h *Handler) callStatus(c *fiber.Ctx) error {
	news, ok, err := h.callNews(c, "voice_status")
	if !ok {
		return err
	}
	return h.report(c, "voice_status", news.StatusReport)
}
