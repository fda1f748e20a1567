package lookbook

import (
	"context"
	"strings"
	"time"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/alerts/rulebook"
	"howareyou/carenet"
)

var (
	ownPackID  = carenet.NewID(now)
	newPackID  = carenet.NewID(now)
	doneTest   = carenet.NewID(now)
	emptyTest  = carenet.NewID(now)
	runTest    = carenet.NewID(now)
	failedTest = carenet.NewID(now)
)

// ownText is the program's own pack as an organisation's, with a rule more and one less.
func ownText(version string) string {
	body := strings.NewReplacer("pack: wellbeing", "pack: riverside-wellbeing", "version: 2", "version: "+version).Replace(string(pack.DefaultText()))
	head, rest, _ := strings.Cut(body, "  - id: WB-DRIFT")
	_, rest, _ = strings.Cut(rest, "  - id: ENG-SILENT")
	return head + "  - id: RV-LOW-TWICE\n    version: 1\n    severity: watch\n    when: baseline_ready && low_streak >= 2\n    words: {en: \"Low twice: {last}.\", es: \"Bajo: {last}.\", ar: \"منخفض مرتين: {last}.\"}\n    source: our own judgement\n\n  - id: ENG-SILENT" + rest
}

func ownName(id carenet.ID, version int) rulebook.Name {
	return rulebook.Name{ID: id, Code: "riverside-wellbeing", Version: version, Hash: rulebook.HashOf([]byte(ownText(string(rune('0' + version)))))}
}

func builtIn() rulebook.Name {
	return rulebook.Name{Code: pack.Default().ID, Version: pack.Default().Version, Hash: rulebook.BuiltIn()}
}

func (w *town) rulesHead() rulebook.Head {
	h := rulebook.Head{Organisation: w.words.organisation, Zone: zone, Today: alerts.Day(today), Viewer: w.words.dana, MayGovern: !w.calm, InForce: builtIn()}
	if !w.empty {
		h.InForce = ownName(ownPackID, 1)
	}
	return h
}

func (w *town) signed() []rulebook.Signature {
	return []rulebook.Signature{{By: dana, Name: w.words.lee, Words: w.words.good + " (clinical lead)", At: now.Add(-50 * time.Hour)}}
}

func (w *town) backtests() map[carenet.ID]rulebook.Backtest {
	period := rulebook.Period{From: alerts.Day(today) - 89, To: alerts.Day(today)}
	of := func(id carenet.ID, state rulebook.State, judged, answered int) rulebook.Backtest {
		return rulebook.Backtest{
			ID: id, Pack: ownName(newPackID, 2), Against: ownName(ownPackID, 1), Period: period, At: now.Add(-time.Hour), By: w.words.lee,
			State: state, Patients: 214, Judged: judged, Answered: answered, PersonDays: answered * 83,
		}
	}
	done := of(doneTest, rulebook.Done, 214, 187)
	done.LeftOut = 1
	pasted := of(runTest, rulebook.Running, 60, 48)
	pasted.Pasted, pasted.Pack.ID = true, carenet.NilID
	return map[carenet.ID]rulebook.Backtest{
		doneTest: done, emptyTest: of(emptyTest, rulebook.Done, 214, 0), runTest: pasted, failedTest: of(failedTest, rulebook.Failed, 40, 30),
	}
}

// RulesPage has a rule over its budget, an alert left over, and a back-test in each state.
func (w *town) RulesPage(context.Context, carenet.Actor) (rulebook.Page, error) {
	p := rulebook.Page{Head: w.rulesHead(), Pack: pack.Default()}
	for _, r := range append(alerts.SafetyPack().Rules, p.Pack.Rules...) {
		p.Costs = append(p.Costs, rulebook.Cost{Rule: r.ID, Severity: string(r.Severity)})
	}
	if w.empty {
		return p, nil
	}
	tests := w.backtests()
	p.Trial, p.TrialCalls = tests[doneTest], map[string]int{"WB-TREND-EWMA": 41, "WB-DROP-CONFIRMED": 12, "ENG-SILENT": 9}
	for i := range p.Costs {
		c := &p.Costs[i]
		switch c.Rule {
		case "WB-TREND-EWMA":
			c.LastWeek, c.LastMonth, c.Budget, c.HasBudget = 7, 23, 4, true
			c.Proposal = rulebook.Proposal{Kind: rulebook.ProposeLimit, Name: "ewma_z", Was: -2.4, Limit: -2.917, Kept: 15}
		case "ENG-SILENT":
			c.LastWeek, c.LastMonth, c.Budget, c.HasBudget = 2, 9, 2, true
			c.Proposal = rulebook.Proposal{Kind: rulebook.ProposeRule}
		case "WB-DROP-CONFIRMED":
			c.LastWeek, c.LastMonth, c.Budget, c.HasBudget = 1, 5, 3, true
		}
	}
	p.Leftover = []rulebook.Leftover{{Alert: maryAlert, Number: 12, Rule: "WB-DRIFT", Patient: mary, Name: w.words.mary}}
	p.Versions = []rulebook.Version{
		{Name: ownName(newPackID, 2), By: w.words.dana, At: now.Add(-3 * time.Hour)},
		{Name: ownName(ownPackID, 1), At: now.Add(-60 * time.Hour), Signatures: w.signed()},
	}
	p.Activations = []rulebook.Activation{
		{Pack: ownName(ownPackID, 1), At: now.Add(-49 * time.Hour), ByName: w.words.lee, Note: w.words.rough},
		{Pack: builtIn(), At: now.AddDate(0, 0, -20), ByName: w.words.lee, NoData: true},
	}
	for _, id := range []carenet.ID{runTest, doneTest, emptyTest, failedTest} {
		p.Backtests = append(p.Backtests, tests[id])
	}
	return p, nil
}

