package deliver

import (
	"context"
	"errors"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// ledger keeps the news of each attempt in the order in which it came.
type ledger struct {
	gate    chan struct{} // a commit waits here
	unknown []carenet.ID
	bad     string // a batch with this status fails

	mu      sync.Mutex
	batches []int
	kept    map[carenet.ID][]string
	twice   bool // an attempt stood twice in a batch
}

var errBadNews = errors.New("bad news")

func (l *ledger) ReportAll(_ context.Context, reports []notify.StatusReport) ([]carenet.ID, error) {
	if l.gate != nil {
		<-l.gate
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.batches = append(l.batches, len(reports))
	seen := map[carenet.ID]bool{}
	for _, r := range reports {
		l.twice = l.twice || seen[r.Attempt]
		seen[r.Attempt] = true
	}
	if l.bad != "" && slices.ContainsFunc(reports, func(r notify.StatusReport) bool { return r.Status == l.bad }) {
		return nil, errBadNews
	}
	if l.kept == nil {
		l.kept = map[carenet.ID][]string{}
	}
	for _, r := range reports {
		l.kept[r.Attempt] = append(l.kept[r.Attempt], r.Status)
	}
	return l.unknown, nil
}

// tell reports on its own goroutine, once what was told before waits.
func tell(r *Reports, attempt carenet.ID, status string) <-chan error {
	result := make(chan error, 1)
	go func() {
		result <- r.Report(context.Background(), notify.StatusReport{Attempt: attempt, Status: status})
	}()
	synctest.Wait()
	return result
}

func attempts(n int) (all []carenet.ID) {
	for range n {
		all = append(all, carenet.NewID(time.Now()))
	}
	return all
}

func TestNewsThatWaitsSharesACommit(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{gate: make(chan struct{})}
		r := NewReports(l, 1)
		ids := attempts(41)
		waiting := []<-chan error{tell(r, ids[0], "queued")} // holds the writer
		for _, id := range ids[1:] {
			waiting = append(waiting, tell(r, id, "sent"), tell(r, id, "delivered"))
		}
		close(l.gate)
		for _, w := range waiting {
			if err := <-w; err != nil {
				t.Fatal(err)
			}
		}
		r.Close()
		if !slices.Equal(l.batches, []int{1, 40, 40}) || l.twice {
			t.Errorf("batches of %v, an attempt twice in one: %t", l.batches, l.twice)
		}
		for _, id := range ids[1:] {
			if !slices.Equal(l.kept[id], []string{"sent", "delivered"}) {
				t.Fatalf("kept %v", l.kept[id])
			}
		}
		if err := r.Report(t.Context(), notify.StatusReport{Attempt: ids[0]}); carenet.CodeOf(err) != carenet.Busy {
			t.Errorf("after the close: %v", err)
		}
	})
}

func TestBadNewsCostsOnlyItself(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ids := attempts(4)
		l := &ledger{gate: make(chan struct{}), bad: "bad", unknown: ids[3:]}
		r := NewReports(l, 1)
		first := tell(r, ids[0], "queued")
		bad, good, unknown := tell(r, ids[1], "bad"), tell(r, ids[2], "sent"), tell(r, ids[3], "sent")
		close(l.gate)
		if err := <-first; err != nil {
			t.Error(err)
		}
		if err := <-bad; !errors.Is(err, errBadNews) {
			t.Errorf("the bad one: %v", err)
		}
		if err := <-good; err != nil {
			t.Errorf("the good one: %v", err)
		}
		if err := <-unknown; carenet.CodeOf(err) != carenet.NotFound {
			t.Errorf("the unknown one: %v", err)
		}
		r.Close()
	})
}

// INV-1: whoever gives up waiting has not been told yes, and the writer goes on.
func TestINV1_GivingUpOnNewsIsNoYes(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := &ledger{gate: make(chan struct{})}
		r := NewReports(l, 1)
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		id := attempts(1)[0]
		if err := r.Report(ctx, notify.StatusReport{Attempt: id, Status: "sent"}); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("got %v", err)
		}
		close(l.gate)
		r.Close()
		if !slices.Equal(l.kept[id], []string{"sent"}) {
			t.Errorf("kept %v", l.kept[id])
		}
	})
}
