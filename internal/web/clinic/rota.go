package clinic

import (
	"context"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Duty is who is on duty and who is asked about alerts, and the changing of both.
// What cannot be is of code Invalid; of an escalation it is an *alerts.PolicyError.
type Duty interface {
	RotaPage(ctx context.Context, actor carenet.Actor) (carenet.RotaPage, error)
	AddShifts(ctx context.Context, actor carenet.Actor, shifts []alerts.Shift) error
	EndShift(ctx context.Context, actor carenet.Actor, shift carenet.ID) error
	AddCover(ctx context.Context, actor carenet.Actor, cover alerts.Cover) error
	EndCover(ctx context.Context, actor carenet.Actor, cover carenet.ID) error
	PolicyPage(ctx context.Context, actor carenet.Actor) (carenet.PolicyPage, map[alerts.Severity]alerts.Escalation, error)
	SetEscalation(ctx context.Context, actor carenet.Actor, severity alerts.Severity, e alerts.Escalation) error
	SetStaffedHours(ctx context.Context, actor carenet.Actor, spans []alerts.WeekSpan, words map[string]string) error
}

func (h *Handler) mountDuty(r fiber.Router, enter fiber.Handler) {
	r.Get("/clinic/rota", enter, h.rota)
	r.Post("/clinic/rota/shifts", h.site.Guard, enter, h.addShifts)
	r.Post("/clinic/rota/shifts/:id/end", h.site.Guard, enter, h.endShift)
	r.Post("/clinic/rota/covers", h.site.Guard, enter, h.addCover)
	r.Post("/clinic/rota/covers/:id/end", h.site.Guard, enter, h.endCover)
	r.Get("/clinic/escalation", enter, h.escalation)
	r.Get("/clinic/escalation/:severity", enter, h.editEscalation)
	r.Post("/clinic/escalation/:severity", h.site.Guard, enter, h.setEscalation)
	r.Get("/clinic/hours", enter, h.editHours)
	r.Post("/clinic/hours", h.site.Guard, enter, h.setHours)
}

// rotaView is the rota with its words chosen.
type rotaView struct {
	front.Reader
	page          ui.Page
	base          string
	notice        notice
	about, asked  string
	gaps          string // how many there are, or that there is none; "" without a rota
	worry         bool   // there is a gap
	nobody        string // said when nobody is on duty now
	now, ahead    []rotaLine
	shifts        []rotaLine
	covers        []rotaLine
	edit          bool
	staff, by     []option
	weekdays      []option
	from, until   string
	faultS, fault string
}

// rotaLine is one line of a list: who, when, and where it is taken out.
type rotaLine struct {
	who, when, more string
	end             string // where the form goes that takes it out
	gap             bool
}

func (h *Handler) rota(c *fiber.Ctx) error {
	var n notice
	if c.Query("saved") == "1" {
		n = notice{ui.ToneLeaf, front.Texts(c).Say(text.DutyRotaSaved)}
	}
	return h.showRota(c, fiber.StatusOK, rotaView{notice: n})
}

func (h *Handler) showRota(c *fiber.Ctx, status int, v rotaView) error {
	p, err := h.store.RotaPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v.Reader, v.base, v.edit = r, base(c), p.MayEdit
	v.about = r.Say(text.DutyRotaAbout, text.Data{"Zone": p.Zone.String()})
	v.asked = r.Say(text.DutyRotaUnasked)
	if p.Asked {
		v.asked = r.Say(text.DutyRotaAsked)
	}
	for _, d := range p.Now {
		v.now = append(v.now, rotaLine{who: d.Name, when: r.Say(text.DutyHeadPerson, text.Data{"Name": d.Name, "When": r.On(d.Until)}), more: coverSaid(r, d)})
	}
	v.nobody = r.Say(text.DutyHeadNone)
	if len(p.Shifts) > 0 {
		v.nobody = r.Say(text.DutyRotaGap)
		v.worry = len(p.Gaps) > 0
		v.gaps = r.Say(text.DutyRotaWhole)
		if v.worry {
			v.gaps = r.Say(text.DutyRotaGaps, text.Data{"Count": len(p.Gaps)})
		}
		v.ahead = rotaAhead(r, p)
	}
	for _, s := range p.Shifts {
		v.shifts = append(v.shifts, rotaLine{who: s.Name, when: shiftSaid(r, p.Today, s), end: v.base + "/clinic/rota/shifts/" + s.ID.String() + "/end"})
	}
	for _, k := range p.Covers {
		data := text.Data{"Away": k.Away, "By": k.By, "First": r.Day(k.First, p.Today), "Last": r.Day(k.Last, p.Today)}
		key := text.DutyRotaCover
		if k.By == "" {
			key = text.DutyRotaCoverNone
		}
		v.covers = append(v.covers, rotaLine{when: r.Say(key, data), end: v.base + "/clinic/rota/covers/" + k.ID.String() + "/end"})
	}
	for _, s := range p.Staff {
		v.staff = append(v.staff, option{value: s.ID.String(), label: s.Name})
	}
	v.by = append([]option{{value: "", label: r.Say(text.DutyRotaCoverNobody)}}, v.staff...)
	for i := range 7 {
		day := time.Weekday((i + 1) % 7) // the week begins on Monday
		v.weekdays = append(v.weekdays, option{value: string(rune('0' + int(day))), label: r.Weekday(day)})
	}
	if v.from == "" {
		v.from, v.until = "08:00", "20:00"
	}
	v.page = dutyFrame(r, v.base, p.Organisation, r.Say(text.DutyRotaTitle))
	return front.Render(c, status, rotaPage(v))
}

func dutyFrame(r front.Reader, base, organisation, title string) ui.Page {
	return front.Frame{
		Title: title, Organisation: organisation, Home: base + "/clinic", Audience: ui.ForClinic,
		Nav: r.ClinicNav(base, "/clinic/rota"),
	}.Page(r.Texts)
}

// rotaAhead are the shifts and the gaps of the next days, in order of time.
func rotaAhead(r front.Reader, p carenet.RotaPage) (lines []rotaLine) {
	span := func(from, until time.Time) string {
		return r.Say(text.DutyRotaSpan, text.Data{"From": dayAndTime(r, from), "Until": dayAndTime(r, until)})
	}
	gaps := p.Gaps
	for _, d := range p.Ahead {
		for len(gaps) > 0 && gaps[0].From.Before(d.From) {
			lines, gaps = append(lines, rotaLine{who: r.Say(text.DutyRotaGap), when: span(gaps[0].From, gaps[0].Until), gap: true}), gaps[1:]
		}
		lines = append(lines, rotaLine{who: d.Name, when: span(d.From, d.Until), more: coverSaid(r, d)})
	}
	for _, g := range gaps {
		lines = append(lines, rotaLine{who: r.Say(text.DutyRotaGap), when: span(g.From, g.Until), gap: true})
	}
	return lines
}

// dayAndTime says a time so that its hour is there however far away it is.
func dayAndTime(r front.Reader, at time.Time) string {
	day, today := carenet.LocalDay(at, r.Zone), carenet.LocalDay(r.Now, r.Zone)
	if d := day.Sub(today); d > -7 && d < 7 {
		return r.On(at)
	}
	return r.Day(day, today) + " " + carenet.LocalTimeOf(at, r.Zone).String()
}

func coverSaid(r front.Reader, d carenet.OnDuty) string {
	if d.For == "" {
		return ""
	}
	return r.Say(text.DutyRotaFor, text.Data{"Name": d.For})
}

func shiftSaid(r front.Reader, today carenet.Day, s carenet.RotaShift) string {
	data := text.Data{"Weekday": r.Weekday(s.Weekday), "From": s.From.String(), "Until": s.Until.String(), "Day": r.Day(s.First, today)}
	switch {
	case !s.Weekly:
		return r.Say(text.DutyRotaOnce, data)
	case s.First > today:
		return r.Say(text.DutyRotaWeeklyFrom, data)
	}
	return r.Say(text.DutyRotaWeekly, data)
}

// dutyHead says who is on duty, for the head of the board.
func dutyHead(r front.Reader, d carenet.DutyNow) string {
	switch {
	case !d.HasRota:
		return r.Say(text.DutyHeadNone)
	case len(d.On) == 0:
		return r.Say(text.DutyHeadGap)
	}
	var all []string
	for _, o := range d.On {
		all = append(all, r.Say(text.DutyHeadPerson, text.Data{"Name": o.Name, "When": r.On(o.Until)}))
	}
	return r.Say(text.DutyHeadOn, text.Data{"Who": strings.Join(all, comma(r.Texts))})
}

func (h *Handler) addShifts(c *fiber.Ctx) error {
	form := c.Request().PostArgs()
	refused := func(status int) error {
		v := rotaView{from: string(form.Peek("from")), until: string(form.Peek("until")), faultS: front.Texts(c).Say(text.DutyRotaErrorShift)}
		return h.showRota(c, status, v)
	}
	who, err1 := carenet.ParseID(string(form.Peek("who")))
	from, err2 := carenet.ParseLocalTime(string(form.Peek("from")))
	until, err3 := carenet.ParseLocalTime(string(form.Peek("until")))
	if err1 != nil || err2 != nil || err3 != nil {
		return refused(fiber.StatusUnprocessableEntity)
	}
	p, err := h.store.RotaPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	var shifts []alerts.Shift
	if day := string(form.Peek("day")); day != "" {
		first, err := carenet.ParseDay(day)
		if err != nil {
			return refused(fiber.StatusUnprocessableEntity)
		}
		shifts = append(shifts, alerts.Shift{Clinician: who, First: first, From: from, Until: until})
	} else {
		for _, w := range form.PeekMulti("weekday") {
			if len(w) == 1 && w[0] >= '0' && w[0] <= '6' {
				shifts = append(shifts, alerts.Shift{Clinician: who, Weekly: true, Weekday: time.Weekday(w[0] - '0'), First: p.Today, From: from, Until: until})
			}
		}
	}
	if len(shifts) == 0 {
		return refused(fiber.StatusUnprocessableEntity)
	}
	return h.rotaChanged(c, h.store.AddShifts(c.UserContext(), front.Actor(c), shifts), refused)
}

func (h *Handler) addCover(c *fiber.Ctx) error {
	form := c.Request().PostArgs()
	refused := func(status int) error {
		return h.showRota(c, status, rotaView{fault: front.Texts(c).Say(text.DutyRotaErrorCover)})
	}
	away, err1 := carenet.ParseID(string(form.Peek("away")))
	first, err2 := carenet.ParseDay(string(form.Peek("first")))
	last, err3 := carenet.ParseDay(string(form.Peek("last")))
	by := carenet.NilID
	var err4 error
	if s := string(form.Peek("by")); s != "" {
		by, err4 = carenet.ParseID(s)
	}
	if err1 != nil || err2 != nil || err3 != nil || err4 != nil {
		return refused(fiber.StatusUnprocessableEntity)
	}
	cover := alerts.Cover{Away: away, By: by, First: first, Last: last}
	return h.rotaChanged(c, h.store.AddCover(c.UserContext(), front.Actor(c), cover), refused)
}

// rotaChanged answers a change of the rota.
func (h *Handler) rotaChanged(c *fiber.Ctx, err error, refused func(status int) error) error {
	switch carenet.CodeOf(err) {
	case "":
		return c.Redirect(base(c)+"/clinic/rota?saved=1", fiber.StatusSeeOther)
	case carenet.Invalid, carenet.NotFound:
		return refused(fiber.StatusUnprocessableEntity)
	}
	return err
}

func (h *Handler) endShift(c *fiber.Ctx) error { return h.endOfRota(c, h.store.EndShift) }

func (h *Handler) endCover(c *fiber.Ctx) error { return h.endOfRota(c, h.store.EndCover) }

// endOfRota takes something out of the rota; what is out already stays out.
func (h *Handler) endOfRota(c *fiber.Ctx, end func(context.Context, carenet.Actor, carenet.ID) error) error {
	id, err := pathID(c)
	if err != nil {
		return err
	}
	if err := end(c.UserContext(), front.Actor(c), id); err != nil && carenet.CodeOf(err) != carenet.NotFound {
		return err
	}
	return c.Redirect(base(c)+"/clinic/rota?saved=1", fiber.StatusSeeOther)
}
