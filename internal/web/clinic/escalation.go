package clinic

import (
	"errors"
	"slices"
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

// stepsView is who is asked about alerts, with its words chosen.
type stepsView struct {
	front.Reader
	page   ui.Page
	base   string
	notice notice
	all    []stepsOf
	hours  string // when staff are there
	set    string // where that is changed; "" by nobody who reads this
}

// stepsOf is the escalation of one severity.
type stepsOf struct {
	id, severity string
	tone         ui.Tone
	own          string
	steps        []string
	repeat, hold string
	edit         string // where it is changed; "" by nobody who reads this
}

// stepsForm is the form that changes one.
type stepsForm struct {
	front.Reader
	page         ui.Page
	base         string
	severity     string
	tone         ui.Tone
	action       string
	fault        string
	steps        []stepFields
	repeat, hold string
}

// stepFields are the fields of one step.
type stepFields struct {
	no     int
	title  string
	wait   string
	roles  []option
	people []option
}

var roleWords = []struct {
	role alerts.Role
	word text.Key
}{
	{alerts.RoleOnDuty, text.DutyStepsOnDuty},
	{alerts.RoleResponder, text.DutyStepsResponders},
	{alerts.RoleCoordinator, text.DutyStepsCoordinators},
}

var policyFaults = map[string]text.Key{
	alerts.PolicyNoSteps: text.DutyStepsErrorNoSteps, alerts.PolicyManySteps: text.DutyStepsErrorManySteps,
	alerts.PolicyFirstLate: text.DutyStepsErrorFirstLate, alerts.PolicyOrder: text.DutyStepsErrorOrder,
	alerts.PolicyPause: text.DutyStepsErrorPause, alerts.PolicyRepeat: text.DutyStepsErrorRepeat,
	alerts.PolicyHold: text.DutyStepsErrorHold, alerts.PolicyEmptyStep: text.DutyStepsErrorEmptyStep,
	alerts.PolicyNobody: text.DutyStepsErrorNobody, alerts.PolicyUnknown: text.DutyStepsErrorUnknown,
	alerts.PolicyUnknownRole: text.DutyStepsErrorUnknownRole,
}

// lasts says a length of time in days, hours or minutes, whichever is whole.
func lasts(r front.Reader, d time.Duration) string {
	const day = 24 * time.Hour
	switch {
	case d > 0 && d%day == 0:
		return r.Say(text.TimeDays, text.Data{"Count": int(d / day)})
	case d > 0 && d%time.Hour == 0:
		return r.Say(text.TimeHours, text.Data{"Count": int(d / time.Hour)})
	}
	return r.Say(text.DutyStepsMinutes, text.Data{"Count": int(d / time.Minute)})
}

func (h *Handler) escalation(c *fiber.Ctx) error {
	p, all, err := h.store.PolicyPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v := stepsView{Reader: r, base: base(c)}
	if c.Query("saved") == "1" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.DutyStepsSaved)}
	}
	if c.Query("saved") == "hours" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.DutyHoursSaved)}
	}
	if v.hours = hoursSaid(r.Texts, all[alerts.Amber].Hours); v.hours == "" {
		v.hours = r.Say(text.DutyHoursAlways)
	} else {
		v.hours += ". " + r.Say(text.DutyHoursOutside)
	}
	if p.MayEdit {
		v.set = v.base + "/clinic/hours"
	}
	for _, severity := range alerts.Escalated {
		e, s := all[severity], severityOf(carenet.AlertView{Severity: string(severity)})
		o := stepsOf{
			id: string(severity), severity: r.Say(s.word), tone: s.tone, own: r.Say(text.DutyStepsDefault),
			repeat: r.Say(text.DutyStepsRepeat, text.Data{"Time": lasts(r, e.Repeat)}), hold: r.Say(text.DutyStepsHold, text.Data{"Time": lasts(r, e.Hold)}),
		}
		if n := p.Version[string(severity)]; n > 0 {
			o.own = r.Say(text.DutyStepsOwn, text.Data{"Version": n, "When": r.On(p.Since[string(severity)])})
		}
		for _, step := range e.Steps {
			who := text.Data{"Who": stepSaid(r, step, p.Staff), "Time": lasts(r, step.After)}
			key := text.DutyStepsAfter
			if step.After == 0 {
				key = text.DutyStepsAtOnce
			}
			o.steps = append(o.steps, r.Say(key, who))
		}
		if p.MayEdit {
			o.edit = v.base + "/clinic/escalation/" + string(severity)
		}
		v.all = append(v.all, o)
	}
	v.page = dutyFrame(r, v.base, p.Organisation, r.Say(text.DutyStepsTitle))
	return front.Render(c, fiber.StatusOK, stepsPage(v))
}

// stepSaid says whom a step asks.
func stepSaid(r front.Reader, step alerts.Step, staff []carenet.PersonName) string {
	var who []string
	for _, x := range roleWords {
		if slices.Contains(step.To, x.role) {
			who = append(who, r.Say(x.word))
		}
	}
	for _, p := range staff {
		if slices.Contains(step.People, p.ID) {
			who = append(who, p.Name)
		}
	}
	return strings.Join(who, comma(r.Texts))
}

// comma parts the words of a list.
func comma(t *text.Texts) string {
	if t.Lang() == "ar" {
		return "، "
	}
	return ", "
}

