package alerts

import (
	"testing"
	"time"

	"pgregory.net/rapid"

	"howareyou/carenet"
)

func TestDefaultEscalations(t *testing.T) {
	for _, c := range []struct {
		severity    Severity
		second      time.Duration // when the coordinators are asked at the latest
		callsNobody bool
	}{
		{Red, 15 * time.Minute, false},
		{AmberHigh, 8 * time.Hour, false},
		{Amber, 24 * time.Hour, false},
		{Outreach, 48 * time.Hour, false},
		{Watch, 0, true},
		{Digest, 0, true},
	} {
		e := DefaultEscalation(c.severity)
		if err := e.Check(); err != nil {
			t.Errorf("%s: %v", c.severity, err)
		}
		a := NewAlert(carenet.ID{15: 9}, c.severity, t0)
		a, changes := Tick(a, e, t0)
		if c.callsNobody {
			if _, ok := Wake(a, e); ok || len(changes) > 0 {
				t.Errorf("%s calls somebody", c.severity)
			}
			continue
		}
		if len(changes) != 1 || changes[0].Ask.To[0] != RoleResponder {
			t.Errorf("%s: at once %+v", c.severity, changes)
		}
		_, changes = Tick(a, e, t0.Add(c.second-time.Nanosecond))
		for _, change := range changes {
			if len(change.Ask.To) > 1 {
				t.Errorf("%s: climbs too early", c.severity)
			}
		}
		_, changes = Tick(a, e, t0.Add(c.second))
		if len(changes) != 1 || len(changes[0].Ask.To) != 2 || changes[0].Ask.To[1] != RoleCoordinator {
			t.Errorf("%s: after %v %+v", c.severity, c.second, changes)
		}
	}
}

func TestCheckEscalation(t *testing.T) {
	to := []Role{RoleResponder}
	for _, c := range []struct {
		name string
		e    Escalation
		ok   bool
	}{
		{"one step, repeated", Escalation{Steps: []Step{{To: to}}, Repeat: time.Hour, Hold: time.Hour}, true},
		{"nobody is called", Escalation{}, true},
		{"stops asking", Escalation{Steps: []Step{{To: to}}, Repeat: 0, Hold: time.Hour}, false},
		{"asks without pause", Escalation{Steps: []Step{{To: to}}, Repeat: time.Second, Hold: time.Hour}, false},
		{"held for no time", Escalation{Steps: []Step{{To: to}}, Repeat: time.Hour, Hold: 0}, false},
		{"a step to nobody", Escalation{Steps: []Step{{To: to}, {After: time.Hour}}, Repeat: time.Hour, Hold: time.Hour}, false},
		{"steps at once", Escalation{Steps: []Step{{To: to}, {To: to}}, Repeat: time.Hour, Hold: time.Hour}, false},
		{"steps backwards", Escalation{Steps: []Step{{After: time.Hour, To: to}, {To: to}}, Repeat: time.Hour, Hold: time.Hour}, false},
		{"before the opening", Escalation{Steps: []Step{{After: -time.Hour, To: to}}, Repeat: time.Hour, Hold: time.Hour}, false},
	} {
		if err := c.e.Check(); (err == nil) != c.ok || err != nil && carenet.CodeOf(err) != carenet.Invalid {
			t.Errorf("%s: %v", c.name, err)
		}
	}
}

// However often and late it is ticked, whatever people do: no ask while
// somebody has the alert or after its end, no number twice in a round, an
// unacknowledged alert always has a next ask, only a human ends it.
func TestINV9_NoHistorySilencesAnAlert(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		severity := rapid.SampledFrom([]Severity{Red, AmberHigh, Amber, Outreach}).Draw(t, "severity")
		e := DefaultEscalation(severity)
		a := NewAlert(carenet.ID{15: 9}, severity, t0)
		now, lastNumber, round := t0, -1, a.AskingSince
		for range rapid.IntRange(1, 60).Draw(t, "moves") {
			now = now.Add(time.Duration(rapid.Int64Range(0, int64(2*e.Repeat)).Draw(t, "later")))
			switch rapid.IntRange(0, 10).Draw(t, "move") {
			case 10:
				a, _, _ = PutOff(a, dana, time.Duration(rapid.Int64Range(0, int64(100*time.Hour)).Draw(t, "put off for")), "she has visitors", now)
				if a.Status == StatusSnoozed && (severity == Red || a.Snooze.Until.Sub(now) > 48*time.Hour || a.Snoozes > MaxSnoozes) {
					t.Fatalf("put off: %+v", a)
				}
			case 0, 1:
				by := rapid.SampledFrom([]carenet.ID{dana, lee}).Draw(t, "by")
				a, _, _ = Acknowledge(a, by, now, e.Hold)
			case 2:
				a, _, _ = Resolve(a, dana, OutcomeCalled, "", now)
			default:
				before := a
				var changes []Change
				a, changes = Tick(a, e, now)
				if !a.AskingSince.Equal(round) {
					round, lastNumber = a.AskingSince, -1
				}
				for _, c := range changes {
					if c.Kind != ChangeAsked {
						continue
					}
					if before.Status == StatusResolved || held(before, now) || before.Status == StatusSnoozed && now.Before(before.Snooze.Until) {
						t.Fatalf("asked although %s", before.Status)
					}
					if c.Ask.Number <= lastNumber || c.Ask.Due.After(now) {
						t.Fatalf("ask %+v at %v, after number %d", c.Ask, now, lastNumber)
					}
					lastNumber = c.Ask.Number
				}
				if again, more := Tick(a, e, now); len(more) > 0 || again.Asked != a.Asked {
					t.Fatalf("a second tick in the same moment did %+v", more)
				}
				if at, ok := Wake(a, e); ok != (a.Status != StatusResolved) || ok && !at.After(now) {
					t.Fatalf("a %s alert wakes at %v, %v; now %v", a.Status, at, ok, now)
				}
			}
			if (a.Status == StatusResolved) != (a.Resolution.By != carenet.NilID) {
				t.Fatalf("%s by %v", a.Status, a.Resolution.By)
			}
		}
	})
}
