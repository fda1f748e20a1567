package deliver

import (
	"context"
	"errors"
	"slices"
	"time"

	"howareyou/carenet"
	"howareyou/internal/batch"
	"howareyou/notify"
)

// ReportStore keeps what the provider says of attempts.
type ReportStore interface {
	// ReportAll applies news of as many attempts, each named once, in one commit.
	// It returns those that nobody knows.
	ReportAll(ctx context.Context, reports []notify.StatusReport) (unknown []carenet.ID, err error)
}

// reportTime is how long a commit may take: the provider waits 15 seconds for our
// answer.
const reportTime = 10 * time.Second

// Reports commits the provider's news: whatever waits goes into one commit, so
// that a burst of texts, each with several callbacks, costs few of them. The news of
// an attempt keeps its order.
type Reports struct {
	store   ReportStore
	writers *batch.Writers[notify.StatusReport, carenet.ID]
}

// NewReports starts this many writers; Close stops them.
func NewReports(store ReportStore, writers int) *Reports {
	r := &Reports{store: store}
	r.writers = batch.New(writers, func(s notify.StatusReport) carenet.ID { return s.Attempt }, r.commit)
	return r
}

// Report returns once the news is committed, or with the error that kept it from
// being so; the provider then tells it again. News of an attempt that we do not
// know is NotFound.
func (r *Reports) Report(ctx context.Context, report notify.StatusReport) error {
	err := r.writers.Submit(ctx, report)
	switch {
	case errors.Is(err, batch.ErrClosed):
		return carenet.Errorf(carenet.Busy, "record status", "the service is stopping")
	case errors.Is(err, batch.ErrFull):
		return carenet.Errorf(carenet.Busy, "record status", "too much news waits; send it again")
	}
	return err
}

// Close takes no more news, writes what waits, and returns.
func (r *Reports) Close() { r.writers.Close() }

func (r *Reports) commit(reports []notify.StatusReport) []error {
	return batch.Each(reports, reportTime, func(ctx context.Context, reports []notify.StatusReport) ([]error, error) {
		unknown, err := r.store.ReportAll(ctx, reports)
		if err != nil {
			return nil, err
		}
		each := make([]error, len(reports))
		for i, s := range reports {
			if slices.Contains(unknown, s.Attempt) {
				each[i] = carenet.Errorf(carenet.NotFound, "record status", "no such attempt")
			}
		}
		return each, nil
	})
}
