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

// Verdict is what an answer, or an asking that ended, brought about.
type Verdict struct {
	Features Features
	Findings []Finding
	// Faults are the rules that could not be judged.
	Faults []Fault
	// Closed is the episode that closed on the day, or on a day without answer
	// before it. Opened is the one the answer opened. Either may be nil, and both
	// may be set.
	Closed, Opened *Episode
}

// Fault is a rule that could not be judged. Staff must see it: it is not the
// same as a rule that did not fire.
type Fault struct {
	Rule        string `json:"rule"`
	RuleVersion int    `json:"rule_version"`
	Pack        string `json:"pack"`
	PackVersion int    `json:"pack_version"`
	Day         Day    `json:"day"`
	Why         string `json:"why"`
}

// Step takes in the next answer. The answer's day must lie after all days
// taken in so far: otherwise (a late or corrected answer) it fails with
// Conflict and the caller replays. A score off the scale, or no number, fails
// with Invalid. On failure the state is returned as it was.
func (t Trend) Step(s State, a Answer) (State, Verdict, error) { return t.StepMore(s, a, More{}) }

// StepMore is Step for an answer that more came with.
func (t Trend) StepMore(s State, a Answer, more More) (State, Verdict, error) {
	const op = "take in answer"
	switch {
	case !t.Scale.holds(a.Score):
		return s, Verdict{}, carenet.Errorf(carenet.Invalid, op, "the score is not on the scale")
	case !a.Day.valid():
		return s, Verdict{}, carenet.Errorf(carenet.Invalid, op, "the day is not a date")
	case s.started && a.Day <= s.through, s.asked && a.Day <= s.lastAsked.Day:
		return s, Verdict{}, carenet.Errorf(carenet.Conflict, op, "a later day has been taken in already")
	}
	if !s.started {
		s.started, s.first, s.through = true, a.Day, a.Day-1
	}
	var v Verdict
	v.Closed = s.pass(t.Scale, a.Day-1)
	s.enter(t.Scale, a.Day)
	s.through = a.Day
	v.Features = s.observe(t.Scale, a, more)
	if closed := s.course.answered(a.Day, &v.Features); closed != nil {
		v.Closed = closed
		s.streak = 0
		if closed.Why == ClosedCalm {
			s.ewma = s.baseline.Mean
		}
	}
	t.judge(&s, a.Day, false, &v)
	if opening := opening(v.Findings); len(opening) > 0 {
		v.Opened = s.course.open(a.Day, opening)
	}
	s.slot(a.Day).episode = s.course.current != nil
	return s, v, nil
}

// Asked takes in how an asking ended. The askings of a day come after its
// answer; an asking of a day before the last one taken in fails with Conflict
// and the caller replays.
func (t Trend) Asked(s State, o Asking) (State, Verdict, error) {
	const op = "take in asking"
	switch {
	case !o.Day.valid():
		return s, Verdict{}, carenet.Errorf(carenet.Invalid, op, "the day is not a date")
	case s.started && o.Day < s.through, s.asked && byAsking(o, s.lastAsked) <= 0:
		return s, Verdict{}, carenet.Errorf(carenet.Conflict, op, "a later day has been taken in already")
	}
	var v Verdict
	if s.started {
		v.Closed = s.pass(t.Scale, o.Day)
	}
	s.prompts, s.lastAsked, s.asked = s.prompts.Ended(o.Answered), o, true
	if o.Answered || !slices.ContainsFunc(t.Pack.Rules, func(r Rule) bool { return r.OnSilence }) {
		return s, v, nil
	}
	v.Features = s.standing(t.Scale, o.Day)
	if s.started {
		v.Features.DaysSincePrev = Num(float64(o.Day - s.recent[0].Day))
	}
	t.judge(&s, o.Day, true, &v)
	return s, v, nil
}

