package alerts

import (
	"maps"
	"math"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"howareyou/carenet"
)

// last returns the features of a history's last answer.
func last(t *testing.T, scale Scale, h History) Features {
	t.Helper()
	var f Features
	end := h.Answers[len(h.Answers)-1].Day
	watch := Rule{ID: "LAST", Answers: 1, When: func(g *Features) (bool, error) { f = *g; return false, nil }}
	if _, err := (Trend{Scale: scale, Pack: Pack{Rules: []Rule{watch}}}).ReplayHistory(h, end); err != nil {
		t.Fatal(err)
	}
	return f
}

func TestSlowFeatures(t *testing.T) {
	const flat, fall = "4444444444", "5554443332"
	for _, c := range []struct {
		name  string
		diary string
		want  func(Features) bool
	}{
		{"one answer shows no slope", "4", func(f Features) bool {
			return !f.SlopeWeek.Known && f.MKN == Num(1) && f.MKP == Num(1)
		}},
		{"a flat series does not fall", flat, func(f Features) bool {
			return f.SlopeWeek == Num(0) && f.MKN == Num(10) && f.MKP == Num(1)
		}},
		{"a third of a level a day is two and a third a week", "5554443332", func(f Features) bool {
			return math.Abs(f.SlopeWeek.Value+7.0/3) < 1e-12 && f.MKP.Value < 0.001
		}},
		{"a rise is no fall", "2333444555", func(f Features) bool { return f.SlopeWeek.Value > 2 && f.MKP.Value > 0.99 }},
		{"only three weeks count", fall + strings.Repeat("4", 21), func(f Features) bool {
			return f.MKN == Num(21) && f.SlopeWeek == Num(0)
		}},
		{"days without answer count as days", "5.....4.....3", func(f Features) bool {
			return math.Abs(f.SlopeWeek.Value+7.0/6) < 1e-12 && f.MKN == Num(3) && math.Abs(f.MKP.Value-1.0/6) < 1e-12
		}},
		{"the anchor stays, the last weeks move", strings.Repeat("5", 28) + strings.Repeat("4", 28), func(f Features) bool {
			return f.AnchorMean == Num(5) && f.AnchorN == Num(28) && f.Recent28Mean == Num(4) && f.Recent28N == Num(28)
		}},
		{"they overlap at first", strings.Repeat("5", 14) + strings.Repeat("4", 14), func(f Features) bool {
			return f.AnchorMean == Num(4.5) && f.Recent28Mean == Num(4.5)
		}},
		{"the anchor counts answers of 28 days, not 28 answers", "5" + strings.Repeat(".", 26) + "34", func(f Features) bool {
			return f.AnchorMean == Num(4) && f.AnchorN == Num(2) && f.Recent28N == Num(2) && f.Recent28Mean == Num(3.5)
		}},
		{"lows in a row, whatever lies between them", "422..1.2", func(f Features) bool { return f.LowStreak == Num(4) }},
		{"a three ends them", "2213", func(f Features) bool { return f.LowStreak == Num(0) }},
	} {
		if f := last(t, OneToFive(), History{Answers: diary(c.diary)}); !c.want(f) {
			t.Errorf("%s: %+v", c.name, f)
		}
	}
}

func TestTheLowestTwoOfFive(t *testing.T) {
	for _, c := range []struct {
		scale Scale
		low   []float64
		not   []float64
	}{
		{OneToFive(), []float64{1, 2}, []float64{3, 4, 5}},
		{ZeroToTen(), []float64{0, 1, 2, 3}, []float64{4, 5, 10}},
		{Scale{Min: 0, Max: 100}, []float64{0, 37}, []float64{38, 50}},
	} {
		for _, x := range c.low {
			if !low(c.scale, x) {
				t.Errorf("%v is not low on %+v", x, c.scale)
			}
		}
		for _, x := range c.not {
			if low(c.scale, x) {
				t.Errorf("%v is low on %+v", x, c.scale)
			}
		}
	}
}

// asked turns a diary into askings: one a day, answered or not.
func asked(s string) History {
	h := History{Answers: diary(s)}
	for i, r := range strings.ReplaceAll(s, " ", "") {
		h.Prompts = append(h.Prompts, Asking{Day: Day(i), Answered: r != '.'})
	}
	return h
}

