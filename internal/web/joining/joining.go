// Package joining is where people say yes or no to what they are asked, behind the
// link in its text, and where patients see and change who is in their circle.
package joining

import (
	"context"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify"
	"howareyou/notify/text"
)

// Store reads and answers questions, and reads and changes a patient's own circle.
// Agree is of code Conflict for what is no longer asked.
type Store interface {
	AgreePage(ctx context.Context, token string) (carenet.AgreePage, error)
	Agree(ctx context.Context, token string, yes bool) (carenet.Batch, error)
	OwnCircle(ctx context.Context, actor carenet.Actor) (carenet.CirclePage, error)
	InviteFromPage(ctx context.Context, actor carenet.Actor, n carenet.Invite) (carenet.Batch, error)
	ShowFollower(ctx context.Context, actor carenet.Actor, follower carenet.ID, scope carenet.Scope) (carenet.Batch, error)
	DropFollower(ctx context.Context, actor carenet.Actor, follower carenet.ID) (carenet.Batch, error)
	AnswerEase(ctx context.Context, actor carenet.Actor, yes bool) (carenet.Batch, error)
	EndEase(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.Batch, error)
	SetProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID, a carenet.Authority) (carenet.Batch, error)
	EndProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID) (carenet.Batch, error)
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
	r.Get("/a/:token", h.show(door))
	r.Post("/a/:token", h.site.Guard, h.say(door))
	door.Kind = auth.PatientDoor
	enter := h.site.Enter(door)
	r.Get("/me", enter, h.circle)
	r.Post("/me/rhythm", h.site.Guard, enter, h.rhythm)
	r.Post("/me/invite", h.site.Guard, enter, h.invite)
	r.Post("/me/circle/:id/show", h.site.Guard, enter, h.change)
	r.Post("/me/circle/:id/drop", h.site.Guard, enter, h.drop)
	r.Get("/me/circle/:id/answers", enter, h.mayAnswer)
	r.Post("/me/circle/:id/answers", h.site.Guard, enter, h.letAnswer)
	r.Post("/me/circle/:id/answers/end", h.site.Guard, enter, h.endAnswer)
	r.Post("/me/out", h.site.Guard, func(c *fiber.Ctx) error { return h.site.SignOut(c, door) })
}

// agreeView is the page of a question with its words chosen.
type agreeView struct {
	*text.Texts
	page           ui.Page
	action         string
	from, what     string
	example        string
	sees, cost     string
	stop, notWatch string
	hours          string
	yes            string
	over           bool
	done           string // what was answered
}

func (h *Handler) show(door front.Door) fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := string([]byte(c.Params("token")))
		p, err := h.store.AgreePage(c.UserContext(), token)
		if err != nil {
			return h.leadsNowhere(c, err)
		}
		return front.Render(c, fiber.StatusOK, agreePage(newAgreeView(p, door.Base+"/a/"+token)))
	}
}

func newAgreeView(p carenet.AgreePage, action string) agreeView {
	t := text.For(p.Language)
	first, about := carenet.FirstName(p.Name), carenet.FirstName(p.About)
	emergency := t.Say(text.EmergencyServices)
	if p.EmergencyNumber != "" {
		emergency = front.Number(p.EmergencyNumber)
	}
	v := agreeView{
		Texts: t, action: action, cost: t.Say(text.JoinCost), stop: t.Say(text.JoinStop),
		notWatch: t.Say(text.JoinNotEmergency, text.Data{"Emergency": emergency}),
		over:     p.State != carenet.QuestionOpen,
	}
	if p.StaffedHours != "" {
		v.hours = t.Say(text.JoinHours, text.Data{"Hours": p.StaffedHours})
	}
	title := t.Say(text.JoinEnrolTitle)
	done := text.JoinDoneEnrol
	if p.Kind == carenet.AskFollow {
		title, done = t.Say(text.JoinFollowTitle, text.Data{"Name": about}), text.JoinDoneFollow
		v.from = t.Say(text.JoinFromPatient, text.Data{"Name": about, "Org": p.Organisation})
		v.what, v.example = t.Say(text.JoinFollowWhat), example(t, p.Organisation, p.About, p.Scope)
		v.sees = t.Say(text.JoinFollowEnds, text.Data{"Name": about})
		v.yes = t.Say(text.JoinYesFollow)
	} else {
		v.from = t.Say(text.JoinFromOrg, text.Data{"Org": p.Organisation, "Name": first})
		if p.AskedBy != "" {
			v.from = t.Say(text.JoinFromStaff, text.Data{"By": p.AskedBy, "Org": p.Organisation, "Name": first})
		}
		v.what = t.Say(text.JoinEnrolWhat, text.Data{"Often": t.Often(p.PerWeek)})
		v.sees = t.Say(text.JoinEnrolSees, text.Data{"Org": p.Organisation})
		v.yes = t.Say(text.JoinYesEnrol)
	}
	switch p.State {
	case carenet.QuestionYes:
		v.done = t.Say(done, text.Data{"Name": about})
	case carenet.QuestionNo:
		v.done = t.Say(text.JoinDoneNo)
	default:
		v.done = t.Say(text.JoinOver)
	}
	v.page = front.Frame{Title: title, Organisation: p.Organisation, Emergency: p.EmergencyNumber, Audience: ui.ForPatient}.Page(t)
	return v
}

// example is what a follower gets, by the functions that write the real texts (INV-17).
func example(t *text.Texts, org, patient string, scope carenet.Scope) string {
	all, err := t.Examples(notify.Draft{Organisation: org, Patient: patient, Scope: scope})
	if err != nil {
		return ""
	}
	said := all[0]
	for _, more := range all[1:] {
		said += " " + more
	}
	return said
}

func (h *Handler) say(door front.Door) fiber.Handler {
	return func(c *fiber.Ctx) error {
		token := string([]byte(c.Params("token")))
		said := string(c.Request().PostArgs().Peek("say"))
		if said != "yes" && said != "no" {
			return carenet.Errorf(carenet.Invalid, "agree", "say yes or no")
		}
		batch, err := h.store.Agree(c.UserContext(), token, said == "yes")
		switch carenet.CodeOf(err) {
		case "":
			h.committed(batch)
		case carenet.Conflict: // the page says what became of it
		default:
			return h.leadsNowhere(c, err)
		}
		return c.Redirect(door.Base+"/a/"+token, fiber.StatusSeeOther)
	}
}

func (h *Handler) leadsNowhere(c *fiber.Ctx, err error) error {
	switch carenet.CodeOf(err) {
	case carenet.Expired, carenet.NotFound:
	default:
		return err
	}
	t := front.Texts(c)
	page := front.Frame{Title: t.Say(text.PageErrorExpiredTitle), Audience: ui.ForPatient}.Page(t)
	return front.Render(c, front.Status(err), front.Plain(page, t.Say(text.JoinOver)))
}