func (h *Handler) editEscalation(c *fiber.Ctx) error {
	return h.showEscalation(c, fiber.StatusOK, nil, "", "", "")
}

// showEscalation shows the form with what was typed, or with what is in force.
func (h *Handler) showEscalation(c *fiber.Ctx, status int, typed []stepFields, repeat, hold, fault string) error {
	p, all, err := h.store.PolicyPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	severity := alerts.Severity(c.Params("severity"))
	e, ok := all[severity]
	switch {
	case !ok:
		return carenet.Errorf(carenet.NotFound, "read escalation", "there is no such page")
	case !p.MayEdit:
		return carenet.Errorf(carenet.Forbidden, "read escalation", "only administrators set who is asked")
	}
	r := h.reader(c, p.Zone)
	s := severityOf(carenet.AlertView{Severity: string(severity)})
	v := stepsForm{
		Reader: r, base: base(c), severity: r.Say(s.word), tone: s.tone, action: base(c) + "/clinic/escalation/" + string(severity),
		fault: fault, steps: typed, repeat: repeat, hold: hold,
	}
	if typed == nil {
		v.repeat, v.hold = minutes(e.Repeat), minutes(e.Hold)
		for _, step := range e.Steps {
			v.steps = append(v.steps, newStepFields(len(v.steps), minutes(step.After), step))
		}
	}
	for len(v.steps) < alerts.MaxSteps {
		v.steps = append(v.steps, newStepFields(len(v.steps), "", alerts.Step{}))
	}
	for i := range v.steps {
		f := &v.steps[i]
		f.title = r.Say(text.DutyStepsStep, text.Data{"Step": f.no})
		for j := range f.roles {
			f.roles[j].label = r.Say(roleWords[j].word)
		}
		chosen := f.people
		f.people = nil
		for _, m := range p.Staff {
			o := option{value: m.ID.String(), label: m.Name}
			o.chosen = slices.ContainsFunc(chosen, func(x option) bool { return x.value == o.value })
			f.people = append(f.people, o)
		}
	}
	v.page = dutyFrame(r, v.base, p.Organisation, r.Say(text.DutyStepsTitle)+": "+v.severity)
	return front.Render(c, status, stepsEditPage(v))
}

func minutes(d time.Duration) string { return strconv.Itoa(int(d / time.Minute)) }

// newStepFields are the fields of a step, from 0; names are put to people later.
func newStepFields(i int, wait string, step alerts.Step) stepFields {
	f := stepFields{no: i + 1, wait: wait}
	for _, x := range roleWords {
		f.roles = append(f.roles, option{value: string(x.role), chosen: slices.Contains(step.To, x.role)})
	}
	for _, id := range step.People {
		f.people = append(f.people, option{value: id.String(), chosen: true})
	}
	return f
}

// setEscalation takes the form. A step of which nothing is filled in is none; one whose
// time or people alone are there is refused, since something was meant by it.
func (h *Handler) setEscalation(c *fiber.Ctx) error {
	form := c.Request().PostArgs()
	t := front.Texts(c)
	repeat, hold := string(form.Peek("repeat")), string(form.Peek("hold"))
	e := alerts.Escalation{Repeat: typedMinutes(repeat), Hold: typedMinutes(hold)}
	number := e.Repeat < 0 || e.Hold < 0
	var typed []stepFields
	for i := range alerts.MaxSteps {
		at := strconv.Itoa(i + 1)
		wait := strings.TrimSpace(string(form.Peek("wait-" + at)))
		var step alerts.Step
		for _, role := range form.PeekMulti("role-" + at) {
			step.To = append(step.To, alerts.Role(role))
		}
		for _, who := range form.PeekMulti("person-" + at) {
			if id, err := carenet.ParseID(string(who)); err == nil {
				step.People = append(step.People, id)
			}
		}
		typed = append(typed, newStepFields(i, wait, step))
		if len(step.To)+len(step.People) == 0 && (wait == "" || i > 0 && wait == "0") {
			continue
		}
		step.After = typedMinutes(wait)
		number = number || step.After < 0
		e.Steps = append(e.Steps, step)
	}
	refuse := func(words string) error {
		return h.showEscalation(c, fiber.StatusUnprocessableEntity, typed, repeat, hold, words+" "+t.Say(text.DutyStepsErrorUnchanged))
	}
	if number {
		return refuse(t.Say(text.DutyStepsErrorNumber))
	}
	err := h.store.SetEscalation(c.UserContext(), front.Actor(c), alerts.Severity(c.Params("severity")), e)
	var why *alerts.PolicyError
	switch {
	case err == nil:
		return c.Redirect(base(c)+"/clinic/escalation?saved=1", fiber.StatusSeeOther)
	case errors.As(err, &why) && policyFaults[why.Why] != "":
		r := h.reader(c, time.UTC)
		return refuse(r.Say(policyFaults[why.Why], text.Data{"Step": why.Step, "Time": lasts(r, why.Limit)}))
	}
	return err
}

// typedMinutes reads whole minutes up to a week; what is none is below 0.
func typedMinutes(s string) time.Duration {
	n, err := strconv.Atoi(strings.TrimSpace(s))
	if err != nil || n < 0 || n > 7*24*60 {
		return -1
	}
	return time.Duration(n) * time.Minute
}

func anyChosen(of []option) bool {
	return slices.ContainsFunc(of, func(o option) bool { return o.chosen })
}
