// Package follower is the page of those who follow somebody: how they are,
// newest first, quiet when nothing happens, and live while it is open. What it
// shows was cut to the patient's consent of that very moment by the store.
package follower

import (
	"context"
	"slices"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
)

// Store reads what a follower may see now, and takes what they answer for a patient or
// say of where one is. ProxyForm and SubmitProxy are of code Forbidden for who may not
// answer, ReportFollowed of code Conflict for what was known or cannot be.
type Store interface {
	Feed(ctx context.Context, actor carenet.Actor) (carenet.Feed, error)
	Following(ctx context.Context, actor carenet.Actor) ([]carenet.ID, error)
	ProxyForm(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.ProxyForm, error)
	SubmitProxy(ctx context.Context, actor carenet.Actor, patient carenet.ID, in carenet.PageAnswer) (carenet.Batch, error)
	WhereForm(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.WhereForm, error)
	ReportFollowed(ctx context.Context, actor carenet.Actor, patient carenet.ID, what carenet.Report) (carenet.Batch, error)
	SetHearing(ctx context.Context, actor carenet.Actor, patient carenet.ID, wish carenet.Hearing) error
	ShowUnsubscribe(ctx context.Context, token string) (carenet.SignInPage, error)
	Unsubscribe(ctx context.Context, token string) (carenet.SignInPage, error)
}

// Handler serves the pages.
type Handler struct {
	site      *front.Site
	store     Store
	committed func(carenet.Batch)
}

// New returns the pages' handler; committed is called after each change.
func New(site *front.Site, store Store, committed func(carenet.Batch)) *Handler {
	return &Handler{site: site, store: store, committed: committed}
}

// Mount adds the routes to r, which stands for door.Base.
func (h *Handler) Mount(r fiber.Router, door front.Door) {
	door.Kind = auth.FollowerDoor
	enter := h.site.Enter(door)
	r.Get("/", enter, func(c *fiber.Ctx) error { return c.Redirect(door.Home(), fiber.StatusSeeOther) })
	r.Get("/circle", enter, h.page)
	r.Get("/circle/feed", enter, h.feed)
	r.Get("/circle/live", enter, h.live)
	r.Get("/circle/hear", enter, h.hear)
	r.Post("/circle/hear/:patient", h.site.Guard, enter, h.choose)
	r.Get("/circle/answer/:patient", enter, h.proxy)
	r.Post("/circle/answer/:patient", h.site.Guard, enter, h.submitProxy)
	r.Get("/circle/where/:patient", enter, h.where)
	r.Post("/circle/where/:patient", h.site.Guard, enter, h.sayWhere)
	r.Get("/stop/:token", func(c *fiber.Ctx) error { return h.mayStop(c, door) })
	r.Post("/stop/:token", h.stop)
	r.Post("/circle/out", h.site.Guard, func(c *fiber.Ctx) error { return h.site.SignOut(c, door) })
}

func (h *Handler) page(c *fiber.Ctx) error {
	v, err := h.view(c)
	if err != nil {
		return err
	}
	return front.Render(c, fiber.StatusOK, feedPage(v))
}

// feed is the part of the page that changes.
func (h *Handler) feed(c *fiber.Ctx) error {
	v, err := h.view(c)
	if err != nil {
		return err
	}
	return front.Render(c, fiber.StatusOK, feedPart(v))
}

// live tells the page of changes of those whom the follower follows now. Who
// loses a place in a circle hears nothing more, not even that somebody answered.
func (h *Handler) live(c *fiber.Ctx) error {
	actor := front.Actor(c)
	topics, err := h.store.Following(c.UserContext(), actor)
	if err != nil {
		return err
	}
	store := h.store
	still := func(ctx context.Context) bool {
		now, err := store.Following(ctx, actor)
		return err == nil && !slices.ContainsFunc(topics, func(p carenet.ID) bool { return !slices.Contains(now, p) })
	}
	return h.site.Stream(c, still, topics...)
}

func (h *Handler) view(c *fiber.Ctx) (view, error) {
	feed, err := h.store.Feed(c.UserContext(), front.Actor(c))
	if err != nil {
		return view{}, err
	}
	return newView(feed, front.DoorOf(c), h.site.Now()), nil
}
