package app

import (
	"context"
	"time"

	"howareyou/carenet"
	"howareyou/internal/postgres"
)

// Reconcile compares what waits in a restored organisation with what the provider
// has sent since the backup.
func Reconcile(ctx context.Context, cfg Config, st *postgres.Store, actor carenet.Actor) (postgres.Reconciled, error) {
	client, err := (&parts{cfg: cfg}).provider()
	if err != nil {
		return postgres.Reconciled{}, err
	}
	defer client.Close()
	return st.Reconcile(ctx, actor, func(ctx context.Context, number string, since time.Time) (bool, error) {
		listed, err := client.List(ctx, number, since)
		return len(listed) > 0, err
	})
}
