package rules

import (
	"slices"
	"strconv"
	"strings"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// overviewView is the first page of rules, with its words chosen.
type overviewView struct {
	about
	inForce    string
	inForceURL string
	unreadable bool
	costs      []costRow // of rules that raised alerts of late, what is over its budget first
	quiet      []costRow
	quietOpen  bool
	leftover   []leftRow
	versions   []versionRow
	history    []historyRow
	tests      []testRow
}

// costRow is a rule and what it costs.
type costRow struct {
	id, title      string
	severity       string
	tone           ui.Tone
	cost, budget   string
	trial          string
	over, safety   bool
	proposal       string
	value, fault   string // of the budget's field
	mayBudget      bool
	label, trialTo string
}

type leftRow struct{ words, name, url string }

type versionRow struct {
	name, url, by string
	signed        []string
	inForce       bool
}

type historyRow struct {
	name, by, note string
	noData         bool
}

type testRow struct {
	name, url, beside, period, state, asked string
	tone                                    ui.Tone
}

func (h *Handler) overview(c *fiber.Ctx) error { return h.showOverview(c, fiber.StatusOK, "", "") }

func (h *Handler) showOverview(c *fiber.Ctx, status int, wrong, value string) error {
	p, err := h.store.RulesPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	v := overviewView{about: h.about(c, p.Head, text.RulesTitle), unreadable: p.Unreadable, inForceURL: place(front.DoorOf(c).Base, p.InForce.ID)}
	pack := text.Data{"Pack": p.InForce.Code, "Version": p.InForce.Version}
	v.inForce = v.Say(text.RulesInForceBuiltin, pack)
	if len(p.Activations) > 0 && p.InForce.Own() {
		a := p.Activations[0]
		pack["When"], pack["Name"] = v.On(a.At), a.ByName
		v.inForce = v.Say(text.RulesInForceOwn, pack)
	}
	slices.SortStableFunc(p.Costs, func(a, b rulebook.Cost) int {
		if a.Over() != b.Over() {
			return map[bool]int{true: -1, false: 1}[a.Over()]
		}
		return b.LastMonth - a.LastMonth
	})
	for _, cost := range p.Costs {
		row := v.costRow(p, cost)
		if cost.Rule == wrong {
			row.fault, row.value = v.Say(text.RulesBudgetError), value
			v.quietOpen = cost.LastMonth == 0
		}
		if cost.LastMonth > 0 {
			v.costs = append(v.costs, row)
		} else {
			v.quiet = append(v.quiet, row)
		}
	}
	for _, l := range p.Leftover {
		v.leftover = append(v.leftover, leftRow{
			v.Say(text.RulesLeftoverOne, text.Data{"Number": l.Number, "Rule": l.Rule}), l.Name, v.base + "/clinic/patients/" + l.Patient.String() + "#alert-" + l.Alert.String(),
		})
	}
	for _, x := range p.Versions {
		v.versions = append(v.versions, v.versionRow(x, p.InForce))
	}
	for _, x := range p.Activations {
		v.history = append(v.history, historyRow{v.name(x.Pack), v.Say(text.RulesHistoryBy, text.Data{"Name": x.ByName, "When": v.On(x.At)}), x.Note, x.NoData})
	}
	for _, b := range p.Backtests {
		v.tests = append(v.tests, v.testRow(b))
	}
	return front.Render(c, status, overviewPage(v))
}

func (a about) versionRow(x rulebook.Version, inForce rulebook.Name) versionRow {
	row := versionRow{name: a.name(x.Name), url: place(a.base, x.ID), by: a.keptBy(x), inForce: x.Hash == inForce.Hash}
	for _, g := range x.Signatures {
		row.signed = append(row.signed, a.Say(text.RulesSignedBy, text.Data{"Name": g.Name, "When": a.On(g.At)}))
	}
	return row
}

func (a about) keptBy(x rulebook.Version) string {
	if x.By == "" {
		return a.Say(text.RulesKeptOperator, text.Data{"When": a.On(x.At)})
	}
	return a.Say(text.RulesKeptBy, text.Data{"Name": x.By, "When": a.On(x.At)})
}

type word struct {
	key  text.Key
	tone ui.Tone
}

var severityWords = map[alerts.Severity]word{
	alerts.Red:       {text.PageBoardSeverityRed, ui.ToneRed},
	alerts.AmberHigh: {text.PageBoardSeverityAmberHigh, ui.ToneAmber},
	alerts.Amber:     {text.PageBoardSeverityAmber, ui.ToneAmber},
	alerts.AskFirst:  {text.RulesSeverityAsk, ui.ToneNeutral},
	alerts.Outreach:  {text.PageBoardSeverityOutreach, ui.ToneNeutral},
	alerts.Watch:     {text.PageBoardSeverityWatch, ui.ToneNeutral},
	alerts.Digest:    {text.PageBoardSeverityDigest, ui.ToneNeutral},
}

// severity says a severity; "" for none.
func (a about) severity(s alerts.Severity) string {
	w, ok := severityWords[s]
	if !ok {
		return string(s)
	}
	return a.Say(w.key)
}

func (v overviewView) costRow(p rulebook.Page, c rulebook.Cost) costRow {
	row := costRow{
		id: c.Rule, title: front.RuleTitle(v.Texts, c.Rule, p.Pack.Rules...), severity: v.severity(alerts.Severity(c.Severity)), tone: severityWords[alerts.Severity(c.Severity)].tone,
		cost:   v.Say(text.RulesCost, text.Data{"Mean": v.Number(c.PerWeek()), "Week": c.LastWeek}),
		over:   c.Over(),
		safety: strings.HasPrefix(c.Rule, alerts.SafetyPrefix),
		label:  v.Say(text.RulesBudgetLabel, text.Data{"Rule": c.Rule}),
	}
	if c.LastMonth == 0 {
		row.cost = v.Say(text.RulesCostNone)
	}
	if c.HasBudget {
		row.budget, row.value = v.Say(text.RulesBudget, text.Data{"Budget": c.Budget}), strconv.Itoa(c.Budget)
	}
	row.mayBudget = p.MayGovern && !row.safety
	if row.safety {
		return row
	}
	if p.Trial.ID != carenet.NilID && (row.over || p.TrialCalls[c.Rule] > 0) {
		row.trialTo = v.base + "/clinic/rules/tests/" + p.Trial.ID.String() + "?rule=" + c.Rule
		row.trial = v.Say(text.RulesTrialCalls, text.Data{"From": v.day(carenet.Day(p.Trial.From)), "To": v.day(carenet.Day(p.Trial.To)), "Count": p.TrialCalls[c.Rule]})
	} else if row.over {
		row.trial = v.Say(text.RulesTrialNone)
	}
	switch c.Proposal.Kind {
	case rulebook.ProposeLimit:
		row.proposal = v.Say(text.RulesProposeLimit, text.Data{
			"Kept": c.Proposal.Kept, "Count": c.LastMonth, "Value": c.Proposal.Name, "Limit": figure(c.Proposal.Limit), "Was": figure(c.Proposal.Was),
		})
	case rulebook.ProposeRule:
		row.proposal = v.Say(text.RulesProposeRule)
	}
	return row
}

// figure writes a value of a rule, to three digits that count.
func figure(x float64) string { return strconv.FormatFloat(x, 'g', 3, 64) }

// budget sets how many alerts a week of a rule staff can look into.
func (h *Handler) budget(c *fiber.Ctx) error {
	rule, value := field(c, "rule"), strings.TrimSpace(field(c, "per_week"))
	var perWeek *int
	if value != "" {
		n, err := strconv.Atoi(value)
		if err != nil {
			return h.showOverview(c, fiber.StatusUnprocessableEntity, rule, value)
		}
		perWeek = &n
	}
	err := h.store.SetBudget(c.UserContext(), front.Actor(c), rule, perWeek)
	switch carenet.CodeOf(err) {
	case "":
		return c.Redirect(front.DoorOf(c).Base+"/clinic/rules#cost-"+rule, fiber.StatusSeeOther)
	case carenet.Invalid:
		return h.showOverview(c, fiber.StatusUnprocessableEntity, rule, value)
	}
	return err
}