func TestSilence(t *testing.T) {
	for _, c := range []struct {
		name    string
		diary   string
		missed  int
		rate, p float64
	}{
		{"never asked", "", 0, 0.5, 1},
		{"always answers", "4444444444", 0, 11.0 / 12, 1},
		{"one missed", "444444444.", 1, 10.0 / 12, 2.0 / 12},
		{"three missed", "4444444...", 3, 8.0 / 12, 4.0 * 4 * 4 / 12 / 12 / 12},
		{"an answer ends it", "4444444...4", 0, 9.0 / 13, 1},
		{"only the last 56 count", strings.Repeat(".", 30) + strings.Repeat("4", 56), 0, 57.0 / 58, 1},
		{"a silence may be longer than that", "4" + strings.Repeat(".", 60), 60, 1.0 / 58, math.Pow(57.0/58, 60)},
	} {
		var p Prompts
		for _, a := range asked(c.diary).Prompts {
			p = p.Ended(a.Answered)
		}
		if p.Missed() != c.missed || math.Abs(p.Rate()-c.rate) > 1e-15 || math.Abs(p.SilenceP()-c.p) > 1e-12 {
			t.Errorf("%s: %d missed, rate %v, p %v; want %d, %v, %v", c.name, p.Missed(), p.Rate(), p.SilenceP(), c.missed, c.rate, c.p)
		}
	}
}

var silentRule = Rule{
	ID: "ENG-SILENT", Version: 1, Severity: Outreach, Words: "reason.silent", OnSilence: true, Answers: 1,
	When: func(f *Features) (bool, error) { return f.MissedStreak.Value >= 3 && f.MissedP.Value <= 0.002, nil },
	Limits: func(f *Features) ([]Limit, error) {
		return []Limit{{"missed_streak", f.MissedStreak.Value, 3}, {"missed_p", f.MissedP.Value, 0.002}}, nil
	},
}

func TestSilenceIsFoundByThePatientsOwnRate(t *testing.T) {
	find := func(h History) (days []Day) {
		t.Helper()
		r, err := Trend{Scale: OneToFive(), Pack: Pack{Rules: []Rule{silentRule}}}.ReplayHistory(h, 100)
		if err != nil {
			t.Fatal(err)
		}
		for _, f := range r.Findings {
			if f.Part != PartOwn || f.Evidence.Features.Answered {
				t.Errorf("%+v", f)
			}
			days = append(days, f.Day)
		}
		return days
	}
	diligent := asked(strings.Repeat("4", 56) + "....4")
	if got := find(diligent); !slices.Equal(got, []Day{58, 59}) {
		t.Errorf("a diligent patient: found on %v", got)
	}
	seldom := asked(strings.Repeat("4..", 18) + "......")
	if got := find(seldom); got != nil {
		t.Errorf("a patient who answers every third time: found on %v", got)
	}
	unasked := diligent
	unasked.Prompts = unasked.Prompts[:56]
	if got := find(unasked); got != nil {
		t.Errorf("askings that do not count: found on %v", got)
	}
	unprompted := diligent
	unprompted.Answers = append(slices.Clone(diligent.Answers[:56]), Answer{Day: 58, Score: 4}) // wrote by themselves
	if got := find(unprompted); got != nil {
		t.Errorf("a patient who wrote unasked: found on %v", got)
	}
}

func TestItems(t *testing.T) {
	h := History{Answers: diary(strings.Repeat("4", 20)), More: map[Day]More{}}
	for d := range Day(20) {
		h.More[d] = More{Items: map[string]float64{"weight_kg": 80 + float64(d%2), "pain": 2}}
	}
	h.More[17] = More{Items: map[string]float64{"weight_kg": 79}}
	h.More[18] = More{}
	h.More[19] = More{Items: map[string]float64{"weight_kg": 83, "pain": 5, "phq2": 3}, Flags: []string{"fall"}}
	f := last(t, OneToFive(), h)
	for _, c := range []struct {
		name      string
		got, want map[string]float64
	}{
		{"item", f.Item, map[string]float64{"weight_kg": 83, "pain": 5, "phq2": 3}},
		{"prev_item", f.PrevItem, map[string]float64{"weight_kg": 79, "pain": 2}},
		{"base_item", f.BaseItem, map[string]float64{"weight_kg": 80.5, "pain": 2}},
		{"low3_item", f.Low3Item, map[string]float64{"weight_kg": 79, "pain": 2}},
	} {
		if !maps.Equal(c.got, c.want) {
			t.Errorf("%s: %v, want %v", c.name, c.got, c.want)
		}
	}
	if !slices.Equal(f.Flags, []string{"fall"}) {
		t.Errorf("flags %v", f.Flags)
	}
}

