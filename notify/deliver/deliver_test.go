package deliver_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"go.uber.org/goleak"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/deliver"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// counter is a store that hands out texts and keeps what came of each.
type counter struct {
	mu       sync.Mutex
	due      []notify.Claim
	asked    int // how often it was asked for what is due
	largest  int // the most that it was asked for at once
	outcomes map[string]notify.SendClass
	failing  error // of RecordOutcomes
	hangs    bool  // RecordOutcomes waits for its context

	unsettled []notify.Unsettled
	bound     map[string]bool
	settled   map[string]string // number -> SID it was settled with, "" for not found
}

func claim(to string) notify.Claim {
	return notify.Claim{Text: notify.OutboundText{To: to}, Attempt: notify.Attempt{ID: carenet.ID{1}}}
}

func texts(n int) []notify.Claim {
	var out []notify.Claim
	for i := range n {
		out = append(out, claim(fmt.Sprint(i)))
	}
	return out
}

func (s *counter) Due(_ context.Context, _, _ notify.Priority, most int) ([]notify.Due, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.asked++
	s.largest = max(s.largest, most)
	if len(s.due) == 0 {
		return nil, nil
	}
	return []notify.Due{{Waiting: min(most, len(s.due))}}, nil
}

func (s *counter) ClaimGranted(_ context.Context, grants []notify.Grant) ([]notify.Claim, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	n := min(grants[0].Most, len(s.due))
	out := s.due[:n:n]
	s.due = s.due[n:]
	return out, n, nil
}

func (s *counter) RecordOutcomes(ctx context.Context, all []notify.Outcome) error {
	if s.hangs {
		<-ctx.Done()
		return ctx.Err()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if err := s.failing; err != nil {
		s.failing = nil
		return err
	}
	if s.outcomes == nil {
		s.outcomes = map[string]notify.SendClass{}
	}
	for _, o := range all {
		if _, twice := s.outcomes[o.Claim.Text.To]; twice {
			panic("recorded twice")
		}
		s.outcomes[o.Claim.Text.To] = o.Outcome.Class
	}
	return nil
}

func (s *counter) recorded() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.outcomes)
}

func (s *counter) Unsettled(context.Context, int) ([]notify.Unsettled, error) {
	return s.unsettled, nil
}

func (s *counter) BoundSIDs(context.Context, []string) (map[string]bool, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	now := map[string]bool{}
	for sid := range s.bound {
		now[sid] = true
	}
	return now, nil
}

func (s *counter) SettleListed(_ context.Context, u notify.Unsettled, found *notify.ListedText) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	sid := ""
	if found != nil {
		sid = found.SID
		s.bound[sid] = true
	}
	s.settled[u.Attempt.String()] = sid
	return nil
}

// network is a provider whose answers take their time.
type network struct {
	takes    func(to string) time.Duration
	mu       sync.Mutex
	inFlight int
	most     int
	listed   map[string][]notify.ListedText
}

func (n *network) Send(ctx context.Context, t notify.OutboundText) notify.SendOutcome {
	n.mu.Lock()
	n.inFlight++
	n.most = max(n.most, n.inFlight)
	n.mu.Unlock()
	defer func() {
		n.mu.Lock()
		n.inFlight--
		n.mu.Unlock()
	}()
	if n.takes != nil {
		select {
		case <-time.After(n.takes(t.To)):
		case <-ctx.Done():
			return notify.SendOutcome{Class: notify.Unknown}
		}
	}
	return notify.SendOutcome{Class: notify.Accepted}
}

func (n *network) List(_ context.Context, to string, _ time.Time) ([]notify.ListedText, error) {
	found, ok := n.listed[to]
	if !ok {
		return nil, errors.New("no answer")
	}
	return found, nil
}

func evenly(d time.Duration) func(string) time.Duration {
	return func(string) time.Duration { return d }
}

// running starts a deliverer in a bubble of time and returns what stops it and
// waits for its end.
func running(t *testing.T, s deliver.Store, p deliver.Provider, o deliver.Options) (d *deliver.Deliverer, stop func()) {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	d = deliver.New(s, p, o)
	done := make(chan struct{})
	go func() {
		defer close(done)
		d.Run(ctx)
	}()
	return d, func() {
		cancel()
		<-done
	}
}

func TestOneKickSendsAllThatIsDueWithinTheBound(t *testing.T) {
	for _, bound := range []int{1, 3, 32} {
		synctest.Test(t, func(t *testing.T) {
			s, n := &counter{due: texts(100)}, &network{takes: evenly(time.Second)}
			d, stop := running(t, s, n, deliver.Options{Concurrency: bound})
			began := time.Now()
			d.Kick()
			for s.recorded() < 100 {
				if synctest.Wait(); time.Since(began) > 3*time.Minute {
					t.Fatalf("bound %d: %d of 100 recorded: a kick was lost", bound, s.recorded())
				}
				<-time.After(time.Second)
			}
			stop()
			if n.most != bound || s.largest > bound {
				t.Errorf("bound %d: %d in flight at once, %d claimed", bound, n.most, s.largest)
			}
			if want := time.Duration((100+bound-1)/bound+1) * time.Second; time.Since(began) > want {
				t.Errorf("bound %d: took %s, want at most %s", bound, time.Since(began), want)
			}
		})
	}
}

