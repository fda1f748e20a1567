package alerts

import (
	"slices"
	"testing"
	"time"

	"howareyou/carenet"
)

func TestINV9_EscalatingAsksEverybodyAndGoesOnAsking(t *testing.T) {
	now := time.Date(2026, 5, 1, 10, 0, 0, 0, time.UTC)
	by := carenet.NewID(now)
	for _, severity := range []Severity{Red, AmberHigh, Amber, Outreach} {
		e := DefaultEscalation(severity)
		a := NewAlert(carenet.NewID(now), severity, now)
		a, _ = Tick(a, e, now)
		a, _, err := Acknowledge(a, by, now.Add(time.Minute), e.Hold)
		if err != nil {
			t.Fatal(err)
		}
		then := now.Add(2 * time.Minute)
		a, changes, err := Escalate(a, e, by, then)
		if err != nil || a.Status != StatusOpen || a.Ack.By != carenet.NilID {
			t.Fatalf("%s: %+v, %v", severity, a, err)
		}
		last := changes[len(changes)-1]
		if last.Kind != ChangeAsked || !slices.Contains(last.Ask.To, RoleResponder) || !slices.Contains(last.Ask.To, RoleCoordinator) {
			t.Errorf("%s: %+v", severity, changes)
		}
		if at, ok := Wake(a, e); !ok || !at.Equal(then.Add(e.Repeat)) {
			t.Errorf("%s: asks again at %s, want %s", severity, at, then.Add(e.Repeat))
		}
		if _, more := Tick(a, e, then.Add(time.Second)); len(more) > 0 {
			t.Errorf("%s: asked twice: %+v", severity, more)
		}
	}
	done, _, err := Resolve(NewAlert(by, Red, now), by, OutcomeCalled, "", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := Escalate(done, DefaultEscalation(Red), by, now); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("a resolved alert was escalated: %v", err)
	}
	if a, changes, err := Escalate(NewAlert(by, Watch, now), DefaultEscalation(Watch), by, now); err != nil || len(changes) != 2 || a.Status != StatusOpen {
		t.Errorf("a watch alert: %+v %v", changes, err)
	}
}
