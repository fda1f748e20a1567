package rules

import (
	"errors"
	"strings"
	"unicode/utf8"

	"github.com/gofiber/fiber/v2"

	"howareyou/alerts"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
	"howareyou/internal/web/front"
	"howareyou/internal/web/ui"
	"howareyou/notify/text"
)

// versionView is one pack, with its words chosen.
type versionView struct {
	about
	name, url, by string
	inForce, own  bool
	refused       string
	signatures    []signatureRow
	differs       []differRow
	rules         []ruleRow
	lines         []string
	maySign       bool
	statement     string
	signAs, fault string
	test          *testRow // the newest beside what is in force
	trySend       string   // what the form to try it sends
	tryLabel      string
	from, to      string
	activate      activateView
}

type signatureRow struct{ who, words string }

type differRow struct{ rule, words string }

type ruleRow struct{ id, version, severity, words, source string }

// activateView is the form that puts a pack in force, or why there is none.
type activateView struct {
	may                 bool
	why                 string
	label, action, test string
	noData              bool
}

var whys = map[rulebook.Why]text.Key{
	rulebook.NotSigned: text.RulesWhyNotSigned, rulebook.AlreadyIn: text.RulesWhyAlreadyIn, rulebook.NotTried: text.RulesWhyNotTried,
	rulebook.NotReady: text.RulesWhyNotReady, rulebook.TestFailed: text.RulesWhyFailed, rulebook.NotSeen: text.RulesWhyNotSeen,
	rulebook.TooOld: text.RulesWhyTooOld, rulebook.TooShort: text.RulesWhyTooShort, rulebook.HasFaults: text.RulesWhyHasFaults,
	rulebook.NothingToGo: text.RulesWhyNoData,
}

func (a about) why(w rulebook.Why) string {
	if key, ok := whys[w]; ok {
		return a.Say(key)
	}
	return ""
}

func (h *Handler) version(c *fiber.Ctx) error {
	return h.showVersion(c, fiber.StatusOK, shown{})
}

// shown is what was tried on a page, for what it says next.
type shown struct{ signAs, fault, notice string }

var did = map[string]text.Key{"kept": text.RulesKeptNow, "signed": text.RulesSignedNow, "activated": text.RulesActivated}

// tryDays is how long the back-test is that a page offers at a press.
const tryDays = 90

