package alerts

import (
	"slices"
	"time"

	"howareyou/carenet"
)

// Bounds are how slow an organisation's escalation of a severity may be. They come
// from the times in which an alert of it must be acknowledged, so that no setting
// can silence what a rule has called.
type Bounds struct {
	Pause time.Duration // the longest without anybody being asked
	Hold  time.Duration // the longest that an acknowledgement lasts without an outcome
}

// BoundsOf are those of a severity; ok is false for one that calls nobody.
func BoundsOf(s Severity) (b Bounds, ok bool) {
	const day = 24 * time.Hour
	switch s {
	case Red:
		return Bounds{30 * time.Minute, time.Hour}, true
	case AmberHigh:
		return Bounds{8 * time.Hour, day}, true
	case Amber:
		return Bounds{day, 2 * day}, true
	case Outreach:
		return Bounds{2 * day, 4 * day}, true
	}
	return Bounds{}, false
}

// Escalated are the severities that call somebody, most urgent first.
var Escalated = []Severity{Red, AmberHigh, Amber, Outreach}

// MaxSteps is how many steps an escalation may have.
const MaxSteps = 6

// shortest is the shortest pause and hold.
const shortest = 5 * time.Minute

// Why an escalation is refused.
const (
	PolicyNoSteps     = "no_steps"     // it asks nobody at all
	PolicyManySteps   = "many_steps"   // more than MaxSteps
	PolicyFirstLate   = "first_late"   // the first step is not at once
	PolicyOrder       = "order"        // a step is not later than the one before
	PolicyPause       = "pause"        // too long without anybody being asked
	PolicyRepeat      = "repeat"       // the repetition is too rare, or too frequent
	PolicyHold        = "hold"         // an acknowledgement lasts too long, or too short
	PolicyEmptyStep   = "empty_step"   // a step names nobody
	PolicyNobody      = "nobody"       // nobody whom a step names can be reached
	PolicyUnknown     = "unknown"      // a severity that calls nobody
	PolicyUnknownRole = "unknown_role" // somebody or something that does not exist
)

// PolicyError says why an escalation is refused, and at which step. Its code is
// Invalid.
type PolicyError struct {
	Why   string
	Step  int           // from 1; 0: not of a step
	Limit time.Duration // that it goes beyond
}

func (e *PolicyError) Error() string { return e.coded().Error() }

// Unwrap gives the coded error.
func (e *PolicyError) Unwrap() error { return e.coded() }

func (e *PolicyError) coded() *carenet.Error {
	return carenet.Errorf(carenet.Invalid, "check escalation", "this escalation is refused: %s, step %d", e.Why, e.Step)
}

// Member is one of the staff as far as asking goes.
type Member struct {
	ID        carenet.ID
	Roles     []Role
	Reachable bool // by text, call or email, as far as is known
}

// CheckFor refuses an escalation that would let an alert of the severity wait too
// long, or stop climbing.
func (e Escalation) CheckFor(s Severity) error {
	bounds, ok := BoundsOf(s)
	switch {
	case !ok:
		return &PolicyError{Why: PolicyUnknown}
	case len(e.Steps) == 0:
		return &PolicyError{Why: PolicyNoSteps}
	case len(e.Steps) > MaxSteps:
		return &PolicyError{Why: PolicyManySteps}
	case e.Steps[0].After != 0:
		return &PolicyError{Why: PolicyFirstLate, Step: 1}
	}
	for i, step := range e.Steps {
		if len(step.To)+len(step.People) == 0 {
			return &PolicyError{Why: PolicyEmptyStep, Step: i + 1}
		}
		for _, role := range step.To {
			if !slices.Contains([]Role{RoleResponder, RoleCoordinator, RoleOnDuty}, role) {
				return &PolicyError{Why: PolicyUnknownRole, Step: i + 1}
			}
		}
		if i == 0 {
			continue
		}
		switch pause := step.After - e.Steps[i-1].After; {
		case pause < shortest:
			return &PolicyError{Why: PolicyOrder, Step: i + 1, Limit: shortest}
		case pause > bounds.Pause:
			return &PolicyError{Why: PolicyPause, Step: i + 1, Limit: bounds.Pause}
		}
	}
	switch {
	case e.Repeat < shortest || e.Repeat > bounds.Pause:
		return &PolicyError{Why: PolicyRepeat, Limit: bounds.Pause}
	case e.Hold < shortest || e.Hold > bounds.Hold:
		return &PolicyError{Why: PolicyHold, Limit: bounds.Hold}
	}
	return e.Check()
}

// Reaches refuses an escalation one of whose steps would reach nobody of the staff. A
// step that asks who is on duty reaches whoever is asked in a gap of the rota: all
// responders, or everybody where there is none.
func (e Escalation) Reaches(staff []Member) error {
	reachable := func(is func(Member) bool) bool {
		return slices.ContainsFunc(staff, func(m Member) bool { return m.Reachable && is(m) })
	}
	for i, step := range e.Steps {
		for _, id := range step.People {
			if !slices.ContainsFunc(staff, func(m Member) bool { return m.ID == id }) {
				return &PolicyError{Why: PolicyUnknownRole, Step: i + 1}
			}
		}
		ok := reachable(func(m Member) bool {
			return slices.Contains(step.People, m.ID) || slices.Contains(step.To, RoleOnDuty) ||
				slices.ContainsFunc(m.Roles, func(r Role) bool { return slices.Contains(step.To, r) })
		})
		if !ok {
			return &PolicyError{Why: PolicyNobody, Step: i + 1}
		}
	}
	return nil
}
