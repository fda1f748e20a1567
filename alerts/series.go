package alerts

import (
	"maps"
	"strings"

	"howareyou/alerts/stats"
)

// The windows of the slow features, in days.
const (
	trendDays  = 21 // Mann-Kendall and Sen look at the last three weeks
	anchorDays = 28 // the weeks after enrolment, and the last ones, for a drift
)

// lowLevels: the lowest two of the scale's five steps are low. The step of a
// score is its distance from the worst one in levels, to the nearest.
const lowLevels = 1.5

// low says whether a score is among the scale's lowest two of five.
func low(scale Scale, score float64) bool { return score < scale.Min+lowLevels*scale.Level() }

// standing is how things stand on a day, whether or not it has an answer: what
// a rule may know about a patient without today's score.
func (s *State) standing(scale Scale, d Day) Features {
	f := Features{
		Level: scale.Level(), ScaleMin: scale.Min, ScaleMax: scale.Max,
		LowStreak:    Num(float64(s.lowStreak)),
		MissedStreak: Num(float64(s.prompts.Missed())), MissedP: Num(s.prompts.SilenceP()),
		AnchorN: Num(float64(s.anchorN)),
	}
	if s.anchorN > 0 {
		f.AnchorMean = Num(s.anchorSum / float64(s.anchorN))
	}
	s.slow(d, &f)
	if b := s.baseline; b.Ready() {
		f.BaselineReady = true
		f.BaseMean, f.BaseSD, f.BaseN = Num(b.Mean), Num(b.SD), Num(float64(b.N))
		f.EWMA, f.EWMAZ = Num(s.ewma), Num(ewmaZ(s.ewma, b))
		f.BelowStreak = Num(float64(s.streak))
	}
	return f
}

// slow fills in what the last three and four weeks show.
func (s *State) slow(d Day, f *Features) {
	var x, y [trendDays]float64
	n, recentN, recentSum := 0, 0, 0.0
	if s.started {
		for day := max(s.first, d-anchorDays+1); day <= d; day++ {
			sl := s.slot(day)
			if !sl.answered {
				continue
			}
			recentSum += sl.score
			recentN++
			if day > d-trendDays {
				x[n], y[n] = float64(day-s.first), sl.score
				n++
			}
		}
	}
	f.Recent28N = Num(float64(recentN))
	if recentN > 0 {
		f.Recent28Mean = Num(recentSum / float64(recentN))
	}
	f.MKN, f.MKP = Num(float64(n)), Num(stats.MannKendall(y[:n]).Falling())
	if slope, ok := stats.Sen(x[:n], y[:n]); ok {
		f.SlopeWeek = Num(slope * 7)
	}
}

// Of an item at least so many answers make a usual value: further questions
// are often asked but once a week.
const itemNeeds = 3

// lastDays is how far back the lowest recent value of an item is looked for.
const lastDays = 3

// items fills in what came with the answer of day d and how it compares with
// the same items before.
func (s *State) items(d Day, more More, f *Features) {
	f.Flags, f.Item = more.Flags, more.Items
	if len(more.Items) == 0 {
		return
	}
	defer symptoms(f)
	f.PrevItem = make(map[string]float64, len(more.Items))
	f.BaseItem = make(map[string]float64, len(more.Items))
	f.Low3Item = make(map[string]float64, len(more.Items))
	from, to := baselineWindow(int(d - s.first))
	for name := range more.Items {
		var sum float64
		n := 0
		for day := max(s.first, d-historyDays+1); day < d; day++ {
			v, ok := s.slot(day).items[name]
			if !ok {
				continue
			}
			f.PrevItem[name] = v
			if low, known := f.Low3Item[name]; day >= d-lastDays && (!known || v < low) {
				f.Low3Item[name] = v
			}
			if i := int(day - s.first); i >= from && i < to && !s.slot(day).episode {
				sum += v
				n++
			}
		}
		if n >= itemNeeds {
			f.BaseItem[name] = sum / float64(n)
		}
	}
}

// symptomPrefix begins the names of the PRO-CTCAE's items: composite grades
// from 0 to 3, one a symptom.
const symptomPrefix = "proctcae_"

// symptoms adds what rules ask of all symptoms together: the worst grade, and
// the largest rise since each was last asked about.
func symptoms(f *Features) {
	worst, rise, any, before := 0.0, 0.0, false, false
	for name, grade := range f.Item {
		if !strings.HasPrefix(name, symptomPrefix) {
			continue
		}
		worst, any = max(worst, grade), true
		if prev, ok := f.PrevItem[name]; ok {
			rise, before = max(rise, grade-prev), true
		}
	}
	if !any {
		return
	}
	f.Item = maps.Clone(f.Item) // the history's own stays as it is
	f.Item[symptomPrefix+"worst"] = worst
	if before {
		f.Item[symptomPrefix+"rise"] = rise
	}
}
