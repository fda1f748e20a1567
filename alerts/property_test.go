package alerts

import (
	"reflect"
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"
	"pgregory.net/rapid"

	"howareyou/carenet"
)

// onBothScales runs a property for each scale, with all three trend rules.
func onBothScales(t *testing.T, property func(*rapid.T, Trend)) {
	for name, scale := range map[string]Scale{"1 to 5": OneToFive(), "0 to 10": ZeroToTen()} {
		t.Run(name, func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) { property(rt, Trend{Scale: scale, Pack: TrendPack()}) })
		})
	}
}

// online takes the answers in one by one, and between them looks at how things
// stand on days without answer, as pages and timers do.
func online(t *rapid.T, trend Trend, answers []Answer, through Day) Result {
	var r Result
	for _, a := range answers {
		if last, ok := r.State.Through(); ok && last+1 < a.Day && rapid.Bool().Draw(t, "look") {
			s, closed := trend.Pass(r.State, Day(rapid.IntRange(int(last), int(a.Day-1)).Draw(t, "until")))
			r.add(s, Verdict{Closed: closed})
		}
		s, v, err := trend.Step(r.State, a)
		if err != nil {
			t.Fatal(err)
		}
		r.add(s, v)
	}
	s, closed := trend.Pass(r.State, through)
	r.add(s, Verdict{Closed: closed})
	return r
}

func TestINV11_OnlineIsReplayIsTheDefinition(t *testing.T) {
	onBothScales(t, func(t *rapid.T, trend Trend) {
		answers := histories(trend.Scale).Draw(t, "answers")
		if len(answers) == 0 {
			t.Skip("no answers")
		}
		through := answers[len(answers)-1].Day + Day(rapid.IntRange(0, 100).Draw(t, "after"))
		batch := replay(t, trend, answers, through)
		if live := online(t, trend, answers, through); !reflect.DeepEqual(live, batch) {
			t.Fatalf("online differs from replay:\n%s", cmp.Diff(live.Episodes, batch.Episodes))
		}
		want := reference(trend.Scale, answers, through)
		if !slices.EqualFunc(want, batch.Episodes, refEpisode.same) {
			t.Fatalf("got %+v\nwant %+v", episodesOf(batch), want)
		}
	})
}

// TestINV11_ReferenceMeetsTheFixtures shows that the reference is the policy,
// and that what it is compared on above holds episodes at all.
func TestINV11_ReferenceMeetsTheFixtures(t *testing.T) {
	trend := Trend{Scale: OneToFive(), Pack: TrendPack()}
	episodes := 0
	for patient, answers := range readSeries(t) {
		got, err := trend.Replay(answers, oracleLastDay)
		if err != nil {
			t.Fatal(err)
		}
		want := reference(trend.Scale, answers, oracleLastDay)
		if !slices.EqualFunc(want, got.Episodes, refEpisode.same) {
			t.Errorf("%s: got %+v\nwant %+v", patient, episodesOf(got), want)
		}
		episodes += len(want)
	}
	if episodes != 114 {
		t.Errorf("the reference finds %d episodes, want 114", episodes)
	}
}

func TestINV11_LaterAnswersNeverChangeEarlierDays(t *testing.T) {
	onBothScales(t, func(t *rapid.T, trend Trend) {
		answers := histories(trend.Scale).Draw(t, "answers")
		if len(answers) < 2 {
			t.Skip("nothing later")
		}
		k := rapid.IntRange(1, len(answers)-1).Draw(t, "known")
		day := answers[k].Day - 1
		early := replay(t, trend, answers[:k], day)
		late := replay(t, trend, answers, answers[len(answers)-1].Day)
		late.Findings = slices.DeleteFunc(late.Findings, func(f Finding) bool { return f.Day > day })
		late.Episodes = slices.DeleteFunc(late.Episodes, func(e Episode) bool { return e.Opened > day })
		if n := len(late.Episodes); n > 0 && late.Episodes[n-1].Closed > day {
			late.Episodes[n-1].Closed, late.Episodes[n-1].Why = 0, "" // not known yet on that day
		}
		if diff := cmp.Diff(early.Findings, late.Findings, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("findings changed:\n%s", diff)
		}
		if diff := cmp.Diff(early.Episodes, late.Episodes, cmpopts.EquateEmpty()); diff != "" {
			t.Fatalf("episodes changed:\n%s", diff)
		}
		if asOf := replay(t, trend, answers, day); !reflect.DeepEqual(asOf, early) {
			t.Fatal("replay through a day looks beyond it")
		}
	})
}

