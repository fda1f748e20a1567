package rules

import (
	"errors"
	"net/url"
	"strconv"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// testsView is the form to try a pack, and what was tried.
type testsView struct {
	about
	packs            []choice
	from, to, body   string
	faultDays, fault string
	problems         []problem
	count            string
	tests            []testRow
}

type choice struct {
	value, label string
	chosen       bool
}

// pastedPack stands in the form for text that is not kept.
const pastedPack = "pasted"

func (h *Handler) tests(c *fiber.Ctx) error {
	return h.showTests(c, fiber.StatusOK, testsView{}, c.Query("pack"))
}

func (h *Handler) showTests(c *fiber.Ctx, status int, v testsView, chosen string) error {
	p, err := h.store.RulesPage(c.UserContext(), front.Actor(c))
	if err != nil {
		return err
	}
	v.about = h.about(c, p.Head, text.RulesTestTitle)
	if v.from == "" {
		v.from, v.to = (p.Today - tryDays + 1).String(), p.Today.String()
	}
	add := func(value, label string) { v.packs = append(v.packs, choice{value, label, value == chosen}) }
	for _, x := range p.Versions {
		add(x.ID.String(), v.name(x.Name))
	}
	for _, x := range p.Activations {
		if !x.Pack.Own() {
			add(builtIn, v.name(x.Pack))
			break
		}
	}
	if !hasChoice(v.packs, builtIn) {
		add(builtIn, v.Say(text.RulesNameBuiltin, text.Data{"Pack": pack.Default().ID, "Version": pack.Default().Version}))
	}
	add(pastedPack, v.Say(text.RulesTestPackPasted))
	for _, b := range p.Backtests {
		v.tests = append(v.tests, v.testRow(b))
	}
	return front.Render(c, status, testsPage(v))
}

func hasChoice(all []choice, value string) bool {
	for _, c := range all {
		if c.value == value {
			return true
		}
	}
	return false
}

// start has a pack tried and leads to its result.
func (h *Handler) start(c *fiber.Ctx) error {
	t := front.Texts(c)
	which := field(c, "which")
	v := testsView{from: field(c, "from"), to: field(c, "to")}
	body, err := pasted(c)
	if err != nil {
		return err
	}
	v.body = body
	spec := rulebook.Spec{}
	if which == pastedPack {
		if spec.Text = body; body == "" {
			v.fault = t.Say(text.RulesRefusedNone)
			return h.showTests(c, fiber.StatusUnprocessableEntity, v, which)
		}
	} else if spec.Version, err = versionID(which); err != nil {
		return err
	}
	if spec.From.UnmarshalText([]byte(v.from)) != nil || spec.To.UnmarshalText([]byte(v.to)) != nil {
		v.faultDays = t.Say(text.RulesTestErrorDays)
		return h.showTests(c, fiber.StatusUnprocessableEntity, v, which)
	}
	id, err := h.store.StartBacktest(c.UserContext(), front.Actor(c), spec)
	var refused pack.Refusal
	switch {
	case err == nil:
		return c.Redirect(front.DoorOf(c).Base+"/clinic/rules/tests/"+id.String(), fiber.StatusSeeOther)
	case errors.As(err, &refused):
		v.problems = about{Reader: front.Reader{Texts: t}}.problems(refused, body)
		v.count = t.Say(text.RulesRefusedCount, text.Data{"Count": len(refused)})
	case carenet.CodeOf(err) == carenet.Invalid:
		v.faultDays = t.Say(text.RulesTestErrorDays)
	case carenet.CodeOf(err) == carenet.Busy:
		v.fault = t.Say(text.RulesTestErrorBusy)
	default:
		return err
	}
	return h.showTests(c, fiber.StatusUnprocessableEntity, v, which)
}

var stateWords = map[rulebook.State]text.Key{
	rulebook.Waiting: text.RulesTestWaiting, rulebook.Running: text.RulesTestRunning, rulebook.Done: text.RulesTestDone, rulebook.Failed: text.RulesTestFailed,
}

func (a about) testRow(b rulebook.Backtest) testRow {
	row := testRow{
		name: a.tested(b), url: a.base + "/clinic/rules/tests/" + b.ID.String(), beside: a.Say(text.RulesTestBeside, text.Data{"Against": a.name(b.Against)}),
		period: a.Say(text.RulesTestPeriod, text.Data{"From": a.day(carenet.Day(b.From)), "To": a.day(carenet.Day(b.To))}),
		state:  a.Say(stateWords[b.State]), tone: toneOf(b.State),
	}
	if b.By != "" {
		row.asked = a.Say(text.RulesTestAsked, text.Data{"Name": b.By, "When": a.On(b.At)})
	}
	return row
}

// testView is a back-test and what it found, with its words chosen.
type testView struct {
	about
	row          testRow
	url          string
	done, failed bool
	progress     string
	scope        string
	warnings     []string
	total        string
	self         bool // the pack in force alone, beside itself
	tallies      []tallyRow
	foundTitle   string
	kinds        []choice
	rules        []choice
	found        []foundRow
	none, more   string
	usable       bool
	target       string
	targetURL    string
	activate     activateView
	again        []hidden
}

type hidden struct{ name, value string }

type tallyRow struct {
	rule, url                        string
	calls, called, fact, fresh, gone string
	differs                          bool
}

type foundRow struct {
	name, url, what, kind, severity, fact, factURL string
	tone                                           ui.Tone
}

func filterOf(c *fiber.Ctx) rulebook.Filter {
	f := rulebook.Filter{Rule: c.Query("rule")}
	for _, k := range rulebook.Kinds {
		if c.Query("kind") == string(k) {
			f.Kind = k
		}
	}
	if id, err := carenet.ParseID(c.Query("after")); err == nil {
		f.After = id
	}
	return f
}

// lookAgain is after how many seconds the page of a running back-test is fetched anew.
const lookAgain = "10"

func (h *Handler) test(c *fiber.Ctx) error {
	id, err := carenet.ParseID(c.Params("id"))
	if err != nil {
		return carenet.Errorf(carenet.NotFound, "read address", "there is no such page")
	}
	p, err := h.store.BacktestPage(c.UserContext(), front.Actor(c), id, filterOf(c))
	if err != nil {
		return err
	}
	v := testView{about: h.about(c, p.Head, text.RulesTestTitle)}
	v.row, v.url = v.testRow(p.Backtest), v.base+"/clinic/rules/tests/"+id.String()
	v.page.Title = v.Say(text.RulesTestTitle) + " · " + v.row.name
	v.done, v.failed = p.State == rulebook.Done, p.State == rulebook.Failed
	v.progress = v.Say(text.RulesTestProgress, text.Data{"Done": p.Judged, "All": p.Patients})
	if v.done {
		v.result(p)
	}
	if !v.done && !v.failed {
		// Without script the browser asks again, until there is a result.
		c.Set("Refresh", lookAgain)
	}
	return front.Render(c, fiber.StatusOK, testPage(v))
}

// result chooses the words of a result.
func (v *testView) result(p rulebook.BacktestPage) {
	v.self = p.Pack.Hash == p.Against.Hash
	v.scope = v.Say(text.RulesTestScope, text.Data{"Answered": p.Answered, "Weeks": v.Number(p.Weeks())})
	if p.NoData() {
		v.warnings = append(v.warnings, v.Say(text.RulesTestNoData))
	}
	if p.LeftOut > 0 {
		v.warnings = append(v.warnings, v.Say(text.RulesTestLeftOut, text.Data{"Count": p.LeftOut}))
	}
	if p.Faults > 0 {
		v.warnings = append(v.warnings, v.Say(text.RulesTestFaults, text.Data{"Count": p.Faults}))
	}
	calls, called := 0, 0
	n := strconv.Itoa
	for _, t := range p.Tallies {
		calls, called = calls+t.Calls, called+t.Called
		row := tallyRow{
			rule: front.RuleName(v.Texts, t.Rule), url: v.url + "?rule=" + url.QueryEscape(t.Rule), calls: n(t.Calls), called: n(t.Called), fact: n(t.InFact),
			fresh: n(t.Count[rulebook.New]), gone: n(t.Count[rulebook.Gone]),
		}
		row.differs = t.Count[rulebook.New]+t.Count[rulebook.Gone]+t.Count[rulebook.Changed] > 0
		v.tallies = append(v.tallies, row)
		v.rules = append(v.rules, choice{t.Rule, front.RuleName(v.Texts, t.Rule), t.Rule == p.Filter.Rule})
	}
	v.total = v.Say(text.RulesTestTotal, text.Data{"Calls": calls, "Called": called})
	if v.self {
		v.total = v.Say(text.RulesTestTotalSelf, text.Data{"Calls": calls})
	}
	for _, k := range rulebook.Kinds {
		v.kinds = append(v.kinds, choice{string(k), v.Say(kindWords[k]), k == p.Filter.Kind})
	}
	v.foundTitle, v.none = v.Say(text.RulesTestFound), v.Say(text.RulesTestFoundNone)
	if p.Filter.Kind != "" || p.Filter.Rule != "" {
		v.none = v.Say(text.RulesTestFoundNoneHere)
	}
	if p.Filter.Kind == rulebook.Same {
		v.foundTitle = v.Say(text.RulesTestFoundSame)
	}
	for _, f := range p.Found {
		v.found = append(v.found, v.foundRow(f))
	}
	if p.Next != carenet.NilID {
		v.more = v.url + "?" + url.Values{"kind": {string(p.Filter.Kind)}, "rule": {p.Filter.Rule}, "after": {p.Next.String()}}.Encode()
	}
	if v.usable = p.Usable; v.usable {
		v.target, v.targetURL = v.name(p.Target.Name), place(v.base, p.Target.ID)
		v.activate = v.activating(p.Target, p.Target.Hash != p.Pack.Hash || !p.Target.Own(), p.Backtest, p.Why)
	}
	if !p.Pasted {
		which := builtIn
		if p.Pack.Own() {
			which = p.Pack.ID.String()
		}
		v.again = []hidden{{"which", which}, {"from", (p.Today - tryDays + 1).String()}, {"to", p.Today.String()}}
	}
}

var kindWords = map[rulebook.Kind]text.Key{
	rulebook.New: text.RulesKindNew, rulebook.Gone: text.RulesKindGone, rulebook.Changed: text.RulesKindChanged,
	rulebook.Same: text.RulesKindSame, rulebook.Faulty: text.RulesKindFault,
}

var kindTones = map[rulebook.Kind]ui.Tone{rulebook.Gone: ui.ToneAmber, rulebook.Faulty: ui.ToneRed}

func (a about) foundRow(f rulebook.Found) foundRow {
	row := foundRow{
		name: f.Name, url: a.base + "/clinic/patients/" + f.Patient.String(), kind: a.Say(kindWords[f.Kind]), tone: kindTones[f.Kind],
		what: a.Say(text.RulesFoundOn, text.Data{"Rule": front.RuleName(a.Texts, f.Rule), "When": a.day(carenet.Day(f.Opened))}),
	}
	if row.tone == "" {
		row.tone = ui.ToneNeutral
	}
	switch s := f.Severity; {
	case f.Kind == rulebook.Changed:
		row.severity = a.Say(text.RulesFoundWas, text.Data{"Now": a.severity(s), "Was": a.severity(f.SeverityWas)})
	case s != "":
		row.severity = a.severity(s)
	case f.SeverityWas != "":
		row.severity = a.severity(f.SeverityWas)
	}
	if f.Number > 0 {
		row.fact, row.factURL = a.Say(text.RulesFoundAlert, text.Data{"Number": f.Number}), row.url+"#alert-"+f.Alert.String()
	} else if rulebook.Calls(f.Severity) || rulebook.Calls(f.SeverityWas) {
		row.fact = a.Say(text.RulesFoundNoAlert)
	}
	return row
}
