package clinic

import (
	"slices"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
)

// mountMessages adds the pages of those who see to texts.
func (h *Handler) mountMessages(r fiber.Router, enter fiber.Handler) {
	r.Get("/clinic/messages", enter, h.messages)
	r.Get("/clinic/messages/out/:event/:id", enter, h.textOut)
	r.Post("/clinic/messages/out/:event/:id/retry", h.site.Guard, enter, h.retryOut)
	r.Post("/clinic/messages/out/:event/:id/close", h.site.Guard, enter, h.closeOut)
	r.Get("/clinic/messages/in/:id", enter, h.textIn)
	r.Post("/clinic/messages/in/:id/close", h.site.Guard, enter, h.closeIn)
	r.Post("/clinic/messages/in/:id/number", h.site.Guard, enter, h.correctNumber)
	r.Get("/clinic/messages/fact/:id", enter, h.fact)
	r.Post("/clinic/messages/fact/:id/retry", h.site.Guard, enter, h.retryFact)
	r.Post("/clinic/messages/fact/:id/close", h.site.Guard, enter, h.closeFact)
}

// filterOf reads what the list is narrowed to; what is unknown narrows nothing.
func filterOf(c *fiber.Ctx) carenet.TextFilter {
	f := carenet.TextFilter{Patient: queryID(c, "patient"), Before: carenet.TextRef{Event: queryID(c, "before"), ID: queryID(c, "id")}}
	if state := c.Query("state"); slices.ContainsFunc(filterStates, func(s stateWord) bool { return s.state == state }) {
		f.State = state
	}
	if kind := c.Query("kind"); slices.ContainsFunc(filterKinds, func(k kindWord) bool { return k.kind == kind }) {
		f.Kind = kind
	}
	return f
}

func (h *Handler) messages(c *fiber.Ctx) error {
	d, err := h.store.Desk(c.UserContext(), front.Actor(c), filterOf(c))
	if err != nil {
		return err
	}
	return front.Render(c, fiber.StatusOK, messagesPage(h.deskView(c, d)))
}

func outRef(c *fiber.Ctx) (carenet.TextRef, error) {
	event, err := carenet.ParseID(c.Params("event"))
	if err != nil {
		return carenet.TextRef{}, carenet.Errorf(carenet.NotFound, "read address", "there is no such page")
	}
	id, err := pathID(c)
	return carenet.TextRef{Event: event, ID: id}, err
}

func note(c *fiber.Ctx) string { return string(c.Request().PostArgs().Peek("note")) }

func (h *Handler) textOut(c *fiber.Ctx) error { return h.showOut(c, fiber.StatusOK, handling{}) }

func (h *Handler) showOut(c *fiber.Ctx, status int, did handling) error {
	ref, err := outRef(c)
	if err != nil {
		return err
	}
	p, err := h.store.TextPage(c.UserContext(), front.Actor(c), ref)
	if err != nil {
		return err
	}
	return front.Render(c, status, onePage(h.outView(c, p, did)))
}

// handling is what was tried on a page, for what it says next.
type handling struct {
	note   string    // as it was typed
	fault  bool      // the note is missing or too long
	late   bool      // somebody was faster
	number numbering // that was written
}

// after answers what somebody did: with the page anew, or with what is wrong.
func (h *Handler) after(c *fiber.Ctx, batch carenet.Batch, err error, back string, show func(*fiber.Ctx, int, handling) error) error {
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(back, fiber.StatusSeeOther)
	case carenet.Invalid:
		return show(c, fiber.StatusUnprocessableEntity, handling{note: note(c), fault: true})
	case carenet.Conflict:
		return show(c, fiber.StatusConflict, handling{late: true})
	}
	return err
}

func (h *Handler) retryOut(c *fiber.Ctx) error {
	ref, err := outRef(c)
	if err != nil {
		return err
	}
	batch, err := h.store.RetryText(c.UserContext(), front.Actor(c), ref, note(c))
	return h.after(c, batch, err, outURL(base(c), ref)+"?did=retry", h.showOut)
}

func (h *Handler) closeOut(c *fiber.Ctx) error {
	ref, err := outRef(c)
	if err != nil {
		return err
	}
	batch, err := h.store.CloseText(c.UserContext(), front.Actor(c), ref, note(c))
	return h.after(c, batch, err, outURL(base(c), ref)+"?did=close", h.showOut)
}

func (h *Handler) textIn(c *fiber.Ctx) error { return h.showIn(c, fiber.StatusOK, handling{}) }

func (h *Handler) showIn(c *fiber.Ctx, status int, did handling) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	p, err := h.store.InPage(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	return front.Render(c, status, onePage(h.inView(c, p, did)))
}

func (h *Handler) closeIn(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	batch, err := h.store.CloseIn(c.UserContext(), front.Actor(c), id, note(c))
	return h.after(c, batch, err, base(c)+"/clinic/messages/in/"+id.String()+"?did=close", h.showIn)
}

func (h *Handler) fact(c *fiber.Ctx) error { return h.showFact(c, fiber.StatusOK, handling{}) }

func (h *Handler) showFact(c *fiber.Ctx, status int, did handling) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	d, err := h.store.FactPage(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	return front.Render(c, status, onePage(h.factView(c, d, did)))
}

func (h *Handler) retryFact(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	batch, err := h.store.RetryFact(c.UserContext(), front.Actor(c), id)
	return h.after(c, batch, err, base(c)+"/clinic/messages", h.showFact)
}

func (h *Handler) closeFact(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	batch, err := h.store.CloseFact(c.UserContext(), front.Actor(c), id, note(c))
	return h.after(c, batch, err, base(c)+"/clinic/messages", h.showFact)
}

func outURL(base string, ref carenet.TextRef) string {
	return base + "/clinic/messages/out/" + ref.Event.String() + "/" + ref.ID.String()
}