func TestINV11_OrderAndRepeatsOfDeliveryChangeNothing(t *testing.T) {
	onBothScales(t, func(t *rapid.T, trend Trend) {
		sent := checkIns(t, trend.Scale)
		got := slices.Clone(sent)
		for range rapid.IntRange(0, len(sent)).Draw(t, "repeats") {
			got = append(got, rapid.SampledFrom(sent).Draw(t, "repeated"))
		}
		got = rapid.Permutation(got).Draw(t, "order")
		through := sent[len(sent)-1].Day
		want, have := daily(t, trend.Scale, sent), daily(t, trend.Scale, got)
		if diff := cmp.Diff(want, have); diff != "" {
			t.Fatalf("answers differ:\n%s", diff)
		}
		shuffled := rapid.Permutation(append(slices.Clone(have), have...)).Draw(t, "answers again")
		before := slices.Clone(shuffled)
		if !reflect.DeepEqual(replay(t, trend, want, through), replay(t, trend, shuffled, through)) {
			t.Fatal("results differ")
		}
		if !slices.Equal(before, shuffled) {
			t.Fatal("replay sorted the caller's slice")
		}
	})
}

// A step must leave the state that it was given as it was: a caller whose
// transaction fails goes on with the old one.
func TestStepLeavesTheOldStateAlone(t *testing.T) {
	onBothScales(t, func(t *rapid.T, trend Trend) {
		answers := histories(trend.Scale).Draw(t, "answers")
		var s State
		for _, a := range answers {
			first, v1, err1 := trend.Step(s, a)
			again, v2, err2 := trend.Step(s, a)
			if err1 != nil || err2 != nil || !reflect.DeepEqual(first, again) || !reflect.DeepEqual(v1, v2) {
				t.Fatalf("day %v: the same step gave another result", a.Day)
			}
			s = first
		}
	})
}

// checkIns draws check-ins behind a history: several a day, proxies,
// corrections.
func checkIns(t *rapid.T, scale Scale) []CheckIn {
	answers := histories(scale).Filter(func(a []Answer) bool { return len(a) > 0 }).Draw(t, "answers")
	var all []CheckIn
	for i, a := range answers {
		at := time.Unix(int64(a.Day)*secondsPerDay, 0).UTC()
		for j := range rapid.IntRange(1, 3).Draw(t, "that day") {
			c := CheckIn{ID: carenet.ID{1: byte(i >> 8), 2: byte(i), 3: byte(j)}, Day: a.Day, At: at, Score: a.Score, Reporter: carenet.ReporterSelf}
			switch rapid.IntRange(0, 9).Draw(t, "kind") {
			case 0:
				c.Reporter, c.Score = carenet.ReporterProxy, scale.Min
			case 1:
				c.Corrects, c.Score = rapid.SampledFrom(append(ids(all), carenet.NilID)).Draw(t, "corrects"), scale.Max
			case 2:
				c.Score = scale.Min // at the same moment as the others
			default:
				c.At = at.Add(time.Duration(j) * time.Hour)
			}
			all = append(all, c)
		}
	}
	return all
}

func ids(all []CheckIn) []carenet.ID {
	out := make([]carenet.ID, len(all))
	for i, c := range all {
		out[i] = c.ID
	}
	return out
}

func replay(t *rapid.T, trend Trend, answers []Answer, through Day) Result {
	r, err := trend.Replay(answers, through)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func daily(t *rapid.T, scale Scale, all []CheckIn) []Answer {
	answers, err := Daily(scale, all)
	if err != nil {
		t.Fatal(err)
	}
	return answers
}

func episodesOf(r Result) []refEpisode {
	var out []refEpisode
	for _, e := range r.Episodes {
		out = append(out, refEpisode{opened: e.Opened, closed: e.Closed, why: e.Why, rules: e.Rules()})
	}
	return out
}