// PackPage shows the new version, which may be put in force, and the one in force.
func (w *town) PackPage(_ context.Context, _ carenet.Actor, version carenet.ID) (rulebook.VersionPage, error) {
	p := rulebook.VersionPage{Head: w.rulesHead(), Version: rulebook.Version{Name: builtIn()}, Text: string(pack.DefaultText()), Pack: pack.Default(), Why: rulebook.AlreadyIn}
	if version == carenet.NilID {
		return p, nil
	}
	n := 2
	if version == ownPackID {
		n = 1
	}
	p.Version = rulebook.Version{Name: ownName(version, n), By: w.words.dana, At: now.Add(-3 * time.Hour)}
	p.Text = ownText(string(rune('0' + n)))
	var err error
	if p.Pack, err = pack.Parse([]byte(p.Text)); err != nil {
		return p, err
	}
	if n == 1 {
		p.Signatures, p.Signed = w.signed(), true
		return p, nil
	}
	p.Differences = pack.Differences(p.Pack, pack.Default())
	p.Why = rulebook.NotSigned
	if w.calm || w.empty {
		p.Signatures, p.Backtest, p.Why = w.signed(), w.backtests()[doneTest], ""
	}
	if w.empty {
		p.Backtest = w.backtests()[emptyTest]
	}
	return p, nil
}

// BacktestPage shows a back-test in each state.
func (w *town) BacktestPage(_ context.Context, _ carenet.Actor, id carenet.ID, f rulebook.Filter) (rulebook.BacktestPage, error) {
	b, ok := w.backtests()[id]
	if !ok {
		return rulebook.BacktestPage{}, carenet.Errorf(carenet.NotFound, "read back-test", "there is no such back-test")
	}
	p := rulebook.BacktestPage{Head: w.rulesHead(), Backtest: b, Filter: f, Usable: true, Target: rulebook.Version{Name: b.Pack, Signatures: w.signed()}}
	if id == emptyTest {
		return p, nil
	}
	tally := func(rule string, calls, called, fact int, count map[rulebook.Kind]int) {
		p.Tallies = append(p.Tallies, rulebook.Tally{Rule: rule, Calls: calls, Called: called, InFact: fact, Count: count})
	}
	tally("ENG-SILENT", 9, 9, 9, map[rulebook.Kind]int{rulebook.Same: 9})
	tally("SAFE-HELP", 0, 0, 3, nil)
	tally("WB-DRIFT", 0, 0, 0, map[rulebook.Kind]int{rulebook.Gone: 6})
	tally("WB-DROP-CONFIRMED", 12, 12, 12, map[rulebook.Kind]int{rulebook.Same: 12})
	tally("WB-TREND-EWMA", 28, 41, 39, map[rulebook.Kind]int{rulebook.Same: 25, rulebook.Gone: 16, rulebook.New: 3})
	add := func(who carenet.ID, name string, kind rulebook.Kind, rule string, now, was alerts.Severity, number int) {
		p.Found = append(p.Found, rulebook.Found{
			Match:   rulebook.Match{Kind: kind, Rule: rule, Opened: alerts.Day(today) - 20, Severity: now, SeverityWas: was},
			Patient: who, Name: name, Alert: maryAlert, Number: number,
		})
	}
	add(mary, w.words.mary, rulebook.Gone, "WB-TREND-EWMA", "", alerts.Amber, 11)
	add(bob, w.words.bob, rulebook.New, "WB-TREND-EWMA", alerts.Amber, "", 0)
	add(annID, w.words.ann, rulebook.Changed, "WB-DROP-CONFIRMED", alerts.Amber, alerts.AmberHigh, 9)
	add(sueID, w.words.sue, rulebook.Faulty, "RV-LOW-TWICE", "", "", 0)
	p.Next = bob
	return p, nil
}

// ProposePack finds mistakes that nobody made.
func (w *town) ProposePack(_ context.Context, _ carenet.Actor, text string) (carenet.ID, error) {
	spoiled := strings.NewReplacer("low_streak >= 2", "low_streek >= 2", "severity: outreach", "severity: orange", "id: PAIN-RISE", "id: SAFE-PAIN").Replace(text)
	_, err := pack.Propose([]byte(spoiled), nil)
	return carenet.NilID, err
}

// SignPack does nothing.
func (w *town) SignPack(context.Context, carenet.Actor, carenet.ID, string) error { return nil }

// ActivatePack finds that nobody has looked.
func (w *town) ActivatePack(context.Context, carenet.Actor, carenet.ID, carenet.ID, bool, string) error {
	return &rulebook.RefusedError{Why: rulebook.NotSeen}
}

// StartBacktest finds that others are at work.
func (w *town) StartBacktest(context.Context, carenet.Actor, rulebook.Spec) (carenet.ID, error) {
	return carenet.NilID, carenet.Errorf(carenet.Busy, "start back-test", "wait")
}

// SetBudget takes whole numbers.
func (w *town) SetBudget(context.Context, carenet.Actor, string, *int) error {
	return carenet.Errorf(carenet.Invalid, "set budget", "no")
}
