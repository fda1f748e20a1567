// Package clinic is the staff's side: the board of an organisation's patients
// by concern, the page of one patient, and taking an alert on.
package clinic

import (
	"context"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/auth"
	"howareyou/internal/web/front"
)

// Store reads what staff may see and lets them take an alert on. Reading a
// patient's page is on record as having read what it shows. Acknowledge is of
// code Conflict when somebody else has the alert or it is resolved, ResolveAlert
// when it is resolved already.
type Store interface {
	Board(ctx context.Context, actor carenet.Actor) (carenet.Board, error)
	PatientPage(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.PatientPage, error)
	PatientOfAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID) (carenet.ID, error)
	AlertNumbered(ctx context.Context, actor carenet.Actor, number int) (carenet.ID, error)
	Acknowledge(ctx context.Context, actor carenet.Actor, alert carenet.ID) (carenet.Batch, error)
	ResolveAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, outcome alerts.Outcome, note string) (carenet.Batch, error)
	PatientStamp(ctx context.Context, actor carenet.Actor, patient carenet.ID) (string, error)
	AskNow(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.Batch, error)
	OfferEase(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.Batch, error)
	EndEase(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.Batch, error)
	WriteToPatient(ctx context.Context, actor carenet.Actor, patient carenet.ID, words string, key carenet.ID) (carenet.Batch, error)
	PutOffAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, forTime time.Duration, reason string) (carenet.Batch, error)
	RateAlert(ctx context.Context, actor carenet.Actor, alert carenet.ID, useful bool) (carenet.Batch, error)
	RuleFigures(ctx context.Context, actor carenet.Actor, days int) (carenet.RuleFigures, []alerts.Worth, error)
	Messages
	Enrolment
	Duty
	Week
	Importing
	Record
	Words
}

// Messages is what those who see to texts read and do. What nobody waits for any
// more is of code Conflict; a note that is missing, Invalid.
type Messages interface {
	Desk(ctx context.Context, actor carenet.Actor, filter carenet.TextFilter) (carenet.Desk, error)
	TextPage(ctx context.Context, actor carenet.Actor, ref carenet.TextRef) (carenet.TextPage, error)
	InPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (carenet.InPage, error)
	FactPage(ctx context.Context, actor carenet.Actor, id carenet.ID) (carenet.Desk, error)
	RetryText(ctx context.Context, actor carenet.Actor, ref carenet.TextRef, note string) (carenet.Batch, error)
	CloseText(ctx context.Context, actor carenet.Actor, ref carenet.TextRef, note string) (carenet.Batch, error)
	CloseIn(ctx context.Context, actor carenet.Actor, id carenet.ID, note string) (carenet.Batch, error)
	CorrectNumber(ctx context.Context, actor carenet.Actor, person carenet.ID, number string) (carenet.Batch, error)
	RetryFact(ctx context.Context, actor carenet.Actor, id carenet.ID) (carenet.Batch, error)
	CloseFact(ctx context.Context, actor carenet.Actor, id carenet.ID, note string) (carenet.Batch, error)
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
	door.Kind = auth.ClinicDoor
	enter := h.site.Enter(door)
	if door.Base != "" {
		// The site's own root is the followers'.
		r.Get("/", enter, func(c *fiber.Ctx) error { return c.Redirect(door.Home(), fiber.StatusSeeOther) })
	}
	r.Get("/clinic", enter, h.board)
	r.Get("/clinic/rows", enter, h.rows)
	r.Get("/clinic/live", enter, h.liveBoard)
	r.Get("/clinic/patients/:id", enter, h.patient)
	r.Get("/clinic/patients/:id/live", enter, h.livePatient)
	r.Post("/clinic/patients/:id/answer", h.site.Guard, enter, h.answerPatient)
	r.Post("/clinic/patients/:id/notes", h.site.Guard, enter, h.writeNote)
	r.Post("/clinic/patients/:id/goals", h.site.Guard, enter, h.keepGoal)
	r.Post("/clinic/patients/:id/number", h.site.Guard, enter, h.patientNumber)
	r.Post("/clinic/patients/:id/ask", h.site.Guard, enter, h.askNow)
	r.Post("/clinic/patients/:id/rhythm", h.site.Guard, enter, h.rhythm)
	r.Get("/clinic/alerts/:id", enter, h.alert)
	h.mountMessages(r, enter)
	h.mountJoining(r, enter)
	h.mountDuty(r, enter)
	h.mountRoster(r, enter)
	h.mountWords(r, enter)
	r.Post("/clinic/alerts/:id/acknowledge", h.site.Guard, enter, h.acknowledge)
	r.Post("/clinic/alerts/:id/resolve", h.site.Guard, enter, h.resolve)
	r.Post("/clinic/alerts/:id/put-off", h.site.Guard, enter, h.putAlertOff)
	r.Post("/clinic/alerts/:id/useful", h.site.Guard, enter, h.rateAlert)
	r.Get("/clinic/worth", enter, h.worth)
	r.Get("/clinic/week", enter, h.week)
	r.Post("/clinic/week", h.site.Guard, enter, h.chooseWeek)
	r.Post("/clinic/out", h.site.Guard, func(c *fiber.Ctx) error { return h.site.SignOut(c, door) })
}

