// Package rules is where staff see which rules decide about alerts, what each costs
// them, and where they propose, sign, try and activate packs of their own.
package rules

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Store keeps packs, tries them and says which is in force. ProposePack and
// StartBacktest give a pack.Refusal for a pack that cannot be taken, ActivatePack a
// *rulebook.RefusedError where it may not be.
type Store interface {
	RulesPage(ctx context.Context, actor carenet.Actor) (rulebook.Page, error)
	PackPage(ctx context.Context, actor carenet.Actor, version carenet.ID) (rulebook.VersionPage, error)
	BacktestPage(ctx context.Context, actor carenet.Actor, id carenet.ID, f rulebook.Filter) (rulebook.BacktestPage, error)
	ProposePack(ctx context.Context, actor carenet.Actor, text string) (carenet.ID, error)
	SignPack(ctx context.Context, actor carenet.Actor, version carenet.ID, words string) error
	ActivatePack(ctx context.Context, actor carenet.Actor, version, backtest carenet.ID, accepted bool, note string) error
	StartBacktest(ctx context.Context, actor carenet.Actor, spec rulebook.Spec) (carenet.ID, error)
	SetBudget(ctx context.Context, actor carenet.Actor, rule string, perWeek *int) error
}

// Handler serves the pages.
type Handler struct {
	site  *front.Site
	store Store
}

// New returns the pages' handler.
func New(site *front.Site, store Store) *Handler { return &Handler{site: site, store: store} }

// Mount adds the routes to r, which stands for door.Base.
func (h *Handler) Mount(r fiber.Router, door front.Door) {
	door.Kind = auth.ClinicDoor
	enter := h.site.Enter(door)
	r.Get("/clinic/rules", enter, h.overview)
	r.Post("/clinic/rules/budget", h.site.Guard, enter, h.budget)
	r.Get("/clinic/rules/new", enter, h.write)
	r.Post("/clinic/rules/new", h.site.Guard, enter, h.propose)
	r.Get("/clinic/rules/tests", enter, h.tests)
	r.Post("/clinic/rules/tests", h.site.Guard, enter, h.start)
	r.Get("/clinic/rules/tests/:id", enter, h.test)
	r.Get("/clinic/rules/:id", enter, h.version)
	r.Post("/clinic/rules/:id/sign", h.site.Guard, enter, h.sign)
	r.Post("/clinic/rules/:id/activate", h.site.Guard, enter, h.activate)
}

// builtIn stands in an address for the pack that the program comes with.
const builtIn = "built-in"

// version reads which pack an address or a form names.
func versionID(s string) (carenet.ID, error) {
	if s == builtIn {
		return carenet.NilID, nil
	}
	id, err := carenet.ParseID(s)
	if err != nil || id == carenet.NilID {
		return id, carenet.Errorf(carenet.NotFound, "read address", "there is no such page")
	}
	return id, nil
}

// place is where a pack's page is.
func place(base string, version carenet.ID) string {
	if version == carenet.NilID {
		return base + "/clinic/rules/" + builtIn
	}
	return base + "/clinic/rules/" + version.String()
}

// about is what all pages of rules share.
type about struct {
	front.Reader
	page      ui.Page
	base      string
	head      rulebook.Head
	mayGovern bool
	notice    string
}

func (h *Handler) about(c *fiber.Ctx, head rulebook.Head, title text.Key) about {
	r := front.Reader{Texts: front.Texts(c), Now: h.site.Now(), Zone: head.Zone, Governs: head.MayGovern}
	base := front.DoorOf(c).Base
	return about{
		Reader: r, base: base, head: head, mayGovern: head.MayGovern,
		page: front.Frame{Title: r.Say(title), Organisation: head.Organisation, Home: base + "/clinic", Audience: ui.ForClinic, Nav: r.ClinicNav(base, "/clinic/rules")}.Page(r.Texts),
	}
}

// name says a pack by its name and version.
func (a about) name(n rulebook.Name) string {
	key := text.RulesName
	if !n.Own() && n.Hash == rulebook.BuiltIn() {
		key = text.RulesNameBuiltin
	}
	return a.Say(key, text.Data{"Pack": n.Code, "Version": n.Version})
}

// tested says the pack of a back-test.
func (a about) tested(b rulebook.Backtest) string {
	if b.Pasted {
		return a.Say(text.RulesNamePasted, text.Data{"Pack": b.Pack.Code, "Version": b.Pack.Version})
	}
	return a.name(b.Pack)
}

func (a about) day(d carenet.Day) string { return a.Day(d, carenet.Day(a.head.Today)) }

// lastDays is the period of the back-test that pages offer at a press.
func (a about) lastDays() (from, to string) {
	return (a.head.Today - tryDays + 1).String(), a.head.Today.String()
}

// field reads a field of a form, whichever way the form came.
func field(c *fiber.Ctx, name string) string { return c.FormValue(name) }
