package clinic

import (
	"strconv"
	"strings"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// hoursForm is the form that sets when the organisation is staffed.
type hoursForm struct {
	front.Reader
	page        ui.Page
	action      string
	hint, fault string
	days        []dayFields
}

// dayFields are the fields of one day of the week.
type dayFields struct {
	no                int // 0 is Sunday
	day               string
	from, until       string
	fromName, endName string
	fault             string
}

func (h *Handler) editHours(c *fiber.Ctx) error { return h.showHours(c, fiber.StatusOK, nil) }

// showHours shows the form with what was typed, or with what is in force.
func (h *Handler) showHours(c *fiber.Ctx, status int, typed []dayFields) error {
	p, all, err := h.store.PolicyPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	if !p.MayEdit {
		return carenet.Errorf(carenet.Forbidden, "read staffed hours", "only administrators set when the organisation is staffed")
	}
	r := h.reader(c, p.Zone)
	v := hoursForm{
		Reader: r, action: base(c) + "/clinic/hours", days: typed,
		hint: r.Say(text.DutyHoursHint, text.Data{"Zone": p.Zone.String()}) + " " + r.Say(text.DutyHoursTold),
	}
	if typed == nil {
		v.days = newDayFields(r.Texts)
		for _, s := range all[alerts.Amber].Hours.Sorted() {
			f := &v.days[(s.Weekday+6)%7]
			f.from, f.until = carenet.LocalTime(s.From).String(), carenet.LocalTime(s.Until).String()
		}
	}
	for _, f := range v.days {
		if f.fault != "" {
			v.fault = f.fault + " " + r.Say(text.DutyStepsErrorUnchanged)
			break
		}
	}
	v.page = dutyFrame(r, base(c), p.Organisation, r.Say(text.DutyHoursTitle))
	return front.Render(c, status, hoursPage(v))
}

// newDayFields are the days of a week, which begins on Monday.
func newDayFields(t *text.Texts) (days []dayFields) {
	for i := range 7 {
		d := time.Weekday((i + 1) % 7)
		no := strconv.Itoa(int(d))
		days = append(days, dayFields{no: int(d), day: t.Weekday(d), fromName: "from-" + no, endName: "until-" + no})
	}
	return days
}

func (h *Handler) setHours(c *fiber.Ctx) error {
	form, t := c.Request().PostArgs(), front.Texts(c)
	days := newDayFields(t)
	var hours alerts.Hours
	wrong := false
	for i := range days {
		f := &days[i]
		f.from, f.until = strings.TrimSpace(string(form.Peek(f.fromName))), strings.TrimSpace(string(form.Peek(f.endName)))
		if f.from == "" && f.until == "" {
			continue
		}
		from, err := carenet.ParseLocalTime(f.from)
		until, err2 := carenet.ParseLocalTime(f.until)
		if err != nil || err2 != nil {
			f.fault, wrong = t.Say(text.DutyHoursFault, text.Data{"Day": f.day}), true
			continue
		}
		hours.Spans = append(hours.Spans, alerts.WeekSpan{Weekday: time.Weekday(f.no), From: int(from), Until: int(until)})
	}
	if wrong {
		return h.showHours(c, fiber.StatusUnprocessableEntity, days)
	}
	words := map[string]string{}
	for _, l := range text.Languages {
		words[l] = hoursSaid(text.For(l), hours)
	}
	if err := h.store.SetStaffedHours(c.UserContext(), front.Actor(c), hours.Spans, words); err != nil {
		return err
	}
	return c.Redirect(base(c)+"/clinic/escalation?saved=hours", fiber.StatusSeeOther)
}
