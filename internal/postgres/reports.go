package postgres

import (
	"context"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"howareyou/carenet"
	"howareyou/notify"
)

const sqlLookupAttempts = `SELECT org, event, delivery, attempt FROM lookup_attempts($1)`

// Report applies one status callback. News of an attempt that we do not know is
// NotFound; old news changes nothing.
func (s *Store) Report(ctx context.Context, report notify.StatusReport) error {
	unknown, err := s.ReportAll(ctx, []notify.StatusReport{report})
	if err == nil && len(unknown) > 0 {
		err = carenet.Errorf(carenet.NotFound, "record status", "no such attempt")
	}
	return err
}

// ReportAll applies status callbacks, one for an attempt at most, in one commit. It
// returns the attempts that are not ours.
func (s *Store) ReportAll(ctx context.Context, reports []notify.StatusReport) (unknown []carenet.ID, err error) {
	byAttempt := make(map[carenet.ID]notify.StatusReport, len(reports))
	var ids []carenet.ID
	for _, r := range reports {
		byAttempt[r.Attempt], ids = r, append(ids, r.Attempt)
	}
	refs, err := s.attemptRefs(ctx, ids...)
	if err != nil {
		return nil, err
	}
	for _, id := range ids {
		if !slices.ContainsFunc(refs, func(r attemptRef) bool { return r.attempt == id }) {
			unknown = append(unknown, id)
		}
	}
	if len(refs) == 0 {
		return unknown, nil
	}
	return unknown, s.settle(ctx, refs, func(a notify.Attempt, now time.Time) notify.Verdict {
		report := byAttempt[a.ID]
		if a.SID != "" && report.SID != a.SID {
			return notify.Verdict{} // news of another message
		}
		return s.rules.AfterStatus(a, report, now)
	})
}

// attemptRefs is where attempts are kept; those that are not ours are left out.
func (s *Store) attemptRefs(ctx context.Context, ids ...carenet.ID) (refs []attemptRef, err error) {
	rows, err := s.pool.Query(ctx, sqlLookupAttempts, ids)
	if err != nil {
		return nil, err
	}
	var org, event, delivery, attempt carenet.ID
	_, err = pgx.ForEachRow(rows, []any{&org, &event, &delivery, &attempt}, func() error {
		refs = append(refs, attemptRef{org, event, attempt})
		return nil
	})
	return refs, err
}
