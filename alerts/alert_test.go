package alerts

import (
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"pgregory.net/rapid"

	"howareyou/carenet"
)

var (
	t0   = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)
	dana = carenet.ID{15: 1}
	lee  = carenet.ID{15: 2}
)

const hold = time.Hour

// minute returns the moment n minutes after t0.
func minute(n int) time.Time { return t0.Add(time.Duration(n) * time.Minute) }

// inState returns an alert in one of its states at minute 10.
func inState(t *testing.T, s Status) Alert {
	t.Helper()
	a := NewAlert(carenet.ID{15: 9}, Red, t0)
	a, _ = Tick(a, DefaultEscalation(Red), t0)
	var err error
	if s != StatusOpen {
		if a, _, err = Acknowledge(a, dana, minute(10), hold); err != nil {
			t.Fatal(err)
		}
	}
	if s == StatusResolved {
		if a, _, err = Resolve(a, dana, OutcomeCalled, "rang her", minute(10)); err != nil {
			t.Fatal(err)
		}
	}
	return a
}

func TestAcknowledge(t *testing.T) {
	for _, c := range []struct {
		name   string
		from   Status
		by     carenet.ID
		minute int
		hold   time.Duration
		kind   ChangeKind
		code   carenet.Code
		taken  bool
	}{
		{"an open one", StatusOpen, lee, 20, hold, ChangeAcknowledged, "", false},
		{"one that another has", StatusAcknowledged, lee, 20, hold, "", carenet.Conflict, true},
		{"one's own, for more time", StatusAcknowledged, dana, 20, hold, ChangeRenewed, "", false},
		{"another's, in its last minute", StatusAcknowledged, lee, 69, hold, "", carenet.Conflict, true},
		{"another's that just ran out", StatusAcknowledged, lee, 70, hold, ChangeAcknowledged, "", false},
		{"one's own that ran out", StatusAcknowledged, dana, 70, hold, ChangeAcknowledged, "", false},
		{"a resolved one", StatusResolved, dana, 20, hold, "", carenet.Conflict, false},
		{"nobody", StatusOpen, carenet.NilID, 20, hold, "", carenet.Invalid, false},
		{"no time", StatusOpen, lee, 20, 0, "", carenet.Invalid, false},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := inState(t, c.from)
			after, change, err := Acknowledge(before, c.by, minute(c.minute), c.hold)
			if carenet.CodeOf(err) != c.code || change.Kind != c.kind {
				t.Fatalf("change %q, error %v", change.Kind, err)
			}
			var taken *TakenError
			if errors.As(err, &taken) != c.taken {
				t.Fatalf("error %v", err)
			}
			if c.taken && taken.Ack != before.Ack {
				t.Errorf("told of %+v", taken.Ack)
			}
			if err != nil {
				if diff := cmp.Diff(before, after); diff != "" {
					t.Errorf("changed although refused:\n%s", diff)
				}
				if strings.Contains(err.Error(), dana.String()) || carenet.MessageOf(err) == "" {
					t.Errorf("message %q", err)
				}
				return
			}
			want := Ack{By: c.by, At: minute(c.minute), Until: minute(c.minute + 60)}
			if after.Status != StatusAcknowledged || after.Ack != want || change.Ack != want || change.By != c.by {
				t.Errorf("alert %+v, change %+v", after, change)
			}
		})
	}
}

func TestINV9_OneOfSeveralAcknowledgersWins(t *testing.T) {
	rapid.Check(t, func(t *rapid.T) {
		a := NewAlert(carenet.ID{15: 9}, AmberHigh, t0)
		people := rapid.Permutation([]carenet.ID{{15: 1}, {15: 2}, {15: 3}, {15: 4}}).Draw(t, "order")
		for i, by := range people {
			next, _, err := Acknowledge(a, by, t0.Add(time.Duration(i)), hold)
			var taken *TakenError
			if won := err == nil; won != (i == 0) || !won && (!errors.As(err, &taken) || taken.Ack.By != people[0]) {
				t.Fatalf("number %d: %v", i, err)
			}
			a = next
		}
	})
}

