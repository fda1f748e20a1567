package clinic

import (
	"context"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify"
	"howareyou/notify/text"
)

// Enrolment is what staff do to have people join: a patient is asked first, and joins
// by their own word. Enrol is of code Invalid for a number that is none, Conflict for
// somebody who is a patient already.
type Enrolment interface {
	Joining(ctx context.Context, actor carenet.Actor) (carenet.JoiningPage, error)
	Enrol(ctx context.Context, actor carenet.Actor, n carenet.Enrolment) (carenet.ID, carenet.Batch, error)
	AskToJoinAgain(ctx context.Context, actor carenet.Actor, patient carenet.ID) (carenet.Batch, error)
	SetProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID, a carenet.Authority) (carenet.Batch, error)
	EndProxy(ctx context.Context, actor carenet.Actor, patient, follower carenet.ID) (carenet.Batch, error)
	ReportPatient(ctx context.Context, actor carenet.Actor, patient carenet.ID, what carenet.Report) (carenet.Batch, error)
	WithdrawEnrolment(ctx context.Context, actor carenet.Actor, patient carenet.ID) error
}

func (h *Handler) mountJoining(r fiber.Router, enter fiber.Handler) {
	r.Post("/clinic/patients/:id/report", h.site.Guard, enter, h.report)
	r.Post("/clinic/patients/:id/answers/:follower", h.site.Guard, enter, h.letAnswer)
	r.Get("/clinic/joining", enter, h.joining)
	r.Get("/clinic/joining/new", enter, h.newPatient)
	r.Post("/clinic/joining/new", h.site.Guard, enter, h.enrol)
	r.Post("/clinic/joining/:id/again", h.site.Guard, enter, h.askAgain)
	r.Post("/clinic/joining/:id/withdraw", h.site.Guard, enter, h.withdraw)
}

// joiningView is who was asked to join, with its words chosen.
type joiningView struct {
	front.Reader
	page     ui.Page
	base     string
	mayEnrol bool
	lists    bool // the viewer may enrol a list
	rows     []joiningRow
	notice   notice
}

type joiningRow struct {
	id, name, state, by string
	more                string // whether the text arrived, or why none may go
	open, again         bool
}

var joinStates = map[carenet.QuestionState]text.Key{
	carenet.QuestionOpen: text.JoinStateOpen, carenet.QuestionLapsed: text.JoinStateLapsed,
	carenet.QuestionNo: text.JoinStateNo, carenet.QuestionWithdrawn: text.JoinStateWithdrawn, carenet.QuestionYes: text.JoinStateOpen,
}

func (h *Handler) joining(c *fiber.Ctx) error { return h.showJoining(c, fiber.StatusOK, notice{}) }

