package app

import (
	"context"
	"errors"
	"fmt"
	"time"
)

// upkeepEvery is how often what nobody waits for is put in order.
const upkeepEvery = time.Minute

// upkeep puts in order what is nobody's turn: texts without a sender. A part
// that fails does not stop the others.
func (w *worker) upkeep(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, lookTime)
	defer cancel()
	var errs []error
	for _, part := range []struct {
		name string
		do   func(context.Context, int) (int, error)
	}{
		{"give texts a sender", w.store.GiveSenders},
	} {
		for {
			done, err := part.do(ctx, chunk)
			if err != nil {
				errs = append(errs, fmt.Errorf("%s: %w", part.name, err))
			}
			if err != nil || done < chunk {
				break
			}
		}
	}
	return errors.Join(errs...)
}