// base is where the pages of the request's door live.
func base(c *fiber.Ctx) string { return front.DoorOf(c).Base }

// pathID reads the id in the path; what is none leads nowhere.
func pathID(c *fiber.Ctx) (carenet.ID, error) {
	id, err := carenet.ParseID(c.Params("id"))
	if err != nil {
		return id, carenet.Errorf(carenet.NotFound, "read address", "there is no such page")
	}
	return id, nil
}

func (h *Handler) board(c *fiber.Ctx) error {
	return h.showBoard(c, fiber.StatusOK, queryID(c, "taken"))
}

func (h *Handler) showBoard(c *fiber.Ctx, status int, about carenet.ID) error {
	b, err := h.store.Board(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	return front.Render(c, status, boardPage(h.boardView(c, b, about)))
}

// rows is the list alone: an open board asks for it again.
func (h *Handler) rows(c *fiber.Ctx) error {
	b, err := h.store.Board(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	return front.Render(c, fiber.StatusOK, boardRows(h.boardView(c, b, carenet.NilID)))
}

func (h *Handler) liveBoard(c *fiber.Ctx) error {
	return h.site.Stream(c, nil, front.TopicOrganisation(front.Actor(c).Org))
}

func (h *Handler) patient(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	return h.showPatient(c, fiber.StatusOK, id, queryID(c, "taken"))
}

func (h *Handler) showPatient(c *fiber.Ctx, status int, patient, about carenet.ID) error {
	return h.showAnswering(c, status, patient, about, answering{})
}

func (h *Handler) showAnswering(c *fiber.Ctx, status int, patient, about carenet.ID, a answering) error {
	p, err := h.store.PatientPage(c.UserContext(), front.Actor(c), patient)
	if err != nil {
		return err
	}
	return front.Render(c, status, patientPage(h.patientView(c, p, about, a)))
}

// livePatient only says that something changed. The page is not fetched again
// by itself: fetching it means that somebody has read it, and an open page that
// nobody looks at has read nothing.
func (h *Handler) livePatient(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	actor, since := front.Actor(c), c.Query("since")
	return h.site.StreamSince(c, func(ctx context.Context) bool {
		stamp, err := h.store.PatientStamp(ctx, actor, id)
		return err != nil || since != "" && stamp != since
	}, nil, front.TopicPatient(id))
}

// alert leads from the link in an alert's text to the alert on its patient's page.
func (h *Handler) alert(c *fiber.Ctx) error {
	id, err := h.whichAlert(c)
	if err != nil {
		return err
	}
	patient, err := h.store.PatientOfAlert(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	return c.Redirect(patientURL(base(c), patient)+"#alert-"+id.String(), fiber.StatusSeeOther)
}

// whichAlert reads an alert's id or its number: texts give the number, which is
// short and which the clinic says aloud.
func (h *Handler) whichAlert(c *fiber.Ctx) (carenet.ID, error) {
	if n, err := strconv.Atoi(c.Params("id")); err == nil && n > 0 {
		return h.store.AlertNumbered(c.UserContext(), front.Actor(c), n)
	}
	return pathID(c)
}

func patientURL(base string, patient carenet.ID) string {
	return base + "/clinic/patients/" + patient.String()
}

func queryID(c *fiber.Ctx, name string) carenet.ID {
	id, err := carenet.ParseID(c.Query(name))
	if err != nil {
		return carenet.NilID
	}
	return id
}
