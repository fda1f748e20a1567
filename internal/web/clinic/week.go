package clinic

import (
	"context"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// Week is an organisation's week, and whether its reader wants to be told of it.
type Week interface {
	Review(ctx context.Context, actor carenet.Actor) (carenet.Review, error)
	SetReview(ctx context.Context, actor carenet.Actor, wanted bool) error
}

// weekView is the week with its words chosen.
type weekView struct {
	front.Reader
	page     ui.Page
	base     string
	notice   notice
	about    string
	standing string
	nothing  bool
	lists    []weekList
	over     []string
	rules    []string
	wanted   bool
}

type weekList struct {
	id, title string
	patients  []weekPatient
}

type weekPatient struct{ name, url, why string }

func (h *Handler) week(c *fiber.Ctx) error {
	w, err := h.store.Review(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	r := h.reader(c, w.Zone)
	v := weekView{Reader: r, base: base(c), wanted: w.Wanted, nothing: w.Empty()}
	if c.Query("saved") == "1" {
		v.notice = notice{ui.ToneLeaf, r.Say(text.DutyWeekSaved)}
	}
	v.about = r.Say(text.DutyWeekAbout, text.Data{"From": dateOf(r, w.Since), "To": dateOf(r, w.Until)})
	v.standing = r.Say(text.DutyWeekStanding, text.Data{"Count": w.Standing})
	for _, l := range []struct {
		id    string
		title text.Key
		of    []carenet.ReviewPatient
	}{{"drift", text.DutyWeekDrift, w.Drift}, {"watch", text.DutyWeekWatch, w.Watch}, {"silent", text.DutyWeekSilent, w.Silent}, {"goals", text.DutyWeekGoals, w.Goals}} {
		if len(l.of) == 0 {
			continue
		}
		list := weekList{id: l.id, title: r.Say(l.title)}
		for _, p := range l.of {
			list.patients = append(list.patients, weekPatient{p.Name, patientURL(v.base, p.ID), r.ReviewWhy(p)})
		}
		v.lists = append(v.lists, list)
	}
	for _, x := range w.Over {
		v.over = append(v.over, r.Say(text.DutyWeekOverRule, text.Data{"Rule": front.RuleName(r.Texts, x.Rule), "Month": x.Month, "Week": x.Week, "Budget": x.Budget}))
	}
	for _, x := range w.Rules {
		v.rules = append(v.rules, r.Say(text.DutyWeekRule, text.Data{
			"Rule": front.RuleName(r.Texts, x.Rule), "Opened": strconv.Itoa(x.Opened), "Closed": x.Closed, "False": x.FalseAlarm, "Useful": x.Useful, "Not": x.NotUseful,
		}))
	}
	v.page = front.Frame{
		Title: r.Say(text.DutyWeekTitle), Organisation: w.Organisation, Home: v.base + "/clinic", Audience: ui.ForClinic,
		Nav: r.ClinicNav(v.base, ""),
	}.Page(r.Texts)
	return front.Render(c, fiber.StatusOK, weekPage(v))
}

// chooseWeek keeps whether the reader wants to be told of each week.
func (h *Handler) chooseWeek(c *fiber.Ctx) error {
	wanted := string(c.Request().PostArgs().Peek("wanted")) == "yes"
	if err := h.store.SetReview(c.UserContext(), front.Actor(c), wanted); err != nil {
		return err
	}
	return c.Redirect(base(c)+"/clinic/week?saved=1", fiber.StatusSeeOther)
}
