package rulebook

import (
	"slices"
	"testing"
	"time"

	"howareyou/alerts"
	"howareyou/alerts/pack"
	"howareyou/carenet"
)

var now = time.Date(2026, 3, 9, 12, 0, 0, 0, time.UTC)

func TestInForce(t *testing.T) {
	at := func(minutes int) time.Time { return now.Add(time.Duration(minutes) * time.Minute) }
	all := []Activation{{At: at(0), Pack: Name{Version: 1}}, {At: at(10), Pack: Name{Version: 2}}}
	for minutes, want := range map[int]int{-1: 0, 0: 1, 9: 1, 10: 2, 99: 2} {
		a, ok := InForce(all, at(minutes))
		if ok != (want > 0) || a.Pack.Version != want {
			t.Errorf("%d minutes: %+v %t", minutes, a, ok)
		}
	}
	if _, ok := InForce(nil, now); ok {
		t.Error("nothing was activated")
	}
}

// TestMayActivate has a request in order, and every way in which it is not.
func TestMayActivate(t *testing.T) {
	own, other := Name{ID: carenet.NewID(now), Hash: HashOf([]byte("own"))}, HashOf([]byte("other"))
	good := func() Request {
		return Request{
			Pack: own, Signed: true, InForce: other, Seen: true, Today: 100, Now: now,
			Backtest: Backtest{
				ID: carenet.NewID(now), Pack: own, Against: Name{Hash: other}, Period: Period{10, 99}, At: now.Add(-time.Hour), State: Done, Answered: 3,
			},
		}
	}
	for _, x := range []struct {
		name string
		mend func(*Request)
		want Why
	}{
		{"in order", func(*Request) {}, ""},
		{"taken back by the same result", func(r *Request) { r.Backtest.Pack, r.Backtest.Against = r.Backtest.Against, r.Backtest.Pack }, ""},
		{"the program's own needs no signature", func(r *Request) { r.Signed, r.Pack.ID, r.Backtest.Pack.ID = false, carenet.NilID, carenet.NilID }, ""},
		{"not signed", func(r *Request) { r.Signed = false }, NotSigned},
		{"in force", func(r *Request) { r.InForce = own.Hash }, AlreadyIn},
		{"never tried", func(r *Request) { r.Backtest = Backtest{} }, NotTried},
		{"another version was tried", func(r *Request) { r.Backtest.Pack.Hash = HashOf([]byte("older")) }, NotTried},
		{"tried beside what is no longer in force", func(r *Request) { r.Backtest.Against.Hash = HashOf([]byte("older")) }, NotTried},
		{"still running", func(r *Request) { r.Backtest.State = Running }, NotReady},
		{"failed", func(r *Request) { r.Backtest.State = Failed }, TestFailed},
		{"a week old", func(r *Request) { r.Backtest.At = now.Add(-FreshFor - time.Second) }, TooOld},
		{"of an old period", func(r *Request) { r.Backtest.To = 92 }, TooOld},
		{"of the last day that is new enough", func(r *Request) { r.Backtest.To = 93 }, ""},
		{"too short", func(r *Request) { r.Backtest.From = r.Backtest.To - LeastDays + 2 }, TooShort},
		{"just long enough", func(r *Request) { r.Backtest.From = r.Backtest.To - LeastDays + 1 }, ""},
		{"not shown", func(r *Request) { r.Seen = false }, NotSeen},
		{"a rule could not be judged", func(r *Request) { r.Backtest.Faults = 1 }, HasFaults},
		{"nothing to try it on", func(r *Request) { r.Backtest.Answered = 0 }, NothingToGo},
		{"nothing to try it on, and known", func(r *Request) { r.Backtest.Answered, r.Accepted = 0, true }, ""},
	} {
		r := good()
		x.mend(&r)
		if got := MayActivate(r); got != x.want {
			t.Errorf("%s: %q, want %q", x.name, got, x.want)
		}
	}
}

// owned is a pack with one rule that calls staff for each answer at or below a score.
func owned(t *testing.T, severity, most string) alerts.Pack {
	t.Helper()
	p, err := pack.Parse([]byte(`pack: own
version: 1
signed_off: {by: Dr Lee, role: lead, on: 2026-03-01}
rules:
  - {id: A-LOW, version: 1, severity: ` + severity + `, when: score <= ` + most + `, words: {en: a, es: a, ar: a}, source: judgement}
`))
	if err != nil {
		t.Fatal(err)
	}
	return p.Pack
}

