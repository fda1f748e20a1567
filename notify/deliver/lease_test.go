package deliver_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
	"howareyou/notify/deliver"
)

// desk is a store with one claim to give and texts to be looked for.
type desk struct {
	claiming  time.Duration // how long the process stands still after its claim
	claims    []notify.Claim
	unsettled []notify.Unsettled
	recorded  chan notify.Outcome
	mu        sync.Mutex
	settled   map[string]bool
}

func (s *desk) Due(context.Context, notify.Priority, notify.Priority, int) ([]notify.Due, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if len(s.claims) == 0 {
		return nil, nil
	}
	return []notify.Due{{Waiting: len(s.claims)}}, nil
}

func (s *desk) ClaimGranted(context.Context, []notify.Grant) ([]notify.Claim, int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	out := s.claims
	s.claims = nil
	if len(out) > 0 {
		<-time.After(s.claiming)
	}
	return out, len(out), nil
}

func (s *desk) RecordOutcomes(_ context.Context, all []notify.Outcome) error {
	for _, o := range all {
		s.recorded <- o
	}
	return nil
}

func (s *desk) Unsettled(context.Context, int) ([]notify.Unsettled, error) { return s.unsettled, nil }

func (s *desk) BoundSIDs(context.Context, []string) (map[string]bool, error) { return nil, nil }

func (s *desk) SettleListed(_ context.Context, u notify.Unsettled, _ *notify.ListedText) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.settled[u.To] = true
	return nil
}

// line is a provider that never answers about one number.
type line struct{ silent string }

func (line) Send(ctx context.Context, _ notify.OutboundText) notify.SendOutcome {
	if ctx.Err() != nil {
		return notify.SendOutcome{Class: notify.Retry}
	}
	return notify.SendOutcome{Class: notify.Accepted}
}

func (p line) List(ctx context.Context, to string, _ time.Time) ([]notify.ListedText, error) {
	if to != p.silent {
		return nil, nil
	}
	<-ctx.Done()
	return nil, ctx.Err()
}

func TestINV4_NothingLeavesAfterItsLease(t *testing.T) {
	for _, c := range []struct {
		name  string
		stood time.Duration
		want  notify.SendClass
	}{
		{"at once", 0, notify.Accepted},
		{"by a process that stood still after its claim", 60 * time.Millisecond, notify.Retry},
	} {
		t.Run(c.name, func(t *testing.T) {
			lease := 30 * time.Millisecond
			if c.stood == 0 {
				lease = 10 * time.Second
			}
			s := &desk{claiming: c.stood, claims: []notify.Claim{{Delivery: carenet.NewID(time.UnixMilli(1))}}, recorded: make(chan notify.Outcome, 1)}
			d := deliver.New(s, line{}, deliver.Options{Lease: lease})
			ctx, stop := context.WithCancel(t.Context())
			done := make(chan struct{})
			go func() { defer close(done); d.Run(ctx) }()
			d.Kick()
			if got := (<-s.recorded).Outcome.Class; got != c.want {
				t.Errorf("the try ended as %q, want %q", got, c.want)
			}
			stop()
			<-done
		})
	}
}

func TestOneListThatDoesNotAnswerHoldsUpNoOther(t *testing.T) {
	s := &desk{settled: map[string]bool{}, unsettled: []notify.Unsettled{{To: "silent"}, {To: "a"}, {To: "b"}, {To: "c"}}}
	d := deliver.New(s, line{silent: "silent"}, deliver.Options{Lease: time.Minute})
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	done := make(chan struct{})
	go func() { defer close(done); _, _ = d.Reconcile(ctx, 10) }()
	deadline := time.After(20 * time.Second)
	for {
		s.mu.Lock()
		n := len(s.settled)
		s.mu.Unlock()
		if n == 3 {
			break
		}
		select {
		case <-time.After(time.Millisecond):
		case <-deadline:
			t.Fatalf("%d of 3 were looked for while the first list did not answer", n)
		}
	}
	stop()
	<-done
}
