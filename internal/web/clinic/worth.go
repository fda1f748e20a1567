package clinic

import (
	"math"
	"strconv"
	"time"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// worthDays are the periods to choose from; the first is shown unasked.
var worthDays = []int{28, 91, 365}

// worthView is what became of alerts, with its words chosen.
type worthView struct {
	front.Reader
	page    ui.Page
	base    string
	about   string
	periods []worthPeriod
	rules   []worthRule
}

type worthPeriod struct {
	label, href string
	current     bool
}

// worthRule is one rule's figures.
type worthRule struct {
	id, title, severity string
	tone                ui.Tone
	opened              string
	outcomes            []string
	said, share         string
}

func (h *Handler) worth(c *fiber.Ctx) error {
	days := worthDays[0]
	for _, d := range worthDays {
		if c.Query("days") == strconv.Itoa(d) {
			days = d
		}
	}
	p, all, err := h.store.RuleFigures(c.UserContext(), front.Actor(c), days)
	if err != nil {
		return err
	}
	r := h.reader(c, p.Zone)
	v := worthView{Reader: r, base: base(c), about: r.Say(text.DutyWorthAbout, text.Data{
		"From": dateOf(r, p.Since), "To": dateOf(r, p.Until),
	})}
	for _, d := range worthDays {
		v.periods = append(v.periods, worthPeriod{r.Say(text.DutyWorthDays, text.Data{"Count": d}), v.base + "/clinic/worth?days=" + strconv.Itoa(d), d == days})
	}
	for _, w := range all {
		v.rules = append(v.rules, newWorthRule(r, w))
	}
	v.page = front.Frame{
		Title: r.Say(text.DutyWorthTitle), Organisation: p.Organisation, Home: v.base + "/clinic", Audience: ui.ForClinic,
		Nav: r.ClinicNav(v.base, ""),
	}.Page(r.Texts)
	return front.Render(c, fiber.StatusOK, worthPage(v))
}

func dateOf(r front.Reader, at time.Time) string {
	return r.Day(carenet.LocalDay(at, r.Zone), carenet.LocalDay(r.Now, r.Zone))
}

func newWorthRule(r front.Reader, w alerts.Worth) worthRule {
	s := severityOf(carenet.AlertView{Severity: string(w.Severity)})
	out := worthRule{id: w.Rule, title: front.RuleTitle(r.Texts, w.Rule), severity: r.Say(s.word), tone: s.tone, opened: strconv.Itoa(w.Opened)}
	for _, o := range outcomeOrder {
		if n := w.Outcomes[o]; n > 0 {
			out.outcomes = append(out.outcomes, r.Say(outcomes[o])+": "+strconv.Itoa(n))
		}
	}
	if w.Standing > 0 {
		out.outcomes = append(out.outcomes, r.Say(text.DutyWorthStanding)+": "+strconv.Itoa(w.Standing))
	}
	out.said = r.Say(text.DutyWorthSaid, text.Data{"Useful": w.Useful, "Not": w.NotUseful, "Unsaid": w.Opened - w.Rated()})
	if share, low, high, ok := w.Share(); ok {
		out.share = r.Say(text.DutyWorthShare, text.Data{"Share": percent(share), "Low": percent(low), "High": percent(high)})
	} else {
		out.share = r.Say(text.DutyWorthFew, text.Data{"Rated": w.Rated(), "Needed": alerts.FewestRated})
	}
	return out
}

func percent(x float64) int { return int(math.Round(100 * x)) }