func TestAnOutcomeOfASlowTextHoldsUpNoOther(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counter{due: append([]notify.Claim{claim("slow")}, texts(20)...)}
		n := &network{takes: func(to string) time.Duration {
			if to == "slow" {
				return time.Hour
			}
			return 100 * time.Millisecond
		}}
		d, stop := running(t, s, n, deliver.Options{Concurrency: 2, Lease: 10 * time.Second})
		d.Kick()
		<-time.After(3 * time.Second)
		synctest.Wait()
		if got := s.recorded(); got != 20 {
			t.Errorf("%d others were recorded while one was slow", got)
		}
		<-time.After(8 * time.Second)
		synctest.Wait()
		if got := s.outcomes["slow"]; got != notify.Unknown {
			t.Errorf("the slow one ended as %q after its lease", got)
		}
		stop()
	})
}

func TestWhatIsInFlightAtTheStopEndsAndIsRecorded(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s, n := &counter{due: texts(5)}, &network{takes: evenly(2 * time.Second)}
		d, stop := running(t, s, n, deliver.Options{Concurrency: 3})
		d.Kick()
		synctest.Wait()
		stop()
		if s.recorded() != 3 || len(s.due) != 2 {
			t.Errorf("%d recorded, %d left; want 3 that were in flight, and 2 that nobody began", s.recorded(), len(s.due))
		}
		for to, class := range s.outcomes {
			if class != notify.Accepted {
				t.Errorf("%s was cut off: %s", to, class)
			}
		}
	})
}

func TestAFailureToRecordIsSurvived(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var log bytes.Buffer
		s := &counter{due: []notify.Claim{claim("+447700900101")}, failing: errors.New("the database is away")}
		d, stop := running(t, s, &network{}, deliver.Options{Concurrency: 1, Log: slog.New(slog.NewTextHandler(&log, nil))})
		d.Kick()
		synctest.Wait()
		s.mu.Lock()
		s.due = texts(3)
		s.mu.Unlock()
		d.Kick()
		synctest.Wait()
		stop()
		if s.recorded() != 3 {
			t.Errorf("%d recorded after the failure", s.recorded())
		}
		if !strings.Contains(log.String(), "record outcomes") || strings.Contains(log.String(), "+4477") {
			t.Errorf("log: %s", log.String())
		}
	})
}

func TestADatabaseThatHangsDoesNotHoldUpTheStop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counter{due: texts(1), hangs: true}
		d, stop := running(t, s, &network{}, deliver.Options{Lease: 6 * time.Second})
		d.Kick()
		synctest.Wait()
		began := time.Now()
		stop()
		if took := time.Since(began); took > 6*time.Second {
			t.Errorf("the stop took %s", took)
		}
	})
}

func TestManyKicksAreOne(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &counter{}
		d, stop := running(t, s, &network{}, deliver.Options{})
		synctest.Wait()
		for range 1000 {
			d.Kick()
		}
		synctest.Wait()
		stop()
		if s.asked < 1 || s.asked > 1000/10 {
			t.Errorf("1000 kicks at once led to %d looks", s.asked)
		}
	})
}

func TestReconcileSettlesWhatTheListShows(t *testing.T) {
	began := time.Date(2026, 11, 2, 9, 0, 0, 0, time.UTC)
	u := func(n byte, to, body string) notify.Unsettled {
		return notify.Unsettled{Attempt: carenet.ID{15: n}, To: to, Body: body, StartedAt: began}
	}
	shown := func(sid, to, body string) notify.ListedText {
		return notify.ListedText{SID: sid, To: to, Body: body, CreatedAt: began}
	}
	s := &counter{
		bound: map[string]bool{"SM0": true}, settled: map[string]string{},
		unsettled: []notify.Unsettled{u(1, "a", "one"), u(2, "b", "two"), u(3, "away", "three"), u(4, "c", "same"), u(5, "c", "same"), u(6, "c", "same")},
	}
	n := &network{listed: map[string][]notify.ListedText{
		"a": {shown("SM0", "a", "one"), shown("SM1", "a", "one")},
		"b": nil,
		"c": {shown("SM2", "c", "same"), shown("SM3", "c", "same")},
	}}
	d := deliver.New(s, n, deliver.Options{})
	if looked, err := d.Reconcile(t.Context(), 50); looked != 6 || err != nil {
		t.Fatalf("looked for %d, %v", looked, err)
	}
	want := map[byte]string{1: "SM1", 2: "", 4: "SM2", 5: "SM3", 6: ""}
	for n, sid := range want {
		if got, ok := s.settled[carenet.ID{15: n}.String()]; !ok || got != sid {
			t.Errorf("attempt %d was settled %t with %q, want %q", n, ok, got, sid)
		}
	}
	if len(s.settled) != len(want) {
		t.Errorf("settled %v: one of them could not be looked for", s.settled)
	}
}

// strained is a store that ends no claim of more than four within its lease.
type strained struct{ *counter }

func (s strained) ClaimGranted(ctx context.Context, grants []notify.Grant) ([]notify.Claim, int, error) {
	n := 0
	for _, g := range grants {
		n += g.Most
	}
	if n > 4 {
		<-ctx.Done()
		return nil, 0, ctx.Err()
	}
	return s.counter.ClaimGranted(ctx, grants)
}

// An overburdened database ends no large claim in time: smaller ones must follow,
// or nothing would ever leave.
func TestAClaimThatTakesTooLongIsMadeSmaller(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := strained{&counter{due: texts(40)}}
		d, stop := running(t, s, &network{}, deliver.Options{Concurrency: 32})
		sweep := time.NewTicker(time.Second)
		defer sweep.Stop()
		for range 60 {
			d.Kick()
			<-sweep.C
		}
		stop()
		if n := s.recorded(); n != 40 {
			t.Errorf("%d of 40 left", n)
		}
	})
}
