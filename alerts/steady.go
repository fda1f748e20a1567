package alerts

import "slices"

// Whoever is steady may be asked less often, if they like: fewer texts to answer, and
// those that come are answered for longer. What is weighed, and why so much of it:
const (
	// SteadyWeeks is how long nothing may have happened before somebody who is asked
	// each day is offered fewer: a baseline's whole window of 56 days, so that all of
	// what is usual for them was learned while nothing happened.
	SteadyWeeks = 8
	// SteadyWeeksLong is the same before they are asked so seldom that a sudden drop is
	// mostly missed: a quarter of a year, in which the wave of a season shows.
	SteadyWeeksLong = 12
	// steadyShare of the askings must have been answered. People answer 75 % to 90 %;
	// with fewer askings, each that is missed leaves a gap of days.
	steadyShare = 0.8
	// steadyAskings a week, at the least, that the share is of.
	steadyAskings = 2
	// steadyFall, in levels: half of what the rule of slow drift looks for. The last 28
	// days are that close to the enrolment's, and to what is usual.
	steadyFall = 0.5
)

// Unsteady says why somebody is not offered to be asked less often; "" when they may be.
type Unsteady string

// The reasons, in the order in which they are looked at.
const (
	UnsteadyNew     Unsteady = "new"     // they are not known for long enough
	UnsteadyEpisode Unsteady = "episode" // a decline, open or over for less than those weeks
	UnsteadyFound   Unsteady = "found"   // some rule found something in those weeks
	UnsteadyLow     Unsteady = "low"     // an answer among the scale's lowest two of five
	UnsteadyQuiet   Unsteady = "quiet"   // too few answers
	UnsteadyFalls   Unsteady = "falls"   // they are slowly getting worse
)

// Steady weighs what the answers of the last weeks show. r is what Replay made of them.
func (t Trend) Steady(h History, r Result, today Day, weeks int) Unsteady {
	since := today - Day(7*weeks)
	if len(h.Answers) == 0 || !r.State.Baseline().Ready() || slices.MinFunc(h.Answers, byDay).Day > since {
		return UnsteadyNew
	}
	for _, e := range r.Episodes {
		if e.Open() || e.Closed > since {
			return UnsteadyEpisode
		}
	}
	if slices.ContainsFunc(r.Findings, func(f Finding) bool { return f.Day > since }) || slices.ContainsFunc(r.Faults, func(f Fault) bool { return f.Day > since }) {
		return UnsteadyFound
	}
	asked, answered := 0, 0
	for _, p := range h.Prompts {
		if p.Day <= since || p.Day > today {
			continue
		}
		asked++
		if p.Answered {
			answered++
		}
	}
	var anchor, recent, all mean
	first := slices.MinFunc(h.Answers, byDay).Day
	for _, a := range h.Answers {
		switch {
		case a.Day > today:
			continue
		case a.Day > since && low(t.Scale, a.Score):
			return UnsteadyLow
		case a.Day < first+anchorDays:
			anchor.add(a.Score)
		}
		if a.Day > today-anchorDays {
			recent.add(a.Score)
		}
		if a.Day > since {
			all.add(a.Score)
		}
	}
	if asked < steadyAskings*weeks || float64(answered) < steadyShare*float64(asked) || recent.n < steadyAskings*anchorDays/7 {
		return UnsteadyQuiet
	}
	fall := steadyFall * t.Scale.Level()
	if max(anchor.of(), all.of(), r.State.Baseline().Mean)-recent.of() >= fall {
		return UnsteadyFalls
	}
	return ""
}

type mean struct {
	sum float64
	n   int
}

func (m *mean) add(x float64) { m.sum, m.n = m.sum+x, m.n+1 }

func (m mean) of() float64 {
	if m.n == 0 {
		return 0
	}
	return m.sum / float64(m.n)
}

// missedWhenEased is how many askings in a row somebody who is asked less often may miss.
const missedWhenEased = 2

// Slipped says whether somebody who is asked less often is to be asked as before again.
// It needs less than an alert does: with days between the answers no rule can confirm a
// drop soon, and to ask more often harms nobody. Rules that find something are looked at
// besides.
func (t Trend) Slipped(h History, r Result) bool {
	missed := 0
	for _, p := range slices.Backward(h.Prompts) {
		if p.Answered {
			break
		}
		missed++
	}
	if len(h.Answers) == 0 {
		return missed >= missedWhenEased
	}
	last := slices.MaxFunc(h.Answers, byDay)
	if n := len(h.Prompts); n > 0 && h.Prompts[n-1].Day <= last.Day {
		missed = 0 // they have answered since, unasked
	}
	base := r.State.Baseline()
	_, open := r.State.Episode()
	return open || missed >= missedWhenEased || low(t.Scale, last.Score) ||
		base.Ready() && base.Mean-last.Score >= max(dropLevels*t.Scale.Level(), dropSDs*base.SD)
}

// A drop as WB-DROP-CONFIRMED looks for, without the second answer that confirms it.
const (
	dropLevels = 1.5
	dropSDs    = 1.5
)