func (h *Handler) showJoining(c *fiber.Ctx, status int, n notice) error {
	p, err := h.store.Joining(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v := joiningView{Reader: r, base: base(c), mayEnrol: p.MayEnrol, lists: p.MayImport, notice: n}
	for _, q := range p.Asked {
		row := joiningRow{id: q.Patient.String(), name: q.Name, open: q.State == carenet.QuestionOpen}
		key := joinStates[q.State]
		if row.open && q.Asked > 1 {
			key = text.JoinStateTwice
		}
		row.state = r.Say(key, text.Data{"When": r.On(q.ChangedAt)})
		if q.AskedBy != "" {
			row.by = r.Say(text.JoinAskedBy, text.Data{"Name": q.AskedBy})
		}
		switch {
		case q.Stopped:
			row.more = r.Say(text.JoinStopped)
		case q.Reached && row.open:
			row.more = r.Say(text.JoinReached)
		}
		row.again = p.MayEnrol && !row.open && !q.Stopped
		row.open = row.open && p.MayEnrol
		v.rows = append(v.rows, row)
	}
	v.page = h.joiningFrame(r, v.base, p.Organisation, r.Say(text.JoinListTitle))
	return front.Render(c, status, joiningPage(v))
}

func (h *Handler) joiningFrame(r front.Reader, base, organisation, title string) ui.Page {
	return front.Frame{
		Title: title, Organisation: organisation, Home: base + "/clinic", Audience: ui.ForClinic,
		Nav: r.ClinicNav(base, "/clinic/joining"),
	}.Page(r.Texts)
}

// enrolView is the form to enrol a patient, with what was typed and what is wrong.
type enrolView struct {
	front.Reader
	page                           ui.Page
	base                           string
	in                             carenet.Enrolment
	faultName, faultTel, faultTime string
	languages, days                []option
	preview                        string
}

// enrolDays are the recurrences to choose from.
var enrolDays = []enrolDay{
	{"FREQ=WEEKLY;BYDAY=MO,WE,FR", text.JoinDaysSome, 3},
	{"FREQ=DAILY", text.JoinDaysDaily, 7},
	{"FREQ=WEEKLY;BYDAY=MO", text.JoinDaysWeekly, 1},
}

// ownNames are the languages in themselves.
var ownNames = map[string]string{"en": "English", "es": "Español", "ar": "العربية"}

func (h *Handler) newPatient(c *fiber.Ctx) error {
	return h.showEnrol(c, fiber.StatusOK, enrolView{in: carenet.Enrolment{LocalTime: "09:00", RRule: enrolDays[0].rule}})
}

func (h *Handler) showEnrol(c *fiber.Ctx, status int, v enrolView) error {
	p, err := h.store.Joining(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	if !p.MayEnrol {
		return carenet.Errorf(carenet.Forbidden, "enrol patient", "only coordinators and administrators enrol patients")
	}
	r := h.reader(c, p.Zone)
	v.Reader, v.base = r, base(c)
	if v.in.Language == "" {
		v.in.Language = p.Language
	}
	for _, l := range text.Languages {
		v.languages = append(v.languages, option{l, ownNames[l], l == v.in.Language})
	}
	week := 0
	for _, d := range enrolDays {
		v.days = append(v.days, option{d.rule, r.Say(d.word), d.rule == v.in.RRule})
		if d.rule == v.in.RRule {
			week = d.week
		}
	}
	v.preview = enrolPreview(p, v.in, week)
	v.page = h.joiningFrame(r, v.base, p.Organisation, r.Say(text.JoinNewTitle))
	return front.Render(c, status, enrolPage(v))
}

// enrolPreview is the text that the patient gets, by the function that writes it.
func enrolPreview(p carenet.JoiningPage, in carenet.Enrolment, week int) string {
	name := in.Name
	if name == "" {
		name = "..."
	}
	body, err := text.Composer{}.Compose(notify.Draft{
		Kind: notify.KindQuestion, Audience: carenet.ToPatient, Question: carenet.AskEnrol, Language: in.Language, Organisation: p.Organisation,
		EmergencyNumber: p.EmergencyNumber, Patient: name, About: p.Viewer, PerWeek: week, Link: "...",
	})
	if err != nil {
		return ""
	}
	return body
}

func (h *Handler) enrol(c *fiber.Ctx) error {
	form := c.Request().PostArgs()
	value := func(name string) string {
		return strings.Join(strings.Fields(strings.ToValidUTF8(string(form.Peek(name)), "")), " ")
	}
	v := enrolView{in: carenet.Enrolment{Name: value("name"), Phone: value("phone"), Language: value("language"), LocalTime: value("at"), RRule: value("days")}}
	t := front.Texts(c)
	known := false
	for _, d := range enrolDays {
		known = known || d.rule == v.in.RRule
	}
	if !known {
		v.in.RRule = enrolDays[0].rule
	}
	if _, ok := ownNames[v.in.Language]; !ok {
		v.in.Language = ""
	}
	if v.in.Name == "" {
		v.faultName = t.Say(text.JoinErrorName)
	}
	if _, err := carenet.ParseLocalTime(v.in.LocalTime); err != nil {
		v.faultTime = t.Say(text.JoinErrorTime)
	}
	if v.in.Phone == "" {
		v.faultTel = t.Say(text.JoinErrorPhone)
	}
	if v.faultName+v.faultTime+v.faultTel != "" {
		return h.showEnrol(c, fiber.StatusUnprocessableEntity, v)
	}
	_, batch, err := h.store.Enrol(c.UserContext(), front.Actor(c), v.in)
	switch carenet.CodeOf(err) {
	case "":
		h.committed(batch)
		return c.Redirect(base(c)+"/clinic/joining", fiber.StatusSeeOther)
	case carenet.Invalid:
		v.faultTel = t.Say(text.JoinErrorPhone)
	case carenet.Conflict:
		v.faultName = t.Say(text.JoinErrorKnown)
	default:
		return err
	}
	return h.showEnrol(c, fiber.StatusUnprocessableEntity, v)
}

func (h *Handler) askAgain(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	batch, err := h.store.AskToJoinAgain(c.UserContext(), front.Actor(c), id)
	if carenet.CodeOf(err) == carenet.Conflict {
		return h.showJoining(c, fiber.StatusConflict, notice{})
	}
	if err != nil {
		return err
	}
	h.committed(batch)
	return c.Redirect(base(c)+"/clinic/joining", fiber.StatusSeeOther)
}

func (h *Handler) withdraw(c *fiber.Ctx) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	err = h.store.WithdrawEnrolment(c.UserContext(), front.Actor(c), id)
	if carenet.CodeOf(err) == carenet.Conflict {
		return h.showJoining(c, fiber.StatusConflict, notice{})
	}
	if err != nil {
		return err
	}
	return c.Redirect(base(c)+"/clinic/joining", fiber.StatusSeeOther)
}
