package alerts

import (
	"errors"
	"testing"
	"time"

	"howareyou/carenet"
)

func TestINV10_DangerIsNotPutOff(t *testing.T) {
	for _, c := range []struct {
		rule     string
		severity Severity
		longest  time.Duration
	}{
		{RuleSelfHarm, Red, 0},
		{RuleHelp, AmberHigh, 0},
		{"SAFE-OF-TOMORROW", Amber, 0},
		{"PACK-OF-THEIRS", Red, 0},
		{"PACK-OF-THEIRS", "a severity of tomorrow", 0},
		{"WB-DROP-CONFIRMED", AmberHigh, 4 * time.Hour},
		{"WB-TREND-EWMA", Amber, 24 * time.Hour},
		{"ENG-SILENT", Outreach, 48 * time.Hour},
	} {
		a := NewAlert(carenet.ID{15: 9}, c.severity, t0)
		a.Rule = c.rule
		longest, why := a.LongestSnooze()
		if longest != c.longest || (why == "") != (c.longest > 0) {
			t.Errorf("%s %s: %s, %q", c.rule, c.severity, longest, why)
		}
		a, _, err := PutOff(a, dana, 1000*time.Hour, "busy", t0)
		var not *SnoozeError
		switch {
		case c.longest == 0 && (!errors.As(err, &not) || not.Why != SnoozeGrave || carenet.CodeOf(err) != carenet.Conflict || a.Status != StatusOpen):
			t.Errorf("%s %s: %v, %s", c.rule, c.severity, err, a.Status)
		case c.longest > 0 && (err != nil || !a.Snooze.Until.Equal(t0.Add(c.longest))):
			t.Errorf("%s %s: %v until %s", c.rule, c.severity, err, a.Snooze.Until)
		}
	}
}

func TestWhatIsPutOffAsksAgainFromTheFirstStep(t *testing.T) {
	e := DefaultEscalation(Amber)
	a := NewAlert(carenet.ID{15: 9}, Amber, t0)
	a, _ = Tick(a, e, t0)
	a, change, err := PutOff(a, dana, 2*time.Hour, "her son is there", t0.Add(time.Minute))
	if err != nil || change.Kind != ChangeSnoozed || change.By != dana {
		t.Fatalf("%+v, %v", change, err)
	}
	until := t0.Add(time.Minute + 2*time.Hour)
	if at, ok := Wake(a, e); !ok || !at.Equal(until) {
		t.Errorf("wakes at %s, %t", at, ok)
	}
	if b, changes := Tick(a, e, until.Add(-time.Microsecond)); len(changes) > 0 || b.Status != StatusSnoozed {
		t.Errorf("woke early: %+v", changes)
	}
	// Found late, after an outage: it asks once, and as of when it was due.
	b, changes := Tick(a, e, until.Add(3*time.Hour))
	if len(changes) != 2 || changes[0].Kind != ChangeWoke || !changes[0].At.Equal(until) || changes[1].Kind != ChangeAsked || changes[1].Ask.Number != 0 {
		t.Errorf("%+v", changes)
	}
	if b.Status != StatusOpen || b.Snooze != (Snooze{}) || b.Snoozes != 1 || !b.AskingSince.Equal(until) {
		t.Errorf("%+v", b)
	}
	// Who takes it meanwhile has it.
	took, _, err := Acknowledge(a, lee, t0.Add(time.Hour), e.Hold)
	if err != nil || took.Status != StatusAcknowledged || took.Snooze != (Snooze{}) {
		t.Errorf("%+v, %v", took, err)
	}
	// What somebody else has is theirs to put off.
	var taken *TakenError
	if _, _, err := PutOff(took, dana, time.Hour, "busy", t0.Add(2*time.Hour)); !errors.As(err, &taken) || taken.Ack.By != lee {
		t.Errorf("%v", err)
	}
	if own, _, err := PutOff(took, lee, time.Hour, "busy", t0.Add(2*time.Hour)); err != nil || own.Ack != (Ack{}) {
		t.Errorf("%+v, %v", own, err)
	}
}

func TestPuttingOffNeedsAReasonATimeAndEnds(t *testing.T) {
	a := NewAlert(carenet.ID{15: 9}, Amber, t0)
	for name, c := range map[string]struct {
		by     carenet.ID
		long   time.Duration
		reason string
	}{
		"nobody":    {carenet.NilID, time.Hour, "busy"},
		"no time":   {dana, 0, "busy"},
		"the past":  {dana, -time.Hour, "busy"},
		"no reason": {dana, time.Hour, " \n"},
	} {
		if b, _, err := PutOff(a, c.by, c.long, c.reason, t0); carenet.CodeOf(err) != carenet.Invalid || b != a {
			t.Errorf("%s: %v", name, err)
		}
	}
	now, e := t0, DefaultEscalation(Amber)
	for range MaxSnoozes {
		var err error
		if a, _, err = PutOff(a, dana, time.Hour, "busy", now); err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Hour)
		a, _ = Tick(a, e, now)
	}
	var not *SnoozeError
	if _, _, err := PutOff(a, dana, time.Hour, "busy", now); !errors.As(err, &not) || not.Why != SnoozeOften {
		t.Errorf("put off once more: %v", err)
	}
	done, _, err := Resolve(a, dana, OutcomeCalled, "", now)
	if err != nil {
		t.Fatal(err)
	}
	if _, _, err := PutOff(done, dana, time.Hour, "busy", now); carenet.CodeOf(err) != carenet.Conflict {
		t.Errorf("a closed one was put off: %v", err)
	}
}

func TestAShareIsSaidOfEnoughAlertsAlone(t *testing.T) {
	for _, c := range []struct {
		useful, not      int
		share, low, high float64
		ok               bool
	}{
		{0, 0, 0, 0, 0, false},
		{9, 0, 0, 0, 0, false},
		// Newcombe 1998, table I: Wilson's interval without continuity correction.
		{81, 263 - 81, 0.3080, 0.2553, 0.3662, true},
		{15, 148 - 15, 0.1014, 0.0624, 0.1605, true},
		{0, 20, 0, 0, 0.1611, true},
		{29, 0, 1, 0.8830, 1, true},
	} {
		w := Worth{Useful: c.useful, NotUseful: c.not}
		share, low, high, ok := w.Share()
		near := func(a, b float64) bool { return a-b < 1e-4 && b-a < 1e-4 }
		if ok != c.ok || !near(share, c.share) || !near(low, c.low) || !near(high, c.high) {
			t.Errorf("%d of %d: %.4f (%.4f to %.4f) %t", c.useful, w.Rated(), share, low, high, ok)
		}
	}
}