// judge tries the rules on the day's features and says what part each finding
// plays. The safety rules come first and belong to no pack.
func (t Trend) judge(s *State, day Day, silence bool, v *Verdict) {
	if speaks(&v.Features) {
		t.try(s, safetyPack, day, silence, v)
	}
	t.try(s, t.Pack, day, silence, v)
}

func (t Trend) try(s *State, pack Pack, day Day, silence bool, v *Verdict) {
	for i := range pack.Rules {
		r := &pack.Rules[i]
		if r.OnSilence != silence {
			continue
		}
		fires, err := r.When(&v.Features)
		var limits []Limit
		if err == nil && fires {
			limits, err = r.Limits(&v.Features)
		}
		if err != nil {
			v.Faults = append(v.Faults, Fault{
				Rule: r.ID, RuleVersion: r.Version, Pack: pack.ID, PackVersion: pack.Version, Day: day, Why: err.Error(),
			})
		}
		if !fires {
			continue
		}
		finding := Finding{
			Rule: r.ID, RuleVersion: r.Version, Pack: pack.ID, PackVersion: pack.Version,
			Severity: r.Severity, Words: r.Words, Say: r.Say, Day: day, Part: PartOwn,
			Evidence: Evidence{
				Scale: t.Scale, Features: v.Features, Baseline: s.baseline,
				Limits: limits, Last: s.last(r.Answers),
			},
		}
		if r.Trend {
			switch {
			case s.course.current != nil:
				finding.Part, finding.Episode = PartEvidence, s.course.current.Opened
			case s.course.mayOpen(day):
				finding.Part, finding.Episode = PartOpens, day
			default:
				finding.Part = PartHeld
			}
		}
		v.Findings = append(v.Findings, finding)
	}
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

// under is the trend by other rules, or by its own.
func (t Trend) under(p *Pack) Trend {
	if p != nil {
		t.Pack = *p
	}
	return t
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
	Faults   []Fault
	Episodes []Episode
}

// Replay takes in the answers of a patient up to and including the day
// through. Their order makes no difference, nor does an answer that is there
// twice. Two different scores on one day fail with Invalid: which one counts
// is for HistoryOf to say.
func (t Trend) Replay(answers []Answer, through Day) (Result, error) {
	return t.ReplayHistory(History{Answers: answers}, through)
}

// ReplayHistory is Replay with what came beside the answers and with how the
// askings ended. An asking that is there twice counts once. Each answer is judged
// by the rules that were in force when it was given: activating others alters
// nothing that was found before (INV-11).
func (t Trend) ReplayHistory(h History, through Day) (Result, error) {
	h, err := h.tidy(through)
	if err != nil {
		return Result{}, err
	}
	var r Result
	asked := h.Prompts
	before := func(day Day) error {
		for len(asked) > 0 && asked[0].Day < day {
			s, v, err := t.under(asked[0].Under).Asked(r.State, asked[0])
			if err != nil {
				return err
			}
			r.add(s, v)
			asked = asked[1:]
		}
		return nil
	}
	for i, a := range h.Answers {
		if i > 0 && a.Day == h.Answers[i-1].Day {
			continue
		}
		if err := before(a.Day); err != nil {
			return Result{}, err
		}
		s, v, err := t.under(h.Under[a.Day]).StepMore(r.State, a, h.More[a.Day])
		if err != nil {
			return Result{}, err
		}
		r.add(s, v)
	}
	if err := before(maxDay + 1); err != nil {
		return Result{}, err
	}
	s, closed := t.Pass(r.State, through)
	r.add(s, Verdict{Closed: closed})
	return r, nil
}

func (r *Result) add(s State, v Verdict) {
	r.State = s
	r.Findings = append(r.Findings, v.Findings...)
	r.Faults = append(r.Faults, v.Faults...)
	if v.Closed != nil {
		r.Episodes[len(r.Episodes)-1] = *v.Closed
	}
	if v.Opened != nil {
		r.Episodes = append(r.Episodes, *v.Opened)
	}
}
