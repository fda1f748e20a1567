package postgres

import (
	"context"
	"time"
)

// The database's own clock: asked for nothing but the comparison.
const sqlClock = `SELECT clock_timestamp()`

// Skew is how far the machine's clock is ahead of the database's, as well as
// one round trip can tell: the true value lies within half the trip of it.
func (s *Store) Skew(ctx context.Context, machine func() time.Time) (skew, trip time.Duration, err error) {
	var theirs time.Time
	before := machine()
	if err := s.pool.QueryRow(ctx, sqlClock).Scan(&theirs); err != nil {
		return 0, 0, err
	}
	trip = machine().Sub(before)
	return before.Add(trip / 2).Sub(theirs), trip, nil
}