func TestResolve(t *testing.T) {
	for _, c := range []struct {
		name    string
		from    Status
		by      carenet.ID
		outcome Outcome
		minute  int
		code    carenet.Code
	}{
		{"by the holder", StatusAcknowledged, dana, OutcomeCalled, 20, ""},
		{"by a colleague", StatusAcknowledged, lee, OutcomeVisited, 20, ""},
		{"after the acknowledgement ran out", StatusAcknowledged, dana, OutcomeMedication, 500, ""},
		{"without acknowledging first", StatusOpen, lee, OutcomeOther, 20, ""},
		{"twice", StatusResolved, lee, OutcomeFalseAlarm, 20, carenet.Conflict},
		{"by nobody", StatusAcknowledged, carenet.NilID, OutcomeCalled, 20, carenet.Invalid},
		{"without an outcome", StatusAcknowledged, dana, "", 20, carenet.Invalid},
		{"with an outcome of one's own", StatusAcknowledged, dana, "whatever", 20, carenet.Invalid},
	} {
		t.Run(c.name, func(t *testing.T) {
			before := inState(t, c.from)
			after, change, err := Resolve(before, c.by, c.outcome, "rang her", minute(c.minute))
			if carenet.CodeOf(err) != c.code {
				t.Fatalf("error %v, want code %q", err, c.code)
			}
			if err != nil {
				if diff := cmp.Diff(before, after); diff != "" || change.Kind != "" {
					t.Errorf("changed although refused:\n%s", diff)
				}
				return
			}
			want := before
			want.Status = StatusResolved
			want.Resolution = Resolution{By: c.by, At: minute(c.minute), Outcome: c.outcome, Note: "rang her"}
			if diff := cmp.Diff(want, after); diff != "" {
				t.Error(diff)
			}
			wantChange := Change{Kind: ChangeResolved, At: minute(c.minute), By: c.by, Ack: before.Ack, Outcome: c.outcome}
			if diff := cmp.Diff(wantChange, change); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// moment is one thing that Tick did.
type moment struct {
	minute int
	kind   ChangeKind
	number int
	to     string
}

func momentsOf(changes []Change, minute int) []moment {
	var out []moment
	for _, c := range changes {
		var to []string
		for _, r := range c.Ask.To {
			to = append(to, string(r))
		}
		out = append(out, moment{minute, c.Kind, c.Ask.Number, strings.Join(to, "+")})
	}
	return out
}

func TestINV9_AskingClimbsUntilSomebodyHasIt(t *testing.T) {
	const responder, both = "responder", "responder+coordinator"
	red := DefaultEscalation(Red)
	a := NewAlert(carenet.ID{15: 9}, Red, t0)
	var got []moment
	run := func(from, to int) {
		for m := from; m <= to; m++ {
			next, changes := Tick(a, red, minute(m))
			got = append(got, momentsOf(changes, m)...)
			a = next
		}
	}
	expect := func(want ...moment) {
		t.Helper()
		if !slices.Equal(got, want) {
			t.Errorf("got %v\nwant %v", got, want)
		}
		got = nil
	}
	run(0, 95)
	expect(moment{0, ChangeAsked, 0, responder}, moment{15, ChangeAsked, 1, both},
		moment{30, ChangeAsked, 2, both}, moment{60, ChangeAsked, 3, both}, moment{90, ChangeAsked, 4, both})

	a, _, err := Acknowledge(a, dana, minute(100), red.Hold)
	if err != nil {
		t.Fatal(err)
	}
	run(100, 159)
	expect()
	run(160, 180) // no outcome within the hour: a new round
	expect(moment{160, ChangeExpired, 0, ""}, moment{160, ChangeAsked, 0, responder}, moment{175, ChangeAsked, 1, both})

	if a, _, err = Resolve(a, lee, OutcomeCalled, "", minute(181)); err != nil {
		t.Fatal(err)
	}
	run(181, 1000)
	expect()
}

func TestAfterAnOutageOneAskStandsForAll(t *testing.T) {
	red := DefaultEscalation(Red)
	a := NewAlert(carenet.ID{15: 9}, Red, t0)
	a, changes := Tick(a, red, minute(100)) // 0, 15, 30, 60 and 90 were due
	if got, want := momentsOf(changes, 100), (moment{100, ChangeAsked, 4, "responder+coordinator"}); len(got) != 1 || got[0] != want {
		t.Errorf("got %v, want %v", got, want)
	}
	if due := changes[0].Ask.Due; !due.Equal(minute(90)) {
		t.Errorf("due %v", due)
	}
	if at, ok := Wake(a, red); !ok || !at.Equal(minute(120)) {
		t.Errorf("wakes at %v, %v", at, ok)
	}
	// An acknowledgement that ran out meanwhile: the new round began then.
	a, _, err := Acknowledge(a, dana, minute(100), hold)
	if err != nil {
		t.Fatal(err)
	}
	_, changes = Tick(a, red, minute(176))
	want := []moment{{176, ChangeExpired, 0, ""}, {176, ChangeAsked, 1, "responder+coordinator"}}
	if got := momentsOf(changes, 176); !slices.Equal(got, want) || !changes[0].At.Equal(minute(160)) {
		t.Errorf("got %v at %v, want %v", got, changes[0].At, want)
	}
}