// TestINV10_SafetyRulesNeedNoPack: the rules that nothing suppresses fire
// without any pack, on a first answer too.
func TestINV10_SafetyRulesNeedNoPack(t *testing.T) {
	for _, c := range []struct {
		more More
		want []string
	}{
		{More{}, nil},
		{More{Flags: []string{"private"}}, nil},
		{More{Flags: []string{"self_harm"}}, []string{RuleSelfHarm}},
		{More{Items: map[string]float64{Item9: 1}}, []string{RuleSelfHarm}},
		{More{Items: map[string]float64{Item9: 0}}, nil},
		{More{Flags: []string{"chest_pain"}}, []string{RuleRedFlag}},
		{More{Flags: []string{"bleeding", "fall", "self_harm"}}, []string{RuleSelfHarm, RuleRedFlag, RuleHelp}},
		{More{Flags: []string{"wants_contact"}}, []string{RuleHelp}},
	} {
		_, v, err := Trend{Scale: OneToFive()}.StepMore(State{}, Answer{Day: 3, Score: 5}, c.more)
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for _, f := range v.Findings {
			if f.Pack != "safety" || f.Part != PartOwn || f.Severity.Rank() < AmberHigh.Rank() {
				t.Errorf("%+v", f)
			}
			got = append(got, f.Rule)
		}
		if !slices.Equal(got, c.want) {
			t.Errorf("%+v: %v, want %v", c.more, got, c.want)
		}
	}
}

// What the patient says, what a follower says for them and what staff write
// down are three series.
func TestReportersStayApart(t *testing.T) {
	id := func(n byte) carenet.ID { return carenet.ID{15: n} }
	all := []CheckIn{
		{ID: id(1), Day: 1, Score: 5, Reporter: carenet.ReporterSelf},
		{ID: id(2), Day: 1, Score: 1, Reporter: carenet.ReporterProxy, More: More{Flags: []string{"fall"}}},
		{ID: id(3), Day: 2, Score: 2, Reporter: carenet.ReporterStaff},
		{ID: id(4), Day: 2, Score: 4, Reporter: carenet.ReporterSelf},
	}
	for reporter, want := range map[carenet.Reporter]History{
		carenet.ReporterSelf:  {Answers: []Answer{{1, 5}, {2, 4}}},
		carenet.ReporterProxy: {Answers: []Answer{{1, 1}}, More: map[Day]More{1: {Flags: []string{"fall"}}}},
		carenet.ReporterStaff: {Answers: []Answer{{2, 2}}},
	} {
		got, err := HistoryOf(OneToFive(), reporter, all)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s:\n%s", reporter, diff)
		}
	}
}

// A rule that could not be judged is a fault, and a rule that fired although
// its figures could not be worked out has fired.
func TestFaultsAreTold(t *testing.T) {
	broken := Rule{ID: "BROKEN", Version: 3, When: func(*Features) (bool, error) {
		return false, carenet.Errorf(carenet.Invalid, "", "reads drop, which is not known here")
	}}
	mute := Rule{
		ID: "MUTE", Version: 1, When: func(*Features) (bool, error) { return true, nil },
		Limits: func(*Features) ([]Limit, error) { return nil, carenet.Errorf(carenet.Invalid, "", "no figures") },
	}
	r, err := Trend{Scale: OneToFive(), Pack: Pack{ID: "p", Version: 2, Rules: []Rule{broken, mute}}}.Replay(diary("44"), 1)
	if err != nil {
		t.Fatal(err)
	}
	if len(r.Faults) != 4 || len(r.Findings) != 2 || r.Findings[0].Rule != "MUTE" {
		t.Fatalf("%d faults, findings %+v", len(r.Faults), r.Findings)
	}
	f := r.Faults[0]
	if f.Rule != "BROKEN" || f.RuleVersion != 3 || f.Pack != "p" || f.PackVersion != 2 || f.Day != 0 || !strings.Contains(f.Why, "not known") {
		t.Errorf("%+v", f)
	}
}

func TestAskedRefuses(t *testing.T) {
	trend := Trend{Scale: OneToFive()}
	r, err := trend.ReplayHistory(asked("444."), 3)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		a    Asking
		code carenet.Code
	}{
		{"the same asking again", Asking{Day: 3}, carenet.Conflict},
		{"an earlier day", Asking{Day: 2, Slot: 9}, carenet.Conflict},
		{"a later asking of the day", Asking{Day: 3, Slot: 1}, ""},
		{"the next day", Asking{Day: 4}, ""},
		{"no day", Asking{Day: maxDay + 1}, carenet.Invalid},
	} {
		if _, _, err := trend.Asked(r.State, c.a); carenet.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", c.name, err, c.code)
		}
	}
	if _, _, err := trend.Step(r.State, Answer{Day: 3, Score: 4}); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("an answer on a day whose asking has ended: %v", err)
	}
}
