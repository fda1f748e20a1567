package alerts

import (
	"errors"
	"slices"
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

func TestINV10_NoEscalationSilencesAnAlert(t *testing.T) {
	for _, s := range Escalated {
		if err := DefaultEscalation(s).CheckFor(s); err != nil {
			t.Errorf("the default of %s is refused: %v", s, err)
		}
	}
	to := []Role{RoleOnDuty}
	good := func() Escalation {
		return Escalation{Steps: []Step{{To: to}, {After: 10 * time.Minute, People: []carenet.ID{dana}}}, Repeat: 30 * time.Minute, Hold: time.Hour}
	}
	for name, c := range map[string]struct {
		severity Severity
		change   func(*Escalation)
		why      string
		step     int
	}{
		"a good one":              {Red, func(*Escalation) {}, "", 0},
		"watching calls nobody":   {Watch, func(*Escalation) {}, PolicyUnknown, 0},
		"no step":                 {Red, func(e *Escalation) { e.Steps = nil }, PolicyNoSteps, 0},
		"seven steps":             {Red, func(e *Escalation) { e.Steps = make([]Step, 7) }, PolicyManySteps, 0},
		"not at once":             {Red, func(e *Escalation) { e.Steps[0].After = time.Minute }, PolicyFirstLate, 1},
		"a step to nobody":        {Red, func(e *Escalation) { e.Steps[1].People = nil }, PolicyEmptyStep, 2},
		"a role of tomorrow":      {Red, func(e *Escalation) { e.Steps[1].To = []Role{"admin"} }, PolicyUnknownRole, 2},
		"both at once":            {Red, func(e *Escalation) { e.Steps[1].After = 0 }, PolicyOrder, 2},
		"backwards":               {Red, func(e *Escalation) { e.Steps[1].After = -time.Hour }, PolicyOrder, 2},
		"too slow for red":        {Red, func(e *Escalation) { e.Steps[1].After = 31 * time.Minute }, PolicyPause, 2},
		"not for amber":           {Amber, func(e *Escalation) { e.Steps[1].After = 24 * time.Hour }, "", 0},
		"repeats too rarely":      {Red, func(e *Escalation) { e.Repeat = time.Hour }, PolicyRepeat, 0},
		"repeats without a pause": {Red, func(e *Escalation) { e.Repeat = time.Second }, PolicyRepeat, 0},
		"never repeats":           {Red, func(e *Escalation) { e.Repeat = 0 }, PolicyRepeat, 0},
		"held for ever":           {Red, func(e *Escalation) { e.Hold = 100 * time.Hour }, PolicyHold, 0},
		"held for no time":        {Red, func(e *Escalation) { e.Hold = 0 }, PolicyHold, 0},
	} {
		e := good()
		c.change(&e)
		err := e.CheckFor(c.severity)
		var why *PolicyError
		switch {
		case c.why == "" && err != nil:
			t.Errorf("%s: %v", name, err)
		case c.why != "" && (!errors.As(err, &why) || why.Why != c.why || why.Step != c.step || carenet.CodeOf(err) != carenet.Invalid):
			t.Errorf("%s: %v, want %s at step %d", name, err, c.why, c.step)
		}
	}
}

func TestAnEscalationReachesSomebodyAtEachStep(t *testing.T) {
	staff := []Member{
		{ID: dana, Roles: []Role{RoleResponder}, Reachable: true},
		{ID: lee, Roles: []Role{RoleCoordinator}},
		{ID: mary, Roles: []Role{"admin"}, Reachable: true},
	}
	for name, c := range map[string]struct {
		step Step
		why  string
	}{
		"responders":               {Step{To: []Role{RoleResponder}}, ""},
		"coordinators without one": {Step{To: []Role{RoleCoordinator}}, PolicyNobody},
		"either":                   {Step{To: []Role{RoleCoordinator, RoleResponder}}, ""},
		"a person":                 {Step{People: []carenet.ID{mary}}, ""},
		"one without a number":     {Step{People: []carenet.ID{lee}}, PolicyNobody},
		"a stranger":               {Step{People: []carenet.ID{{15: 99}}}, PolicyUnknownRole},
		"a stranger beside a role": {Step{To: []Role{RoleResponder}, People: []carenet.ID{{15: 99}}}, PolicyUnknownRole},
		"who is on duty":           {Step{To: []Role{RoleOnDuty}}, ""},
	} {
		e := Escalation{Steps: []Step{{To: []Role{RoleResponder}}, c.step}}
		err := e.Reaches(staff)
		var why *PolicyError
		if (err == nil) != (c.why == "") || err != nil && (!errors.As(err, &why) || why.Why != c.why || why.Step != 2) {
			t.Errorf("%s: %v", name, err)
		}
	}
	if err := (Escalation{Steps: []Step{{To: []Role{RoleOnDuty}}}}).Reaches(staff[1:2]); err == nil {
		t.Error("a rota of people whom nothing reaches was taken")
	}
}

// Whatever is taken asks somebody within its severity's time, from any moment on.
func TestINV9_WhateverEscalationIsTakenGoesOnAsking(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		s := rapid.SampledFrom(Escalated).Draw(t, "severity")
		var e Escalation
		for i := range rapid.IntRange(0, 7).Draw(t, "steps") {
			e.Steps = append(e.Steps, Step{After: time.Duration(i) * time.Duration(rapid.IntRange(0, 3000).Draw(t, "minutes")) * time.Minute, To: []Role{RoleResponder}})
		}
		e.Repeat = time.Duration(rapid.IntRange(-1, 3000).Draw(t, "repeat")) * time.Minute
		e.Hold = time.Duration(rapid.IntRange(-1, 6000).Draw(t, "hold")) * time.Minute
		if e.CheckFor(s) != nil {
			return
		}
		bounds, _ := BoundsOf(s)
		a := NewAlert(carenet.ID{15: 9}, s, t0)
		now := t0
		for range 12 {
			var changes []Change
			a, changes = Tick(a, e, now)
			if len(changes) != 1 || changes[0].Kind != ChangeAsked {
				t.Fatalf("at %s: %+v", now.Sub(t0), changes)
			}
			// Whom the steps name may be away: after them everybody is asked.
			if ask := changes[0].Ask; ask.Number >= len(e.Steps) && !slices.Contains(ask.To, RoleCoordinator) {
				t.Fatalf("at %s only %v are asked", now.Sub(t0), ask.To)
			}
			at, ok := Wake(a, e)
			if !ok || at.Sub(now) > bounds.Pause || !at.After(now) {
				t.Fatalf("after %s it asks at %s", now.Sub(t0), at.Sub(t0))
			}
			now = at
		}
	})
}
