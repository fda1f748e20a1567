// Package patient is the page behind the link in a prompt: one question, two
// taps. It works without script, and opening it changes nothing.
package patient

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Store reads and records check-ins behind the token of a link. Its errors are
// of code Expired or NotFound for a link that leads nowhere, and Invalid for an
// answer that cannot be kept.
type Store interface {
	CheckInForm(ctx context.Context, token string) (carenet.CheckInForm, error)
	SubmitCheckIn(ctx context.Context, token string, answer carenet.PageAnswer) (carenet.Batch, error)
	SubmitFurther(ctx context.Context, token, item, answer string) (carenet.Batch, error)
	AnswerOffer(ctx context.Context, token string, yes bool) (carenet.Batch, error)
}

// Handler serves the page.
type Handler struct {
	site      *front.Site
	store     Store
	committed func(carenet.Batch)
}

// New returns the page's handler; committed is called after each check-in that
// was kept.
func New(site *front.Site, store Store, committed func(carenet.Batch)) *Handler {
	return &Handler{site: site, store: store, committed: committed}
}

// Mount adds the routes to r, which stands for door.Base.
func (h *Handler) Mount(r fiber.Router, door front.Door) {
	r.Get("/c/:token", h.show(door))
	r.Post("/c/:token", h.site.Guard, h.submit(door))
	r.Post("/c/:token/call", h.site.Guard, h.answerOffer(door))
}

// address is the page's own.
func address(door front.Door, token string) string { return door.Base + "/c/" + token }

func (h *Handler) show(door front.Door) fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := string([]byte(c.Params("token")))
		form, err := h.store.CheckInForm(c.UserContext(), token)
		if err != nil {
			return h.leadsNowhere(c, err)
		}
		if form.Answered != nil && form.Further != nil && c.Query("change") != "1" && c.Query("done") != "1" {
			return front.Render(c, fiber.StatusOK, furtherPage(h.further(form, address(door, token), "")))
		}
		if form.Answered != nil && c.Query("change") != "1" {
			return front.Render(c, fiber.StatusOK, thanksPage(h.thanks(form, address(door, token))))
		}
		v := h.question(form, address(door, token))
		v.entered = earlier(form.Answered)
		return front.Render(c, fiber.StatusOK, questionPage(v))
	}
}

func (h *Handler) submit(door front.Door) fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := string([]byte(c.Params("token")))
		if item := string(c.Request().PostArgs().Peek("item")); item != "" {
			return h.submitFurther(c, door, token, item)
		}
		in := readForm(c)
		if !in.complete() {
			return h.askAgain(c, door, token, in)
		}
		batch, err := h.store.SubmitCheckIn(c.UserContext(), token, in.answer)
		switch carenet.CodeOf(err) {
		case "":
		case carenet.Expired, carenet.NotFound, carenet.Forbidden:
			return h.leadsNowhere(c, err)
		case carenet.Invalid:
			return h.askAgain(c, door, token, in)
		default:
			return h.notKept(c, door, token, in, err)
		}
		h.committed(batch)
		return c.Redirect(address(door, token), fiber.StatusSeeOther)
	}
}

// answerOffer takes a yes or no to the offer of a call. Anything else says nothing.
func (h *Handler) answerOffer(door front.Door) fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := string([]byte(c.Params("token")))
		if said := string(c.Request().PostArgs().Peek("call")); said == "yes" || said == "no" {
			batch, err := h.store.AnswerOffer(c.UserContext(), token, said == "yes")
			if err != nil {
				return h.leadsNowhere(c, err)
			}
			h.committed(batch)
		}
		return c.Redirect(address(door, token)+"#offer", fiber.StatusSeeOther)
	}
}

// askAgain shows the question with all that was entered and what is missing.
func (h *Handler) askAgain(c *fiber.Ctx, door front.Door, token string, in entered) error {
	form, err := h.store.CheckInForm(c.UserContext(), token)
	if err != nil {
		return h.leadsNowhere(c, err)
	}
	v := h.question(form, address(door, token))
	v.entered = in
	v.fault = v.Say(text.PageCheckinChoose)
	return front.Render(c, fiber.StatusUnprocessableEntity, questionPage(v))
}

// notKept: the fault is ours, so the page holds on to what was entered and
// offers to send it again. It needs nothing from the store, which may be away.
func (h *Handler) notKept(c *fiber.Ctx, door front.Door, token string, in entered, err error) error {
	if !auth.IsToken(token) {
		return err
	}
	h.site.Failed(c, err)
	t := front.Texts(c)
	page := front.Frame{Title: t.Say(text.PageErrorFaultTitle), Audience: ui.ForPatient}.Page(t)
	return front.Render(c, front.Status(err), notKeptPage(t, page, address(door, token), in))
}

// leadsNowhere answers for a link that is too old, used up or was never one.
func (h *Handler) leadsNowhere(c *fiber.Ctx, err error) error {
	t := front.Texts(c)
	title, what := text.PageErrorExpiredTitle, text.PageCheckinLinkOld
	switch carenet.CodeOf(err) {
	case carenet.Expired:
	case carenet.NotFound, carenet.Forbidden:
		title, what = text.PageErrorNotFoundTitle, text.PageErrorNotFound
	default:
		return err
	}
	page := front.Frame{Title: t.Say(title), Audience: ui.ForPatient}.Page(t)
	return front.Render(c, front.Status(err), front.Plain(page, t.Say(what), t.Say(text.PageErrorFaultText)))
}
