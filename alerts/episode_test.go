package alerts

import (
	"math"
	"slices"
	"strings"
	"testing"

	"howareyou/carenet"
)

// diary reads a history from day 0: a digit is that day's answer, a dot a day
// without one, a space nothing.
func diary(s string) []Answer {
	var answers []Answer
	for i, r := range strings.ReplaceAll(s, " ", "") {
		if r != '.' {
			answers = append(answers, Answer{Day: Day(i), Score: float64(r - '0')})
		}
	}
	return answers
}

const steady = "44444 44444 44444 44444" // twenty days; usual is 4

func TestEpisodes(t *testing.T) {
	type episode struct {
		opened, closed Day
		why            CloseReason
		rules          string
	}
	const drop, below, trend = RuleDropConfirmed, RuleBelowUsual3, RuleTrendEWMA
	for _, c := range []struct {
		name    string
		pack    Pack
		history string
		through Day
		want    []episode
	}{
		{"one bad day", DefaultPack(), steady + "1444444444", 40, nil},
		{"two lows in a row", DefaultPack(), steady + "22", 21, []episode{{21, 0, "", drop}}},
		{"two lows three days apart", DefaultPack(), steady + "2..2", 23, []episode{{23, 0, "", drop}}},
		{"two lows four days apart", DefaultPack(), steady + "2...2", 24, nil},
		{"a good answer between", DefaultPack(), steady + "242", 22, nil},
		{"one level down is no drop", DefaultPack(), steady + "3333", 23, nil},
		{"no baseline yet", DefaultPack(), "4444444444 22", 11, nil},
		{"the first day with a baseline confirms nothing", DefaultPack(), "4444444444 444 2 2", 14, nil},
		{"the second day with one can", DefaultPack(), "4444444444 444 . 22", 15, []episode{{15, 0, "", drop}}},
		{"six answers are too few", DefaultPack(), "444444........ 22", 15, nil},
		{"seven are enough", DefaultPack(), "4444444....... 22", 15, []episode{{15, 0, "", drop}}},
		{
			"three answers below usual, none of them low", TrendPack(), "54545 45454 54545 45454 333", 22,
			[]episode{{22, 0, "", trend + "+" + below}},
		},
		{
			"calm again: z comes back later than the answers", DefaultPack(), steady + "22 4444444", 40,
			[]episode{{21, 27, ClosedCalm, drop}},
		},
		{"28 days without an answer close it", DefaultPack(), steady + "22", 49, []episode{{21, 49, ClosedLength, drop}}},
		{"one day earlier it is open", DefaultPack(), steady + "22", 48, []episode{{21, 0, "", drop}}},
		{
			"still low after 28 days: again from the third day after", DefaultPack(),
			steady + strings.Repeat("1", 35), 54,
			[]episode{{21, 49, ClosedLength, drop}, {52, 0, "", drop}},
		},
		{"all three", TrendPack(), steady + "222", 22, []episode{{21, 0, "", trend + "+" + drop}}},
		{"below usual alone, slowly", Pack{Rules: []Rule{belowUsual3()}}, steady + "2.2.2", 24, []episode{{24, 0, "", below}}},
		{
			"the streak starts anew after the day of a close",
			Pack{Rules: []Rule{belowUsual3()}},
			steady + strings.Repeat("2", 3) + strings.Repeat(".", 27) + "2..22.2", 80,
			[]episode{{22, 50, ClosedLength, below}, {56, 0, "", below}},
		},
	} {
		t.Run(c.name, func(t *testing.T) {
			r, err := Trend{Scale: OneToFive(), Pack: c.pack}.Replay(diary(c.history), c.through)
			if err != nil {
				t.Fatal(err)
			}
			var got []episode
			for _, e := range r.Episodes {
				got = append(got, episode{e.Opened, e.Closed, e.Why, strings.Join(e.Rules(), "+")})
			}
			if !slices.Equal(got, c.want) {
				t.Errorf("got %v\nwant %v", got, c.want)
			}
		})
	}
}

func TestCalmAtItsEdges(t *testing.T) {
	for _, c := range []struct {
		drop, sd, z float64
		want        bool
	}{
		{0.25, 0.3, 0, true}, // a small spread is measured as 0.5
		{0.26, 0.3, 0, false},
		{0.4, 0.8, 0, true},
		{0.41, 0.8, 0, false},
		{-1, 0.8, -1.49, true},
		{-1, 0.8, -1.5, false},
	} {
		f := Features{Drop: Num(c.drop), BaseSD: Num(c.sd), EWMAZ: Num(c.z)}
		if got := calm(&f); got != c.want {
			t.Errorf("drop %v, sd %v, z %v: %v, want %v", c.drop, c.sd, c.z, got, c.want)
		}
	}
}