func TestWhatTwoPacksFindSideBySide(t *testing.T) {
	var h alerts.History
	for d := range alerts.Day(120) {
		score := 5.0
		switch d {
		case 20, 60: // both packs
			score = 1
		case 90: // one of them
			score = 2
		}
		h.Answers = append(h.Answers, alerts.Answer{Day: d, Score: score})
	}
	// Days of an episode would hide what follows: no trend rule is in these packs.
	for _, x := range []struct {
		name           string
		tried, inForce alerts.Pack
		from, to       alerts.Day
		want           []Match
	}{
		{"more", owned(t, "amber", "2"), owned(t, "amber", "1"), 0, 119, []Match{
			{Kind: Same, Rule: "A-LOW", Opened: 20, Severity: alerts.Amber, SeverityWas: alerts.Amber},
			{Kind: Same, Rule: "A-LOW", Opened: 60, Severity: alerts.Amber, SeverityWas: alerts.Amber},
			{Kind: New, Rule: "A-LOW", Opened: 90, Severity: alerts.Amber},
		}},
		{"less", owned(t, "amber", "1"), owned(t, "amber", "2"), 50, 119, []Match{
			{Kind: Same, Rule: "A-LOW", Opened: 60, Severity: alerts.Amber, SeverityWas: alerts.Amber},
			{Kind: Gone, Rule: "A-LOW", Opened: 90, SeverityWas: alerts.Amber},
		}},
		{"another severity", owned(t, "watch", "1"), owned(t, "amber", "1"), 50, 70, []Match{
			{Kind: Changed, Rule: "A-LOW", Opened: 60, Severity: alerts.Watch, SeverityWas: alerts.Amber},
		}},
		{"nothing within the time", owned(t, "amber", "2"), owned(t, "amber", "1"), 61, 89, nil},
	} {
		tried := Tried{Pack: x.tried, InForce: x.inForce, Scale: alerts.OneToFive(), Period: Period{x.from, x.to}}
		got, days, ok, err := tried.One(h)
		if err != nil || !ok || days != int(x.to-x.from)+1 || !slices.Equal(got, x.want) {
			t.Errorf("%s: %+v, %d days, %t, %v", x.name, got, days, ok, err)
		}
	}
	if _, _, ok, err := (Tried{Pack: owned(t, "amber", "1"), InForce: owned(t, "amber", "1"), Scale: alerts.OneToFive(), Period: Period{200, 300}}).One(h); ok || err != nil {
		t.Errorf("somebody without a sign in the period: %t, %v", ok, err)
	}
}

// The same episode under two packs is one matter, though it opens on another day.
func TestOneEpisodeOfTwoPacksIsOneMatter(t *testing.T) {
	var h alerts.History
	for d := range alerts.Day(60) {
		score := []float64{4, 5, 4}[d%3]
		if d >= 40 {
			score = 1
		}
		h.Answers = append(h.Answers, alerts.Answer{Day: d, Score: score})
	}
	whole := alerts.Pack{ID: "own", Version: 1, Rules: alerts.TrendPack().Rules}
	slow := alerts.Pack{ID: "own", Version: 1, Rules: whole.Rules[1:2]} // three in a row
	fast := alerts.Pack{ID: "own", Version: 1, Rules: whole.Rules[2:3]} // two in a row
	got, _, _, err := Tried{Pack: slow, InForce: fast, Scale: alerts.OneToFive(), Period: Period{0, 59}}.One(h)
	if err != nil || len(got) != 1 || got[0].Kind != Changed || !got[0].Episode || got[0].Severity != alerts.Amber || got[0].SeverityWas != alerts.AmberHigh {
		t.Errorf("%+v, %v", got, err)
	}
}

func TestPropose(t *testing.T) {
	upon := func(z ...float64) (all [][]Value) {
		for _, v := range z {
			all = append(all, []Value{{"ewma_drop", v * -0.2, v * -0.1}, {"ewma_z", v, -2.4}})
		}
		return all
	}
	for _, x := range []struct {
		name   string
		alerts [][]Value
		budget int
		want   Proposal
	}{
		{"within", upon(-2.5, -3, -4, -5), 1, Proposal{}},
		{"over: the four that went farthest stay", upon(-2.5, -3, -4, -5, -2.6, -6), 1, Proposal{ProposeLimit, "ewma_z", -2.4, -3, 4}},
		{"ties go together", upon(-2.5, -3, -3, -5, -3, -6), 1, Proposal{ProposeLimit, "ewma_z", -2.4, -5, 2}},
		{"all alike", upon(-3, -3, -3, -3, -3), 1, Proposal{Kind: ProposeRule}},
		{"no room at all", upon(-3, -4), 0, Proposal{Kind: ProposeRule}},
		{"both ways", [][]Value{{{"a", 1, 2}}, {{"a", 3, 2}}, {{"a", 4, 2}}, {{"a", 5, 2}}, {{"a", 6, 2}}}, 1, Proposal{Kind: ProposeRule}},
		{"upwards", [][]Value{{{"a", 2, 2}}, {{"a", 3, 2}}, {{"a", 4, 2}}, {{"a", 5, 2}}, {{"a", 6, 2}}}, 1, Proposal{ProposeLimit, "a", 2, 3, 4}},
	} {
		got := Propose(x.alerts, x.budget)
		if got.Kind != x.want.Kind || got.Name != x.want.Name || got.Was != x.want.Was || got.Kept != x.want.Kept || got.Limit-x.want.Limit > 1e-9 || x.want.Limit-got.Limit > 1e-9 {
			t.Errorf("%s: %+v, want %+v", x.name, got, x.want)
		}
	}
}

func TestRetired(t *testing.T) {
	from := alerts.Pack{Rules: append([]alerts.Rule{{ID: "A-ONE"}, {ID: "A-TWO"}}, alerts.SafetyPack().Rules...)}
	if got := Retired(from, alerts.Pack{Rules: []alerts.Rule{{ID: "A-TWO"}}}); !slices.Equal(got, []string{"A-ONE"}) {
		t.Errorf("%q", got)
	}
}

// BenchmarkOnePatientsYear is what one patient of a back-test costs: a year of answers
// by two packs.
func BenchmarkOnePatientsYear(b *testing.B) {
	var h alerts.History
	for d := range alerts.Day(365) {
		h.Answers = append(h.Answers, alerts.Answer{Day: d, Score: []float64{4, 5, 4, 3, 4}[d%5]})
	}
	tried := Tried{Pack: pack.Default().Pack, InForce: pack.Default().Pack, Scale: alerts.OneToFive(), Period: Period{0, 364}}
	b.ReportAllocs()
	for b.Loop() {
		if _, _, ok, err := tried.One(h); !ok || err != nil {
			b.Fatal(ok, err)
		}
	}
}