func (h *Handler) showVersion(c *fiber.Ctx, status int, s shown) error {
	id, err := versionID(c.Params("id"))
	if err != nil {
		return err
	}
	p, err := h.store.PackPage(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	v := versionView{about: h.about(c, p.Head, text.RulesTitle), url: place(front.DoorOf(c).Base, id), own: p.Own(), inForce: p.Hash == p.InForce.Hash}
	v.name = v.about.name(p.Name)
	v.page.Title = v.name
	if v.own {
		v.by = v.keptBy(p.Version)
	}
	for _, g := range p.Signatures {
		v.signatures = append(v.signatures, signatureRow{v.Say(text.RulesSignedBy, text.Data{"Name": g.Name, "When": v.On(g.At)}), g.Words})
	}
	v.refused, v.lines = p.Refused, numbered(p.Text)
	for _, d := range p.Differences {
		v.differs = append(v.differs, differRow{d.Rule, v.difference(d.Kind, alerts.Severity(d.Was), alerts.Severity(d.Now))})
	}
	for _, r := range p.Pack.Rules {
		words := r.Say[v.Lang()]
		if words == "" {
			words = r.Say["en"]
		}
		v.rules = append(v.rules, ruleRow{r.ID, v.Say(text.RulesRuleVersion, text.Data{"Version": r.Version}), v.severity(r.Severity), words, r.Source})
	}
	v.maySign = p.MayGovern && v.own && !p.Signed && p.Refused == ""
	v.statement = v.Say(text.RulesSignStatement, text.Data{"Organisation": p.Organisation})
	v.signAs, v.fault = s.signAs, s.fault
	if p.Backtest.ID != carenet.NilID {
		row := v.testRow(p.Backtest)
		v.test = &row
	}
	v.trySend, v.tryLabel = builtIn, v.Say(text.RulesTestTry)
	if v.own {
		v.trySend = id.String()
	}
	if v.test != nil {
		v.tryLabel = v.Say(text.RulesTestTryAgain)
	}
	v.from, v.to = (p.Today - tryDays + 1).String(), p.Today.String()
	v.activate = v.activating(p.Version, p.Before > 0 || !v.own, p.Backtest, p.Why)
	if v.notice = s.notice; v.notice == "" {
		if key, ok := did[c.Query("did")]; ok {
			v.notice = v.Say(key)
		}
	}
	return front.Render(c, status, versionPage(v))
}

func (a about) activating(x rulebook.Version, before bool, b rulebook.Backtest, why rulebook.Why) activateView {
	data := text.Data{"Pack": x.Code, "Version": x.Version}
	v := activateView{
		may: a.mayGovern && why == "", label: a.Say(text.RulesActivateButton, data), action: place(a.base, x.ID) + "/activate", test: b.ID.String(), noData: b.NoData(),
	}
	if before {
		v.label = a.Say(text.RulesActivateBack, data)
	}
	if why != "" {
		v.why = a.why(why)
	} else if !a.mayGovern {
		v.why = a.Say(text.RulesMayNot)
	}
	return v
}

var differences = map[string]text.Key{"added": text.RulesDiffAdded, "removed": text.RulesDiffRemoved, "changed": text.RulesDiffChanged, "worded": text.RulesDiffWorded}

func (a about) difference(kind string, was, now alerts.Severity) string {
	if kind == "changed" && was != now {
		return a.Say(text.RulesDiffSeverity, text.Data{"Was": a.severity(was), "Now": a.severity(now)})
	}
	said := a.Say(differences[kind])
	if kind == "added" {
		said += " · " + a.severity(now)
	}
	return said
}

// longestRole and longestNote are in characters.
const (
	longestRole = 100
	longestNote = 500
)

func trimmed(s string, most int) string {
	s = strings.Join(strings.Fields(strings.ToValidUTF8(s, "")), " ")
	if utf8.RuneCountInString(s) > most {
		s = string([]rune(s)[:most])
	}
	return s
}

// sign keeps the reader's signature: the words that the page showed them, and what
// they sign as.
func (h *Handler) sign(c *fiber.Ctx) error {
	id, err := versionID(c.Params("id"))
	if err != nil || id == carenet.NilID {
		return carenet.Errorf(carenet.NotFound, "sign pack", "there is no such page")
	}
	p, err := h.store.PackPage(c.UserContext(), front.Actor(c), id)
	if err != nil {
		return err
	}
	t := front.Texts(c)
	as := trimmed(field(c, "as"), longestRole)
	if as == "" {
		return h.showVersion(c, fiber.StatusUnprocessableEntity, shown{fault: t.Say(text.RulesSignAsError)})
	}
	words := t.Say(text.RulesSignStatement, text.Data{"Organisation": p.Organisation}) + " (" + as + ")"
	err = h.store.SignPack(c.UserContext(), front.Actor(c), id, words)
	switch carenet.CodeOf(err) {
	case "", carenet.Conflict: // signed before: the page shows by whom
		return c.Redirect(place(front.DoorOf(c).Base, id)+"?did=signed", fiber.StatusSeeOther)
	}
	return err
}

// activate puts a pack in force, on the strength of the back-test that its form names.
func (h *Handler) activate(c *fiber.Ctx) error {
	id, err := versionID(c.Params("id"))
	if err != nil {
		return err
	}
	test, err := carenet.ParseID(field(c, "test"))
	if err != nil {
		test = carenet.NilID
	}
	err = h.store.ActivatePack(c.UserContext(), front.Actor(c), id, test, field(c, "no_data") == "yes", trimmed(field(c, "note"), longestNote))
	var refused *rulebook.RefusedError
	switch {
	case err == nil:
		return c.Redirect(place(front.DoorOf(c).Base, id)+"?did=activated", fiber.StatusSeeOther)
	case errors.As(err, &refused):
		a := about{Reader: front.Reader{Texts: front.Texts(c)}}
		return h.showVersion(c, fiber.StatusConflict, shown{notice: a.why(refused.Why)})
	case carenet.CodeOf(err) == carenet.Conflict:
		return h.showVersion(c, fiber.StatusConflict, shown{notice: front.Texts(c).Say(text.PageErrorStale)})
	}
	return err
}

// toneOf is how a back-test's state looks.
func toneOf(s rulebook.State) ui.Tone {
	switch s {
	case rulebook.Done:
		return ui.ToneLeaf
	case rulebook.Failed:
		return ui.ToneRed
	}
	return ui.ToneNeutral
}
