package deliver

import (
	"context"
	"slices"
	"sync"
	"time"

	"howareyou/carenet"
	"howareyou/notify"
)

// ReportStore keeps what the provider says of attempts.
type ReportStore interface {
	// ReportAll applies news of as many attempts, each named once, in one commit.
	// It returns those that nobody knows.
	ReportAll(ctx context.Context, reports []notify.StatusReport) (unknown []carenet.ID, err error)
}

const (
	// reportBatch bounds what one commit holds.
	reportBatch = 128
	// reportTime is how long a commit may take: the provider waits 15 seconds for
	// our answer.
	reportTime = 10 * time.Second
	// reportWriters commit side by side. The news of an attempt always goes to the
	// same, so that it keeps its order.
	reportWriters = 2
)

// Reports commits the provider's news: whatever waits goes into one commit, so
// that a burst of texts, each with several callbacks, costs few of them.
type Reports struct {
	store  ReportStore
	lanes  []chan *news
	done   sync.WaitGroup
	mu     sync.RWMutex
	closed bool
}

type news struct {
	report notify.StatusReport
	result chan error
}

// NewReports starts the writers; Close stops them.
func NewReports(store ReportStore) *Reports {
	r := &Reports{store: store}
	for range reportWriters {
		lane := make(chan *news, 1024)
		r.lanes = append(r.lanes, lane)
		r.done.Go(func() { r.write(lane) })
	}
	return r
}

// Report returns once the news is committed, or with the error that kept it from
// being so; the provider then tells it again. News of an attempt that we do not
// know is NotFound.
func (r *Reports) Report(ctx context.Context, report notify.StatusReport) error {
	n := &news{report: report, result: make(chan error, 1)}
	// The last byte of an id is random.
	lane := r.lanes[int(report.Attempt[len(report.Attempt)-1])%len(r.lanes)]
	r.mu.RLock()
	if r.closed {
		r.mu.RUnlock()
		return carenet.Errorf(carenet.Busy, "record status", "the service is stopping")
	}
	select {
	case lane <- n:
		r.mu.RUnlock()
	default:
		r.mu.RUnlock()
		return carenet.Errorf(carenet.Busy, "record status", "too much news waits; send it again")
	}
	select {
	case err := <-n.result:
		return err
	case <-ctx.Done():
		return ctx.Err()
	}
}

// Close takes no more news, writes what waits, and returns.
func (r *Reports) Close() {
	r.mu.Lock()
	if !r.closed {
		r.closed = true
		for _, l := range r.lanes {
			close(l)
		}
	}
	r.mu.Unlock()
	r.done.Wait()
}

// write commits what waits in a lane. The second news of an attempt in a batch goes
// into the next.
func (r *Reports) write(lane <-chan *news) {
	var held []*news
	for open := true; open || len(held) > 0; {
		var batch, again []*news
		named := map[carenet.ID]bool{}
		take := func(n *news) {
			if named[n.report.Attempt] {
				again = append(again, n)
				return
			}
			named[n.report.Attempt] = true
			batch = append(batch, n)
		}
		for _, n := range held {
			take(n)
		}
		if len(batch) == 0 {
			n, ok := <-lane
			if !ok {
				return
			}
			take(n)
		}
		for more := open; more && len(batch) < reportBatch; {
			select {
			case n, ok := <-lane:
				if more, open = ok, ok; ok {
					take(n)
				}
			default:
				more = false
			}
		}
		held = again
		r.commit(batch)
	}
}

// commit writes a batch at once, and one by one when that fails: news that cannot be
// kept costs only itself. All of the second round has the time of one commit, so
// that a database that does not answer holds nobody up a hundred times.
func (r *Reports) commit(batch []*news) {
	ctx, cancel := context.WithTimeout(context.Background(), reportTime)
	unknown, err := r.store.ReportAll(ctx, reportsOf(batch))
	cancel()
	if err == nil || len(batch) == 1 {
		answer(batch, unknown, err)
		return
	}
	ctx, cancel = context.WithTimeout(context.Background(), reportTime)
	defer cancel()
	for i := range batch {
		unknown, err := r.store.ReportAll(ctx, reportsOf(batch[i:i+1]))
		answer(batch[i:i+1], unknown, err)
	}
}

func reportsOf(batch []*news) []notify.StatusReport {
	reports := make([]notify.StatusReport, len(batch))
	for i, n := range batch {
		reports[i] = n.report
	}
	return reports
}

// answer tells those who wait.
func answer(batch []*news, unknown []carenet.ID, err error) {
	for _, n := range batch {
		if err == nil && slices.Contains(unknown, n.report.Attempt) {
			n.result <- carenet.Errorf(carenet.NotFound, "record status", "no such attempt")
			continue
		}
		n.result <- err
	}
}