func TestPartsThatFindingsPlay(t *testing.T) {
	pack := DefaultPack()
	low := Rule{
		ID: "LOW", Version: 1, Severity: Watch, Words: "reason.low", Answers: 1,
		When:   func(f *Features) (bool, error) { return f.Score <= 2, nil },
		Limits: func(f *Features) ([]Limit, error) { return []Limit{{"score", f.Score, 2}}, nil },
	}
	pack.Rules = append(pack.Rules, low)
	r, err := Trend{Scale: OneToFive(), Pack: pack}.Replay(diary(steady+strings.Repeat("1", 33)), 52)
	if err != nil {
		t.Fatal(err)
	}
	parts := make(map[Part][]Day)
	for _, f := range r.Findings {
		if (f.Rule == "LOW") != (f.Part == PartOwn) {
			t.Errorf("%s on day %d plays %s", f.Rule, f.Day, f.Part)
		}
		belongs := f.Part == PartOpens || f.Part == PartEvidence
		if belongs && f.Episode != 21 && f.Episode != 52 || !belongs && f.Episode != 0 {
			t.Errorf("%s on day %d belongs to episode %d", f.Rule, f.Day, f.Episode)
		}
		parts[f.Part] = append(parts[f.Part], f.Day)
	}
	if got := parts[PartOpens]; !slices.Equal(got, []Day{21, 52}) {
		t.Errorf("opened on %v", got)
	}
	if got := parts[PartEvidence]; len(got) != 27 || got[0] != 22 || got[26] != 48 {
		t.Errorf("evidence on %v", got)
	}
	if got := parts[PartHeld]; !slices.Equal(got, []Day{49, 50, 51}) {
		t.Errorf("held on %v", got)
	}
	if got := parts[PartOwn]; len(got) != 33 {
		t.Errorf("%d findings of their own, want one a low answer", len(got))
	}
}

// The answers of an episode must not become the new usual.
func TestEpisodesStayOutOfTheBaseline(t *testing.T) {
	r, err := Trend{Scale: OneToFive(), Pack: DefaultPack()}.Replay(diary(steady+strings.Repeat("1", 32)), 51)
	if err != nil {
		t.Fatal(err)
	}
	// It was learned on day 51 from the days 0 to 43: twenty good ones and the
	// first low one, which came before the opening.
	b := r.State.Baseline()
	if want := 81.0 / 21; b.N != 21 || math.Abs(b.Mean-want) > 1e-12 || b.From != 0 || b.To != 44 {
		t.Errorf("baseline %+v, want 21 answers with mean %v", b, want)
	}
}

// When the window holds too little to learn from, the last baseline stays.
func TestTheLastBaselineStays(t *testing.T) {
	trend := Trend{Scale: OneToFive(), Pack: DefaultPack()}
	before, err := trend.Replay(diary(steady), 19)
	if err != nil {
		t.Fatal(err)
	}
	later, closed := trend.Pass(before.State, 400)
	if b := later.Baseline(); closed != nil || !b.Ready() || b.N != 7 || b.Mean != 4 {
		t.Errorf("after a year of silence: %+v", b)
	}
}

func TestStepRefuses(t *testing.T) {
	trend := Trend{Scale: OneToFive(), Pack: DefaultPack()}
	r, err := trend.Replay(diary(steady), 30)
	if err != nil {
		t.Fatal(err)
	}
	for _, c := range []struct {
		name string
		a    Answer
		code carenet.Code
	}{
		{"a day that was passed", Answer{Day: 30, Score: 4}, carenet.Conflict},
		{"an earlier day", Answer{Day: 3, Score: 4}, carenet.Conflict},
		{"a score off the scale", Answer{Day: 31, Score: 6}, carenet.Invalid},
		{"a day beyond the calendar", Answer{Day: maxDay + 1, Score: 4}, carenet.Invalid},
		{"a day before it", Answer{Day: minDay - 1, Score: 4}, carenet.Invalid},
		{"the next day", Answer{Day: 31, Score: 4}, ""},
	} {
		if _, _, err := trend.Step(r.State, c.a); carenet.CodeOf(err) != c.code {
			t.Errorf("%s: %v, want code %q", c.name, err, c.code)
		}
	}
	twice := append(diary(steady), Answer{Day: 3, Score: 1})
	if _, err := trend.Replay(twice, 30); carenet.CodeOf(err) != carenet.Invalid {
		t.Errorf("two scores on a day: %v", err)
	}
}

func TestAPatientWithoutAnswers(t *testing.T) {
	r, err := Trend{Scale: OneToFive(), Pack: DefaultPack()}.Replay(nil, 100)
	if err != nil || len(r.Episodes)+len(r.Findings) != 0 {
		t.Errorf("%+v, %v", r, err)
	}
	if _, started := r.State.Through(); started {
		t.Error("started without an answer")
	}
	if _, open := r.State.Episode(); open || r.State.Baseline().Ready() {
		t.Error("an episode or a baseline out of nothing")
	}
}
