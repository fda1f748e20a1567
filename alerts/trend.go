package alerts

import (
	"slices"

	"howareyou/carenet"
)

// Trend watches the answers to one question with one pack of rules.
type Trend struct {
	Scale Scale
	Pack  Pack
}

// Verdict is what an answer brought about.
type Verdict struct {
	Features Features
	Findings []Finding
	// Closed is the episode that closed on the answer's day, or on a day
	// without answer before it. Opened is the one the answer opened. Either
	// may be nil, and both may be set.
	Closed, Opened *Episode
}

// Step takes in the next answer. The answer's day must lie after all days
// taken in so far: otherwise (a late or corrected answer) it fails with
// Conflict and the caller replays. A score off the scale, or no number, fails
// with Invalid. On failure the state is returned as it was.
func (t Trend) Step(s State, a Answer) (State, Verdict, error) {
	const op = "take in answer"
	switch {
	case !t.Scale.holds(a.Score):
		return s, Verdict{}, carenet.Errorf(carenet.Invalid, op, "the score is not on the scale")
	case !a.Day.valid():
		return s, Verdict{}, carenet.Errorf(carenet.Invalid, op, "the day is not a date")
	case s.started && a.Day <= s.through:
		return s, Verdict{}, carenet.Errorf(carenet.Conflict, op, "a later day has been taken in already")
	}
	if !s.started {
		s.started, s.first, s.through = true, a.Day, a.Day-1
	}
	var v Verdict
	v.Closed = s.pass(t.Scale, a.Day-1)
	s.enter(t.Scale, a.Day)
	s.through = a.Day
	v.Features = s.observe(t.Scale, a)
	if closed := s.course.answered(a.Day, v.Features); closed != nil {
		v.Closed = closed
		s.streak = 0
		if closed.Why == ClosedCalm {
			s.ewma = s.baseline.Mean
		}
	}
	v.Findings = t.fire(&s, v.Features)
	if opening := opening(v.Findings); len(opening) > 0 {
		v.Opened = s.course.open(a.Day, opening)
	}
	s.slot(a.Day).episode = s.course.current != nil
	return s, v, nil
}

// fire tries the rules on the day's features and says what part each finding
// plays.
func (t Trend) fire(s *State, f Features) []Finding {
	var findings []Finding
	for _, r := range t.Pack.Rules {
		if !r.When(f) {
			continue
		}
		finding := Finding{
			Rule: r.ID, RuleVersion: r.Version, Pack: t.Pack.ID, PackVersion: t.Pack.Version,
			Severity: r.Severity, Words: r.Words, Day: s.through, Part: PartOwn,
			Evidence: Evidence{
				Scale: t.Scale, Features: f, Baseline: s.baseline,
				Limits: r.Limits(f), Last: s.last(r.Answers),
			},
		}
		if r.Trend {
			switch {
			case s.course.current != nil:
				finding.Part, finding.Episode = PartEvidence, s.course.current.Opened
			case s.course.mayOpen(s.through):
				finding.Part, finding.Episode = PartOpens, s.through
			default:
				finding.Part = PartHeld
			}
		}
		findings = append(findings, finding)
	}
	return findings
}

func opening(findings []Finding) []Finding {
	var out []Finding
	for _, f := range findings {
		if f.Part == PartOpens {
			out = append(out, f)
		}
	}
	return out
}

// Pass takes in days without answer, through the given one, and returns the
// episode that closed meanwhile, or nil. Use it to say how things stand today;
// an answer of a day that was passed needs a replay.
func (t Trend) Pass(s State, through Day) (State, *Episode) {
	if !s.started {
		return s, nil
	}
	closed := s.pass(t.Scale, min(through, maxDay))
	return s, closed
}

// Result is what a whole history brought about, in order of days.
type Result struct {
	State    State
	Findings []Finding
	Episodes []Episode
}

// Replay takes in the answers of a patient up to and including the day
// through. Their order makes no difference, nor does an answer that is there
// twice. Two different scores on one day fail with Invalid: which one counts
// is for Daily to say.
func (t Trend) Replay(answers []Answer, through Day) (Result, error) {
	if !slices.IsSortedFunc(answers, byDay) {
		answers = slices.Clone(answers)
		slices.SortFunc(answers, byDay)
	}
	var r Result
	for i, a := range answers {
		if a.Day > through {
			break
		}
		if i > 0 && a.Day == answers[i-1].Day {
			if a.Score == answers[i-1].Score {
				continue
			}
			return Result{}, carenet.Errorf(carenet.Invalid, "replay answers", "a day has two different scores")
		}
		s, v, err := t.Step(r.State, a)
		if err != nil {
			return Result{}, err
		}
		r.State = s
		r.Findings = append(r.Findings, v.Findings...)
		r.apply(v.Closed, v.Opened)
	}
	s, closed := t.Pass(r.State, through)
	r.State = s
	r.apply(closed, nil)
	return r, nil
}

func (r *Result) apply(closed, opened *Episode) {
	if closed != nil {
		r.Episodes[len(r.Episodes)-1] = *closed
	}
	if opened != nil {
		r.Episodes = append(r.Episodes, *opened)
	}
}
